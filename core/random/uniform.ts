/** Numbers equally likely everywhere in a range. */
import { scale, shift, sub } from "../primitives/arithmetic.ts";
import { maximum } from "../primitives/extremes.ts";
import { fusedMultiplyAdd } from "../primitives/fused_multiply_add.ts";
import { ArgumentError } from "../errors.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { anyNumber, drawn, type FloatDType, type Key, type Parameter, parameters, requireKey } from "./arguments.ts";
import { unit } from "./bits.ts";

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
export const between = (u: Value, low: Value, high: Value): Value =>
  maximum(low, fusedMultiplyAdd(u, sub(high, low), low));

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
