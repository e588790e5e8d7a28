/** The same elements in another shape or order, or repeated. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { takeAxis } from "../primitives/gather.ts";
import { broadcast, reshape as reshapeValue, transpose as permute } from "../primitives/reshape.ts";
import {
  broadcastShapes,
  checkPermutation,
  checkShape,
  dropAxes,
  normalizeAxes,
  normalizeAxis,
  resolveReshape,
  type Shape,
  show,
  sizeOf,
} from "../shape.ts";
import type {
  AxisOk,
  BroadcastOk,
  ExpandDims,
  ExpandDimsOk,
  Flatten,
  Reshape,
  Squeeze,
  SqueezeOk,
  SwapAxes,
  SwapAxesOk,
  Transpose,
  TransposeOk,
} from "../shape_types.ts";
import type { AnySizes, MoveAxis, MoveAxisOk } from "../shape_types/dims.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { broadcastValue, dualStatic, requireTensor, requireWhole, requireWholes, shown } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduce.ts";

// The same elements under another shape.

/** The type of `reshape`. */
export interface ReshapeOp {
  /** `reshape(x, shape)`. */
  <const To extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: To): Tensor<Reshape<To>, D>;
  /** `pipe(x, reshape(shape))`. */
  <const To extends Shape>(shape: To): <D extends DType>(x: Tensor<Shape, D>) => Tensor<Reshape<To>, D>;
}

/**
 * The same elements, in row-major order, under another shape: `reshape(x, shape)`, or `pipe(x, reshape(shape))`.
 *
 * @param x Any tensor.
 * @param shape Sizes of the new axes; one of them may be −1, which stands for what is left.
 * @returns A tensor of that shape, in the dtype of `x`.
 * @throws {ShapeError} If the numbers of elements differ.
 * @throws {ArgumentError} If `shape` is not an array.
 *
 * @example Two rows
 * ```ts
 * import { reshape, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reshape(tensor([1, 2, 3, 4]), [2, -1]).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export const reshape: ReshapeOp = dualStatic((x, shape) => {
  const v = requireTensor("reshape", x);
  return reshapeValue(v, resolveReshape("reshape", v.shape, requireList("reshape", shape)));
}) as ReshapeOp;

/**
 * All elements in one axis, in row-major order.
 *
 * @param x Any tensor.
 * @returns A tensor of rank 1, in the dtype of `x`.
 *
 * @example A matrix as a vector
 * ```ts
 * import { flatten, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(flatten(tensor([[1, 2], [3, 4]])).toArray(), [1, 2, 3, 4]);
 * ```
 */
export function flatten<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Flatten<S>, D> {
  const v = requireTensor("flatten", x);
  return reshapeValue(v, [sizeOf(v.shape)]) as unknown as Tensor<Flatten<S>, D>;
}

/**
 * The tensor without axes of size 1.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, each of size 1; all of size 1 if left out.
 * @returns The same elements without these axes.
 * @throws {ShapeError} If an axis is out of range, named twice, or not of size 1.
 *
 * @example A column as a vector
 * ```ts
 * import { squeeze, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(squeeze(tensor([[1], [2]]), { axis: 1 }).toArray(), [1, 2]);
 * ```
 */
export function squeeze<
  S extends Shape,
  D extends DType,
  const A extends number | readonly number[] | undefined = undefined,
>(x: Tensor<S, D> & SqueezeOk<S, A>, options: { readonly axis?: A } = {}): Tensor<Squeeze<S, A>, D> {
  const v = requireTensor("squeeze", x);
  checkOptions("squeeze", options, "axis");
  const axes = options.axis === undefined
    ? v.shape.flatMap((d, a) => d === 1 ? [a] : [])
    : normalizeAxes("squeeze", options.axis, v.shape.length);
  for (const a of axes) {
    if (v.shape[a] !== 1) {
      throw new ShapeError(`squeeze: axis ${a} of ${show(v.shape)} is not 1; leave it out, or index it with at`);
    }
  }
  return reshapeValue(v, dropAxes(v.shape, axes)) as unknown as Tensor<Squeeze<S, A>, D>;
}

/** The shape with axes of size 1 inserted: one, or several. */
export type Expanded<S extends Shape, A> = A extends number ? ExpandDims<S, A> : Shape;

/** The type of `expandDims`. */
export interface ExpandDimsOp {
  /** `expandDims(x, axis)`. */
  <S extends Shape, D extends DType, const A extends number | readonly number[]>(
    x: Tensor<S, D> & (A extends number ? ExpandDimsOk<S, A> : unknown),
    axis: A,
  ): Tensor<Expanded<S, A>, D>;
  /** `pipe(x, expandDims(axis))`. */
  <const A extends number | readonly number[]>(
    axis: A,
  ): <S extends Shape, D extends DType>(
    x: Tensor<S, D> & (A extends number ? ExpandDimsOk<S, A> : unknown),
  ) => Tensor<Expanded<S, A>, D>;
}

