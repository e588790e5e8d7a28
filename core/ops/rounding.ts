/** Magnitude, sign, and whole numbers near a number. */
import type { DType } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { absP, ceilP, floorP, roundP, signP, truncP } from "../primitives/rounding.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";

/**
 * Magnitude, elementwise; its derivative at 0 is 0.
 *
 * @param x Any numeric tensor.
 * @returns `|x|`, in the same shape and dtype; the least i32 stays itself.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Without signs
 * ```ts
 * import { abs, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(abs(tensor([-2, 0, 3])).toArray(), [2, 0, 3]);
 * ```
 */
export function abs<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(absP, [requireTensor("abs", x)], undefined) as Tensor<S, D>;
}

/**
 * Sign, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns -1, 0 or 1, in the same shape and dtype; NaN stays.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Three signs
 * ```ts
 * import { sign, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sign(tensor([-2, 0, 3])).toArray(), [-1, 0, 1]);
 * ```
 */
export function sign<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(signP, [requireTensor("sign", x)], undefined) as Tensor<S, D>;
}

/**
 * The largest whole number not above x, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns `⌊x⌋`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Downwards
 * ```ts
 * import { floor, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(floor(tensor([-1.5, 1.5])).toArray(), [-2, 1]);
 * ```
 */
export function floor<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(floorP, [requireTensor("floor", x)], undefined) as Tensor<S, D>;
}

/**
 * The smallest whole number not below x, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns `⌈x⌉`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Upwards
 * ```ts
 * import { ceil, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ceil(tensor([-1.5, 1.5])).toArray(), [-1, 2]);
 * ```
 */
export function ceil<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(ceilP, [requireTensor("ceil", x)], undefined) as Tensor<S, D>;
}

/**
 * The nearest whole number, elementwise, halves to the even one; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns Whole numbers, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Halves
 * ```ts
 * import { round, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(round(tensor([0.5, 1.5, 2.5, 2.6])).toArray(), [0, 2, 2, 3]);
 * ```
 */
export function round<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(roundP, [requireTensor("round", x)], undefined) as Tensor<S, D>;
}

/**
 * x without its fraction, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns Whole numbers, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Towards zero
 * ```ts
 * import { tensor, trunc } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trunc(tensor([-1.5, 1.5])).toArray(), [-1, 1]);
 * ```
 */
export function trunc<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(truncP, [requireTensor("trunc", x)], undefined) as Tensor<S, D>;
}
