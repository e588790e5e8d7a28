/** Uniform, normal and whole numbers. */
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import {
  abs,
  add,
  div,
  fusedMultiplyAdd,
  maximum,
  minimum,
  mod,
  mul,
  scale,
  shift,
  sub,
} from "../primitives/arithmetic.ts";
import { greater, select } from "../primitives/compare.ts";
import { cast, full, fullLike, onesLike } from "../primitives/create.ts";
import { erf, erfInv } from "../primitives/elementary.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { checkShape, type Shape } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import {
  anyNumber,
  child,
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  parameters,
  requireFloatDType,
  requireKey,
  unit,
  words,
} from "./key.ts";

// Numbers equally likely everywhere in a range.

/** Options of `uniform`. */
export interface UniformOptions<D extends FloatDType = FloatDType> {
  /** The least value, 0 if left out: a number, or a tensor that broadcasts to the shape. */
  readonly min?: Parameter;
  /** What all values stay below (up to rounding), 1 if left out. */
  readonly max?: Parameter;
  /** f32 if left out. */
  readonly dtype?: D;
}

/**
 * Numbers equally likely everywhere in [min, max).
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `min`, `max`: numbers, or tensors that broadcast to `shape`; differentiable. `dtype`: f32 or f64.
 * @returns Numbers, `shape`.
 * @throws {ArgumentError} If `min` is above `max`.
 * @see JAX's `jax.random.uniform`, whose numbers these are
 *
 * @example A range of one's own
 * ```ts
 * import { all, greaterEqual, key, uniform } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(all(greaterEqual(uniform(key(0), [100], { min: 3, max: 5 }), 3)).item());
 * ```
 */
export function uniform<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: UniformOptions<D> = {},
): Tensor<S, D> {
  const k = requireKey("uniform", key), { min = 0, max = 1, dtype = "f32" } = options;
  if (typeof min === "number" && typeof max === "number" && min > max) {
    throw new ArgumentError(`uniform: min ${min} is above max ${max}; swap them`);
  }
  const limits = parameters("uniform", { min, max }, anyNumber, dtype);
  const [to, [low, high]] = drawn("uniform", shape ?? [], limits, ["min", "max"]);
  const u = unit(k, to, dtype);
  return (min === 0 && max === 1 ? u : between(u, low!, high!)) as Tensor<S, D>;
}

/** Numbers of [0, 1) stretched to [low, high); rounding must not lead below. */
const between = (u: Value, low: Value, high: Value): Value => maximum(low, fusedMultiplyAdd(u, sub(high, low), low));

/** For each key numbers in (−1, 1): never −1, where logarithms and erf⁻¹ are infinite. */
export function signedUnit(keys: Value, shape: Shape, dtype: FloatDType): Value {
  // 2u is exact, so one rounding is left; the least value is the one next to −1.
  return shift(scale(unit(keys, shape, dtype), 2), (dtype === "f32" ? 2 ** -24 : 2 ** -53) - 1);
}

/** For each key numbers in (0, 1): the least positive normal number stands for 0, where logarithms are infinite. */
export const openUnit = (keys: Value, shape: Shape, dtype: FloatDType): Value =>
  shift(unit(keys, shape, dtype), tiny(dtype));

/** The least positive normal number. */
export const tiny = (dtype: FloatDType): number => dtype === "f32" ? 2 ** -126 : 2 ** -1022;

// The bell curve, whole and cut.

/**
 * Standard normal numbers: mean 0, variance 1.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `dtype`: f32 or f64.
 * @returns Numbers, `shape`.
 * @throws {AdjointError} If `key` is no key, or `shape` no shape.
 * @see JAX's `jax.random.normal`: √2 · erf⁻¹ of a uniform number in (−1, 1), equal within rounding
 *
 * @example Noise of a given scale
 * ```ts
 * import { key, mul, normal } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mul(normal(key(0), [2, 3]), 0.1).shape, [2, 3]);
 * ```
 */