/**
 * The tensor with new axes of size 1: `expandDims(x, axis)`, or `pipe(x, expandDims(axis))`.
 *
 * @param x Any tensor.
 * @param axis Where the new axis (or each of several) stands in the result; −1 is the last.
 * @returns The same elements with the new axes.
 * @throws {ShapeError} If an axis is out of range for the result, or named twice.
 *
 * @example A vector as a column
 * ```ts
 * import { expandDims, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expandDims(tensor([1, 2]), -1).toArray(), [[1], [2]]);
 * ```
 */
export const expandDims: ExpandDimsOp = dualStatic((x, axis) => {
  const v = requireTensor("expandDims", x), given = requireWholes("expandDims", "axis", axis);
  const rank = v.shape.length + given.length, axes = normalizeAxes("expandDims", given, rank);
  let kept = 0;
  return reshapeValue(v, Array.from({ length: rank }, (_, a) => axes.includes(a) ? 1 : v.shape[kept++]!));
}) as ExpandDimsOp;

/** The type of `broadcastTo`. */
export interface BroadcastToOp {
  /** `broadcastTo(x, shape)`. */
  <S extends Shape, D extends DType, const To extends Shape>(
    x: Tensor<S, D> & BroadcastOk<"broadcastTo", S, To>,
    shape: To,
  ): Tensor<To, D>;
  /** `pipe(x, broadcastTo(shape))`. */
  <const To extends Shape>(
    shape: To,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & BroadcastOk<"broadcastTo", S, To>) => Tensor<To, D>;
}

/**
 * The tensor repeated to a larger shape by NumPy's rule: `broadcastTo(x, shape)`, or `pipe(x, broadcastTo(shape))`.
 *
 * @param x Any tensor.
 * @param shape The shape wanted: counted from the last axis, the sizes of `x` are equal to it or 1.
 * @returns A tensor of that shape, in the dtype of `x`.
 * @throws {ShapeError} If `x` does not broadcast to it.
 *
 * @example A row for each of two
 * ```ts
 * import { broadcastTo, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(broadcastTo(tensor([1, 2]), [2, 2]).toArray(), [[1, 2], [1, 2]]);
 * ```
 */
export const broadcastTo: BroadcastToOp = dualStatic((x, shape) => {
  const v = requireTensor("broadcastTo", x), to = checkShape("broadcastTo", requireList("broadcastTo", shape));
  broadcastShapes("broadcastTo", v.shape, to);
  return broadcastValue("broadcastTo", v, to);
}) as BroadcastToOp;

function requireList(op: string, shape: unknown): Shape {
  if (Array.isArray(shape)) return shape as Shape;
  throw new ArgumentError(`${op}: a shape is an array of sizes, not ${shown(shape)}; write [2, 3]`);
}

// Axes in another order.

/**
 * The tensor with its axes in another order.
 *
 * @param x Any tensor.
 * @param perm The axes of `x` in the order wanted; reversed if left out.
 * @returns A tensor whose axis i is axis `perm[i]` of `x`.
 * @throws {ShapeError} If `perm` does not name every axis once.
 *
 * @example Rows to columns
 * ```ts
 * import { tensor, transpose } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transpose(tensor([[1, 2], [3, 4]])).toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function transpose<S extends Shape, D extends DType, const P extends readonly number[] | undefined = undefined>(
  x: Tensor<S, D> & TransposeOk<S, P>,
  perm?: P,
): Tensor<Transpose<S, P>, D> {
  const v = requireTensor("transpose", x);
  if (perm !== undefined && !Array.isArray(perm)) {
    throw new ArgumentError(`transpose: the order is an array of axes, not ${JSON.stringify(perm)}; write [1, 0]`);
  }
  const order = perm === undefined
    ? v.shape.map((_, i) => v.shape.length - 1 - i)
    : checkPermutation("transpose", requireWholes("transpose", "an axis", perm), v.shape.length);
  return permute(v, order) as unknown as Tensor<Transpose<S, P>, D>;
}

/** The type of `swapAxes`. */
export interface SwapAxesOp {
  /** `swapAxes(x, i, j)`. */
  <S extends Shape, D extends DType, const I extends number, const J extends number>(
    x: Tensor<S, D> & SwapAxesOk<S, I, J>,
    i: I,
    j: J,
  ): Tensor<SwapAxes<S, I, J>, D>;
  /** `pipe(x, swapAxes(i, j))`. */
  <const I extends number, const J extends number>(
    i: I,
    j: J,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & SwapAxesOk<S, I, J>) => Tensor<SwapAxes<S, I, J>, D>;
}

