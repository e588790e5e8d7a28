/** Powers and roots. */
import { type DType, type FloatOf, isFloat, rangeOf, weak } from "../dtype.ts";
import { cast } from "../primitives/cast.ts";
import {
  cbrtP,
  powConstant,
  powP,
  reciprocal as reciprocalValue,
  rsqrtP,
  sqrtP,
  square as squareValue,
} from "../primitives/power.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { BinaryOp } from "./binary_op.ts";
import { asFloat, binary, dual, requireNumeric, requireTensor, unaryFloat } from "./operands.ts";

/**
 * Square root, elementwise; its derivative at 0 is infinite.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `√x`, in the shape of `x`; float. NaN below 0.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Roots
 * ```ts
 * import { sqrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sqrt(tensor([4, 2.25])).toArray(), [2, 1.5]);
 * ```
 */
export function sqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sqrt", sqrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * One over the square root, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / √x`, in the shape of `x`; float. Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Norms to factors
 * ```ts
 * import { rsqrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rsqrt(tensor([4, 0.25])).toArray(), [0.5, 2]);
 * ```
 */
export function rsqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("rsqrt", rsqrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Cube root, elementwise, of negative numbers too.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `∛x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Roots of either sign
 * ```ts
 * import { cbrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cbrt(tensor([27, -8])).toArray(), [3, -2]);
 * ```
 */
export function cbrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("cbrt", cbrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Square, elementwise; integers wrap around.
 *
 * @param x Any numeric tensor.
 * @returns `x²`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Of either sign
 * ```ts
 * import { square, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(square(tensor([-3, 0.5])).toArray(), [9, 0.25]);
 * ```
 */
export function square<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return squareValue(requireNumeric("square", x)) as Tensor<S, D>;
}

/**
 * One over x, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Of a power of two, and of nothing
 * ```ts
 * import { reciprocal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reciprocal(tensor([4, 0])).toArray(), [0.25, Infinity]);
 * ```
 */
export function reciprocal<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return reciprocalValue(asFloat(requireTensor("reciprocal", x))) as Tensor<S, FloatOf<D>>;
}

/**
 * Power, elementwise: `pow(a, b)` is aᵇ, and so is `pipe(a, pow(b))`.
 *
 * Derivatives are those of the limits where these exist: `b·aᵇ⁻¹` in a is 0 for b = 0, and `aᵇ·log a` in b is 0 for
 * a = 0 and b ≥ 0. Integers wrap around; to a negative power they give 1/aⁿ truncated, and 0 for a = 0.
 *
 * @param a Bases: any numeric tensor, or a number.
 * @param b Exponents: any numeric tensor that broadcasts with `a`, or a number.
 * @returns `aᵇ`, in the broadcast shape and the common dtype. Anything to the power 0 is 1; a fractional power of a
 * negative number is NaN.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction or an out-of-range number meets an integer tensor.
 *
 * @example A square in a pipe
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { pow, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(tensor([1, -2, 3]), pow(2)).toArray(), [1, 4, 9]);
 * ```
 */
export const pow: BinaryOp<"pow"> = dual((a, b) => {
  // A number as the exponent needs no derivative in it, and no array.
  if (a instanceof Tensor && typeof b === "number") {
    const dtype = weak(a.dtype), [low, high] = rangeOf(dtype);
    if (isFloat(dtype) || (Number.isInteger(b) && low <= b && b <= high)) return powConstant(cast(a, dtype), b);
  }
  return binary("pow", powP, a, b);
}) as BinaryOp<"pow">;
