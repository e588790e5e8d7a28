/** Distributions whose numbers are logarithms of uniform ones. */
import { add, mul, neg, scale, shift, sub } from "../primitives/arithmetic.ts";
import { greaterEqual } from "../primitives/compare.ts";
import { fullLike } from "../primitives/create.ts";
import { log, log1p } from "../primitives/exponential.ts";
import { reshape } from "../primitives/reshape.ts";
import { abs, sign } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type FloatDType, type Key, requireFloatDType, requireKey } from "./arguments.ts";
import { ArgumentError } from "../errors.ts";
import { unit } from "./bits.ts";
import { openUnit, signedUnit, tiny } from "./uniform.ts";

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
export function requireResolution(op: string, mode: unknown): Resolution {
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
export function twoUnits(key: Value, shape: Shape, dtype: FloatDType): [Value, Value] {
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