/**
 * The tensor with two axes exchanged: `swapAxes(x, i, j)`, or `pipe(x, swapAxes(i, j))`.
 *
 * @param x Any tensor. @param i An axis. @param j Another.
 * @returns A tensor in which each of the two axes stands where the other did.
 * @throws {ShapeError} If an axis is out of range.
 *
 * @example The last two
 * ```ts
 * import { swapAxes, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(swapAxes(zeros([2, 3, 4]), -1, -2).shape, [2, 4, 3]);
 * ```
 */
export const swapAxes: SwapAxesOp = ofTwo((x, i, j) => {
  const v = requireTensor("swapAxes", x), rank = v.shape.length;
  const a = normalizeAxis("swapAxes", requireWhole("swapAxes", "an axis", i), rank);
  const b = normalizeAxis("swapAxes", requireWhole("swapAxes", "an axis", j), rank);
  return permute(v, v.shape.map((_, k) => k === a ? b : k === b ? a : k));
}) as SwapAxesOp;

export type { MoveAxis, MoveAxisOk } from "../shape_types/dims.ts";

/** The type of `moveAxis`. */
export interface MoveAxisOp {
  /** `moveAxis(x, from, to)`. */
  <
    S extends Shape,
    D extends DType,
    const I extends number | readonly number[],
    const J extends number | readonly number[],
  >(
    x: Tensor<S, D> & MoveAxisOk<S, I, J>,
    from: I,
    to: J,
  ): Tensor<MoveAxis<S, I, J>, D>;
  /** `pipe(x, moveAxis(from, to))`. */
  <const I extends number | readonly number[], const J extends number | readonly number[]>(
    from: I,
    to: J,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & MoveAxisOk<S, I, J>) => Tensor<MoveAxis<S, I, J>, D>;
}

/**
 * The tensor with axes moved, the others keeping their order: `moveAxis(x, from, to)`, or `pipe(x, moveAxis(from, to))`.
 *
 * @param x Any tensor. @param from The axis, or several. @param to Where it stands in the result, for each one.
 * @returns A tensor whose axis `to` is axis `from` of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If the lists differ in length.
 *
 * @example Channels from the front to the end
 * ```ts
 * import { moveAxis, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(moveAxis(zeros([3, 28, 32]), 0, -1).shape, [28, 32, 3]);
 * ```
 */
export const moveAxis: MoveAxisOp = ofTwo((x, from, to) => {
  const v = requireTensor("moveAxis", x), rank = v.shape.length;
  const sources = places(from, rank), targets = places(to, rank);
  if (sources.length !== targets.length) {
    throw new ArgumentError(`moveAxis: ${sources.length} axes cannot move to ${targets.length} places; give as many`);
  }
  const others = v.shape.map((_, a) => a).filter((a) => !sources.includes(a));
  let next = 0;
  return permute(v, v.shape.map((_, a) => targets.includes(a) ? sources[targets.indexOf(a)]! : others[next++]!));
}) as MoveAxisOp;

function places(axes: unknown, rank: number): number[] {
  const given = requireWholes("moveAxis", "an axis", axes);
  // For its check that none is named twice; their order is kept.
  normalizeAxes("moveAxis", given, rank);
  return given.map((a) => normalizeAxis("moveAxis", a, rank));
}

/** `f(x, i, j)`, also data last, `f(i, j)(x)`: a tensor in front tells. */
function ofTwo(f: (x: unknown, i: unknown, j: unknown) => unknown): (...args: unknown[]) => unknown {
  return (...args) =>
    args.length >= 3 || args[0] instanceof Tensor
      ? f(args[0], args[1], args[2])
      : (x: unknown) => f(x, args[0], args[1]);
}

// Elements repeated: the whole tensor over and over, or each element in place.

/** The shape of a tiled tensor: sizes are not multiplied in types, and more repetitions than axes add axes in front. */
export type Tiled<S extends Shape, R> = R extends number ? S["length"] extends 0 ? readonly [number] : AnySizes<S>
  : R extends readonly [] ? S
  : S extends readonly [] ? { readonly [I in keyof R]: number } & Shape
  : R extends { readonly length: S["length"] } ? AnySizes<S>
  : Shape;

