/** Exponentials, logarithms, and the special functions. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import {
  add,
  div,
  exp as expOf,
  exp2P,
  expm1P,
  expP,
  log as logOf,
  log1pP,
  log2P,
  logP,
  mul,
  sub,
} from "../primitives/arithmetic.ts";
import { equal, greater, isFinite, select } from "../primitives/compare.ts";
import { full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import {
  besselI,
  erfcP,
  erfInvP,
  erfP,
  lgammaP,
  logAddExpP,
  logitP,
  logSigmoidP,
  polygamma as polygammaValue,
  sigmoidP,
  softplus as softplusOf,
} from "../primitives/elementary.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { reduceMax } from "../primitives/reduce.ts";
import { broadcastBack, reduceSum } from "../primitives/reshape.ts";
import { dropAxes, type Shape, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { BinaryFloatOp } from "./arithmetic.ts";
import { asFloat, binaryFloat, dual, requireTensor, unaryFloat } from "./operands.ts";
import { type ReduceOp, reducing } from "./reduce.ts";

// Exponentials and logarithms.

/**
 * Natural exponential, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `eˣ`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example One at zero
 * ```ts
 * import { exp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp(tensor([0, -Infinity])).toArray(), [1, 0]);
 * ```
 */
export function exp<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("exp", expP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Powers of two, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `2ˣ`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Three bits
 * ```ts
 * import { exp2, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp2(tensor([3, -1])).toArray(), [8, 0.5]);
 * ```
 */
export function exp2<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("exp2", exp2P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * `exp(x) - 1`, elementwise, precise where x is near 0.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `eˣ - 1`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A digit that exp would lose
 * ```ts
 * import { expm1, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expm1(tensor([1e-30], { dtype: "f64" })).toArray(), [1e-30]);
 * ```
 */
export function expm1<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("expm1", expm1P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Natural logarithm, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log x`, in the shape of `x`; float. -Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The inverse of exp
 * ```ts
 * import { log, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log(tensor([1, 0])).toArray(), [0, -Infinity]);
 * ```
 */
export function log<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log", logP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Logarithm of base 2, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log₂ x`, in the shape of `x`; float. -Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Bits needed
 * ```ts
 * import { log2, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log2(tensor([8, 0.5])).toArray(), [3, -1]);
 * ```
 */
export function log2<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log2", log2P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * `log(1 + x)`, elementwise, precise where x is near 0.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(1 + x)`, in the shape of `x`; float. -Infinity at -1, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A digit that log would lose
 * ```ts
 * import { log1p, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log1p(tensor([1e-30], { dtype: "f64" })).toArray(), [1e-30]);
 * ```
 */
export function log1p<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log1p", log1pP, x) as Tensor<S, FloatOf<D>>;
}

// The logistic function and its relatives.

/**
 * The logistic function, elementwise, finite with its derivative for every x.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / (1 + e⁻ˣ)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example From 0 to 1
 * ```ts
 * import { sigmoid, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sigmoid(tensor([-1000, 0, 1000])).toArray(), [0, 0.5, 1]);
 * ```
 */
export function sigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sigmoid", sigmoidP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of the logistic function, elementwise, precise where that underflows.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `-log(1 + e⁻ˣ)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Far out
 * ```ts
 * import { logSigmoid, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logSigmoid(tensor([-1000, 1000])).toArray(), [-1000, 0]);
 * ```
 */
export function logSigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("logSigmoid", logSigmoidP, x) as Tensor<S, FloatOf<D>>;
}

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** How sharp the bend is, above 0; 1 if left out. */
  readonly beta?: number;
  /** The line itself is given where `beta·x` is above it; nowhere if left out, since nothing overflows. */
  readonly threshold?: number;
}

/**
 * A smooth form of `relu`, elementwise, without overflow.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `beta`: sharpness; `threshold`: from where on the line is taken (20 in PyTorch).
 * @returns `log(1 + exp(beta·x)) / beta`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor, `beta` not a number above 0, or `threshold` no number.
 *
 * @example Far out
 * ```ts
 * import { softplus, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softplus(tensor([-1000, 1000])).toArray(), [0, 1000]);
 * ```
 */
export function softplus<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SoftplusOptions = {},
): Tensor<S, FloatOf<D>> {
  const { beta = 1, threshold } = options;
  if (!(beta > 0 && beta < Infinity)) throw new ArgumentError(`softplus: beta is ${beta}, not a finite number above 0`);
  if (threshold !== undefined && !(typeof threshold === "number" && threshold === threshold)) {
    throw new ArgumentError(`softplus: threshold is ${threshold}, not a number`);
  }
  const v = asFloat(requireTensor("softplus", x)), b = fullLike(v, beta);
  const scaled = beta === 1 ? v : mul(v, b), smooth = softplusOf(scaled);
  const y = beta === 1 ? smooth : div(smooth, b);
  const line = threshold === undefined ? y : select(greater(scaled, fullLike(v, threshold)), v, y);
  return line as Tensor<S, FloatOf<D>>;
}

/**
 * The inverse of the logistic function, elementwise: the logarithm of the odds.
 *
 * @param x Probabilities, any tensor; integers and bool are taken as f32.
 * @returns `log(p / (1 - p))`, in the shape of `x`; float. Infinite at 0 and 1, NaN outside.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Even odds
 * ```ts
 * import { logit, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logit(tensor([0, 0.5, 1])).toArray(), [-Infinity, 0, Infinity]);
 * ```
 */
export function logit<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("logit", logitP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of a sum of exponentials, elementwise, without overflow.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `log(eᵃ + eᵇ)`, in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Adding nothing, and doubling
 * ```ts
 * import { logAddExp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logAddExp(tensor([1000, -Infinity]), -Infinity).toArray(), [1000, -Infinity]);
 * ```
 */
export const logAddExp: BinaryFloatOp<"logAddExp"> = dual((a, b) =>
  binaryFloat("logAddExp", logAddExpP, a, b)
) as BinaryFloatOp<"logAddExp">;

// Sums of exponentials that do not overflow.

/** log Σ eˣ over axes of a float value. */
function logSumExpOver(x: Value, axes: readonly number[]): Value {
  const shape = dropAxes(x.shape, axes);
  if (sizeOf(axes.map((a) => x.shape[a]!)) === 0) return full(shape, -Infinity, x.dtype);
  // Any shift gives the same sum, so none of the derivative goes through it.
  const high = reduceMax(stopGradient(x), axes), shift = select(isFinite(high), high, zerosLike(high));
  const total = reduceSum(expOf(sub(x, broadcastBack(shift, x.shape, axes))), axes);
  // Of nothing but −∞ the logarithm is taken of 1 instead, whose derivative is finite.
  const none = equal(total, zerosLike(total));
  return select(none, fullLike(total, -Infinity), add(logOf(select(none, onesLike(total), total)), shift));
}

/**
 * Logarithm of the sum of exponentials over axes, `log Σ eˣ`, without overflow.
 *
 * @param x Any tensor; −∞ is a term of 0, and where there is nothing else the result is −∞ and the derivative 0.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The log-sum-exp without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Adding probabilities given as logarithms
 * ```ts
 * import { logSumExp, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(logSumExp(tensor([1000, 1000])).item(), 1000 + Math.LN2, 1e-4);
 * ```
 */
export const logSumExp: ReduceOp<"logSumExp", "float"> = reducing(
  "logSumExp",
  (v, axes) => logSumExpOver(asFloat(v), axes),
);

// Special functions.

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
