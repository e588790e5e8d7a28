/** The different values in a tensor, and the places of what is not zero: how many is told beforehand. */
import { type DType, isFloat } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { scale, shift, sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { less, notEqual } from "../primitives/compare.ts";
import { concat } from "../primitives/concat.ts";
import { full, fullLike, iota, zerosLike } from "../primitives/create.ts";
import { cumulative } from "../primitives/cumulative.ts";
import { floorDiv } from "../primitives/division.ts";
import { isNaN } from "../primitives/finite.ts";
import { takeAxis } from "../primitives/gather.ts";
import { and, not } from "../primitives/logic.ts";
import { reshape } from "../primitives/reshape.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { sort } from "../primitives/sort.ts";
import { type Shape, stridesOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { placesIn } from "./binary_search.ts";
import { requireTensor, scalarOf } from "./operands.ts";
import { checkOptions } from "./reduction.ts";

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
  const n = x.size, [sorted, order] = sort([reshape(x, [n]), iota([n], 0)], 0);
  const isNew = startsRun(sorted!), starts = truePlaces(isNew, size + 1);
  const first = sliceAxis(starts, 0, 0, size), next = sliceAxis(starts, 0, 1, size + 1);
  const found = less(first, fullLike(first, n));
  const at = (v: Value): Value => n === 0 ? full([size], 0, v.dtype) : takeAxis(v, first, 0);
  const rest = fill ?? reshape(sliceAxis(sorted!, 0, 0, 1), []);
  const ranks = shift(runningSum(isNew), -1), filling = broadcast(rest, [size], []);
  return {
    values: select(found, at(sorted!), filling),
    indices: select(found, at(order!), zerosLike(first)),
    inverse: reshape(sort([order!, ranks], 0)[1]!, x.shape),
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
