/** Order: sorted values, the places of extremes, different values. */
import { type DType, isFloat } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { floorDiv, scale, shift, sub } from "../primitives/arithmetic.ts";
import { and, isNaN, less, not, notEqual, select } from "../primitives/compare.ts";
import { cast, full, fullLike, iota, zerosLike } from "../primitives/create.ts";
import { cumulative, sort as sortAlong } from "../primitives/cumulative.ts";
import { takeAxis } from "../primitives/gather.ts";
import { argMax, argMin, checkNotEmpty } from "../primitives/reduce.ts";
import { broadcast, reshape, reverse } from "../primitives/reshape.ts";
import { concat, sliceAxis } from "../primitives/slice.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import type { AxisOk, Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualStatic, flag, requireTensor, scalarOf } from "./operands.ts";
import { checkOptions, oneAxis, type ReduceOptions } from "./reduce.ts";
import { placesIn } from "./search_sorted.ts";

// Sorting, and the largest few.

/** Options of a sort. */
export interface SortOptions<A extends number = number> {
  /** Along which axis; the last if left out. */
  readonly axis?: A;
  /** Whether the largest comes first; false if left out. */
  readonly descending?: boolean;
}

/** Values and where they stood. Descending is ascending in a mirror, so that equals keep their order either way. */
function sorted(x: Value, axis: number, descending: boolean): readonly [Value, Value] {
  const mirror = (v: Value): Value => descending ? reverse(v, [axis]) : v;
  const [values, indices] = sortAlong([mirror(x), mirror(iota(x.shape, axis))], axis);
  return [mirror(values!), mirror(indices!)];
}

function sortedAlong(op: string, given: unknown, options: SortOptions): readonly [Value, Value] {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "descending");
  return sorted(x, oneAxis(op, options.axis ?? -1, x.shape.length), flag(op, "descending", options.descending));
}

/**
 * Elements in ascending order along an axis. The sort is stable; NaN counts as larger than every number.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `descending`: the largest first.
 * @returns The sorted elements, in the shape and dtype of `x`.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Every row
 * ```ts
 * import { sort, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sort(tensor([[3, 1, 2], [0, 5, -1]])).toArray(), [[1, 2, 3], [-1, 0, 5]]);
 * ```
 */
export function sort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"sort", S, A>,
  options: SortOptions<A> = {},
): Tensor<S, D> {
  return sortedAlong("sort", x, options)[0] as Tensor<S, D>;
}

/**
 * Indices that would sort along an axis: `takeAlongAxis(x, argsort(x), -1)` is `sort(x)`. Equals keep their order.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `descending`: the largest first.
 * @returns The indices, i32, in the shape of `x`.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Who came first
 * ```ts
 * import { argsort, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argsort(tensor([12.1, 11.8, 12.4])).toArray(), [1, 0, 2]);
 * ```
 */
export function argsort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"argsort", S, A>,
  options: SortOptions<A> = {},
): Tensor<S, "i32"> {
  return sortedAlong("argsort", x, options)[1] as Tensor<S, "i32">;
}

/** Options of `topK`. */
export interface TopKOptions {
  /** Along which axis; the last if left out. */
  readonly axis?: number;
  /** Whether the largest are taken, largest first, or the smallest, smallest first; true if left out. */
  readonly largest?: boolean;
}

/** The shape of the `K` largest along an axis: the last has size `K`; of another axis no sizes are known. */
export type TopKShape<S extends Shape, K extends number, O> = "axis" extends keyof O
  ? { readonly [I in keyof S]: number }
  : S extends readonly [...infer L extends Shape, number] ? readonly [...L, K]
  : Shape;

/** The largest elements and where they stood. */
export interface TopK<S extends Shape, D extends DType> {
  /** The elements, largest first. */
  readonly values: Tensor<S, D>;
  /** Their indices along the axis. */
  readonly indices: Tensor<S, "i32">;
}

