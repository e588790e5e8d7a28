/** Discrete distributions, and those made of logarithms. */
import { whileLoop } from "../control/loops.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { asFloat, requireTensor } from "../ops/operands.ts";
import { abs, add, div, floor, log, log1p, mul, neg, scale, shift, sign, sub } from "../primitives/arithmetic.ts";
import { and, equal, greater, greaterEqual, less, lessEqual, not, or, select } from "../primitives/compare.ts";
import { cast, full, fullLike, zerosLike } from "../primitives/create.ts";
import { lgamma, sqrt } from "../primitives/elementary.ts";
import { argMax, reduceAny } from "../primitives/reduce.ts";
import { broadcastRight, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { checkShape, normalizeAxis, sameShape, type Shape, show } from "../shape.ts";
import type { Reduce } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  child,
  type Domain,
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  parameters,
  type ParameterShape,
  requireFloatDType,
  requireKey,
  unit,
} from "./key.ts";
import { openUnit, signedUnit, tiny } from "./uniform.ts";

// Distributions whose numbers are logarithms of uniform ones.

/** Options of samplers that have only a dtype to choose. */
export interface DTypeOption<D extends FloatDType = FloatDType> {
  /** f32 if left out. */
  readonly dtype?: D;
}

/**
 * How finely rare events are resolved: "low" spends one random word a number, "high" two, and reaches probabilities of
 * about 2⁻⁴⁶ where "low" ends at 2⁻²³ (in f32).
 */
export type Resolution = "low" | "high";

/** The resolution option, checked. */
function requireResolution(op: string, mode: unknown): Resolution {
  if (mode === "low" || mode === "high") return mode;
  throw new ArgumentError(`${op}: mode is ${String(mode)}; use "low" or "high"`);
}

function sampler<S extends Shape, D extends FloatDType>(
  op: string,
  key: Key,
  shape: S | undefined,
  dtype: D | undefined,
  draw: (key: Value, shape: Shape, dtype: FloatDType) => Value,
): Tensor<S, D> {
  const k = requireKey(op, key);
  return draw(k, checkShape(op, shape ?? []), requireFloatDType(op, dtype ?? "f32")) as Tensor<S, D>;
}

/**
 * Waiting times for an event that happens once a unit of time on average.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `dtype`: f32 or f64.
 * @returns Numbers from 0 up, of mean 1, `shape`.
 * @throws {AdjointError} If `key` is no key, or `shape` no shape.
 * @see JAX's `jax.random.exponential`: −log(1 − u), equal within rounding
 *
 * @example Waiting times of mean 10
 * ```ts
 * import { all, exponential, greaterEqual, key, mul } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(all(greaterEqual(mul(exponential(key(0), [100]), 10), 0)).item());
 * ```
 */
export function exponential<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: DTypeOption<D> = {},
): Tensor<S, D> {
  return sampler("exponential", key, shape, options.dtype, standardExponential);
}

/** Exponential numbers for each of many keys. */
export const standardExponential = (keys: Value, shape: Shape, dtype: FloatDType): Value =>
  neg(log1p(neg(unit(keys, shape, dtype))));

/**
 * Gumbel numbers, −log(−log u): the largest of logits plus these falls on each index with its softmax probability.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `mode`: "low" (if left out) or "high" resolution of large numbers. `dtype`: f32 or f64.
 * @returns Numbers, `shape`.
 * @throws {ArgumentError} If the mode is another.
 * @see JAX's `jax.random.gumbel`, equal within rounding
 *
 * @example The Gumbel trick
 * ```ts
 * import { add, argmax, gumbel, key, tensor } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * const logits = tensor([0, 1, 2]);
 * assert(argmax(add(logits, gumbel(key(0), [3])), { axis: 0 }).item() < 3);
 * ```
 */
