/** Sums and counts by groups. */
import { type DType, type FloatOf, isFloat, kindOf, rangeOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add, div, maximum, mul, scale, shift, sub } from "../primitives/arithmetic.ts";
import { equal, select } from "../primitives/compare.ts";
import { cast, full, fullLike, iota, onesLike } from "../primitives/create.ts";
import { type Places, scatterAdd, scatterMax, scatterMin } from "../primitives/gather.ts";
import { reduceMax, reduceMin } from "../primitives/reduce.ts";
import { broadcast, reduceSum, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { sameShape, type Shape, show } from "../shape.ts";
import { fromArray, Tensor, type Value } from "../tensor.ts";
import { asFloat, flag, requireTensor, requireWhole } from "./operands.ts";
import { checkOptions } from "./reduce.ts";
import { placesIn, requireVector } from "./search_sorted.ts";
import { requireIndices } from "./slice.ts";

// Reductions over groups that labels make.

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

// How many values there are of each kind.

/** Adds each weight, or 1, to the bin its index names; indices that name none are left out. */
function count(indices: Value, length: number, weights: Value | null): Value {
  const ones = weights === null ? full([indices.size], 1, "i32") : reshape(weights, [weights.size]);
  return scatterAdd(full([length], 0, ones.dtype), reshape(indices, [indices.size, 1]), ones, {
    axes: [0],
    batch: 0,
    mode: "drop",
    unique: false,
  });
}

/** Weights, one an element, or none. */
function weightsFor(op: string, x: Value, weights: unknown): Value | null {
  if (weights === undefined) return null;
  const w = requireTensor(op, weights, "weights");
  if (!sameShape(w.shape, x.shape)) {
    throw new ShapeError(
      `${op}: weights of shape ${show(w.shape)} for elements of shape ${show(x.shape)}; give one for each`,
    );
  }
  return w.dtype === "bool" ? cast(w, "i32") : w;
}

/** The dtype of sums of weights: truth values are counted in i32. */
export type WeightSum<W extends DType> = W extends "bool" ? "i32" : W;

/** Options of `bincount`. */
export interface BincountOptions<L extends number = number, W extends DType = DType> {
  /** How many integers, from 0 on, are counted. */
  readonly length: L;
  /** What each element counts, in the shape of `x`; 1 if left out. */
  readonly weights?: Tensor<Shape, W>;
}

/**
 * How often each of the integers 0, 1, …, `length` − 1 occurs. Others are not counted.
 *
 * @param x An integer tensor of any shape.
 * @param options `length`: how many integers; `weights`: what each element counts, in the shape of `x`, 1 if left out.
 * @returns The counts, `[length]`, i32, or the sums of weights in the dtype of these (of bool in i32). Derivatives pass to the weights.
 * @throws {DTypeError} If `x` is not of integers.
 * @throws {ShapeError} If there is not one weight for each element.
 * @throws {ArgumentError} If `length` is not a whole number, 0 or more.
 *
 * @example Votes
 * ```ts
 * import { bincount, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bincount(tensor([2, 0, 2], { dtype: "i32" }), { length: 4 }).toArray(), [1, 0, 2, 0]);
 * ```
 */
export function bincount<const L extends number, W extends DType = "i32">(
  x: Tensor<Shape, DType>,
  options: BincountOptions<L, W>,
): Tensor<readonly [L], WeightSum<W>> {
  const v = requireTensor("bincount", x);
  checkOptions("bincount", options, "length", "weights");
  if (kindOf(v.dtype) !== "int") {
    throw new DTypeError(`bincount: counts integers, not ${v.dtype}; cast it to i32 first`);
  }
  const { length } = options;
  if (!Number.isInteger(length) || length < 0) {
    throw new ArgumentError(
      `bincount: length is ${String(length)}, not a whole number, 0 or more; give it as { length }`,
    );
  }
  return count(cast(v, "i32"), length, weightsFor("bincount", v, options.weights)) as Value as Tensor<
    readonly [L],
    WeightSum<W>
  >;
}

/** Options of a histogram. */
export interface HistogramOptions {
  /** How many bins of equal width, 10 if left out, or the ascending edges between and around them. */
  readonly bins?: number | readonly number[] | Tensor<Shape, DType>;
  /** From where to where bins of equal width reach; from the smallest to the largest element if left out. */
  readonly range?: readonly [number, number];
  /** Whether to divide so that the area is 1; false if left out. */
  readonly density?: boolean;
  /** What each element counts, in the shape of `x`; 1 if left out. */
  readonly weights?: Tensor<Shape, DType>;
}

/** How many bins options ask for, `number` where the edges are a tensor of unknown size. */
export type BinsOf<O> = "bins" extends keyof O ? O["bins"] extends number ? O["bins"] : number : 10;

/** The dtype of the counts of a histogram. */
export type CountsOf<D extends DType, O> = "density" extends keyof O
  ? O["density"] extends true ? FloatOf<D> : O["density"] extends false ? CountsOf<D, Omit<O, "density">> : DType
  : "weights" extends keyof O ? O["weights"] extends Tensor<Shape, infer W> ? WeightSum<W> : DType
  : "i32";

/** Counts, and the edges of the bins. */
export interface Histogram<D extends DType, O> {
  /** For each bin the number of elements in it, or the sum of their weights. */
  readonly counts: Tensor<readonly [BinsOf<O>], CountsOf<D, O>>;
  /** The edges, one more than bins, float. */
  readonly edges: Tensor<readonly [number], FloatOf<D>>;
}

/** Edges at equal distances, from the options or the elements; where these are all equal, ½ to either side. */
function equalEdges(x: Value, bins: number, range: readonly [number, number] | undefined): Value {
  const { dtype } = x, axes = x.shape.map((_, i) => i);
  const [low, high] = range !== undefined || x.size === 0
    ? (range ?? [0, 1]).map((v) => full([], v, dtype))
    : [reduceMin(x, axes), reduceMax(x, axes)];
  const flat = equal(low!, high!),
    from = select(flat, shift(low!, -0.5), low!),
    to = select(flat, shift(high!, 0.5), high!);
  const spread = (v: Value): Value => broadcast(v, [bins + 1], []), step = scale(sub(to, from), 1 / bins);
  const i = iota([bins + 1], 0, dtype);
  return select(equal(i, fullLike(i, bins)), spread(to), add(mul(i, spread(step)), spread(from)));
}

function edgesOf(x: Value, { bins = 10, range }: HistogramOptions): Value {
  if (typeof bins === "number") {
    if (!Number.isInteger(bins) || bins < 1) {
      throw new ArgumentError(`histogram: ${bins} bins; use a whole number, 1 or more`);
    }
    if (range !== undefined && !(range.length === 2 && range.every(Number.isFinite) && range[0]! <= range[1]!)) {
      throw new ArgumentError(`histogram: range [${range}] is not two finite numbers, the lower one first`);
    }
    return equalEdges(x, bins, range);
  }
  if (bins instanceof Tensor) {
    const edges = cast(requireVector("histogram", bins, "the tensor of edges"), x.dtype);
    if (edges.size < 2) throw new ArgumentError(`histogram: ${edges.size} edges make no bin; give at least two`);
    return edges;
  }
  if (!Array.isArray(bins) || bins.length < 2 || !bins.every((e, i) => i === 0 || bins[i - 1]! <= e)) {
    throw new ArgumentError(`histogram: edges [${String(bins)}] are not two or more ascending numbers`);
  }
  return cast(fromArray({ shape: [bins.length], dtype: "f64", data: Float64Array.from(bins) }), x.dtype);
}

/**
 * How many elements lie in each of a number of bins. A bin holds its lower edge, the last one its upper edge as well;
 * what lies outside all of them, NaN included, is not counted.
 *
 * @param x Any tensor; integers count in f32.
 * @param options `bins`: how many of equal width, 10 if left out, or a list or vector of ascending edges. `range`: where
 * those of equal width begin and end; at the smallest and largest element if left out. `weights`: what each element
 * counts, in the shape of `x`. `density`: whether to divide so that the area is 1.
 * @returns `counts`, i32, or in the dtype of the weights, or float for a density; and `edges`, float, one more.
 * @throws {ArgumentError} If there is no bin, the edges do not ascend, or the range is none.
 * @throws {ShapeError} If there is not one weight for each element, or the tensor of edges has not rank 1.
 *
 * @example Two bins
 * ```ts
 * import { histogram, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { counts, edges } = histogram(tensor([1, 2, 2, 5]), { bins: 2 });
 * assertEquals([counts.toArray(), edges.toArray()], [[3, 1], [1, 3, 5]]);
 * ```
 */
export function histogram<D extends DType, const O extends HistogramOptions = Record<never, never>>(
  x: Tensor<Shape, D>,
  options?: O,
): Histogram<D, O> {
  const o: HistogramOptions = options ?? {}, v = asFloat(requireTensor("histogram", x));
  checkOptions("histogram", o, "bins", "range", "weights", "density");
  const weights = weightsFor("histogram", v, o.weights), edges = edgesOf(v, o), bins = edges.size - 1;
  const last = broadcast(sliceAxis(edges, 0, bins, bins + 1), [v.size], [0]), flat = reshape(v, [v.size]);
  const place = shift(placesIn(edges, flat, "right"), -1);
  let counts = count(select(equal(flat, last), fullLike(place, bins - 1), place), bins, weights);
  if (flag("histogram", "density", o.density)) {
    const widths = sub(sliceAxis(edges, 0, 1, bins + 1), sliceAxis(edges, 0, 0, bins));
    counts = cast(counts, edges.dtype);
    counts = div(counts, mul(broadcast(reduceSum(counts, [0]), [bins], []), widths));
  }
  return { counts, edges } as Histogram<D, O>;
}
