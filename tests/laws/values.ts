/** Concrete values for tests, and deterministic pseudo-random ones. */
import { alloc, type DType } from "../../core/dtype.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { Concrete, type Value } from "../../core/tensor.ts";

/** What fills a test value: its elements in order, a function of the flat index, or the seed of pseudo-random ones. */
export type Fill = readonly number[] | ((flat: number) => number) | number;

/** Numbers in [0, 1) that depend on the seed alone: Marsaglia's xorshift with shifts 13, 17, 5 (J. Stat. Softw. 8:14, 2003). */
export function randoms(seed: number): () => number {
  // Multiplying by an odd constant spreads neighbouring seeds; zero is xorshift's one fixed point.
  let s = Math.imul(seed + 1, 0x9e3779b1) || 1;
  const next = (): number => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 4; i++) next();
  return next;
}

/** A value of any dtype from a function of the flat index. */
export function make(shape: Shape, dtype: DType, f: (flat: number) => number): Value {
  const data = alloc(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = f(i);
  return new Concrete([...shape], dtype, data);
}

function filled(shape: Shape, dtype: DType, fill: Fill, random: (u: number) => number): Value {
  if (typeof fill === "function") return make(shape, dtype, fill);
  if (typeof fill === "number") {
    const next = randoms(fill);
    return make(shape, dtype, () => random(next()));
  }
  if (fill.length !== sizeOf(shape)) throw new Error(`${fill.length} elements do not fill [${shape}]`);
  return make(shape, dtype, (i) => fill[i]!);
}

/** An f64 value; a seed gives numbers in [−1, 1). Note that `f64([], 3)` is seeded by 3: the scalar 3 is `f64([], [3])`. */
export const f64 = (shape: Shape, fill: Fill): Value => filled(shape, "f64", fill, (u) => 2 * u - 1);
/** An f32 value; a seed gives numbers in [−1, 1). */
export const f32 = (shape: Shape, fill: Fill): Value => filled(shape, "f32", fill, (u) => 2 * u - 1);
/** An i32 value; a seed gives −9 to 9. */
export const i32 = (shape: Shape, fill: Fill): Value => filled(shape, "i32", fill, (u) => Math.floor(19 * u) - 9);
/** A u32 value; a seed gives 0 to 9. */
export const u32 = (shape: Shape, fill: Fill): Value => filled(shape, "u32", fill, (u) => Math.floor(10 * u));
/** A u8 value; a seed gives 0 to 9. */
export const u8 = (shape: Shape, fill: Fill): Value => filled(shape, "u8", fill, (u) => Math.floor(10 * u));
/** A bool value, of 0 and 1 or of booleans; a seed gives both about equally often. */
export const bool = (shape: Shape, fill: Fill | readonly boolean[]): Value =>
  filled(shape, "bool", Array.isArray(fill) ? fill.map(Number) : fill as Fill, (u) => +(u < 0.5));

/** Pseudo-random numbers in [lo, hi), in f64 if no dtype is given. */
export function uniform(shape: Shape, lo: number, hi: number, seed: number, dtype: DType = "f64"): Value {
  const next = randoms(seed);
  return make(shape, dtype, () => lo + (hi - lo) * next());
}

/** Pseudo-random whole numbers from `lo` up to but not with `hi`. */
export function integers(shape: Shape, lo: number, hi: number, seed: number, dtype: DType = "i32"): Value {
  const next = randoms(seed);
  return make(shape, dtype, () => lo + Math.floor((hi - lo) * next()));
}

/**
 * The middles of as many equal parts of [lo, hi] as there are elements, shuffled: no two closer than (hi − lo) / n. For
 * functions with kinks where elements tie (sort, max): differences move elements by less than 0.8 % of the smaller of
 * themselves and 1, in both directions.
 */
export function spaced(shape: Shape, lo: number, hi: number, seed: number): Value {
  const n = sizeOf(shape), next = randoms(seed);
  const xs = Array.from({ length: n }, (_, i) => lo + (hi - lo) * (i + 0.5) / n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1)), x = xs[i]!;
    xs[i] = xs[j]!;
    xs[j] = x;
  }
  return make(shape, "f64", (i) => xs[i]!);
}
