/** The types of operations with two operands. */
import type { FloatOf } from "../dtype.ts";
import type { Broadcast, BroadcastOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import type { DTypeOf, Operand, ShapeOf } from "./operands.ts";

/**
 * An elementwise operation of two operands, either of them a tensor or a number: `f(a, b)`, or data last in a pipe,
 * `pipe(a, f(b))`, which means f(a, b).
 */
export interface BinaryOp<Name extends string> {
  /** `f(a, b)`: operands broadcast as in NumPy and meet in their common dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
}

/** As `BinaryOp`, for functions with fractional results: integers become f32 first. */
export interface BinaryFloatOp<Name extends string> {
  /** `f(a, b)`: operands broadcast as in NumPy and meet in their common float dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
}
