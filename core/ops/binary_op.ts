/** The types of operations with two operands. */
import type { DType, FloatOf, Promote, Weak } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Broadcast, BroadcastOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import type { DTypeOf, Operand, ShapeOf } from "./operands.ts";

/**
 * An elementwise operation of two operands, either of them a tensor or a number: `f(a, b)`, or data last in a pipe,
 * `pipe(a, f(b))`, which means f(a, b).
 *
 * The first forms keep a shape that is a type parameter of the caller's, which the general one could not compute with.
 */
export interface BinaryOp<Name extends string> {
  /** A tensor and a number. */
  <S extends Shape, D extends DType>(a: Tensor<S, D>, b: number): Tensor<S, Weak<D>>;
  /** A number and a tensor. */
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, Weak<D>>;
  /** Two tensors of one shape. */
  <S extends Shape, D extends DType, E extends DType>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, E>,
  ): Tensor<S, Promote<D, E>>;
  /** A tensor and a vector along its last axis. */
  <L extends Shape, N extends number, D extends DType, E extends DType>(
    a: Tensor<readonly [...L, N], D>,
    b: Tensor<readonly [NoInfer<N>], E>,
  ): Tensor<readonly [...L, N], Promote<D, E>>;
  /** Operands that broadcast as in NumPy and meet in their common dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
  /** `pipe(a, f(2))`. */
  (b: number): <S extends Shape, D extends DType>(a: Tensor<S, D>) => Tensor<S, Weak<D>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
}

/** As `BinaryOp`, for functions with fractional results: integers become f32 first. */
export interface BinaryFloatOp<Name extends string> {
  /** A tensor and a number. */
  <S extends Shape, D extends DType>(a: Tensor<S, D>, b: number): Tensor<S, FloatOf<D>>;
  /** A number and a tensor. */
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, FloatOf<D>>;
  /** Two tensors of one shape. */
  <S extends Shape, D extends DType, E extends DType>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, E>,
  ): Tensor<S, FloatOf<Promote<D, E>>>;
  /** A tensor and a vector along its last axis. */
  <L extends Shape, N extends number, D extends DType, E extends DType>(
    a: Tensor<readonly [...L, N], D>,
    b: Tensor<readonly [NoInfer<N>], E>,
  ): Tensor<readonly [...L, N], FloatOf<Promote<D, E>>>;
  /** Operands that broadcast as in NumPy and meet in their common float dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
  /** `pipe(a, f(2))`. */
  (b: number): <S extends Shape, D extends DType>(a: Tensor<S, D>) => Tensor<S, FloatOf<D>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
}
