/** Binary search in sorted vectors, for many values at once. */
import { ShapeError } from "../errors.ts";
import { shift } from "../primitives/arithmetic.ts";
import { less, lessEqual } from "../primitives/compare.ts";
import { full, fullLike } from "../primitives/create.ts";
import { isNaN } from "../primitives/finite.ts";
import { takeAxis } from "../primitives/gather.ts";
import { and, not, or } from "../primitives/logic.ts";
import { select } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { show } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** Whether a value goes before or behind the elements equal to it. */
export type SearchSide = "left" | "right";

/**
 * How many of `sorted` (rank 1) stand before each of `values`: a binary search for all at once, from the largest power of
 * two down. NaN stands behind every number, as sorting puts it.
 */
export function placesIn(sorted: Value, values: Value, side: SearchSide): Value {
  const n = sorted.shape[0]!, xs = stopGradient(sorted), v = stopGradient(values);
  const isBefore = (x: Value): Value =>
    side === "left" ? or(less(x, v), and(isNaN(v), not(isNaN(x)))) : or(lessEqual(x, v), isNaN(v));
  let place = full(values.shape, 0, "i32");
  if (n === 0) return place;
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const next = shift(place, step), exists = lessEqual(next, fullLike(next, n));
    place = select(and(exists, isBefore(takeAxis(xs, shift(next, -1), 0))), next, place);
  }
  return place;
}

/** A tensor of rank 1, or an error. */
export function requireVector(op: string, x: Value, what: string): Value {
  if (x.shape.length === 1) return x;
  throw new ShapeError(`${op}: ${what} has shape ${show(x.shape)}, not rank 1; flatten it, or map over it with vmap`);
}