export function normal<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  const k = requireKey("normal", key), to = checkShape("normal", shape ?? []);
  return standardNormal(k, to, requireFloatDType("normal", options.dtype ?? "f32")) as Tensor<S, D>;
}

/** Standard normal numbers for each of many keys. */
export const standardNormal = (keys: Value, shape: Shape, dtype: FloatDType): Value =>
  scale(erfInv(signedUnit(keys, shape, dtype)), Math.SQRT2);

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions<D extends FloatDType = FloatDType> {
  /** Where the curve is cut on the left, −2 if left out: a number, or a tensor that broadcasts to the shape. */
  readonly min?: Parameter;
  /** Where the curve is cut on the right, 2 if left out. */
  readonly max?: Parameter;
  /** f32 if left out. */
  readonly dtype?: D;
}

/**
 * Normal numbers given that they lie between two limits, in standard deviations.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `min`, `max`: where the curve is cut, −2 and 2 if left out; infinite ones do not cut; differentiable.
 *   `dtype`: f32 or f64.
 * @returns Numbers strictly between the limits, `shape`.
 * @throws {ArgumentError} If `min` is not below `max`.
 * @see JAX's `jax.random.truncated_normal`, equal within rounding
 *
 * @example Within one standard deviation
 * ```ts
 * import { abs, all, key, less, truncatedNormal } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(all(less(abs(truncatedNormal(key(0), [100], { min: -1, max: 1 })), 1)).item());
 * ```
 */
export function truncatedNormal<const S extends Shape = readonly [], D extends FloatDType = "f32">(
  key: Key,
  shape?: S,
  options: TruncatedNormalOptions<D> = {},
): Tensor<S, D> {
  const k = requireKey("truncatedNormal", key), { min = -2, max = 2, dtype = "f32" } = options;
  if (typeof min === "number" && typeof max === "number" && min >= max) {
    throw new ArgumentError(`truncatedNormal: min ${min} is not below max ${max}; nothing lies between them`);
  }
  const limits = parameters("truncatedNormal", { min, max }, anyNumber, dtype);
  const [to, [low, high]] = drawn("truncatedNormal", shape ?? [], limits, ["min", "max"]);
  const mass = (x: Value): Value => erf(div(x, fullLike(x, Math.SQRT2)));
  const x = scale(erfInv(between(unit(k, to, dtype), mass(low!), mass(high!))), Math.SQRT2);
  const least = neighbour(stopGradient(low!), 1, dtype), greatest = neighbour(stopGradient(high!), -1, dtype);
  return minimum(maximum(x, least), greatest) as Tensor<S, D>;
}

/**
 * The next number towards ∞ (`side` 1) or −∞ (−1): x ± (φ|x| + η) rounds to it, with unit roundoff u, φ = u(1 + 2u) and
 * the least positive number η (Rump, Zimmermann, Boldo, Melquiond, "Computing predecessor and successor in rounding to
 * nearest", BIT 49, 2009). An infinite limit gives the largest finite number.
 */
function neighbour(x: Value, side: 1 | -1, dtype: FloatDType): Value {
  const [u, least, largest] = dtype === "f32"
    ? [2 ** -24, 2 ** -149, (2 - 2 ** -23) * 2 ** 127]
    : [2 ** -53, Number.MIN_VALUE, Number.MAX_VALUE];
  const finite = maximum(minimum(x, fullLike(x, largest)), fullLike(x, -largest));
  const step = shift(scale(abs(finite), u * (1 + 2 * u)), least);
  return side > 0 ? maximum(add(x, step), fullLike(x, -largest)) : minimum(sub(x, step), fullLike(x, largest));
}

// Whole numbers equally likely in a range.

/** A dtype of whole numbers. */
export type IntDType = "i32" | "u32" | "u8";

const ranges: { readonly [D in IntDType]: readonly [number, number] } = {
  i32: [-(2 ** 31), 2 ** 31],
  u32: [0, 2 ** 32],
  u8: [0, 2 ** 8],
};

