/** Statistics by order, and those that leave NaN out. */
import { type DType, type FloatOf, isFloat } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { add, ceil, div, floor, maximum, mul, round, scale, shift, sub } from "../primitives/arithmetic.ts";
import { equal, greater, isFinite, isNaN, not, select } from "../primitives/compare.ts";
import { cast, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { sort } from "../primitives/cumulative.ts";
import { takeAlong } from "../primitives/gather.ts";
import { checkNotEmpty, reduceAll, reduceMax, reduceMin, reduceProd, type Ties } from "../primitives/reduce.ts";
import { axesLast, broadcastBack, reduceSum, reshape } from "../primitives/reshape.ts";
import { concat, sliceAxis } from "../primitives/slice.ts";
import type { Shape } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat, dualStatic } from "./operands.ts";
import {
  type AxesOption,
  correctionOf,
  type ReduceOp,
  type ReduceOptions,
  reduceOver,
  reducing,
  requireNumbers,
  sqrtFlatAtZero,
  sumOf,
  tiesOf,
  type VarianceOptions,
} from "./reduce.ts";

// What stands at a fraction of the way through sorted values.

/** What a quantile between two elements is: on the line between them, one of them, their mean, or the nearer one. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

const methods: readonly QuantileMethod[] = ["linear", "lower", "higher", "midpoint", "nearest"];

/** A method by name, checked. */
function requireMethod(op: string, method: unknown): QuantileMethod {
  const known = methods.find((m) => m === method);
  if (known !== undefined) return known;
  throw new ArgumentError(`${op}: method ${String(method)} is not one of ${methods.join(", ")}`);
}

/** A half goes to the even number, as everywhere in IEEE arithmetic. */
const nearest = (h: number): number => h % 1 === 0.5 ? 2 * Math.round(h / 2) : Math.round(h);

/** The quantile `q` along the last axis, which is sorted and disappears; NaN if there is one. */
function quantileOfSorted(sorted: Value, q: number, method: QuantileMethod): Value {
  const last = sorted.shape.length - 1, outer = sorted.shape.slice(0, -1), n = sorted.shape[last]!;
  const at = (i: number): Value => reshape(sliceAxis(sorted, last, i, i + 1), outer);
  const h = q * (n - 1), low = Math.floor(h), high = Math.ceil(h);
  const y = method === "nearest"
    ? at(nearest(h))
    : low === high || method === "lower"
    ? at(low)
    : method === "higher"
    ? at(high)
    : between(at(low), at(high), fullLike(at(low), method === "midpoint" ? 0.5 : h - low));
  const worst = at(n - 1);
  return select(isNaN(worst), fullLike(worst, NaN), y);
}

/** The quantile `q` of the numbers along the last axis, which is sorted with NaN behind them; NaN of nothing else. */
function quantileOfNumbers(sorted: Value, q: number, method: QuantileMethod): Value {
  const last = sorted.shape.length - 1, outer = sorted.shape.slice(0, -1);
  const count = reduceSum(cast(not(isNaN(sorted)), sorted.dtype), [last]);
  const h = scale(shift(count, -1), q);
  // Where there is no number at all, h is at most 0 and clamps to the first NaN.
  const at = (i: Value): Value => reshape(takeAlong(sorted, cast(reshape(i, [...outer, 1]), "i32"), last), outer);
  if (method === "nearest") return at(round(h));
  if (method === "lower") return at(floor(h));
  if (method === "higher") return at(ceil(h));
  const low = floor(h), part = sub(h, low), none = zerosLike(part);
  const t = method === "midpoint" ? select(greater(part, none), fullLike(part, 0.5), none) : part;
  return between(at(low), at(ceil(h)), t);
}

/** a + t·(b − a), as a sum with weights where b − a is infinite or NaN, and a alone at t = 0. */
function between(a: Value, b: Value, t: Value): Value {
  const gap = sub(b, a), weighted = add(mul(a, sub(onesLike(t), t)), mul(b, t));
  return select(equal(t, zerosLike(t)), a, select(isFinite(gap), add(a, mul(gap, t)), weighted));
}

