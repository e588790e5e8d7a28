/** Sums, differences, products and quotients. */
import type { DType } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { addP, divP, mulP, negP, subP } from "../primitives/arithmetic.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { BinaryFloatOp, BinaryOp } from "./binary_op.ts";
import { binary, binaryFloat, dual, requireTensor } from "./operands.ts";

/**
 * Sum, elementwise.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a + b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example A column and a row
 * ```ts
 * import { add, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(add(tensor([[1], [2]]), tensor([10, 20])).toArray(), [[11, 21], [12, 22]]);
 * ```
 */
export const add: BinaryOp<"add"> = dual((a, b) => binary("add", addP, a, b)) as BinaryOp<"add">;

/**
 * Difference, elementwise: `sub(a, b)` is a − b, and so is `pipe(a, sub(b))`.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a - b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Data last
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { sub, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(tensor([5, 7]), sub(1)).toArray(), [4, 6]);
 * ```
 */
export const sub: BinaryOp<"sub"> = dual((a, b) => binary("sub", subP, a, b)) as BinaryOp<"sub">;

/**
 * Product, elementwise; integers wrap around.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a · b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example A tensor scaled
 * ```ts
 * import { mul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mul(tensor([1, 2, 3]), 2).toArray(), [2, 4, 6]);
 * ```
 */
export const mul: BinaryOp<"mul"> = dual((a, b) => binary("mul", mulP, a, b)) as BinaryOp<"mul">;

/**
 * Quotient, elementwise; integers are divided as f32 (`floorDiv` keeps them).
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a / b`, in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Rows by their sums
 * ```ts
 * import { div, sum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 3], [2, 2]]);
 * assertEquals(div(x, sum(x, { axis: 1, keepDims: true })).toArray(), [[0.25, 0.75], [0.5, 0.5]]);
 * ```
 */
export const div: BinaryFloatOp<"div"> = dual((a, b) => binaryFloat("div", divP, a, b)) as BinaryFloatOp<"div">;

/**
 * Negation, elementwise.
 *
 * @param x Any numeric tensor.
 * @returns `-x`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example A vector turned round
 * ```ts
 * import { neg, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(neg(tensor([1, -2])).toArray(), [-1, 2]);
 * ```
 */
export function neg<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(negP, [requireTensor("neg", x)], undefined) as Tensor<S, D>;
}
