/** Elements at the places that integer tensors name. */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { gather as gatherValue, takeAlong, takeAxis } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { broadcastShapes, type Shape, show, sizeOf } from "../shape.ts";
import type { AxisOk } from "../shape_types.ts";
import type { Gathered, Taken } from "../shape_types/indexing.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import { fromEnd, indicesOf, requireIndices } from "./index_values.ts";
import type { Indices } from "./indices.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduction.ts";
import { broadcastValue } from "./broadcast_value.ts";
import { placesOn } from "./places.ts";

export type { Gathered, Taken } from "../shape_types/indexing.ts";

/** The type of `take`. */
export interface TakeOp {
  /** `take(x, indices, options?)`. */
  <S extends Shape, D extends DType, const I extends Indices, const A extends number | undefined = undefined>(
    x: Tensor<S, D> & AxisOk<"take", S, A>,
    indices: I,
    options?: { readonly axis?: A },
  ): Tensor<Taken<S, I, A>, D>;
  /** `pipe(x, take(indices, options?))`. */
  <const I extends Indices, const A extends number | undefined = undefined>(
    indices: I,
    options?: { readonly axis?: A },
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & AxisOk<"take", S, A>) => Tensor<Taken<S, I, A>, D>;
}

/**
 * The elements, or slices along an axis, that indices name: `take(x, indices, options?)`, or
 * `pipe(x, take(indices, options?))`.
 *
 * @param x Any tensor.
 * @param indices A whole number, a list of them, or an integer tensor of any shape. Negative ones count from the end;
 * elements of tensors out of range read the nearest there is.
 * @param options `axis`: along which; if left out, `x` is read as one row-major list, as in NumPy.
 * @returns `x` with the axis replaced by the axes of `indices`.
 * @throws {ShapeError} If the axis is out of range or empty, or a number is out of range.
 * @throws {DTypeError} If the indices are not integers.
 *
 * @example Rows of a table
 * ```ts
 * import { take, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * assertEquals(take(table, [2, 0], { axis: 0 }).toArray(), [[5, 6], [1, 2]]);
 * ```
 */
export const take: TakeOp = dualOptions((x, indices, options) => {
  const whole = requireTensor("take", x);
  checkOptions("take", options, "axis");
  const v = options["axis"] === undefined ? reshape(whole, [sizeOf(whole.shape)]) : whole;
  const axis = oneAxis("take", options["axis"] ?? 0, v.shape.length);
  const at = indicesOf("take", indices, axis, v.shape);
  if (v.shape[axis] === 0 && at.size > 0) {
    throw new ShapeError(`take: axis ${axis} of ${show(v.shape)} is empty, so there is nothing to take`);
  }
  return takeAxis(v, at, axis);
}) as TakeOp;

/** The type of `takeAlongAxis`. */
export interface TakeAlongAxisOp {
  /** `takeAlongAxis(x, indices, options?)`. */
  <S extends Shape, D extends DType, I extends Shape, const A extends number = -1>(
    x: Tensor<S, D> & AxisOk<"takeAlongAxis", S, A>,
    indices: Tensor<I, DType>,
    options?: { readonly axis?: A },
  ): Tensor<{ readonly [K in keyof I]: number }, D>;
  /** `pipe(x, takeAlongAxis(indices, options?))`. */
  <I extends Shape, const A extends number = -1>(
    indices: Tensor<I, DType>,
    options?: { readonly axis?: A },
  ): <S extends Shape, D extends DType>(
    x: Tensor<S, D> & AxisOk<"takeAlongAxis", S, A>,
  ) => Tensor<{ readonly [K in keyof I]: number }, D>;
}