// Medians and quantiles, of everything or of what is not NaN.

/** Options of a quantile. */
export interface QuantileOptions<A extends AxesOption = AxesOption, K extends boolean = boolean>
  extends ReduceOptions<A, K> {
  /** What a quantile between two elements is; "linear" if left out. */
  readonly method?: QuantileMethod;
}

/** The shape of a quantile, or of a list of them along a new axis in front. */
export type QuantileShape<S extends Shape, A, K, Q> = Q extends readonly unknown[]
  ? readonly [Q["length"], ...Reduce<S, A, K>]
  : Reduce<S, A, K>;

/** The types of `quantile` and `nanQuantile`: `f(x, q, options?)`, or data last in a pipe, `pipe(x, f(q, options?))`. */
export interface QuantileOp<Name extends string> {
  /** `f(x, q, options?)`. */
  <
    S extends Shape,
    D extends DType,
    const Q extends number | readonly number[],
    const A extends AxesOption = undefined,
    const K extends boolean = false,
  >(
    x: Tensor<S, D> & ReduceOk<Name, S, A>,
    q: Q,
    options?: QuantileOptions<A, K>,
  ): Tensor<QuantileShape<S, A, K, Q>, FloatOf<D>>;
  /** `pipe(x, f(q, options?))`. */
  <
    const Q extends number | readonly number[],
    const A extends AxesOption = undefined,
    const K extends boolean = false,
  >(
    q: Q,
    options?: QuantileOptions<A, K>,
  ): <S extends Shape, D extends DType>(
    x: Tensor<S, D> & ReduceOk<Name, S, A>,
  ) => Tensor<QuantileShape<S, A, K, Q>, FloatOf<D>>;
}

type OfSorted = (sorted: Value, q: number, method: QuantileMethod) => Value;

function quantiles(op: string, of: OfSorted, x: unknown, q: unknown, options: QuantileOptions): Value {
  const method = requireMethod(op, options.method ?? "linear"), list: readonly unknown[] = Array.isArray(q) ? q : [q];
  for (const p of list) {
    if (!(typeof p === "number" && p >= 0 && p <= 1)) {
      throw new ArgumentError(`${op}: ${String(p)} is not a fraction; q is a number from 0 to 1, or a list of them`);
    }
  }
  // The values are sorted once for all fractions.
  let known: Value | undefined;
  const sorted = (v: Value, axes: readonly number[]): Value => {
    checkNotEmpty(op, v.shape, axes, "nothing has no quantiles");
    return known ??= sort([axesLast(asFloat(v), axes)], v.shape.length - axes.length)[0]!;
  };
  const ys = list.map((p) =>
    reduceOver(op, x, options, (v, axes) => of(sorted(v, axes), p as number, method), "method")
  );
  if (!Array.isArray(q)) return ys[0]!;
  if (ys.length === 0) throw new ArgumentError(`${op}: the list of fractions is empty; give at least one`);
  return concat(ys.map((y) => reshape(y, [1, ...y.shape])), 0);
}

/**
 * Quantiles over axes: what stands at a fraction `q` of the way through the sorted elements; NaN if there is one.
 *
 * @param x Any tensor; integers count in f32.
 * @param q A fraction from 0 to 1, or a list of them.
 * @param options `method`, where that falls between two elements: "linear" if left out, "lower", "higher", "midpoint" or
 * "nearest" (halfway, the even position). `axis`: one or several, all if left out; `keepDims`: whether they stay.
 * @returns The quantile without the reduced axes; float; for a list, one behind the other along a new axis in front.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {ArgumentError} If `q` is not a fraction, or the method unknown.
 *
 * @example Quartiles
 * ```ts
 * import { quantile, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quantile(tensor([5, 1, 4, 2, 3]), [0.25, 0.5, 0.75]).toArray(), [2, 3, 4]);
 * ```
 */
