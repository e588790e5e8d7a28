/** Special functions. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { besselI, erfcP, erfInvP, erfP, lgammaP, polygamma as polygammaValue } from "../primitives/special.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { asFloat, requireTensor, unaryFloat } from "./operands.ts";

/**
 * The error function, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `2/√π · ∫₀ˣ exp(-t²) dt`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/7.2
 *
 * @example From -1 to 1
 * ```ts
 * import { erf, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(erf(tensor([-Infinity, 0, Infinity])).toArray(), [-1, 0, 1]);
 * ```
 */
export function erf<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("erf", erfP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The complementary error function, elementwise, precise where `erf` is nearly 1.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 - erf(x)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/7.2
 *
 * @example A tail far out
 * ```ts
 * import { erfc, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(erfc(tensor(10, { dtype: "f64" })).item(), 2.088487583762545e-45, 1e-6);
 * ```
 */
export function erfc<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("erfc", erfcP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The inverse of the error function, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns The x with erf(x) = y, in the shape of `x`; float. Infinite at -1 and 1, NaN outside.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/7.17
 *
 * @example There and back
 * ```ts
 * import { erfInv, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(erfInv(tensor(0.8427007929497149)).item(), 1, 1e-6);
 * ```
 */
export function erfInv<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("erfInv", erfInvP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of the magnitude of the gamma function, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log |Γ(x)|`, in the shape of `x`; float. Infinity at 0, -1, -2, …
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/5.2
 *
 * @example Four factorial
 * ```ts
 * import { lgamma, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(lgamma(tensor(5)).item(), Math.log(24), 1e-6);
 * ```
 */
export function lgamma<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("lgamma", lgammaP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The derivative of `lgamma`, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `ψ(x)`, in the shape of `x`; float. NaN at -1, -2, …
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/5.2
 *
 * @example Less Euler's constant
 * ```ts
 * import { digamma, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(digamma(tensor(1)).item(), -0.5772156649, 1e-6);
 * ```
 */
export function digamma<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return polygammaValue(asFloat(requireTensor("digamma", x)), 0) as Tensor<S, FloatOf<D>>;
}

/**
 * Derivatives of `digamma`, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `order`: how many times `digamma` is differentiated, 0 or more.
 * @returns `ψ⁽ⁿ⁾(x)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @throws {ArgumentError} If `order` is not a whole number from 0 on.
 * @see https://dlmf.nist.gov/5.15
 *
 * @example Trigamma at one
 * ```ts
 * import { polygamma, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(polygamma(tensor(1), { order: 1 }).item(), Math.PI ** 2 / 6, 1e-6);
 * ```
 */
export function polygamma<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: { readonly order: number },
): Tensor<S, FloatOf<D>> {
  const order: unknown = options?.order;
  if (typeof order !== "number" || !Number.isInteger(order) || order < 0) {
    throw new ArgumentError(`polygamma: the order is ${order}; give a whole number, 0 or more: { order: 1 }`);
  }
  return polygammaValue(asFloat(requireTensor("polygamma", x)), order) as Tensor<S, FloatOf<D>>;
}

/**
 * The modified Bessel function of the first kind and order 0, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `I₀(x)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see https://dlmf.nist.gov/10.25
 *
 * @example At one
 * ```ts
 * import { i0, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(i0(tensor(1)).item(), 1.2660658778, 1e-6);
 * ```
 */
export function i0<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return besselI(asFloat(requireTensor("i0", x)), 0) as Tensor<S, FloatOf<D>>;
}
