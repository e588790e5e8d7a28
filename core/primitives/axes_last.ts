/** Several axes made one, for rules that know how to work along one. */
import { sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** `x` with `axes` (from the front, ascending) as a single axis behind all others. */
export function axesLast(x: Value, axes: readonly number[]): Value {
  const kept = x.shape.flatMap((_, i) => axes.includes(i) ? [] : [i]);
  const moved = transpose(x, [...kept, ...axes]);
  return reshape(moved, [...kept.map((a) => x.shape[a]!), sizeOf(axes.map((a) => x.shape[a]!))]);
}
