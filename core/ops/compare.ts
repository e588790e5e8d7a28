/** Comparisons. */
import { equalP, greaterEqualP, greaterP, lessEqualP, lessP, notEqualP } from "../primitives/compare.ts";
import type { Broadcast, BroadcastOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { binary, dual, type Operand, type ShapeOf } from "./operands.ts";

/** A comparison of two operands, either of them a tensor or a number: `f(a, b)`, or in a pipe, `pipe(a, f(b))`. */
export interface CompareOp<Name extends string> {
  /** `f(a, b)`: operands broadcast as in NumPy and meet in their common dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
}

/**
 * Whether a = b, elementwise; NaN equals nothing.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a = b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { equal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(equal(tensor([1, 2, 3]), 2).toArray(), [false, true, false]);
 * ```
 */
export const equal: CompareOp<"equal"> = dual((a, b) => binary("equal", equalP, a, b)) as CompareOp<"equal">;

/**
 * Whether a ≠ b, elementwise; NaN differs from everything.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≠ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { notEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(notEqual(tensor([1, 2, 3]), 2).toArray(), [true, false, true]);
 * ```
 */
export const notEqual: CompareOp<"notEqual"> = dual((a, b) => binary("notEqual", notEqualP, a, b)) as CompareOp<
  "notEqual"
>;

/**
 * Whether a < b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a < b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { less, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(less(tensor([1, 2, 3]), 2).toArray(), [true, false, false]);
 * ```
 */
export const less: CompareOp<"less"> = dual((a, b) => binary("less", lessP, a, b)) as CompareOp<"less">;

/**
 * Whether a ≤ b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≤ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { lessEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lessEqual(tensor([1, 2, 3]), 2).toArray(), [true, true, false]);
 * ```
 */
export const lessEqual: CompareOp<"lessEqual"> = dual((a, b) => binary("lessEqual", lessEqualP, a, b)) as CompareOp<
  "lessEqual"
>;

/**
 * Whether a > b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a > b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { greater, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(greater(tensor([1, 2, 3]), 2).toArray(), [false, false, true]);
 * ```
 */
export const greater: CompareOp<"greater"> = dual((a, b) => binary("greater", greaterP, a, b)) as CompareOp<"greater">;

/**
 * Whether a ≥ b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≥ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { greaterEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(greaterEqual(tensor([1, 2, 3]), 2).toArray(), [false, true, true]);
 * ```
 */
export const greaterEqual: CompareOp<"greaterEqual"> = dual((a, b) =>
  binary("greaterEqual", greaterEqualP, a, b)
) as CompareOp<"greaterEqual">;
