/** Indexing notation. */
import type { Indices } from "./indices.ts";
import type { IndexRange } from "./ranges.ts";

/**
 * One term of an index:
 *
 * - a whole number: that element of the axis, which disappears;
 * - `"start:stop:step"` with any part left out, or `{ start, stop, step }`: a range of the axis, by Python's rules;
 * - `"..."`: all axes that the other terms leave;
 * - `null`: a new axis of size 1;
 * - a list of whole numbers or an integer tensor: these elements; several broadcast together, by NumPy's rules.
 */
export type IndexTerm = Indices | IndexRange | "..." | `${string}:${string}` | null;

export type { Indexed, IndexedOk } from "../shape_types/indexing.ts";