/** `topK(x, k, options?)`, or data last in a pipe, `pipe(x, topK(k, options?))`. */
export interface TopKOp {
  /** `topK(x, k, options?)`. */
  <S extends Shape, D extends DType, const K extends number, const O extends TopKOptions = Record<never, never>>(
    x: Tensor<S, D>,
    k: K,
    options?: O,
  ): TopK<TopKShape<S, K, O>, D>;
  /** `pipe(x, topK(k, options?))`. */
  <const K extends number, const O extends TopKOptions = Record<never, never>>(
    k: K,
    options?: O,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => TopK<TopKShape<S, K, O>, D>;
}

/**
 * The `k` largest elements along an axis, the largest first; of equals the earlier. NaN counts as larger than any number.
 *
 * @param x Any tensor of rank 1 or more.
 * @param k How many.
 * @param options `axis`: the last if left out; `largest: false` gives the smallest instead, the smallest first.
 * @returns `values`, in the dtype of `x`, and `indices`, i32; both with size `k` along the axis. Derivatives pass through
 * the values.
 * @throws {ShapeError} If the axis is out of range or has fewer than `k` elements.
 *
 * @example The two likeliest classes
 * ```ts
 * import { tensor, topK } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(topK(tensor([0.1, 0.6, 0.3]), 2).indices.toArray(), [1, 2]);
 * ```
 */
export const topK: TopKOp = dualStatic((given, k, options: TopKOptions) => {
  const x = requireTensor("topK", given);
  checkOptions("topK", options, "axis", "largest");
  const axis = oneAxis("topK", options.axis ?? -1, x.shape.length);
  if (!(typeof k === "number" && Number.isInteger(k) && k >= 0)) {
    throw new ArgumentError(`topK: k is ${String(k)}, not a whole number, 0 or more`);
  }
  if (k > x.shape[axis]!) {
    throw new ShapeError(
      `topK: k = ${k} of the ${x.shape[axis]} elements along axis ${axis} of ${show(x.shape)}; take fewer`,
    );
  }
  const [values, indices] = sorted(x, axis, flag("topK", "largest", options.largest ?? true));
  return { values: sliceAxis(values, axis, 0, k), indices: sliceAxis(indices, axis, 0, k) };
}) as TopKOp;

// Where the extremes are.

function argExtreme(op: string, f: (x: Value, axis: number) => Value, given: unknown, options: ReduceOptions): Value {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "keepDims");
  const all = options.axis === undefined, flat = all ? reshape(x, [x.size]) : x;
  const axis = all ? 0 : oneAxis(op, options.axis, x.shape.length);
  checkNotEmpty(op, flat.shape, [axis], "there is no index to give");
  const y = f(flat, axis);
  return flag(op, "keepDims", options.keepDims) ? reshape(y, x.shape.map((d, i) => all || i === axis ? 1 : d)) : y;
}

/**
 * Index of the largest element: the first of equals, the first NaN where there is one.
 *
 * @param x Any tensor.
 * @param options `axis`: along which to look; if left out, all elements in row-major order. `keepDims`: whether the axis
 * stays with size 1.
 * @returns The index, i32, without the axis.
 * @throws {ShapeError} If the axis is out of range or has no elements.
 *
 * @example The likeliest class
 * ```ts
 * import { argmax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmax(tensor([[0.1, 0.9], [0.8, 0.2]]), { axis: -1 }).toArray(), [1, 0]);
 * ```
 */
export function argmax<
  S extends Shape,
  D extends DType,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"argmax", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "i32"> {
  return argExtreme("argmax", argMax, x, options) as Tensor<Reduce<S, A, K>, "i32">;
}

/**
 * Index of the smallest element: the first of equals, the first NaN where there is one.
 *
 * @param x Any tensor.
 * @param options `axis`: along which to look; if left out, all elements in row-major order. `keepDims`: whether the axis
 * stays with size 1.
 * @returns The index, i32, without the axis.
 * @throws {ShapeError} If the axis is out of range or has no elements.
 *
 * @example The position of the smallest of all
 * ```ts
 * import { argmin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmin(tensor([[3, 1], [2, 4]])).item(), 1);
 * ```
 */
export function argmin<
  S extends Shape,
  D extends DType,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"argmin", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "i32"> {
  return argExtreme("argmin", argMin, x, options) as Tensor<Reduce<S, A, K>, "i32">;
}

// The different values in a tensor, and the places of what is not zero: how many is told beforehand.

/** How many results to make room for, and what fills the room that is left. */
export interface SizeOptions<N extends number = number> {
  /** How many results there are; shapes cannot depend on values. */
  readonly size: N;
  /** What stands where there are fewer. */
  readonly fill?: number;
}

function sizeOption(op: string, options: SizeOptions): number {
  checkOptions(op, options, "size", "fill");
  const { size } = options;
  if (Number.isInteger(size) && size >= 0) return size;
  throw new ArgumentError(
    `${op}: size is ${String(size)}, not a whole number, 0 or more; give { size }, how many results to make room for`,
  );
}

const runningSum = (x: Value): Value => cumulative(cast(x, "i32"), { combine: "sum", axis: 0, reverse: false });

/** Where a vector of truth values is true, the first `size` places in order; its length where there are fewer. */
const truePlaces = (flags: Value, size: number): Value =>
  placesIn(runningSum(flags), shift(iota([size], 0), 1), "left");

/** What `unique` finds. */
export interface Unique<S extends Shape, D extends DType, N extends number> {
  /** The different values, ascending. */
  readonly values: Tensor<readonly [N], D>;
  /** Where each first occurs in the flattened tensor. */
  readonly indices: Tensor<readonly [N], "i32">;
  /** For each element its place in `values`. */
  readonly inverse: Tensor<S, "i32">;
  /** How often each occurs. */
  readonly counts: Tensor<readonly [N], "i32">;
}