export const quantile: QuantileOp<"quantile"> = dualStatic((x, q, options) =>
  quantiles("quantile", quantileOfSorted, x, q, options)
) as QuantileOp<"quantile">;

/**
 * Quantiles over axes of the elements that are not NaN; NaN where there are none.
 *
 * @param x Any tensor; integers count in f32.
 * @param q A fraction from 0 to 1, or a list of them.
 * @param options As those of `quantile`.
 * @returns The quantile without the reduced axes; float; for a list, one behind the other along a new axis in front.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {ArgumentError} If `q` is not a fraction, or the method unknown.
 *
 * @example A reading is missing
 * ```ts
 * import { nanQuantile, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanQuantile(tensor([3, NaN, 1, 2]), 1).item(), 3);
 * ```
 */
export const nanQuantile: QuantileOp<"nanQuantile"> = dualStatic((x, q, options) =>
  quantiles("nanQuantile", quantileOfNumbers, x, q, options)
) as QuantileOp<"nanQuantile">;

/**
 * Median over axes: the middle element, or the mean of the two; NaN if there is one.
 *
 * PyTorch's median, the lower of the two, is `quantile(x, 0.5, { method: "lower" })`.
 *
 * @param x Any tensor; integers count in f32.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The median without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 *
 * @example Untouched by an outlier
 * ```ts
 * import { median, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(median(tensor([1, 1000, 2, 3])).item(), 2.5);
 * ```
 */
export const median: ReduceOp<"median", "float"> =
  ((x, options = {}) => quantiles("median", quantileOfSorted, x, 0.5, options)) as ReduceOp<"median", "float">;

/**
 * Median over axes of the elements that are not NaN; NaN where there are none.
 *
 * @param x Any tensor; integers count in f32.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The median without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 *
 * @example Readings are missing
 * ```ts
 * import { nanMedian, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanMedian(tensor([[1, NaN], [5, 3]]), { axis: 0 }).toArray(), [3, 3]);
 * ```
 */
export const nanMedian: ReduceOp<"nanMedian", "float"> =
  ((x, options = {}) => quantiles("nanMedian", quantileOfNumbers, x, 0.5, options)) as ReduceOp<"nanMedian", "float">;

// Reductions that pass over NaN, as if it were not there.

/** NaN replaced; only floats have any. */
const replaced = (x: Value, by: number): Value => isFloat(x.dtype) ? select(isNaN(x), fullLike(x, by), x) : x;

/** How many elements along axes are not NaN, in the dtype of `x`. */
const countOver = (x: Value, axes: readonly number[]): Value => reduceSum(cast(not(isNaN(x)), x.dtype), axes);

function extremeOver(x: Value, axes: readonly number[], which: "max" | "min", ties: Ties): Value {
  const worst = which === "max" ? -Infinity : Infinity;
  const y = (which === "max" ? reduceMax : reduceMin)(replaced(x, worst), axes, ties);
  return isFloat(x.dtype) ? select(reduceAll(isNaN(x), axes), fullLike(y, NaN), y) : y;
}

function varianceOver(x: Value, axes: readonly number[], correction: number): Value {
  const count = countOver(x, axes), mean = div(reduceSum(replaced(x, 0), axes), count);
  const d = select(isNaN(x), fullLike(x, 0), sub(x, broadcastBack(mean, x.shape, axes)));
  const degrees = sub(count, fullLike(count, correction));
  // Where all are NaN or too few are left there is no variance: 0/0.
  return div(reduceSum(mul(d, d), axes), maximum(degrees, fullLike(degrees, 0)));
}

/**
 * Sum over axes of the elements that are not NaN; 0 where there are none.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The sum without the reduced axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example A reading is missing
 * ```ts
 * import { nanSum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanSum(tensor([1, NaN, 3])).item(), 4);
 * ```
 */
