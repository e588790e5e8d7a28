/** Medians and quantiles, of everything or of what is not NaN. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { axesLast } from "../primitives/axes_last.ts";
import { concat } from "../primitives/concat.ts";
import { checkNotEmpty } from "../primitives/reduce_extreme.ts";
import { reshape } from "../primitives/reshape.ts";
import { sort } from "../primitives/sort.ts";
import type { Shape } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat } from "./operands.ts";
import { type QuantileMethod, quantileOfNumbers, quantileOfSorted, requireMethod } from "./order_statistics.ts";
import { type AxesOption, type ReduceOp, type ReduceOptions, reduceOver } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";

export type { QuantileMethod } from "./order_statistics.ts";

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
