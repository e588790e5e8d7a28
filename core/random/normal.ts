/** The bell curve, whole and cut. */
import { ArgumentError } from "../errors.ts";
import { add, div, scale, shift, sub } from "../primitives/arithmetic.ts";
import { fullLike } from "../primitives/create.ts";
import { maximum, minimum } from "../primitives/extremes.ts";
import { abs } from "../primitives/rounding.ts";
import { erf, erfInv } from "../primitives/special.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  anyNumber,
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  parameters,
  requireFloatDType,
  requireKey,
} from "./arguments.ts";
import { unit } from "./bits.ts";
import { between, signedUnit } from "./uniform.ts";

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
