/** Indexing in the manner of NumPy, read and updated. */
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import {
  gather,
  type Places,
  scatterAdd,
  scatterMax,
  scatterMin,
  scatterMul,
  scatterSet,
} from "../primitives/gather.ts";
import { broadcast, inverse, reshape, transpose } from "../primitives/reshape.ts";
import { concat } from "../primitives/slice.ts";
import { broadcastShapes, dropAxes, type Shape, show, sizeOf } from "../shape.ts";
import type { Indexed, IndexedOk } from "../shape_types/shapes.ts";
import { Tensor, type Value } from "../tensor.ts";
import type { Indices } from "./create.ts";
import type { Updates } from "./gather.ts";
import { broadcastValue, requireTensor, shown } from "./operands.ts";
import {
  fixed,
  indexOf,
  type IndexRange,
  indicesOf,
  isWhole,
  parseRange,
  resolveRange,
  type Stretch,
  takeStretches,
  updatesFor,
  wholeAxis,
} from "./slice.ts";

// Indexing notation.

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

export type { Indexed, IndexedOk } from "../shape_types/shapes.ts";

// What each term of an index does to the axes, by NumPy's rules.

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
function planIndex(op: string, terms: readonly unknown[], shape: Shape): IndexPlan {
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
const rows = (indices: readonly Value[]): Value =>
  concat(indices.map((v) => reshape(v, [...v.shape, 1])), indices[0]!.shape.length);

/** The order of axes that takes `[…points, …kept]` to the result's. */
function pointsInPlace({ points, kept, before }: IndexPlan): number[] {
  const n = points.length, axis = kept.map((_, a) => a);
  return [...axis.slice(n, n + before), ...axis.slice(0, n), ...axis.slice(n + before)];
}

// Indexing as NumPy writes it.

/**
 * The part of a tensor that an index names, by NumPy's rules: `at(x, 0, "1:3", "...", null)` is `x[0, 1:3, ..., None]`.
 *
 * Terms name axes from the first on, and axes without a term stay whole. A term is a whole number (the axis disappears),
 * a range as Python writes it (`"1:3"`, `"::-1"`, `":"`) or as `{ start, stop, step }`, `"..."` for all axes that the
 * other terms leave, `null` for a new axis of size 1, or a list of whole numbers or an integer tensor, which names
 * elements. Several of these broadcast together, and their axes stand where the first did if all of them (and of the
 * whole numbers) are neighbours, else in front.
 *
 * @param x Any tensor.
 * @param index The terms. Negative numbers count from the end. Ranges are cut off at the ends; elements of tensors out of
 * range read the nearest there is.
 * @returns The part, in the dtype of `x`.
 * @throws {ShapeError} If there are more terms than axes, or a whole number is out of range.
 * @throws {ArgumentError} If a term is none of these, or `"..."` stands twice.
 * @throws {DTypeError} If a tensor is not of integers. A bool mask would give a result of unknown size: choose with
 * `where`, or index with `nonzero(mask, { size })`.
 *
 * @example A row, a column, and rows in another order
 * ```ts
 * import { at, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assertEquals([at(x, 0).toArray(), at(x, ":", -1).toArray()], [[1, 2, 3], [3, 6]]);
 * assertEquals(at(x, [1, 0], "::2").toArray(), [[4, 6], [1, 3]]);
 * ```
 */
export function at<S extends Shape, D extends DType, const T extends readonly IndexTerm[]>(
  x: Tensor<S, D> & IndexedOk<S, T>,
  ...index: T
): Tensor<Indexed<S, T>, D> {
  const v = requireTensor("at", x), plan = planIndex("at", index, v.shape);
  return read(v, plan) as unknown as Tensor<Indexed<S, T>, D>;
}

function read(x: Value, plan: IndexPlan): Value {
  const box = takeStretches(x, plan.stretches);
  if (plan.tensorAxes.length === 0) return reshape(box, plan.result);
  if (sizeOf(plan.points) > 0 && plan.tensorAxes.some((a) => x.shape[a] === 0)) {
    throw new ShapeError(`at: an axis of ${show(x.shape)} that a tensor indexes is empty, so there is nothing to read`);
  }
  // Whole numbers' axes go first, so that what is left is points and kept axes.
  const slim = reshape(box, dropAxes(box.shape, plan.dropped));
  const axes = plan.tensorAxes.map((a) => a - plan.dropped.filter((d) => d < a).length);
  const y = gather(slim, rows(plan.indices), { axes, batch: 0, mode: "clamp", unique: false });
  return reshape(transpose(y, pointsInPlace(plan)), plan.result);
}

// Tensors with a part changed: what `x[index] = value` and `x[index] += value` are where nothing is ever written to.

/** The type of `setAt`, `addAt` and their kin. */
export interface UpdateOp {
  /** `f(x, index, value)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, index: readonly IndexTerm[], value: Updates): Tensor<S, D>;
  /** `pipe(x, f(index, value))`. */
  (index: readonly IndexTerm[], value: Updates): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

type Write = (x: Value, indices: Value, updates: Value, p: Places) => Value;

function updating(op: string, write: Write): UpdateOp {
  const apply = (x: unknown, index: unknown, value: unknown): Value => {
    const v = requireTensor(op, x);
    if (!Array.isArray(index)) {
      throw new ArgumentError(`${op}: the index is an array of terms, not ${shown(index)}; write [0, "1:3"]`);
    }
    if (write !== scatterSet && kindOf(v.dtype) === "bool") {
      throw new DTypeError(`${op}: takes numbers, not bool; cast it first, or use setAt`);
    }
    const plan = planIndex(op, index, v.shape);
    return written(write, v, plan, updatesFor(op, v, value, plan.result, "value"));
  };
  return ((...args: readonly unknown[]) =>
    args.length >= 3 ? apply(args[0], args[1], args[2]) : (x: unknown) => apply(x, args[0], args[1])) as UpdateOp;
}

function written(write: Write, x: Value, plan: IndexPlan, values: Value): Value {
  const n = plan.points.length, order = pointsInPlace(plan);
  // From the result's axes to […points, …kept].
  const arranged = transpose(reshape(values, plan.kept), inverse(order));
  // Ranges that are not whole are points too: for each an axis behind the others, then the whole axes as windows.
  const keptAxes = x.shape.map((_, a) => a).filter((a) => !plan.dropped.includes(a) && !plan.tensorAxes.includes(a));
  const isCut = (a: number) => !isWhole(plan.stretches[a]!, x.shape[a]!);
  const cut = keptAxes.filter(isCut), all = keptAxes.filter((a) => !isCut(a));
  const place = (a: number) => n + keptAxes.indexOf(a);
  const updates = transpose(arranged, [...plan.points.map((_, i) => i), ...cut.map(place), ...all.map(place)]);
  const points = [...plan.points, ...cut.map((a) => plan.stretches[a]!.count)];
  const axes = [...plan.tensorAxes, ...plan.dropped, ...cut];
  const p: Places = { axes, batch: 0, mode: "drop", unique: plan.tensorAxes.length === 0 };
  if (axes.length === 0) return write(x, fixed([0], []), updates, p);
  const indices = axes.map((a, i) => {
    if (i < plan.tensorAxes.length) return broadcast(plan.indices[i]!, points, plan.points.map((_, k) => k));
    const { start, count, step } = plan.stretches[a]!, along = cut.indexOf(a);
    return along < 0
      ? broadcast(fixed([], [start]), points, [])
      : broadcast(fixed([count], Array.from({ length: count }, (_, k) => start + k * step)), points, [n + along]);
  });
  return write(x, rows(indices), updates, p);
}

/**
 * The tensor with the part that an index names replaced, as JAX's `x.at[index].set(value)`: `setAt(x, index, value)`, or
 * `pipe(x, setAt(index, value))`. Of several values for one element the last stays.
 *
 * @param x Any tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`.
 *
 * @example A column of zeros
 * ```ts
 * import { setAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(setAt(tensor([[1, 2], [3, 4]]), [":", 0], 0).toArray(), [[0, 2], [0, 4]]);
 * ```
 */
export const setAt: UpdateOp = updating("setAt", scatterSet);

/**
 * The tensor with values added to the part that an index names: `addAt(x, index, value)`, or
 * `pipe(x, addAt(index, value))`. An element named twice gets both.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example One element twice
 * ```ts
 * import { addAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(addAt(tensor([1, 2, 3]), [[0, 0, 2]], 10).toArray(), [21, 2, 13]);
 * ```
 */
export const addAt: UpdateOp = updating("addAt", scatterAdd);

/**
 * The tensor with the part that an index names multiplied: `mulAt(x, index, value)`, or `pipe(x, mulAt(index, value))`.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example Every other element
 * ```ts
 * import { mulAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mulAt(tensor([1, 2, 3]), ["::2"], -1).toArray(), [-1, 2, -3]);
 * ```
 */
export const mulAt: UpdateOp = updating("mulAt", scatterMul);

/**
 * The tensor with the part that an index names raised to values where they are larger: `maxAt(x, index, value)`, or
 * `pipe(x, maxAt(index, value))`. All that tie for an element share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example A floor under the first two
 * ```ts
 * import { maxAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maxAt(tensor([-1, 2, -3]), [":2"], 0).toArray(), [0, 2, -3]);
 * ```
 */
export const maxAt: UpdateOp = updating("maxAt", scatterMax);

/**
 * The tensor with the part that an index names lowered to values where they are smaller: `minAt(x, index, value)`, or
 * `pipe(x, minAt(index, value))`. All that tie for an element share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example A ceiling over the last
 * ```ts
 * import { minAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(minAt(tensor([1, 2, 3]), [-1], 2).toArray(), [1, 2, 2]);
 * ```
 */
export const minAt: UpdateOp = updating("minAt", scatterMin);
