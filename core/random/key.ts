/** Keys, the bits they make, and what samplers take. */
import { type DType, type FloatOf, floatOf, type Promote, promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add, scale } from "../primitives/arithmetic.ts";
import { shiftRightLogical } from "../primitives/compare.ts";
import { cast, full, fullLike } from "../primitives/create.ts";
import { broadcastRight, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { counters, threefry, type ThreefryParams } from "../primitives/threefry.ts";
import { broadcastShapes, checkShape, sameShape, type Shape, show } from "../shape.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";

// What samplers check before they draw, and how they bring parameters to one dtype and shape.

/** The state of a stream of random numbers: two words. It is used once; `split` and `foldIn` make new ones of it. */
export type Key = Tensor<readonly [2], "u32">;

/** A dtype of random numbers with fractions. */
export type FloatDType = "f32" | "f64";

/** A parameter of a distribution: a number, or a tensor of them. */
export type Parameter = number | Value;

/** The shape of a parameter. */
export type ParameterShape<P> = P extends Tensor<infer S, DType> ? S : readonly [];

/** The float dtype of a parameter; a number's is f32. */
export type ParameterDType<P> = P extends Tensor<Shape, infer D extends DType> ? FloatOf<D> : "f32";

/** The float dtype of two parameters together. */
export type ParametersDType<P, Q> = P extends number ? ParameterDType<Q>
  : Q extends number ? ParameterDType<P>
  : FloatOf<Promote<ParameterDType<P>, ParameterDType<Q>>>;

/** A key, or an error that says what was given instead. */
export function requireKey(op: string, key: unknown): Value {
  if (key instanceof Tensor && key.dtype === "u32" && sameShape(key.shape, [2])) return key as Value;
  const wanted = `${op}: expected a key (u32[2]), got`;
  if (key instanceof Tensor) {
    const given = `${wanted} ${key.dtype}[${key.shape}]`;
    if (key.dtype !== "u32") throw new DTypeError(`${given}; make one with key(seed)`);
    const many = key.shape.at(-1) === 2 ? "map over many keys with vmap" : "make one with key(seed)";
    throw new ShapeError(`${given}; ${many}`);
  }
  if (Array.isArray(key)) throw new ArgumentError(`${wanted} an array; take one of its keys`);
  const what = typeof key !== "object" || key === null
    ? String(key)
    : key.constructor === Object
    ? "an object"
    : `a ${key.constructor.name}`;
  throw new ArgumentError(`${wanted} ${typeof key === "function" ? "a function" : what}; make one with key(seed)`);
}

/** The dtype option of a sampler of floats. */
export function requireFloatDType(op: string, dtype: unknown): FloatDType {
  if (dtype === "f32" || dtype === "f64") return dtype;
  throw new DTypeError(`${op}: draws f32 or f64, not ${String(dtype)}; cast the result`);
}

/** A condition on a number among the parameters; elements of tensors are not looked at, for they may be traced. */
export interface Domain {
  readonly test: (x: number) => boolean;
  readonly text: string;
}

/** Above 0. */
export const positive: Domain = { test: (x) => x > 0, text: "must be positive" };
/** Not NaN. */
export const anyNumber: Domain = { test: (x) => !Number.isNaN(x), text: "must be a number" };

/** Named parameters as tensors of one float dtype, of their own shapes. */
export function parameters(
  op: string,
  given: Readonly<Record<string, unknown>>,
  domain: Domain,
  dtype: unknown,
): Value[] {
  const dtypes = Object.values(given).flatMap((x) => x instanceof Tensor ? [floatOf(x.dtype as DType)] : []);
  const common = requireFloatDType(op, dtype ?? (dtypes.length === 0 ? "f32" : dtypes.reduce(promote)));
  return Object.entries(given).map(([name, x]) => {
    if (x instanceof Tensor) return cast(x as Value, common);
    if (typeof x !== "number") {
      throw new ArgumentError(
        `${op}: ${name} is ${
          Array.isArray(x) ? "an array; wrap it: tensor([…])" : `${String(x)}; give a number or a tensor`
        }`,
      );
    }
    if (!domain.test(x)) throw new ArgumentError(`${op}: ${name} is ${x}; it ${domain.text}`);
    return full([], x, common);
  });
}

/** The shape to draw, the parameters' common one where none is given, and the parameters broadcast to it. */
export function drawn(op: string, shape: unknown, xs: readonly Value[], names: readonly string[]): [Shape, Value[]] {
  const to = shape === undefined ? broadcastShapes(op, ...xs.map((x) => x.shape)) : checkShape(op, shape as Shape);
  return [
    to,
    xs.map((x, i) => {
      const fits = x.shape.length <= to.length &&
        x.shape.every((d, a) => d === 1 || d === to[to.length - x.shape.length + a]);
      if (fits) return broadcastRight(x, to);
      throw new ShapeError(
        `${op}: ${names[i]} of shape ${show(x.shape)} does not broadcast to the shape to draw, ${show(to)}`,
      );
    }),
  ];
}

// Keys: randomness as a value.

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

// Random bits, and the numbers in [0, 1) made of them.

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