export function gumbel<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: DTypeOption<D> & { readonly mode?: Resolution } = {},
): Tensor<S, D> {
  const mode = requireResolution("gumbel", options.mode ?? "low");
  return sampler("gumbel", key, shape, options.dtype, (k, s, d) => standardGumbel(k, s, d, mode));
}

/** Gumbel numbers for a key. */
export function standardGumbel(key: Value, shape: Shape, dtype: FloatDType, mode: Resolution = "low"): Value {
  if (mode === "low") return neg(log(neg(log(openUnit(key, shape, dtype)))));
  const [high, low] = twoUnits(key, shape, dtype);
  const fine = shift(add(high, scale(low, ulp(dtype))), tiny(dtype));
  const x = select(greaterEqual(high, fullLike(high, 0.5)), high, fine);
  return neg(log(neg(log1p(neg(x)))));
}

/** Two numbers in [0, 1) an element, for twice the resolution. */
function twoUnits(key: Value, shape: Shape, dtype: FloatDType): [Value, Value] {
  const both = unit(key, [2, ...shape], dtype);
  return [reshape(sliceAxis(both, 0, 0, 1), shape), reshape(sliceAxis(both, 0, 1, 2), shape)];
}

/** The distance from 1 to the next number. */
export const ulp = (dtype: FloatDType): number => dtype === "f32" ? 2 ** -23 : 2 ** -52;

/**
 * Laplace numbers: exponential ones with a sign at random.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `dtype`: f32 or f64.
 * @returns Numbers of mean 0 and variance 2, `shape`.
 * @throws {AdjointError} If `key` is no key, or `shape` no shape.
 * @see JAX's `jax.random.laplace`, equal within rounding
 *
 * @example A draw
 * ```ts
 * import { key, laplace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(laplace(key(0), [4]).shape, [4]);
 * ```
 */
export function laplace<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: DTypeOption<D> = {},
): Tensor<S, D> {
  return sampler("laplace", key, shape, options.dtype, (k, s, d) => {
    const u = signedUnit(k, s, d);
    return mul(sign(u), log1p(neg(abs(u))));
  });
}

/**
 * Logistic numbers, log(u / (1 − u)).
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `dtype`: f32 or f64.
 * @returns Numbers of mean 0 and variance π²/3, `shape`.
 * @throws {AdjointError} If `key` is no key, or `shape` no shape.
 * @see JAX's `jax.random.logistic`, equal within rounding
 *
 * @example A draw
 * ```ts
 * import { key, logistic } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logistic(key(0), [4]).shape, [4]);
 * ```
 */
export function logistic<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: DTypeOption<D> = {},
): Tensor<S, D> {
  return sampler("logistic", key, shape, options.dtype, (k, s, d) => {
    const u = openUnit(k, s, d);
    return sub(log(u), log1p(neg(u)));
  });
}

// Counts of independent events.

const rate: Domain = { test: (x) => x >= 0 && x < 2 ** 31, text: "must be 0 or more, and below 2^31" };

/** Below this rate a number is drawn by multiplying, from it on by rejection. */
const few = 10;

/**
 * Poisson numbers: how many events happen while `lam` do on average.
 *
 * @param key A key, u32[2].
 * @param lam Mean counts, 0 or more: a number, or a tensor that broadcasts to `shape`.
 * @param shape What to draw; the shape of `lam` if left out.
 * @returns Counts of mean and variance `lam`, i32, `shape`.
 * @throws {ArgumentError} If a number `lam` is negative.
 * @see JAX's `jax.random.poisson`, whose numbers these are up to a tie within rounding; Knuth, The Art of Computer
 *   Programming 2, 3.4.1; Hörmann, "The transformed rejection method for generating Poisson random variables", 1993
 *
 * @example Visitors in ten hours
 * ```ts
 * import { key, poisson } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(poisson(key(42), 3, [6]).toArray(), [6, 2, 2, 1, 5, 2]);
 * ```
 */
