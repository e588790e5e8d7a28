/** What augmentations take: batches, probabilities, amounts and their ranges, checked; and one draw an example. */
import {
  ArgumentError,
  bernoulli,
  type DType,
  DTypeError,
  type FloatDType,
  type Key,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  uniform,
  type Value,
  where,
} from "../../mod.ts";

/** Pictures, or anything of which the first axis counts examples, whatever its dtype. */
export type Examples = Tensor<Shape, DType>;

/** Throws unless there are pictures `[batch, height, width, channels]`; gives their sizes. */
export function requireImages(op: string, x: Value): readonly [number, number, number, number] {
  if (x.shape.length === 4) return x.shape as readonly number[] as readonly [number, number, number, number];
  throw new ShapeError(`${op}: expected pictures [batch, height, width, channels], got [${x.shape.join(", ")}]`);
}

/** Throws unless there are series `[batch, time, channels]`; gives their sizes. */
export function requireSeries(op: string, x: Examples): readonly [batch: number, time: number, channels: number] {
  if (x.shape.length === 3) return x.shape as readonly number[] as readonly [number, number, number];
  throw new ShapeError(`${op}: expected series [batch, time, channels], got [${x.shape.join(", ")}]`);
}

/** Throws unless the first axis counts examples; gives their number. */
export function requireBatch(op: string, x: Value): number {
  if (x.shape.length > 0) return x.shape[0]!;
  throw new ShapeError(`${op}: expected examples [batch, ...], got a scalar`);
}

/** Throws unless a tensor holds floats; gives their dtype. */
export function requireFloats(op: string, x: Value): FloatDType {
  if (x.dtype === "f32" || x.dtype === "f64") return x.dtype;
  throw new DTypeError(`${op}: takes floats, not ${x.dtype}; cast to f32 first`);
}

/** Throws unless a number is a probability. */
export function requireProbability(op: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${op}: the probability is from 0 to 1, not ${p}`);
}

/** Throws unless a number is finite, and 0 or more. */
export function requireAmount(op: string, what: string, x: number): void {
  if (!(x >= 0 && x < Infinity)) throw new ArgumentError(`${op}: ${what} is a number from 0, not ${x}`);
}

/** A least and a greatest value. */
export type Range = readonly [number, number];

/** Throws unless a range goes upwards from above 0, to a bound at most. */
export function requireRange(op: string, what: string, [low, high]: Range, most = Infinity): void {
  if (low > 0 && low <= high && high <= most && high < Infinity) return;
  const bound = most === Infinity ? "" : ` and up to ${most}`;
  throw new ArgumentError(`${op}: ${what} is a range [low, high] above 0${bound}, not [${low}, ${high}]`);
}

/** The first axis of a tensor, and axes of size 1 in place of the others of `like`. */
export const perExample = <D extends DType>(x: Tensor<Shape, D>, like: Value): Tensor<Shape, D> =>
  reshape(x as Tensor, [x.shape[0]!, ...like.shape.slice(1).map(() => 1)]) as never;

/** The first of two for the examples that a coin with a probability of its own throw takes, the second for the others. */
export function forSome<X extends Value>(key: Key, probability: number, yes: X, no: X): X {
  const chosen = bernoulli(key, probability, [no.shape[0]!]) as Tensor<Shape, "bool">;
  return where(perExample(chosen, no), yes, no) as Value as X;
}

/** A number for each of a batch, every one of a range equally likely. */
export const drawRange = (key: Key, batch: number, [min, max]: Range, dtype: FloatDType = "f32"): Tensor =>
  uniform(key, [batch], { min, max, dtype }) as never;

/** A range, or a number for as much on either side of a middle. */
export type Spread = number | Range;

/** The range that a spread stands for; throws unless it goes upwards. */
export function requireSpread(op: string, what: string, spread: Spread, middle: number, least = -Infinity): Range {
  if (typeof spread === "number") {
    requireAmount(op, what, spread);
    return [Math.max(middle - spread, least), middle + spread];
  }
  const [low, high] = spread;
  if (low >= least && low <= high && Number.isFinite(low) && Number.isFinite(high)) return spread;
  const bound = least === -Infinity ? "" : ` from ${least} up`;
  throw new ArgumentError(`${op}: ${what} is a number, or a range [low, high]${bound}, not [${low}, ${high}]`);
}
