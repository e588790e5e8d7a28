/** Random bits, and the numbers in [0, 1) made of them. */
import type { DType } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { add, scale } from "../primitives/arithmetic.ts";
import { shiftRightLogical } from "../primitives/bits.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { full, fullLike } from "../primitives/create.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { counters, threefry, type ThreefryParams } from "../primitives/threefry.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type FloatDType, type Key, requireKey } from "./arguments.ts";

/**
 * Random bits: every value of the dtype is equally likely.
 *
 * @param key A key, u32[2].
 * @param shape What to draw; a scalar if left out.
 * @param options `dtype`: u32 or u8.
 * @returns Whole numbers, `shape`, u32 or u8.
 * @throws {DTypeError} If the dtype is another.
 * @see JAX's `jax.random.bits`, whose words these are
 *
 * @example JAX's words
 * ```ts
 * import { bits, key } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bits(key(0), [2]).toArray(), [4070199207, 4202968722]);
 * ```
 */
export function bits<const S extends Shape = readonly [], D extends "u32" | "u8" = "u32">(
  key: Key,
  shape?: S,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  const k = requireKey("bits", key), to = checkShape("bits", shape ?? []), dtype: DType = options.dtype ?? "u32";
  if (dtype !== "u32" && dtype !== "u8") {
    throw new DTypeError(`bits: draws u32 or u8, not ${String(dtype)}; cast the result`);
  }
  return cast(words(k, to), dtype) as Tensor<S, D>;
}

/** A draw of `shape` from each key of `[...B, 2]`: `[...B, ...shape]` words, or keys with their last axis of 2. */
export function words(keys: Value, shape: Shape, output: ThreefryParams["output"] = "bits"): Value {
  const at = counters(shape);
  return threefry(keys, broadcastRight(at, [...keys.shape.slice(0, -1), ...shape]), output);
}

/** Of each key of `[...B, 2]` the child of a number. */
export const child = (keys: Value, i: number): Value => threefry(keys, full(keys.shape.slice(0, -1), i, "u32"), "keys");

/** For each key of `[...B, 2]` numbers in [0, 1): multiples of 2⁻²³ in f32, of 2⁻⁵² in f64. */
export function unit(keys: Value, shape: Shape, dtype: FloatDType): Value {
  if (dtype === "f32") return fraction(words(keys, shape), 9, "f32", -23);
  const pairs = words(keys, shape, "keys"), last = pairs.shape.length - 1;
  const word = (i: number): Value => reshape(sliceAxis(pairs, last, i, i + 1), pairs.shape.slice(0, -1));
  return add(fraction(word(0), 0, "f64", -32), fraction(word(1), 12, "f64", -52));
}

const fraction = (word: Value, dropped: number, dtype: FloatDType, exponent: number): Value =>
  scale(cast(shiftRightLogical(word, fullLike(word, dropped)), dtype), 2 ** exponent);