export const nanSum: ReduceOp<"nanSum", "sum"> = reducing(
  "nanSum",
  (v, axes) => reduceSum(cast(replaced(v, 0), sumOf(v.dtype)), axes),
);

/**
 * Mean over axes of the elements that are not NaN; NaN where there are none.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The mean without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example A reading is missing
 * ```ts
 * import { nanMean, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanMean(tensor([1, NaN, 3])).item(), 2);
 * ```
 */
export const nanMean: ReduceOp<"nanMean", "float"> = reducing("nanMean", (v, axes) => {
  const f = asFloat(v);
  return div(reduceSum(replaced(f, 0), axes), countOver(f, axes));
});

/**
 * Product over axes of the elements that are not NaN; 1 where there are none.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The product without the reduced axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example A factor is missing
 * ```ts
 * import { nanProd, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanProd(tensor([2, NaN, 3])).item(), 6);
 * ```
 */
export const nanProd: ReduceOp<"nanProd", "sum"> = reducing(
  "nanProd",
  (v, axes) => reduceProd(cast(replaced(v, 1), sumOf(v.dtype)), axes),
);

/**
 * Largest over axes of the elements that are not NaN; NaN where there are none. Ties are treated as by `max`.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The largest without the reduced axes, in the dtype of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example A reading is missing
 * ```ts
 * import { nanMax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanMax(tensor([1, NaN, 3])).item(), 3);
 * ```
 */
export const nanMax: ReduceOp<"nanMax", "same"> = reducing("nanMax", (v, axes, options) => {
  checkNotEmpty("nanMax", v.shape, axes, "the max of nothing is no number");
  return extremeOver(
    requireNumbers("nanMax", v, "use any"),
    axes,
    "max",
    tiesOf(options),
  );
});

/**
 * Smallest over axes of the elements that are not NaN; NaN where there are none. Ties are treated as by `min`.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The smallest without the reduced axes, in the dtype of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example A reading is missing
 * ```ts
 * import { nanMin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanMin(tensor([1, NaN, 3])).item(), 1);
 * ```
 */
export const nanMin: ReduceOp<"nanMin", "same"> = reducing("nanMin", (v, axes, options) => {
  checkNotEmpty("nanMin", v.shape, axes, "the min of nothing is no number");
  return extremeOver(
    requireNumbers("nanMin", v, "use all"),
    axes,
    "min",
    tiesOf(options),
  );
});

/**
 * Variance over axes of the elements that are not NaN; NaN where there are none.
 *
 * @param x Any tensor.
 * @param options `correction`: what is taken from the count before dividing by it, 0 if left out; `axis`: one or several, all if left out;
 * `keepDims`: whether they stay with size 1.
 * @returns The variance without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If `correction` is not a finite number.
 *
 * @example A reading is missing
 * ```ts
 * import { nanVar, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanVar(tensor([1, NaN, 3])).item(), 1);
 * ```
 */
export const nanVar: ReduceOp<"nanVar", "float", VarianceOptions> = reducing(
  "nanVar",
  (v, axes, options: VarianceOptions) => varianceOver(asFloat(v), axes, correctionOf("nanVar", options)),
  "correction",
);

/**
 * Standard deviation over axes of the elements that are not NaN; NaN where there are none. Where it is 0 its derivative is 0.
 *
 * @param x Any tensor.
 * @param options `correction`: what is taken from the count before dividing by it, 0 if left out; `axis`: one or several, all if left out;
 * `keepDims`: whether they stay with size 1.
 * @returns The deviation without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If `correction` is not a finite number.
 *
 * @example A reading is missing
 * ```ts
 * import { nanStd, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanStd(tensor([1, NaN, 3])).item(), 1);
 * ```
 */
export const nanStd: ReduceOp<"nanStd", "float", VarianceOptions> = reducing(
  "nanStd",
  (v, axes, options: VarianceOptions) =>
    sqrtFlatAtZero(varianceOver(asFloat(v), axes, correctionOf("nanStd", options))),
  "correction",
);
