/** Keys: randomness as a value. */
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { full } from "../primitives/create.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { counters, threefry } from "../primitives/threefry.ts";
import { checkShape, type Shape, show } from "../shape.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { type Key, requireKey } from "./arguments.ts";

/**
 * A key from a seed. Equal seeds give equal keys, and seeds that differ give keys that differ.
 *
 * A function that takes a key and a shape gives the same numbers for the same key every time, whatever ran before: use a
 * key once, for one draw or one `split`, and `split` for more.
 *
 * The seed's high 32 bits are the key's first word, its low ones the second, as JAX has it in 64-bit mode. For seeds
 * below 2³² that is JAX's default too, which drops the high bits of larger ones.
 *
 * @param seed A whole number, 0 ≤ seed < 2⁵³, or a bigint, 0 ≤ seed < 2⁶⁴.
 * @returns A key, u32[2].
 * @throws {ArgumentError} If the seed is no such number.
 * @see JAX's `jax.random.key` with the threefry2x32 implementation, https://docs.jax.dev/en/latest/jax.random.html
 *
 * @example The same numbers every time
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normal(key(0), [3]).toArray(), normal(key(0), [3]).toArray());
 * ```
 */
export function key(seed: number | bigint): Key {
  const whole = typeof seed === "bigint" ? seed >= 0n && seed < 2n ** 64n : Number.isSafeInteger(seed) && seed >= 0;
  if (!whole) {
    const given = seed as unknown instanceof Tensor ? "a tensor" : String(seed);
    throw new ArgumentError(
      `key: a seed is a whole number from 0 to 2^53 - 1, or a bigint from 0n to 2n ** 64n - 1n, not ${given}; ` +
        "use foldIn to mix in a traced number",
    );
  }
  const bits = BigInt(seed);
  return new Concrete([2], "u32", Uint32Array.of(Number(bits >> 32n), Number(bits & 0xffffffffn))) as Value as Key;
}

/** `N` keys: a tuple where `N` is a literal below 100. */
export type Keys<N extends number> = number extends N ? readonly Key[]
  : `${N}` extends `-${string}` | `${string}.${string}` ? never
  : `${N}` extends `${infer _A}${infer _B}${infer _C}${infer _D}` ? readonly Key[]
  : `${N}` extends `${infer _A}${infer _B}${infer C}` ? (C extends "" ? KeyTuple<N> : readonly Key[])
  : KeyTuple<N>;

/** A tuple of `N` keys. */
export type KeyTuple<N extends number, T extends readonly Key[] = readonly []> = T["length"] extends N ? T
  : KeyTuple<N, readonly [...T, Key]>;

/**
 * New keys from one, which is used up by it.
 *
 * The first keys do not depend on how many are made. A shape in place of the number gives them as one tensor, for `vmap`
 * and `scan` to run over.
 *
 * @param key A key, u32[2].
 * @param n How many, 2 if left out; or a shape.
 * @returns An array of `n` keys; for a shape, a u32 tensor `[...shape, 2]`.
 * @throws {ArgumentError} If `key` is no key or `n` no whole number, 0 or more.
 * @see JAX's `jax.random.split`
 *
 * @example Two independent draws
 * ```ts
 * import { key, normal, split, uniform } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = split(key(0));
 * assertEquals([normal(a, [3]).shape, uniform(b, [2]).shape], [[3], [2]]);
 * ```
 *
 * @example A key for each example of a batch
 * ```ts
 * import { type Key, key, normal, split, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(vmap((k: Key) => normal(k, [3]))(split(key(0), [5])).shape, [5, 3]);
 * ```
 */
export function split(key: Key): readonly [Key, Key];
/** `n` keys from one. */
export function split<const N extends number>(key: Key, n: N): Keys<N>;
/** Keys from one, stacked in a shape. */
export function split<const S extends Shape>(key: Key, shape: S): Tensor<readonly [...S, 2], "u32">;
export function split(key: Key, n: number | Shape = 2): readonly Key[] | Value {
  const k = requireKey("split", key);
  if (typeof n !== "number") return threefry(k, counters(checkShape("split", n)), "keys");
  if (!Number.isInteger(n) || n < 0) {
    throw new ArgumentError(`split: makes a whole number of keys, 0 or more, not ${n}`);
  }
  const all = threefry(k, counters([n]), "keys");
  return Array.from({ length: n }, (_, i) => reshape(sliceAxis(all, 0, i, i + 1), [2]) as Key);
}

/**
 * A new key from a key and a whole number: for the step of a loop, the index of a layer.
 *
 * `foldIn(k, i)` is the key that `split(k, n)` gives at place i: do not do both with the same key.
 *
 * @param key A key, u32[2].
 * @param data A whole number, 0 ≤ data < 2³², or an integer scalar, which may be traced; a negative one counts from 2³² down.
 * @returns A key, u32[2].
 * @throws {ArgumentError} If `key` is no key or `data` no such number.
 * @see JAX's `jax.random.fold_in`
 *
 * @example A key a step
 * ```ts
 * import { foldIn, key, uniform } from "@adjoint/adjoint";
 * import { assertNotEquals } from "@std/assert";
 *
 * const k = key(0);
 * assertNotEquals(uniform(foldIn(k, 0)).item(), uniform(foldIn(k, 1)).item());
 * ```
 */
export function foldIn(
  key: Key,
  data: number | Tensor<readonly [], "i32"> | Tensor<readonly [], "u32"> | Tensor<readonly [], "u8">,
): Key {
  return threefry(requireKey("foldIn", key), requireWord(data), "keys") as Key;
}

function requireWord(data: unknown): Value {
  if (data instanceof Tensor) {
    const { shape, dtype } = data as Value, known: readonly DType[] = ["i32", "u32", "u8"];
    if (!known.includes(dtype)) throw new DTypeError(`foldIn: mixes in an integer, not ${dtype}; cast it first`);
    if (shape.length !== 0) {
      throw new ShapeError(`foldIn: mixes in a scalar, not a tensor of shape ${show(shape)}; map over it with vmap`);
    }
    return cast(data as Value, "u32");
  }
  if (typeof data === "number" && Number.isInteger(data) && data >= 0 && data < 2 ** 32) return full([], data, "u32");
  throw new ArgumentError(
    `foldIn: mixes in a whole number from 0 to 2^32 - 1 or an integer scalar, not ${String(data)}`,
  );
}
