/** Hyperbolic functions and their inverses. */
import type { DType, FloatOf } from "../dtype.ts";
import { acoshP, asinhP, atanhP, coshP, sinhP, tanhP } from "../primitives/hyperbolic.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { unaryFloat } from "./operands.ts";

/**
 * Hyperbolic sine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `(eˣ - e⁻ˣ) / 2`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example At one
 * ```ts
 * import { sinh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(sinh(tensor(1)).item(), (Math.E - 1 / Math.E) / 2, 1e-6);
 * ```
 */
export function sinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sinh", sinhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Hyperbolic cosine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `(eˣ + e⁻ˣ) / 2`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example At one
 * ```ts
 * import { cosh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cosh(tensor(1)).item(), (Math.E + 1 / Math.E) / 2, 1e-6);
 * ```
 */
export function cosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("cosh", coshP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Hyperbolic tangent, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `sinh x / cosh x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Saturated on both sides
 * ```ts
 * import { tanh, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tanh(tensor([-50, 0, 50])).toArray(), [-1, 0, 1]);
 * ```
 */
export function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("tanh", tanhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic sine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(x + √(x² + 1))`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Half of log 2 twice over
 * ```ts
 * import { asinh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(asinh(tensor(0.75)).item(), Math.LN2, 1e-6);
 * ```
 */
export function asinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("asinh", asinhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic cosine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(x + √(x² - 1))`, in the shape of `x`; float. NaN below 1.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The logarithm of two
 * ```ts
 * import { acosh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(acosh(tensor(1.25)).item(), Math.LN2, 1e-6);
 * ```
 */
export function acosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("acosh", acoshP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic tangent, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log((1 + x) / (1 - x)) / 2`, in the shape of `x`; float. NaN outside [-1, 1].
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The logarithm of two
 * ```ts
 * import { atanh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(atanh(tensor(0.6)).item(), Math.LN2, 1e-6);
 * ```
 */
export function atanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("atanh", atanhP, x) as Tensor<S, FloatOf<D>>;
}
