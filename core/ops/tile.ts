/** Elements repeated: the whole tensor over and over, or each element in place. */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { takeAxis } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { type Shape, show, sizeOf } from "../shape.ts";
import type { AxisOk } from "../shape_types.ts";
import type { AnySizes } from "../shape_types/axes.ts";
import { Concrete, type Tensor, type Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";
import { requireWhole, requireWholes } from "./whole_numbers.ts";

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
  const spread = broadcast(reshape(v, shape), pairs, shape.map((_, a) => 2 * a + 1));
  return reshape(spread, shape.map((d, a) => d * counts[a]!));
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
  const v = options["axis"] === undefined ? reshape(whole, [sizeOf(whole.shape)]) : whole;
  const axis = oneAxis("repeat", options["axis"] ?? 0, v.shape.length);
  return Array.isArray(times)
    ? repeatEach(v, requireWholes("repeat", "a number of times", times, 0), axis)
    : repeatAll(v, requireWhole("repeat", "a number of times", times, 0), axis);
}) as RepeatOp;

function repeatAll(x: Value, n: number, axis: number): Value {
  const before = x.shape.slice(0, axis + 1), after = x.shape.slice(axis + 1);
  const spread = broadcast(x, [...before, n, ...after], x.shape.map((_, a) => a > axis ? a + 1 : a));
  return reshape(spread, x.shape.map((d, a) => a === axis ? d * n : d));
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
