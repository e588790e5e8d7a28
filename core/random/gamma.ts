/** The gamma distribution and those made of it. */
import { whileLoop } from "../control/loops.ts";
import { ShapeError } from "../errors.ts";
import { abs, add, div, exp, log, maximum, mul, neg, scale, shift, sub } from "../primitives/arithmetic.ts";
import { and, greater, greaterEqual, less, lessEqual, not, or, select } from "../primitives/compare.ts";
import { full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { polygamma, pow, reciprocal, sqrt } from "../primitives/elementary.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { reduceAny, reduceMax } from "../primitives/reduce.ts";
import { broadcastBack, broadcastRight, reduceSum, reshape } from "../primitives/reshape.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import type { Broadcast } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { customJvp } from "../transforms/custom.ts";
import { type DTypeOption, standardExponential, ulp } from "./discrete.ts";
import {
  child,
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
  unit,
  words,
} from "./key.ts";
import { standardNormal } from "./uniform.ts";

// How the logarithm of a gamma number moves with the shape parameter.

/** Steps after which the expansions stop in any case: they need about 6·√a in f32 and 9·√a in f64. */
const mostSteps = 1e5;

/** From here on the expansions round more than the closed form is off, which is by about 2·a^−1.5 of the result. */
const large = { f32: 1e4, f64: 1e8 } as const;

/**
 * ∂(log x)/∂a at a fixed value of the distribution function P(a, x): −(∂P/∂a) / (x·∂P/∂x), for vectors a and log x. By
 * the power series of P where x < a + 1, by the continued fraction of 1 − P elsewhere (DLMF 8.7.1 and 8.9.2), each
 * differentiated term by term; the factor xᵃe⁻ˣ/Γ(a) = x·∂P/∂x cancels. For large a in closed form.
 */
export function logGammaSlope(a: Value, logX: Value): Value {
  const x = exp(logX), closed = greaterEqual(a, fullLike(a, large[a.dtype as FloatDType]));
  const below = less(x, shift(a, 1)), series = and(below, not(closed)), fraction = not(or(below, closed));
  const expanded = select(below, fromSeries(a, x, logX, series), fromFraction(a, x, logX, fraction));
  return select(closed, fromCubeRoot(a, logX), expanded);
}

/**
 * As if w = ∛(x/a) were normal, of mean 1 − 1/(9a) and variance 1/(9a): it nearly is (Wilson and Hilferty, "The
 * distribution of chi-square", PNAS 17, 1931). With the normal number fixed, a·∂w/∂a = (1 − w)/2 + 1/(18a).
 */
function fromCubeRoot(a: Value, logX: Value): Value {
  const w = exp(scale(sub(logX, log(a)), 1 / 3)), one = onesLike(a);
  const moved = add(scale(sub(one, w), 1.5), scale(reciprocal(a), 1 / 6));
  return div(add(one, div(moved, w)), a);
}

/** A counter as a vector. */
const spread = (n: Value, like: Value): Value => broadcastRight(n, like.shape);

/** P = x·∂P/∂x / a · Σ tₙ with tₙ = xⁿ / ((a+1)…(a+n)), whose logarithm has the derivative −hₙ = −Σ 1/(a+k). */
function fromSeries(a: Value, x: Value, logX: Value, wanted: Value): Value {
  const eps = ulp(a.dtype as FloatDType);
  type State = readonly [n: Value, t: Value, h: Value, sum: Value, weighted: Value];
  const [, , , sum, weighted] = whileLoop<State>(
    ([n, t, h, sum, weighted]) => {
      const more = or(greater(t, scale(sum, eps)), greater(mul(t, h), scale(weighted, eps)));
      return and(reduceAny(and(more, wanted), [0]), less(n, fullLike(n, mostSteps)));
    },
    ([before, t0, h0, sum, weighted]) => {
      const n = shift(before, 1), inverse = reciprocal(add(a, spread(n, a)));
      const t = mul(t0, mul(x, inverse)), h = add(h0, inverse);
      return [n, t, h, add(sum, t), add(weighted, mul(t, h))];
    },
    [full([], 0, a.dtype), onesLike(a), zerosLike(a), onesLike(a), zerosLike(a)],
  );
  return div(sub(weighted, mul(sum, sub(logX, polygamma(shift(a, 1), 0)))), a);
}

/**
 * 1 − P = x·∂P/∂x · F, F = 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …))), by Lentz's method as modified by Thompson and
 * Barnett: F is a product of c·d. A prime is a derivative in a.
 */
function fromFraction(a: Value, x: Value, logX: Value, wanted: Value): Value {
  const limit = 4 * ulp(a.dtype as FloatDType), one = onesLike(a), first = sub(shift(x, 1), a);
  const start = reciprocal(first);
  type State = readonly [n: Value, c: Value, dc: Value, d: Value, dd: Value, f: Value, slope: Value];
  // The relative changes of c and d: when they cancel within rounding, F′/F has come to rest.
  const [, , , , , f, slope] = whileLoop<State>(
    ([n, c, dc, d, dd]) => {
      const [rc, rd] = [div(dc, c), div(dd, d)];
      const moving = or(
        greater(abs(sub(mul(c, d), one)), fullLike(a, limit)),
        greater(abs(add(rc, rd)), scale(add(abs(rc), abs(rd)), limit)),
      );
      return and(reduceAny(and(moving, wanted), [0]), less(n, fullLike(n, mostSteps)));
    },
    ([before, c0, dc0, d0, dd0, f, slope]) => {
      const n = shift(before, 1), i = spread(n, a), b = add(first, scale(i, 2));
      const numerator = mul(i, sub(a, i));
      const ratio = div(numerator, c0), c = add(b, ratio);
      const dc = shift(div(sub(i, mul(ratio, dc0)), c0), -1);
      const raw = add(mul(numerator, d0), b), dRaw = shift(add(mul(i, d0), mul(numerator, dd0)), -1);
      const d = reciprocal(raw), dd = neg(mul(mul(d, d), dRaw));
      return [n, c, dc, d, dd, mul(f, mul(c, d)), add(slope, add(div(dc, c), div(dd, d)))];
    },
    [full([], 0, a.dtype), fullLike(a, 1e30), zerosLike(a), start, mul(start, start), start, start],
  );
  return mul(f, add(sub(logX, polygamma(a, 0)), slope));
}

// Gamma numbers by rejection, and what becomes of them when the shape parameter moves.

/**
 * A gamma number for each key `[n, 2]` and shape parameter `[n]`.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000,
 * https://doi.org/10.1145/358407.358414. The derivative in the parameter is the implicit one: the number moves so that
 * its place in the distribution function stays (Figurnov, Mohamed and Mnih, 2018, https://arxiv.org/abs/1805.08498).
 */
const gammaNumbers: (keys: Value, a: Value) => Value = customJvp(
  function gamma(keys: Value, a: Value): Value {
    const { d, v, boosted, last } = accepted(keys, a);
    const power = pow(shift(neg(unit(last, [], a.dtype as FloatDType)), 1), reciprocal(a));
    return mul(mul(d, v), select(boosted, onesLike(a), power));
  },
  ([keys, a], [, da]) => {
    const x = gammaNumbers(keys, a);
    // A number so small that it is 0 stays 0.
    const slope = select(lessEqual(x, zerosLike(x)), zerosLike(x), mul(x, logGammaSlope(a, log(x))));
    return [x, mul(slope, da)];
  },
);

/** Logarithms of gamma numbers, which do not underflow where the shape parameter is small. */
const logGammaNumbers: (keys: Value, a: Value) => Value = customJvp(
  function logGamma(keys: Value, a: Value): Value {
    const { d, v, boosted, last } = accepted(keys, a);
    const e = neg(standardExponential(last, [], a.dtype as FloatDType)), zero = zerosLike(e);
    // 0 · ∞ where the parameter is 0 too.
    const plain = greaterEqual(e, zero);
    return add(add(log(d), log(v)), select(boosted, zero, select(plain, zero, mul(e, reciprocal(a)))));
  },
  ([keys, a], [, da]) => {
    const x = logGammaNumbers(keys, a);
    return [x, mul(logGammaSlope(a, x), da)];
  },
);

interface Accepted {
  readonly d: Value;
  /** d · v is a gamma number for the parameter, or for the parameter plus 1 where that is below 1. */
  readonly v: Value;
  readonly boosted: Value;
  /** A key of which nothing has been drawn. */
  readonly last: Value;
}

function accepted(keys: Value, a: Value): Accepted {
  const dtype = a.dtype as FloatDType, boosted = greaterEqual(a, onesLike(a));
  const d = shift(select(boosted, a, shift(a, 1)), -1 / 3), c = div(fullLike(a, 1 / 3), sqrt(d));
  type Trial = readonly [keys: Value, squared: Value, v: Value, u: Value];
  const rejected = ([, squared, v, u]: Trial): Value => {
    const squeeze = greaterEqual(u, shift(neg(scale(mul(squared, squared), 0.0331)), 1));
    const bound = add(scale(squared, 0.5), mul(d, add(shift(neg(v), 1), log(v))));
    return and(squeeze, greaterEqual(log(u), bound));
  };
  const [, , v] = whileLoop<Trial>(
    (trial) => reduceAny(rejected(trial), [0]),
    (trial) => {
      const [keys, ...before] = trial, again = rejected(trial);
      const [x, v] = positiveNormal(child(keys, 1), c, again, dtype), u = unit(child(keys, 2), [], dtype);
      const [squared, cubed] = [mul(x, x), mul(mul(v, v), v)];
      const now = [squared, cubed, u].map((y, i) => select(again, y, before[i]!)) as [Value, Value, Value];
      return [child(keys, 0), ...now];
    },
    [child(keys, 0), zerosLike(a), onesLike(a), fullLike(a, 2)],
  );
  return { d, v, boosted, last: child(keys, 1) };
}

/** Normal numbers x for which 1 + c·x is positive, and 1 + c·x, where `wanted`. */
function positiveNormal(keys: Value, c: Value, wanted: Value, dtype: FloatDType): [x: Value, v: Value] {
  type Trial = readonly [keys: Value, x: Value, v: Value];
  const rejected = (v: Value): Value => lessEqual(v, zerosLike(v));
  const [, x, v] = whileLoop<Trial>(
    ([, , v]) => reduceAny(rejected(v), [0]),
    ([keys, x, v]) => {
      const again = rejected(v), y = standardNormal(child(keys, 1), [], dtype);
      return [child(keys, 0), select(again, y, x), select(again, shift(mul(y, c), 1), v)];
    },
    [keys, zerosLike(c), select(wanted, fullLike(c, -1), onesLike(c))],
  );
  return [x, v];
}

// The gamma distribution and those made of it.

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