/**
 * Of every line along an axis, the elements that the same line of `indices` names: `takeAlongAxis(x, indices, options?)`,
 * or `pipe(x, takeAlongAxis(indices, options?))`.
 *
 * @param x Any tensor of rank 1 or more.
 * @param indices An integer tensor of the same rank, whose sizes outside the axis broadcast with those of `x`. Negative
 * ones count from the end; those out of range read the nearest element there is.
 * @param options `axis`: the last if left out.
 * @returns The elements, in the shape of `indices` (broadcast).
 * @throws {ShapeError} If the ranks differ, the sizes do not broadcast, or the axis is out of range or empty.
 * @throws {DTypeError} If the indices are not integers.
 *
 * @example Every row in its own order
 * ```ts
 * import { argsort, takeAlongAxis, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[3, 1, 2], [4, 6, 5]]);
 * assertEquals(takeAlongAxis(x, argsort(x)).toArray(), [[1, 2, 3], [4, 5, 6]]);
 * ```
 */
export const takeAlongAxis: TakeAlongAxisOp = dualOptions((x, indices, options) => {
  const v = requireTensor("takeAlongAxis", x), at = requireIndices("takeAlongAxis", indices);
  checkOptions("takeAlongAxis", options, "axis");
  const rank = v.shape.length, axis = oneAxis("takeAlongAxis", options["axis"] ?? -1, rank);
  if (at.shape.length !== rank) {
    throw new ShapeError(
      `takeAlongAxis: indices of shape ${show(at.shape)} for a tensor of shape ${show(v.shape)}; ranks must be equal`,
    );
  }
  const lines = (s: Shape, n: number) => s.map((d, a) => a === axis ? n : d);
  const outer = broadcastShapes("takeAlongAxis", lines(v.shape, 1), lines(at.shape, 1));
  const n = v.shape[axis]!, m = at.shape[axis]!;
  if (n === 0 && sizeOf(lines(outer, m)) > 0) {
    throw new ShapeError(`takeAlongAxis: axis ${axis} of ${show(v.shape)} is empty, so there is nothing to take`);
  }
  const every = (y: Value, size: number) => broadcastValue("takeAlongAxis", y, lines(outer, size));
  return takeAlong(every(v, n), fromEnd(every(at, m), n), axis);
}) as TakeAlongAxisOp;

/** Options of `gather` and of the scatters. */
export interface PlacesOptions<A extends readonly number[] | undefined = readonly number[] | undefined> {
  /** The axes that the entries of the indices' last axis belong to; as many of the first axes as there are entries. */
  readonly axes?: A;
}

/** The type of `gather`. */
export interface GatherOp {
  /** `gather(x, indices, options?)`. */
  <S extends Shape, D extends DType, I extends Shape, const A extends readonly number[] | undefined = undefined>(
    x: Tensor<S, D>,
    indices: Tensor<I, DType>,
    options?: PlacesOptions<A>,
  ): Tensor<Gathered<S, I, A>, D>;
  /** `pipe(x, gather(indices, options?))`. */
  <I extends Shape, const A extends readonly number[] | undefined = undefined>(
    indices: Tensor<I, DType>,
    options?: PlacesOptions<A>,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<Gathered<S, I, A>, D>;
}

/**
 * The elements or slices at places on several axes at once: `gather(x, indices, options?)`, or
 * `pipe(x, gather(indices, options?))`. Its derivative is `scatterAdd`.
 *
 * @param x Any tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; those out of range read the nearest element there is.
 * @param options `axes`: which k axes; the first if left out.
 * @returns `[…points, …the other axes of x]`.
 * @throws {ShapeError} If the entries do not match the axes, or an indexed axis is empty.
 * @throws {DTypeError} If the indices are not integers.
 * @throws {ArgumentError} If `axes` is not a list of different axes.
 *
 * @example Two elements of a matrix
 * ```ts
 * import { gather, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2], [3, 4]]), places = tensor([[0, 1], [1, 0]], { dtype: "i32" });
 * assertEquals(gather(x, places).toArray(), [2, 3]);
 * ```
 */
export const gather: GatherOp = dualOptions((x, indices, options) => {
  const v = requireTensor("gather", x), [at, axes] = placesOn("gather", v, indices, options);
  if (at.size > 0 && axes.some((a) => v.shape[a] === 0)) {
    throw new ShapeError(`gather: an axis of [${axes}] of ${show(v.shape)} is empty, so there is nothing to read`);
  }
  return gatherValue(v, at, { axes, batch: 0, mode: "clamp", unique: false });
}) as GatherOp;
