/** What each term of an index does to the axes, by NumPy's rules. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { concat } from "../primitives/concat.ts";
import { reshape } from "../primitives/reshape.ts";
import { broadcastShapes, type Shape, show } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import { broadcastValue } from "./broadcast_value.ts";
import { indexOf, indicesOf } from "./index_values.ts";
import type { IndexRange } from "./ranges.ts";
import { parseRange, resolveRange, type Stretch, wholeAxis } from "./stretches.ts";
import { shown } from "./whole_numbers.ts";

/** What terms make of a shape, worked out. */
export interface IndexPlan {
  /** For every axis the range that is read; one element long where an integer names it, whole where a tensor does. */
  readonly stretches: readonly Stretch[];
  /** The axes that integers name and that disappear. */
  readonly dropped: readonly number[];
  /** The axes that tensors name. */
  readonly tensorAxes: readonly number[];
  /** The indices along each of these axes, of one shape. */
  readonly indices: readonly Value[];
  /** The common shape of these indices. */
  readonly points: Shape;
  /** How many of the kept axes stand before the points in the result. */
  readonly before: number;
  /** The shape of the result without the new axes. */
  readonly kept: Shape;
  /** The shape of the result. */
  readonly result: Shape;
}

type Entry =
  | { readonly kind: "new" }
  | { readonly kind: "number" | "tensor" | "range"; readonly axis: number; readonly term: unknown };

const isNewAxis = (t: unknown): boolean => t === null;

/** What terms make of a shape. */
export function planIndex(op: string, terms: readonly unknown[], shape: Shape): IndexPlan {
  const entries = entriesOf(op, terms, shape);
  const tensors = entries.flatMap((e) => e.kind === "tensor" ? [e] : []);
  const each = tensors.map((e) => indicesOf(op, e.term, e.axis, shape));
  const points = broadcastShapes(op, ...each.map((v) => v.shape));
  const stretches = shape.map(wholeAxis);
  for (const e of entries) {
    if (e.kind === "range") stretches[e.axis] = rangeOf(op, e.term, shape[e.axis]!);
    if (e.kind === "number") stretches[e.axis] = { start: indexOf(op, e.term, e.axis, shape), count: 1, step: 1 };
  }
  const at = pointsPlace(entries);
  const kept: number[] = [], result: number[] = [];
  let before = 0;
  const put = (sizes: Shape) => {
    kept.push(...sizes);
    result.push(...sizes);
  };
  entries.forEach((e, i) => {
    if (i === at) {
      before = kept.length;
      put(points);
    }
    if (e.kind === "new") result.push(1);
    if (e.kind === "range") put([stretches[e.axis]!.count]);
  });
  return {
    stretches,
    dropped: entries.flatMap((e) => e.kind === "number" ? [e.axis] : []),
    tensorAxes: tensors.map((e) => e.axis),
    indices: each.map((v) => broadcastValue(op, v, points)),
    points,
    before,
    kept,
    result,
  };
}

/**
 * Before which entry the points of tensor indices stand: in the place of the first where all of them and the integers are
 * neighbours, else in front of everything. −1 without tensors.
 */
function pointsPlace(entries: readonly Entry[]): number {
  if (!entries.some((e) => e.kind === "tensor")) return -1;
  const advanced = entries.flatMap((e, i) => e.kind === "tensor" || e.kind === "number" ? [i] : []);
  const first = advanced[0]!, together = advanced.at(-1)! - first === advanced.length - 1;
  return together ? first : 0;
}

function entriesOf(op: string, terms: readonly unknown[], shape: Shape): Entry[] {
  const dots = terms.filter((t) => t === "...").length, used = terms.filter((t) => !isNewAxis(t) && t !== "...").length;
  if (dots > 1) throw new ArgumentError(`${op}: "..." may stand only once in an index`);
  if (used > shape.length) {
    throw new ShapeError(`${op}: ${used} indices for ${show(shape)}, which has ${shape.length} axes`);
  }
  const rest = Array.from({ length: shape.length - used }, () => ":");
  const at = dots === 1 ? terms.indexOf("...") : terms.length;
  let axis = 0;
  return [...terms.slice(0, at), ...rest, ...terms.slice(at + dots)].map((term): Entry =>
    isNewAxis(term) ? { kind: "new" } : { kind: kindOfTerm(op, term), axis: axis++, term }
  );
}

function kindOfTerm(op: string, term: unknown): "number" | "tensor" | "range" {
  if (typeof term === "number") return "number";
  if (term instanceof Tensor || Array.isArray(term)) return "tensor";
  if (typeof term === "string" || (typeof term === "object" && isRange(term!))) return "range";
  throw new ArgumentError(
    `${op}: ${
      shown(term)
    } is not an index; use a whole number, "start:stop:step", { start, stop, step }, "...", null ` +
      "for a new axis, a list of whole numbers or an integer tensor",
  );
}

const isRange = (x: object): x is IndexRange => Object.keys(x).every((k) => ["start", "stop", "step"].includes(k));

const rangeOf = (op: string, term: unknown, size: number): Stretch =>
  resolveRange(op, typeof term === "string" ? parseRange(op, term) : term as IndexRange, size);

/** Indices of several axes as rows: `[…points, axes]`. */
export const rows = (indices: readonly Value[]): Value =>
  concat(indices.map((v) => reshape(v, [...v.shape, 1])), indices[0]!.shape.length);

/** The order of axes that takes `[…points, …kept]` to the result's. */
export function pointsInPlace({ points, kept, before }: IndexPlan): number[] {
  const n = points.length, axis = kept.map((_, a) => a);
  return [...axis.slice(n, n + before), ...axis.slice(0, n), ...axis.slice(n + before)];
}