/** The type of `tile`. */
export interface TileOp {
  /** `tile(x, times)`. */
  <S extends Shape, D extends DType, const R extends number | readonly number[]>(
    x: Tensor<S, D>,
    times: R,
  ): Tensor<Tiled<S, R>, D>;
  /** `pipe(x, tile(times))`. */
  <const R extends number | readonly number[]>(
    times: R,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<Tiled<S, R>, D>;
}

/**
 * The tensor laid out again and again along its axes: `tile(x, times)`, or `pipe(x, tile(times))`.
 *
 * @param x Any tensor.
 * @param times How often along each of the last axes (of all, if a list is as long); a longer list adds axes in front.
 * @returns A tensor whose sizes are those of `x`, multiplied.
 * @throws {ArgumentError} If a number is not whole, or negative.
 *
 * @example Twice to the right
 * ```ts
 * import { tensor, tile } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tile(tensor([1, 2]), 2).toArray(), [1, 2, 1, 2]);
 * ```
 */
export const tile: TileOp = dualStatic((x, times) => {
  const v = requireTensor("tile", x), given = requireWholes("tile", "a number of times", times, 0);
  const rank = Math.max(v.shape.length, given.length);
  const shape = inFront(v.shape, rank), counts = inFront(given, rank);
  // A new axis before each: [n, m] becomes [i, n, j, m], and the pairs are merged.
  const pairs = shape.flatMap((d, a) => [counts[a]!, d]);
  const spread = broadcast(reshapeValue(v, shape), pairs, shape.map((_, a) => 2 * a + 1));
  return reshapeValue(spread, shape.map((d, a) => d * counts[a]!));
}) as TileOp;

const inFront = (xs: readonly number[], rank: number): number[] => [
  ...new Array<number>(rank - xs.length).fill(1),
  ...xs,
];

/** The shape of repeated elements. */
export type RepeatedShape<S extends Shape, A> = A extends number ? AnySizes<S> : readonly [number];

/** The type of `repeat`. */
export interface RepeatOp {
  /** `repeat(x, times, options?)`. */
  <S extends Shape, D extends DType, const A extends number | undefined = undefined>(
    x: Tensor<S, D> & AxisOk<"repeat", S, A>,
    times: number | readonly number[],
    options?: { readonly axis?: A },
  ): Tensor<RepeatedShape<S, A>, D>;
  /** `pipe(x, repeat(times, options?))`. */
  <const A extends number | undefined = undefined>(
    times: number | readonly number[],
    options?: { readonly axis?: A },
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & AxisOk<"repeat", S, A>) => Tensor<RepeatedShape<S, A>, D>;
}

/**
 * Each element (or slice along an axis) several times in a row: `repeat(x, times, options?)`, or
 * `pipe(x, repeat(times, options?))`.
 *
 * @param x Any tensor.
 * @param times How often each, or a list with a number for every element along the axis.
 * @param options `axis`: along which; if left out, the elements are repeated as one row-major list.
 * @returns The elements repeated.
 * @throws {ShapeError} If the axis is out of range, or a list is not as long as it.
 * @throws {ArgumentError} If a number is not whole, or negative.
 *
 * @example Twice each
 * ```ts
 * import { repeat, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(repeat(tensor([1, 2]), 2).toArray(), [1, 1, 2, 2]);
 * ```
 */
export const repeat: RepeatOp = dualStatic((x, times, options) => {
  const whole = requireTensor("repeat", x);
  checkOptions("repeat", options, "axis");
  const v = options["axis"] === undefined ? reshapeValue(whole, [sizeOf(whole.shape)]) : whole;
  const axis = oneAxis("repeat", options["axis"] ?? 0, v.shape.length);
  return Array.isArray(times)
    ? repeatEach(v, requireWholes("repeat", "a number of times", times, 0), axis)
    : repeatAll(v, requireWhole("repeat", "a number of times", times, 0), axis);
}) as RepeatOp;

function repeatAll(x: Value, n: number, axis: number): Value {
  const before = x.shape.slice(0, axis + 1), after = x.shape.slice(axis + 1);
  const spread = broadcast(x, [...before, n, ...after], x.shape.map((_, a) => a > axis ? a + 1 : a));
  return reshapeValue(spread, x.shape.map((d, a) => a === axis ? d * n : d));
}

function repeatEach(x: Value, counts: readonly number[], axis: number): Value {
  if (counts.length !== x.shape[axis]!) {
    throw new ShapeError(
      `repeat: ${counts.length} numbers for axis ${axis} of ${show(x.shape)}; give one number for all, or one each`,
    );
  }
  const from = Int32Array.from(counts.flatMap((n, i) => new Array<number>(n).fill(i)));
  return takeAxis(x, new Concrete([from.length], "i32", from), axis);
}
