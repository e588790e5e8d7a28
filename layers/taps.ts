/** Weighted sums of a few elements along an axis: what resizing and adaptive means are made of. */
import { max, mul, sum, take, tensor, type Value } from "../mod.ts";

/** For each element of the result, places along an axis and their weights; lists of equal length. */
export interface Taps {
  /** Places. */
  readonly at: readonly (readonly number[])[];
  /** Weights. */
  readonly weights: readonly (readonly number[])[];
}

/** The places along an axis as one more axis behind it. */
function taken(x: Value, axis: number, at: readonly (readonly number[])[]): Value {
  const indices = tensor(Int32Array.from(at.flat()), { shape: [at.length, at[0]!.length] });
  return take(x, indices, { axis }) as Value;
}

/** The weighted sums along an axis. */
export function weightedAlong(x: Value, axis: number, { at, weights }: Taps): Value {
  const dtype = x.dtype === "f64" ? "f64" : "f32", behind = x.shape.slice(axis + 1).map(() => 1);
  const w = tensor(Float64Array.from(weights.flat()), { shape: [at.length, at[0]!.length, ...behind], dtype });
  return sum(mul(taken(x, axis, at), w as Value) as Value, { axis: axis + 1 }) as Value;
}

/** The single elements along an axis. */
export function pickedAlong(x: Value, axis: number, at: readonly number[]): Value {
  return take(x, tensor(Int32Array.from(at)), { axis }) as Value;
}

/** The largest element of each list of places along an axis. */
export function largestAlong(x: Value, axis: number, at: readonly (readonly number[])[]): Value {
  return max(taken(x, axis, at), { axis: axis + 1 }) as Value;
}
