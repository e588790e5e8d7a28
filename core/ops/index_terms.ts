/** Indexing notation: what each term does to the axes, by NumPy's rules. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { broadcastShapes, type Shape, show } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import { indexOf, type Indices, indicesOf } from "./indices.ts";
import { type IndexRange, parseRange, resolveRange, type Stretch, wholeAxis } from "./ranges.ts";
import { broadcastValue } from "./reshape.ts";
import { shown } from "./whole_numbers.ts";

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

/** What terms make of a shape, worked out. */
export interface IndexPlan {
  /** For every axis the range that is read; one element long where an integer names it, whole where a tensor does. */
  readonly stretches: readonly Stretch[];
  /** The axes that integers name and that disappear. */
  readonly dropped: readonly number[];
  /** The axes that tensors name, and their indices, of one shape. */
  readonly tensorAxes: readonly number[];
  readonly indices: readonly Value[];
  /** The common shape of these indices. */
  readonly points: Shape;
  /** How many of the kept axes stand before the points in the result. */
  readonly before: number;
  /** The shape of the result without and with the new axes. */
  readonly kept: Shape;
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

/** The shape of `x` indexed by terms, as far as it is known. */
export type Indexed<S extends Shape, T extends readonly unknown[]> = number extends S["length"] | T["length"] ? Shape
  : Advanced<T> extends readonly [] ? Walk<S, T>
  : Advanced<T> extends readonly [unknown] ? Numbers<T> extends readonly [] ? Walk<S, T> : Shape
  : Shape;

type Advanced<T extends readonly unknown[], Acc extends readonly unknown[] = readonly []> = T extends
  readonly [infer H, ...infer R]
  ? Advanced<R, H extends Tensor<Shape, DType> | readonly unknown[] ? readonly [...Acc, H] : Acc>
  : Acc;

type Numbers<T extends readonly unknown[], Acc extends readonly unknown[] = readonly []> = T extends
  readonly [infer H, ...infer R] ? Numbers<R, H extends number ? readonly [...Acc, H] : Acc>
  : Acc;

type Walk<S extends Shape, T extends readonly unknown[], Acc extends Shape = readonly []> = T extends
  readonly [infer H, ...infer R] ? H extends null ? Walk<S, R, readonly [...Acc, 1]>
  : H extends "..." ? WalkBack<S, R, Acc>
  : S extends readonly [infer D extends number, ...infer Q extends Shape]
    ? Walk<Q, R, readonly [...Acc, ...OneTerm<D, H>]>
  : Shape
  : readonly [...Acc, ...S];

type WalkBack<S extends Shape, T extends readonly unknown[], Front extends Shape, Acc extends Shape = readonly []> =
  T extends readonly [...infer R, infer H] ? H extends null ? WalkBack<S, R, Front, readonly [1, ...Acc]>
    : S extends readonly [...infer Q extends Shape, infer D extends number]
      ? WalkBack<Q, R, Front, readonly [...OneTerm<D, H>, ...Acc]>
    : Shape
    : readonly [...Front, ...S, ...Acc];

type OneTerm<D extends number, H> = H extends number ? readonly []
  : H extends ":" | "::" | "::-1" ? readonly [D]
  : H extends Tensor<infer I, DType> ? I
  : H extends readonly unknown[] ? readonly [H["length"]]
  : readonly [number];