/**
 * The different values of a tensor in ascending order. All NaN are one value, the last.
 *
 * @param x Any tensor; it is read flat.
 * @param options `size`: how many values to make room for; if there are more, the smallest stay. `fill`: the value in the
 * room that is left, the smallest one if left out.
 * @returns `values`, `[size]`; `indices`, where each first occurs in the flat tensor (0 in the room left); `inverse`, for
 * each element its place in `values`, in the shape of `x` (`size` or more where it found none); `counts`, how often each
 * occurs (0 in the room left). Derivatives pass through the values.
 * @throws {ArgumentError} If `size` is not a whole number, 0 or more.
 * @throws {ShapeError} If `x` is empty and `fill` left out.
 *
 * @example Three colours
 * ```ts
 * import { tensor, unique } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { values, counts } = unique(tensor([3, 1, 3, 2]), { size: 4, fill: -1 });
 * assertEquals([values.toArray(), counts.toArray()], [[1, 2, 3, -1], [1, 1, 2, 0]]);
 * ```
 */
export function unique<S extends Shape, D extends DType, const N extends number>(
  x: Tensor<S, D>,
  options: SizeOptions<N>,
): Unique<S, D, N> {
  const v = requireTensor("unique", x), size = sizeOption("unique", options), n = v.size;
  if (n === 0 && options.fill === undefined) {
    throw new ShapeError("unique: an empty tensor has no smallest value; give a fill");
  }
  const fill = options.fill === undefined ? null : scalarOf("unique", options.fill, v.dtype, "the tensor");
  return distinct(v, size, fill) as Unique<S, D, N>;
}

function distinct(x: Value, size: number, fill: Value | null): Unique<Shape, DType, number> {
  const n = x.size, [sorted, order] = sortAlong([reshape(x, [n]), iota([n], 0)], 0);
  const isNew = startsRun(sorted!), starts = truePlaces(isNew, size + 1);
  const first = sliceAxis(starts, 0, 0, size), next = sliceAxis(starts, 0, 1, size + 1);
  const found = less(first, fullLike(first, n));
  const at = (v: Value): Value => n === 0 ? full([size], 0, v.dtype) : takeAxis(v, first, 0);
  const rest = fill ?? reshape(sliceAxis(sorted!, 0, 0, 1), []);
  const ranks = shift(runningSum(isNew), -1), filling = broadcast(rest, [size], []);
  return {
    values: select(found, at(sorted!), filling),
    indices: select(found, at(order!), zerosLike(first)),
    inverse: reshape(sortAlong([order!, ranks], 0)[1]!, x.shape),
    counts: sub(next, first),
  } as Unique<Shape, DType, number>;
}

/** Whether each element of a sorted vector differs from the one before it. */
function startsRun(sorted: Value): Value {
  const n = sorted.size;
  if (n === 0) return full([0], 0, "bool");
  const a = sliceAxis(sorted, 0, 0, n - 1), b = sliceAxis(sorted, 0, 1, n);
  const differs = isFloat(sorted.dtype) ? and(notEqual(a, b), not(and(isNaN(a), isNaN(b)))) : notEqual(a, b);
  return concat([full([1], 1, "bool"), differs], 0);
}

/**
 * Where a tensor is not zero (or true), in row-major order.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `size`: how many places to make room for; if there are more, the first stay. `fill`: the index in the
 * room that is left, 0 if left out.
 * @returns For each axis of `x` the indices along it, `[size]`, i32.
 * @throws {ShapeError} If `x` is a scalar.
 * @throws {ArgumentError} If `size` is not a whole number, 0 or more.
 *
 * @example Two entries
 * ```ts
 * import { nonzero, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [rows, columns] = nonzero(tensor([[0, 7], [8, 0]]), { size: 2 });
 * assertEquals([rows.toArray(), columns.toArray()], [[0, 1], [1, 0]]);
 * ```
 */
export function nonzero<S extends Shape, const N extends number>(
  x: Tensor<S, DType>,
  options: SizeOptions<N>,
): { readonly [I in keyof S]: Tensor<readonly [N], "i32"> } {
  const v = requireTensor("nonzero", x), size = sizeOption("nonzero", options), n = v.size;
  if (v.shape.length === 0) throw new ShapeError("nonzero: a scalar has no indices; reshape it to [1] first");
  const flat = truePlaces(cast(reshape(v, [n]), "bool"), size), found = less(flat, fullLike(flat, n));
  const fill = broadcast(scalarOf("nonzero", options.fill ?? 0, "i32", "the result", "give the fill of an index"), [
    size,
  ], []);
  const strides = stridesOf(v.shape);
  const along = v.shape.map((d, a) => {
    if (n === 0) return fill;
    const rows = floorDiv(flat, fullLike(flat, strides[a]!));
    return select(found, sub(rows, scale(floorDiv(rows, fullLike(rows, d)), d)), fill);
  });
  return along as readonly Value[] as { readonly [I in keyof S]: Tensor<readonly [N], "i32"> };
}
