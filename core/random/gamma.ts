/** The gamma distribution and those made of it. */
import { add, div, sub } from "../primitives/arithmetic.ts";
import { broadcastBack } from "../primitives/broadcast.ts";
import { exp } from "../primitives/exponential.ts";
import { maximum } from "../primitives/extremes.ts";
import { reduceMax } from "../primitives/reduce_extreme.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { reshape } from "../primitives/reshape.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { ShapeError } from "../errors.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  type ParameterDType,
  parameters,
  type ParametersDType,
  type ParameterShape,
  positive,
  requireKey,
} from "./arguments.ts";
import { child, words } from "./bits.ts";
import { gammaNumbers, logGammaNumbers } from "./gamma_sampler.ts";
import type { DTypeOption } from "./logarithmic.ts";
import type { Broadcast } from "../shape_types.ts";

/** A draw from each parameter, every element with a key of its own. */
function drawEach(key: Value, a: Value, sample: (keys: Value, a: Value) => Value): Value {
  const n = sizeOf(a.shape);
  return reshape(sample(words(key, [n], "keys"), reshape(a, [n])), a.shape);
}

/**
 * Gamma numbers of rate 1: the sum of `a` waiting times, for `a` whole or not.
 *
 * Differentiable in `a`, once in reverse mode: a number moves so that its place in the distribution function stays.
 *
 * @param key A key, u32[2].
 * @param a Shape parameters, positive: a number, or a tensor that broadcasts to `shape`.
 * @param shape What to draw; the shape of `a` if left out.
 * @param options `log` to get their logarithms, which stay finite where a small `a` makes the numbers underflow to 0.
 *   `dtype`: f32 or f64; that of `a` if left out.
 * @returns Positive numbers of mean and variance `a`, `shape`.
 * @throws {ArgumentError} If a number `a` is not positive.
 * @see JAX's `jax.random.gamma` and `loggamma`, equal within rounding; Marsaglia and Tsang, 2000,
 *   https://doi.org/10.1145/358407.358414
 *
 * @example Numbers of rate 2
 * ```ts
 * import { div, gamma, key } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(div(gamma(key(0), 3, [4]), 2).shape, [4]);
 * ```
 */
export function gamma<
  const A extends Parameter,
  const S extends Shape = ParameterShape<A>,
  D extends FloatDType = ParameterDType<A>,
>(
  key: Key,
  a: A,
  shape?: S,
  options: DTypeOption<D> & { readonly log?: boolean } = {},
): Tensor<S, D> {
  const k = requireKey("gamma", key), given = parameters("gamma", { a }, positive, options.dtype);
  const [, [shapes]] = drawn("gamma", shape, given, ["a"]);
  return drawEach(k, shapes!, options.log ? logGammaNumbers : gammaNumbers) as Tensor<S, D>;
}

/**
 * Beta numbers: the share of the first of two gamma numbers in their sum. Differentiable in `a` and `b`.
 *
 * @param key A key, u32[2].
 * @param a First parameter, positive: a number, or a tensor that broadcasts to `shape`.
 * @param b Second parameter, likewise.
 * @param shape What to draw; the shape `a` and `b` broadcast to if left out.
 * @param options `dtype`: f32 or f64; that of the parameters if left out.
 * @returns Numbers between 0 and 1, of mean a / (a + b), `shape`.
 * @throws {ArgumentError} If a number among the parameters is not positive.
 * @see JAX's `jax.random.beta`, equal within rounding
 *
 * @example A probability about which little is known
 * ```ts
 * import { beta, key, less } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(less(beta(key(0), 2, 2), 1).item());
 * ```
 */
export function beta<
  const A extends Parameter,
  const B extends Parameter,
  const S extends Shape = Broadcast<ParameterShape<A>, ParameterShape<B>>,
  D extends FloatDType = ParametersDType<A, B>,
>(key: Key, a: A, b: B, shape?: S, options: DTypeOption<D> = {}): Tensor<S, D> {
  const k = requireKey("beta", key), given = parameters("beta", { a, b }, positive, options.dtype);
  const [, [first, second]] = drawn("beta", shape, given, ["a", "b"]);
  const x = drawEach(child(k, 0), first!, logGammaNumbers), y = drawEach(child(k, 1), second!, logGammaNumbers);
  const most = stopGradient(maximum(x, y)), [p, q] = [exp(sub(x, most)), exp(sub(y, most))];
  return div(p, add(p, q)) as Tensor<S, D>;
}

/**
 * Dirichlet vectors: gamma numbers divided by their sum. Differentiable in `alpha`.
 *
 * @param key A key, u32[2].
 * @param alpha Parameters, positive: `[..., n]`.
 * @param shape How many vectors to draw; as many as `alpha` holds if left out.
 * @param options `dtype`: f32 or f64; that of `alpha` if left out.
 * @returns Vectors of positive numbers that sum to 1, of mean alpha / Σ alpha: `[...shape, n]`.
 * @throws {ShapeError} If `alpha` is a scalar, or its leading axes do not broadcast to `shape`.
 * @see JAX's `jax.random.dirichlet`, equal within rounding
 *
 * @example Shares that sum to 1
 * ```ts
 * import { dirichlet, key, sum, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(sum(dirichlet(key(0), tensor([1, 1, 2]))).item(), 1, 1e-6);
 * ```
 */
export function dirichlet<
  const A extends Tensor<Shape, FloatDType>,
  const S extends Shape = LeadingAxes<A["shape"]>,
  D extends FloatDType = ParameterDType<A>,
>(key: Key, alpha: A, shape?: S, options: DTypeOption<D> = {}): Tensor<readonly [...S, LastSize<A["shape"]>], D> {
  const k = requireKey("dirichlet", key), [a] = parameters("dirichlet", { alpha }, positive, options.dtype);
  const n = a!.shape.at(-1);
  if (n === undefined) throw new ShapeError("dirichlet: alpha is a scalar; give a vector, or [..., n] of them");
  const lead = shape === undefined ? a!.shape.slice(0, -1) : checkShape("dirichlet", shape);
  const [to, [each]] = drawn("dirichlet", [...lead, n], [a!], ["alpha"]), last = to.length - 1;
  if (n === 0) {
    throw new ShapeError(`dirichlet: alpha of shape ${show(a!.shape)} holds no parameters along its last axis`);
  }
  const x = drawEach(k, each!, logGammaNumbers), back = (y: Value): Value => broadcastBack(y, to, [last]);
  const weights = exp(sub(x, back(stopGradient(reduceMax(x, [last])))));
  return div(weights, back(reduceSum(weights, [last]))) as Value as Tensor<readonly [...S, LastSize<A["shape"]>], D>;
}

/** A shape without its last axis. */
export type LeadingAxes<S extends Shape> = S extends readonly [...infer L extends Shape, number] ? L : Shape;
/** The size of a shape's last axis. */
export type LastSize<S extends Shape> = S extends readonly [...Shape, infer N extends number] ? N : number;