export function poisson<const P extends Parameter, const S extends Shape = ParameterShape<P>>(
  key: Key,
  lam: P,
  shape?: S,
): Tensor<S, "i32"> {
  const k = requireKey("poisson", key), given = parameters("poisson", { lam }, rate, undefined);
  const [, [mean]] = drawn("poisson", shape, given, ["lam"]);
  return cast(counts(k, mean!, lam), "i32") as Tensor<S, "i32">;
}

function counts(key: Value, mean: Value, lam: Parameter): Value {
  if (typeof lam === "number") return lam < few ? byProducts(key, mean) : byRejection(key, mean);
  // Each way sees rates that it ends soon with in place of the other's.
  const many = greaterEqual(mean, fullLike(mean, few));
  return select(
    many,
    byRejection(key, select(many, mean, fullLike(mean, 1e5))),
    byProducts(key, select(many, zerosLike(mean), mean)),
  );
}

const any = (x: Value): Value => reduceAny(x, x.shape.map((_, i) => i));

/** How many uniform numbers have a product above e⁻ᵐᵉᵃⁿ (Knuth). */
function byProducts(key: Value, mean: Value): Value {
  const bound = neg(mean);
  type State = readonly [key: Value, count: Value, logProduct: Value];
  const [, count] = whileLoop<State>(
    ([, , logProduct]) => any(greater(logProduct, bound)),
    ([key, count, logProduct]) => [
      child(key, 0),
      select(greater(logProduct, bound), shift(count, 1), count),
      add(logProduct, log(unit(child(key, 1), mean.shape, mean.dtype as FloatDType))),
    ],
    [key, zerosLike(mean), zerosLike(mean)],
  );
  return select(equal(mean, zerosLike(mean)), zerosLike(mean), shift(count, -1));
}

/** Hörmann's PTRS: a transformed uniform number, mostly accepted without a logarithm. */
function byRejection(key: Value, mean: Value): Value {
  const dtype = mean.dtype as FloatDType, logMean = log(mean), at = (x: number): Value => fullLike(mean, x);
  const b = shift(scale(sqrt(mean), 2.53), 0.931), a = shift(scale(b, 0.02483), -0.059);
  const inverseAlpha = shift(div(at(1.1328), shift(b, -3.4)), 1.1239);
  const surely = sub(at(0.9277), div(at(3.6224), shift(b, -2)));
  type State = readonly [key: Value, count: Value, accepted: Value];
  const [, count] = whileLoop<State>(
    ([, , accepted]) => any(not(accepted)),
    ([key, count, accepted]) => {
      const u = shift(unit(child(key, 1), mean.shape, dtype), -0.5), v = unit(child(key, 2), mean.shape, dtype);
      const s = sub(at(0.5), abs(u));
      const k = floor(shift(add(mul(add(div(scale(a, 2), s), b), u), mean), 0.43));
      const quick = and(greaterEqual(s, at(0.07)), lessEqual(v, surely));
      const outside = or(less(k, zerosLike(k)), and(less(s, at(0.013)), greater(v, s)));
      const height = log(div(mul(v, inverseAlpha), add(div(a, mul(s, s)), b)));
      const density = sub(add(neg(mean), mul(k, logMean)), lgamma(shift(k, 1)));
      const accept = or(quick, and(not(outside), lessEqual(height, density)));
      return [child(key, 0), select(accept, k, count), or(accept, accepted)];
    },
    [key, at(-1), full(mean.shape, 0, "bool")],
  );
  return count;
}

// Choices between few: coins and loaded dice.

const probability: Domain = { test: (p) => p >= 0 && p <= 1, text: "must lie between 0 and 1" };

