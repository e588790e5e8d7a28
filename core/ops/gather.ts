/** Elements taken from places and put at places. */
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import {
  gather as gatherValue,
  type Places,
  scatterAdd as plus,
  scatterMax as max,
  scatterMin as min,
  scatterMul as mul,
  scatterSet,
  takeAlong,
  takeAxis,
  valuesShape,
} from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { concat, sliceAxis } from "../primitives/slice.ts";
import { broadcastShapes, normalizeAxis, type Shape, show, sizeOf } from "../shape.ts";
import type { AxisOk } from "../shape_types.ts";
import type { Gathered, Taken } from "../shape_types/shapes.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { Indices } from "./create.ts";
import { broadcastValue, dualOptions, isOperand, requireOptions, requireTensor, requireWholes } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduce.ts";
import { fromEnd, indicesOf, requireIndices, updatesFor } from "./slice.ts";

// Places on several axes, named by the rows of an integer tensor.

/** The places that a row of indices names, counted from the front, and their axes. */
function placesOn(op: string, x: Value, indices: unknown, options: unknown): readonly [Value, number[]] {
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

// Elements at the places that integer tensors name.

export type { Gathered, Taken } from "../shape_types/shapes.ts";

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

// Values written to the places that integer tensors name.

/** What updates are: a tensor, or a number for every place. */
export type Updates = Tensor<Shape, DType> | number | boolean;

/** The type of `scatter`, `scatterAdd` and their kin. */
export interface ScatterOp {
  /** `f(x, indices, updates, options?)`. */
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    indices: Tensor<Shape, DType>,
    updates: Updates,
    options?: PlacesOptions,
  ): Tensor<S, D>;
  /** `pipe(x, f(indices, updates, options?))`. */
  (
    indices: Tensor<Shape, DType>,
    updates: Updates,
    options?: PlacesOptions,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

type Write = (x: Value, indices: Value, updates: Value, p: Places) => Value;

function scattering(op: string, write: Write): ScatterOp {
  const apply = (x: unknown, indices: unknown, updates: unknown, options: unknown = {}): Value => {
    const v = requireTensor(op, x), [at, axes] = placesOn(op, v, indices, options);
    if (write !== scatterSet && kindOf(v.dtype) === "bool") {
      throw new DTypeError(`${op}: takes numbers, not bool; cast it first, or use scatter`);
    }
    const places: Places = { axes, batch: 0, mode: "drop", unique: false };
    return write(v, at, updatesFor(op, v, updates, valuesShape(v, at, places), "updates"), places);
  };
  return ((...args: readonly unknown[]) =>
    args.length >= 3 && (isOperand(args[2]) || typeof args[2] === "boolean")
      ? apply(args[0], args[1], args[2], args[3])
      : (x: unknown) => apply(x, args[0], args[1], args[2])) as ScatterOp;
}

/**
 * The tensor with new values at places: `scatter(x, indices, updates, options?)`, or
 * `pipe(x, scatter(indices, updates, options?))`. Of several updates for one place the last stays.
 *
 * @param x Any tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, or the updates do not fit the dtype of `x`.
 *
 * @example Two elements replaced
 * ```ts
 * import { scatter, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const places = tensor([[0, 1], [1, 0]], { dtype: "i32" });
 * assertEquals(scatter(zeros([2, 2]), places, tensor([5, 6])).toArray(), [[0, 5], [6, 0]]);
 * ```
 */
export const scatter: ScatterOp = scattering("scatter", scatterSet);

/**
 * The tensor with values added at places: `scatterAdd(x, indices, updates, options?)`, or
 * `pipe(x, scatterAdd(indices, updates, options?))`. A place named twice gets both.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Counting
 * ```ts
 * import { scatterAdd, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const seen = tensor([[2], [0], [2]], { dtype: "i32" });
 * assertEquals(scatterAdd(zeros([3]), seen, 1).toArray(), [1, 0, 2]);
 * ```
 */
export const scatterAdd: ScatterOp = scattering("scatterAdd", plus);

/**
 * The tensor multiplied by values at places: `scatterMul(x, indices, updates, options?)`, or
 * `pipe(x, scatterMul(indices, updates, options?))`. A place named twice is multiplied by both.
 *
 * Derivatives up to the second are right whatever the updates, zeros included.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Factors `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example One element tripled, another negated
 * ```ts
 * import { scatterMul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const places = tensor([[0], [2]], { dtype: "i32" });
 * assertEquals(scatterMul(tensor([1, 2, 3]), places, tensor([3, -1])).toArray(), [3, 2, -3]);
 * ```
 */
export const scatterMul: ScatterOp = scattering("scatterMul", mul);

/**
 * The largest of what is at places and of values for them: `scatterMax(x, indices, updates, options?)`, or
 * `pipe(x, scatterMax(indices, updates, options?))`.
 *
 * All that tie for a place, the element there before included, share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Records
 * ```ts
 * import { scatterMax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const who = tensor([[0], [1], [0]], { dtype: "i32" });
 * assertEquals(scatterMax(tensor([4, 4]), who, tensor([5, 3, 6])).toArray(), [6, 4]);
 * ```
 */
export const scatterMax: ScatterOp = scattering("scatterMax", max);

/**
 * The smallest of what is at places and of values for them: `scatterMin(x, indices, updates, options?)`, or
 * `pipe(x, scatterMin(indices, updates, options?))`.
 *
 * All that tie for a place, the element there before included, share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Best times
 * ```ts
 * import { scatterMin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const who = tensor([[0], [1], [0]], { dtype: "i32" });
 * assertEquals(scatterMin(tensor([4, 4]), who, tensor([5, 3, 2])).toArray(), [2, 3]);
 * ```
 */
export const scatterMin: ScatterOp = scattering("scatterMin", min);