/**
 * Whole numbers equally likely in min, …, max − 1; an empty range (`max` = `min`) gives `min`.
 *
 * Each has two random words; relative to one another, the likelihoods of two numbers differ by at most (max − min) / 2⁶⁴
 * where max − min ≤ 2¹⁶, and by at most (max − min) / 2³² elsewhere.
 *
 * @param key A key, u32[2].
 * @param shape What to draw.
 * @param min The least: a whole number, or an integer tensor that broadcasts to `shape`.
 * @param max One more than the greatest, likewise.
 * @param options `dtype`: i32 (if left out), u32 or u8.
 * @returns Whole numbers, `shape`.
 * @throws {ArgumentError} If `min` is above `max`, or the dtype does not hold the range.
 * @see JAX's `jax.random.randint`, whose numbers these are
 *
 * @example Dice
 * ```ts
 * import { all, key, lessEqual, randint } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(all(lessEqual(randint(key(0), [10], 1, 7), 6)).item());
 * ```
 */
export function randint<const S extends Shape, D extends IntDType = "i32">(
  key: Key,
  shape: S,
  min: Parameter,
  max: Parameter,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  const k = requireKey("randint", key), to = checkShape("randint", shape), dtype: IntDType = options.dtype ?? "i32";
  if (!Object.hasOwn(ranges, dtype)) {
    throw new DTypeError(`randint: draws i32, u32 or u8, not ${String(dtype)}; cast the result`);
  }
  const wide: DType = dtype === "u8" ? "i32" : dtype;
  return cast(integersIn(k, to, min, max, wide, dtype), dtype) as Tensor<S, D>;
}

function integersIn(key: Value, shape: Shape, min: Parameter, max: Parameter, wide: DType, dtype: IntDType): Value {
  const high = words(child(key, 0), shape), low = words(child(key, 1), shape);
  if (typeof min === "number" && typeof max === "number") {
    checkRange(min, max, dtype);
    const least = full(shape, min, wide), size = max - min;
    // All of 32 bits: nothing to reduce.
    if (size === 2 ** 32) return add(least, cast(low, wide));
    return add(least, cast(below(high, low, full(shape, Math.max(size, 1), "u32")), wide));
  }
  const limits = [limit("min", min, wide, dtype), limit("max", max, wide, dtype)];
  const [, [least, end]] = drawn("randint", shape, limits, ["min", "max"]);
  const size = sub(cast(end!, "u32"), cast(least!, "u32"));
  return add(least!, cast(below(high, low, select(greater(end!, least!), size, onesLike(size))), wide));
}

/** (high · 2³² + low) mod size, as far as products modulo 2³² can: it is exact for sizes up to 2¹⁶. */
function below(high: Value, low: Value, size: Value): Value {
  const half = mod(fullLike(size, 2 ** 16), size), whole = mod(mul(half, half), size);
  return mod(add(mul(mod(high, size), whole), mod(low, size)), size);
}

function checkRange(min: number, max: number, dtype: IntDType): void {
  const [least, end] = ranges[dtype];
  if (!Number.isInteger(min) || !Number.isInteger(max)) {
    throw new ArgumentError(`randint: min ${min} and max ${max} must be whole numbers`);
  }
  if (min > max) throw new ArgumentError(`randint: min ${min} is above max ${max}; swap them`);
  if (min < least || min >= end || max > end) {
    throw new ArgumentError(
      `randint: ${dtype} does not hold all of ${min}, …, ${max} - 1; it holds ${least} to ${end - 1}`,
    );
  }
}

function limit(name: string, x: Parameter, wide: DType, dtype: IntDType): Value {
  if (x instanceof Tensor) {
    if (kindOf(x.dtype) !== "int") throw new DTypeError(`randint: ${name} is ${x.dtype}; cast it to ${dtype} first`);
    return cast(x, wide);
  }
  const [least, end] = ranges[dtype];
  if (Number.isInteger(x) && x >= least && x < end) return full([], x, wide);
  throw new ArgumentError(
    `randint: ${name} is ${String(x)}; beside a tensor it must be a whole number from ${least} to ${end - 1}`,
  );
}
