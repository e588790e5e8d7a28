/** Places on several axes, named by the rows of an integer tensor. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { concat } from "../primitives/concat.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { normalizeAxis, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import type { PlacesOptions } from "./gather.ts";
import { fromEnd, requireIndices } from "./index_values.ts";
import { requireWholes } from "./whole_numbers.ts";
import { requireOptions } from "./options.ts";

/** The places that a row of indices names, counted from the front, and their axes. */
export function placesOn(op: string, x: Value, indices: unknown, options: unknown): readonly [Value, number[]] {
  const at = requireIndices(op, indices), k = at.shape.at(-1), rank = x.shape.length;
  requireOptions(op, options, "{ axes: [0] }", ["axes"]);
  if (k === undefined) throw new ShapeError(`${op}: scalar indices; their last axis holds an index for each axis`);
  const given = (options as PlacesOptions).axes;
  const axes = given === undefined
    ? Array.from({ length: k }, (_, i) => i)
    : requireWholes(op, "an axis", given).map((a) => normalizeAxis(op, a, rank));
  if (new Set(axes).size !== axes.length) throw new ArgumentError(`${op}: axes [${given}] name the same axis twice`);
  if (axes.length !== k || k > rank) {
    const on = given === undefined ? `the ${rank} axes` : `axes [${given}]`;
    throw new ShapeError(
      `${op}: the last axis of indices of shape ${show(at.shape)} holds ${k} entries, for ${on} of ${show(x.shape)}`,
    );
  }
  if (k === 0) return [at, axes];
  const last = at.shape.length - 1;
  return [concat(axes.map((a, j) => fromEnd(sliceAxis(at, last, j, j + 1), x.shape[a]!)), last), axes];
}