/**
 * Coins that show true with probability `p`.
 *
 * @param key A key, u32[2].
 * @param p Probabilities: a number, or a tensor that broadcasts to `shape`.
 * @param shape What to draw; the shape of `p` if left out.
 * @param options `mode`: "low" (if left out) or "high" resolution of small probabilities.
 * @returns Truth values, `shape`.
 * @throws {ArgumentError} If a number `p` is not between 0 and 1.
 * @see JAX's `jax.random.bernoulli`, whose values these are
 *
 * @example A mask that keeps most
 * ```ts
 * import { bernoulli, key } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bernoulli(key(42), 0.3, [8]).toArray(), [false, false, false, false, false, false, true, false]);
 * ```
 */
export function bernoulli<const P extends Parameter = number, const S extends Shape = ParameterShape<P>>(
  key: Key,
  p: P,
  shape?: S,
  options: { readonly mode?: Resolution } = {},
): Tensor<S, "bool"> {
  const k = requireKey("bernoulli", key), mode = requireResolution("bernoulli", options.mode ?? "low");
  const given = parameters("bernoulli", { p }, probability, undefined), dtype = given[0]!.dtype as FloatDType;
  const [to, [chance]] = drawn("bernoulli", shape, given, ["p"]);
  if (mode === "low") return less(unit(k, to, dtype), chance!) as Value as Tensor<S, "bool">;
  const [high, low] = twoUnits(k, to, dtype);
  return less(scale(low, ulp(dtype)), sub(chance!, high)) as Value as Tensor<S, "bool">;
}

/** Options of `categorical`. */
export interface CategoricalOptions<Axis extends number = number, S extends Shape = Shape> {
  /** The axis of the classes, the last if left out. */
  readonly axis?: Axis;
  /** What to draw: it ends in the shape of the logits without their axis, which is what is drawn if left out. */
  readonly shape?: S;
  /** "low" (if left out) or "high" resolution of unlikely classes. */
  readonly mode?: Resolution;
}

/**
 * Class indices, each with the probability that the softmax of the logits gives it.
 *
 * @param key A key, u32[2].
 * @param logits Logarithms of probabilities, up to a constant: `[..., classes]`. −∞ is never drawn.
 * @param options `axis` of the classes; `shape` to draw more than one of each; `mode`.
 * @returns Indices, i32: the shape of the logits without their axis, or `shape`.
 * @throws {ShapeError} If the axis is out of range or empty, or `shape` does not end as it must.
 * @see JAX's `jax.random.categorical`: the index of the largest of logits plus Gumbel numbers
 *
 * @example Draws from one distribution
 * ```ts
 * import { categorical, key, log, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(categorical(key(0), log(tensor([0, 1, 0])), { shape: [3] }).toArray(), [1, 1, 1]);
 * ```
 */
export function categorical<
  L extends Shape,
  D extends DType,
  const Axis extends number = -1,
  const S extends Shape = Reduce<L, Axis>,
>(key: Key, logits: Tensor<L, D>, options: CategoricalOptions<Axis, S> = {}): Tensor<S, "i32"> {
  const k = requireKey("categorical", key), x = asFloat(requireTensor("categorical", logits, "logits"));
  const mode = requireResolution("categorical", options.mode ?? "low"), rank = x.shape.length;
  const axis = normalizeAxis("categorical", options.axis ?? -1, rank);
  if (x.shape[axis] === 0) {
    throw new ShapeError(`categorical: logits of shape ${show(x.shape)} have no classes along axis ${axis}`);
  }
  const batch = x.shape.filter((_, a) => a !== axis);
  const shape = checkShape("categorical", options.shape ?? batch), lead = shape.length - batch.length;
  if (lead < 0 || !sameShape(shape.slice(lead), batch)) {
    throw new ShapeError(
      `categorical: the shape to draw, ${show(shape)}, does not end in ${
        show(batch)
      }, that of the logits without axis ${axis}`,
    );
  }
  const full = [...shape.slice(0, lead), ...x.shape];
  const noisy = add(standardGumbel(k, full, x.dtype as FloatDType, mode), broadcastRight(x, full));
  return argMax(noisy, lead + axis) as Value as Tensor<S, "i32">;
}
