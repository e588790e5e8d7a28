/** Reductions over groups that labels make. */
import { type DType, type FloatOf, isFloat, kindOf, rangeOf } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { div } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { full, onesLike } from "../primitives/create.ts";
import { maximum } from "../primitives/extremes.ts";
import type { Places } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { scatterMax, scatterMin } from "../primitives/scatter_extreme.ts";
import { scatterAdd } from "../primitives/scatter.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireIndices } from "./index_values.ts";
import { asFloat, requireTensor } from "./operands.ts";
import { requireWhole } from "./whole_numbers.ts";

/** `S` without as many of its first axes as `I` has. */
export type Behind<S extends Shape, I extends Shape> = number extends S["length"] | I["length"] ? Shape
  : I extends readonly [unknown, ...infer R extends Shape]
    ? S extends readonly [unknown, ...infer T extends Shape] ? Behind<T, R> : Shape
  : S;

/** The type of the segment reductions; integers become f32 where `F` is true. */
export interface SegmentOp<F extends boolean = false> {
  /** `f(x, labels, n)`. */
  <S extends Shape, D extends DType, I extends Shape, const N extends number>(
    x: Tensor<S, D>,
    labels: Tensor<I, DType>,
    n: N,
  ): Tensor<readonly [N, ...Behind<S, I>], F extends true ? FloatOf<D> : D>;
  /** `pipe(x, f(labels, n))`. */
  <I extends Shape, const N extends number>(
    labels: Tensor<I, DType>,
    n: N,
  ): <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
  ) => Tensor<readonly [N, ...Behind<S, I>], F extends true ? FloatOf<D> : D>;
}

type Reduce = (x: Value, indices: Value, shape: Shape) => Value;

const places: Places = { axes: [0], batch: 0, mode: "drop", unique: false };

function segments(op: string, reduce: Reduce): (...args: unknown[]) => unknown {
  const apply = (given: unknown, labels: unknown, n: unknown): Value => {
    const x = requireTensor(op, given), of = requireIndices(op, labels, "labels");
    const count = requireWhole(op, "the number of segments", n, 0), lead = of.shape.length;
    if (kindOf(x.dtype) === "bool") throw new DTypeError(`${op}: takes numbers, not bool; cast it first`);
    if (lead === 0 || of.shape.some((d, a) => d !== x.shape[a])) {
      throw new ShapeError(
        `${op}: labels of shape ${show(of.shape)} for a tensor of shape ${show(x.shape)}; give one for each of its ` +
          "first elements",
      );
    }
    return reduce(x, reshape(of, [...of.shape, 1]), [count, ...x.shape.slice(lead)]);
  };
  return (...args) => args.length >= 3 ? apply(args[0], args[1], args[2]) : (x: unknown) => apply(x, args[0], args[1]);
}

const sums: Reduce = (x, at, shape) => scatterAdd(full(shape, 0, x.dtype), at, x, places);
/** What nothing's largest or smallest element is: infinite, or the end of an integer's range. */
const bound = (d: DType, sign: 1 | -1): number => isFloat(d) ? sign * Infinity : rangeOf(d)[sign === 1 ? 1 : 0];

/**
 * The sum of each group of elements: `segmentSum(x, labels, n)`, or `pipe(x, segmentSum(labels, n))`.
 *
 * @param x Any numeric tensor `[…elements, …rest]`.
 * @param labels An integer tensor `[…elements]`: the group of each; elements with labels outside 0 to n − 1 are left out.
 * @param n How many groups there are.
 * @returns `[n, …rest]`, 0 for a group without elements.
 * @throws {ShapeError} If the labels are not one for each of the first elements.
 * @throws {DTypeError} If the labels are not integers, or `x` is bool.
 *
 * @example Two groups
 * ```ts
 * import { segmentSum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(segmentSum(tensor([1, 2, 3]), groups, 2).toArray(), [4, 2]);
 * ```
 */
export const segmentSum: SegmentOp = segments("segmentSum", sums) as SegmentOp;

/**
 * The mean of each group of elements: `segmentMean(x, labels, n)`, or `pipe(x, segmentMean(labels, n))`.
 *
 * @param x Any numeric tensor `[…elements, …rest]`; integers count in f32.
 * @param labels An integer tensor `[…elements]`: the group of each; elements with labels outside 0 to n − 1 are left out.
 * @param n How many groups there are.
 * @returns `[n, …rest]`, float, 0 for a group without elements.
 * @throws {ShapeError} If the labels are not one for each of the first elements.
 * @throws {DTypeError} If the labels are not integers, or `x` is bool.
 *
 * @example Two groups
 * ```ts
 * import { segmentMean, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(segmentMean(tensor([1, 2, 3]), groups, 2).toArray(), [2, 2]);
 * ```
 */
export const segmentMean: SegmentOp<true> = segments("segmentMean", (given, at, shape) => {
  const x = asFloat(given), [n] = shape as readonly [number];
  const counts = scatterAdd(full([n], 0, x.dtype), at, full(at.shape.slice(0, -1), 1, x.dtype), places);
  return div(sums(x, at, shape), broadcast(maximum(counts, onesLike(counts)), shape, [0]));
}) as SegmentOp<true>;

/**
 * The largest of each group of elements: `segmentMax(x, labels, n)`, or `pipe(x, segmentMax(labels, n))`. Elements that
 * tie share the gradient evenly.
 *
 * @param x Any numeric tensor `[…elements, …rest]`.
 * @param labels An integer tensor `[…elements]`: the group of each; elements with labels outside 0 to n − 1 are left out.
 * @param n How many groups there are.
 * @returns `[n, …rest]`; for a group without elements −∞, or the smallest integer of the dtype.
 * @throws {ShapeError} If the labels are not one for each of the first elements.
 * @throws {DTypeError} If the labels are not integers, or `x` is bool.
 *
 * @example Two groups
 * ```ts
 * import { segmentMax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(segmentMax(tensor([1, 2, 3]), groups, 2).toArray(), [3, 2]);
 * ```
 */
export const segmentMax: SegmentOp = segments(
  "segmentMax",
  (x, at, shape) => scatterMax(full(shape, bound(x.dtype, -1), x.dtype), at, x, places),
) as SegmentOp;

/**
 * The smallest of each group of elements: `segmentMin(x, labels, n)`, or `pipe(x, segmentMin(labels, n))`. Elements that
 * tie share the gradient evenly.
 *
 * @param x Any numeric tensor `[…elements, …rest]`.
 * @param labels An integer tensor `[…elements]`: the group of each; elements with labels outside 0 to n − 1 are left out.
 * @param n How many groups there are.
 * @returns `[n, …rest]`; for a group without elements ∞, or the largest integer of the dtype.
 * @throws {ShapeError} If the labels are not one for each of the first elements.
 * @throws {DTypeError} If the labels are not integers, or `x` is bool.
 *
 * @example Two groups
 * ```ts
 * import { segmentMin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(segmentMin(tensor([1, 2, 3]), groups, 2).toArray(), [1, 2]);
 * ```
 */
export const segmentMin: SegmentOp = segments(
  "segmentMin",
  (x, at, shape) => scatterMin(full(shape, bound(x.dtype, 1), x.dtype), at, x, places),
) as SegmentOp;
