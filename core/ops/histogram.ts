/** How many values there are of each kind. */
import { type DType, type FloatOf, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add, div, mul, scale, shift, sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { equal } from "../primitives/compare.ts";
import { full, fullLike, iota } from "../primitives/create.ts";
import { reduceMax, reduceMin } from "../primitives/reduce_extreme.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { reshape } from "../primitives/reshape.ts";
import { scatterAdd } from "../primitives/scatter.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { sameShape, type Shape, show } from "../shape.ts";
import { fromArray, Tensor, type Value } from "../tensor.ts";
import { placesIn, requireVector } from "./binary_search.ts";
import { asFloat, requireTensor } from "./operands.ts";
import { checkOptions } from "./reduction.ts";
import { flag } from "./options.ts";

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
