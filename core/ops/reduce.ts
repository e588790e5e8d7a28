/** Reductions over axes, and the moments of what they run over. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { div, mul, sub } from "../primitives/arithmetic.ts";
import { equal, select } from "../primitives/compare.ts";
import { cast, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { sqrt } from "../primitives/elementary.ts";
import {
  checkNotEmpty,
  reduceAll,
  reduceAny,
  reduceMax,
  reduceMin,
  reduceProd,
  type Ties,
} from "../primitives/reduce.ts";
import { broadcastBack, reduceSum, reshape } from "../primitives/reshape.ts";
import { keepAxes, normalizeAxes, normalizeAxis, type Shape, show, sizeOf } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat, flag, requireOptions, requireTensor } from "./operands.ts";

// What all reductions share: which axes go, and whether a 1 stays in their place.

/** One axis, several, or `undefined` for all of them; negative ones count from the end. */
export type AxesOption = number | readonly number[] | undefined;

/** Over which axes to reduce, and whether each leaves an axis of size 1. */
export interface ReduceOptions<A extends AxesOption = AxesOption, K extends boolean = boolean> {
  /** One axis or several; all if left out. */
  readonly axis?: A;
  /** Whether the axes stay, with size 1; false if left out. */
  readonly keepDims?: K;
}

/** The dtype of sums and products: truth values are counted in i32, and u8 is widened to u32, too narrow for a sum. */
export type SumOf<D extends DType> = D extends "bool" ? "i32" : D extends "u8" ? "u32" : D;

/** `SumOf` of values. */
export const sumOf = (d: DType): DType => d === "bool" ? "i32" : d === "u8" ? "u32" : d;

/** Options as an object of known names whose axis is one number or several, or an error that says how to write them. */
export function checkOptions(op: string, options: unknown, ...names: readonly string[]): void {
  requireOptions(op, options, "{ axis: 0 }", names);
  const { axis } = options as { readonly axis?: unknown };
  if (axis === undefined || typeof axis === "number") return;
  if (Array.isArray(axis) && axis.every((a) => typeof a === "number")) return;
  throw new ArgumentError(`${op}: axis is ${JSON.stringify(axis) ?? String(axis)}; use a number, such as 0 or -1`);
}

/** Who has the derivative at ties: the first along one axis that was named alone, else all evenly, as in PyTorch. */
export const tiesOf = (options: ReduceOptions): Ties => typeof options.axis === "number" ? "first" : "split";

/** The one axis of an operation that works along one, from the front. */
export function oneAxis(op: string, axis: unknown, rank: number): number {
  if (typeof axis === "number") return normalizeAxis(op, axis, rank);
  throw new ArgumentError(`${op}: takes one axis, not [${String(axis)}]; use a number, such as 0 or -1`);
}

/** A tensor and its axes to reduce, checked, with the names of `more` options; `f` takes the axes away. */
export function reduceOver(
  op: string,
  given: unknown,
  options: ReduceOptions,
  f: (x: Value, axes: readonly number[]) => Value,
  ...more: readonly string[]
): Value {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "keepDims", ...more);
  const keepDims = flag(op, "keepDims", options.keepDims);
  const axes = normalizeAxes(op, options.axis, x.shape.length), y = f(x, axes);
  return keepDims ? reshape(y, keepAxes(x.shape, axes)) : y;
}

/** The dtype of a reduction's result, by what it does: keep that of `x`, sum up, average, ask or count. */
export interface ReducedDType<D extends DType> {
  /** That of `x`. */
  readonly same: D;
  /** Wide enough for a sum. */
  readonly sum: SumOf<D>;
  /** Float. */
  readonly float: FloatOf<D>;
  /** Truth values. */
  readonly bool: "bool";
  /** Numbers of elements. */
  readonly count: "i32";
}

/** The type of reductions over axes: `f(x, options?)`, with options `More` beside `axis` and `keepDims`. */
export interface ReduceOp<Name extends string, R extends keyof ReducedDType<DType>, More = unknown> {
  /** `f(x, options?)`. */
  <
    S extends Shape,
    D extends DType,
    const A extends AxesOption = undefined,
    const K extends boolean = false,
  >(
    x: Tensor<S, D> & ReduceOk<Name, S, A>,
    options?: ReduceOptions<A, K> & More,
  ): Tensor<Reduce<S, A, K>, ReducedDType<D>[R]>;
}

/** A reduction by what it does to a value and its axes, taking the names of `more` options; its type is the caller's. */
export function reducing<Op, More>(
  op: string,
  f: (x: Value, axes: readonly number[], options: ReduceOptions & More) => Value,
  ...more: readonly (keyof More & string)[]
): Op {
  const reduce = (x: unknown, options = {} as ReduceOptions & More) =>
    reduceOver(op, x, options, (v, axes) => f(v, axes, options), ...more);
  return reduce as Op;
}

/** A tensor that is not bool, or an error with what to do instead. */
export function requireNumbers(op: string, x: Value, instead: string): Value {
  if (x.dtype !== "bool") return x;
  throw new DTypeError(`${op}: takes numbers, not bool of shape ${show(x.shape)}; ${instead}`);
}

// Means and squared distances from them, on float values with checked axes.

/** The mean of a float value over axes. */
function meanOver(x: Value, axes: readonly number[]): Value {
  const total = reduceSum(x, axes);
  return div(total, fullLike(total, sizeOf(axes.map((a) => x.shape[a]!))));
}

/** The correction, checked. */
export function correctionOf(op: string, options: { readonly correction?: number }): number {
  const c: unknown = options.correction ?? 0;
  if (typeof c === "number" && Number.isFinite(c)) return c;
  throw new ArgumentError(
    `${op}: correction ${String(c)} is not a finite number; use 0, or 1 for the unbiased estimate`,
  );
}

/** √x whose derivative at 0 is 0, which is what a length and a deviation have at their lowest point. */
export function sqrtFlatAtZero(x: Value): Value {
  const none = equal(x, zerosLike(x));
  return select(none, zerosLike(x), sqrt(select(none, onesLike(x), x)));
}

/** The variance over axes. */
function varianceOver(x: Value, axes: readonly number[], correction: number): Value {
  const d = sub(x, broadcastBack(meanOver(x, axes), x.shape, axes)), total = reduceSum(mul(d, d), axes);
  return div(total, fullLike(total, Math.max(0, sizeOf(axes.map((a) => x.shape[a]!)) - correction)));
}

// Sums, means, products and extremes over axes.

/**
 * Sum over axes.
 *
 * @param x Any tensor; truth values count as 0 and 1.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The sum without the reduced axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Row sums
 * ```ts
 * import { sum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sum(tensor([[1, 2], [3, 4]]), { axis: 1 }).toArray(), [3, 7]);
 * ```
 */
export const sum: ReduceOp<"sum", "sum"> = reducing("sum", (v, axes) => reduceSum(cast(v, sumOf(v.dtype)), axes));

/**
 * Arithmetic mean over axes; NaN over none.
 *
 * @param x Any tensor; integers and truth values are averaged in f32.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The mean without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example The mean of every column
 * ```ts
 * import { mean, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mean(tensor([[1, 2], [3, 6]]), { axis: 0 }).toArray(), [2, 4]);
 * ```
 */
export const mean: ReduceOp<"mean", "float"> = reducing("mean", (v, axes) => meanOver(asFloat(v), axes));

/**
 * Product over axes. Its derivative is right also where factors are 0.
 *
 * @param x Any tensor; truth values count as 0 and 1.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The product without the reduced axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Five factorial
 * ```ts
 * import { prod, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(prod(tensor([1, 2, 3, 4, 5])).item(), 120);
 * ```
 */
export const prod: ReduceOp<"prod", "sum"> = reducing("prod", (v, axes) => reduceProd(cast(v, sumOf(v.dtype)), axes));

/**
 * Largest element over axes; NaN if there is one.
 *
 * Where several elements are the largest, the first has the derivative if one axis is named, `{ axis: 1 }`; if a list or
 * nothing is, they share it evenly. These are PyTorch's `max` and `amax`.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The largest without the reduced axes, in the dtype of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example The largest in each row
 * ```ts
 * import { max, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(max(tensor([[1, 5], [7, 2]]), { axis: 1, keepDims: true }).toArray(), [[5], [7]]);
 * ```
 */
export const max: ReduceOp<"max", "same"> = reducing("max", (v, axes, options) => {
  checkNotEmpty("max", v.shape, axes, "the max of nothing is -Infinity");
  return reduceMax(requireNumbers("max", v, "use any"), axes, tiesOf(options));
});

/**
 * Smallest element over axes; NaN if there is one. Ties are treated as by `max`.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The smallest without the reduced axes, in the dtype of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice, or there are no elements along the axes.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example The smallest of all
 * ```ts
 * import { min, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(min(tensor([[1, 5], [7, -2]])).item(), -2);
 * ```
 */
export const min: ReduceOp<"min", "same"> = reducing("min", (v, axes, options) => {
  checkNotEmpty("min", v.shape, axes, "the min of nothing is Infinity");
  return reduceMin(requireNumbers("min", v, "use all"), axes, tiesOf(options));
});

// Whether some or all elements are true, and how many.

/**
 * Whether any element is true (numbers: is not 0); of none, no.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns bool, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Rows with something in them
 * ```ts
 * import { any, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(any(tensor([[0, 0], [0, 3]]), { axis: 1 }).toArray(), [false, true]);
 * ```
 */
export const any: ReduceOp<"any", "bool"> = reducing("any", (v, axes) => reduceAny(cast(v, "bool"), axes));

/**
 * Whether all elements are true (numbers: are not 0); of none, yes.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns bool, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Is everything true?
 * ```ts
 * import { all, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(all(tensor([true, true, false])).item(), false);
 * ```
 */
export const all: ReduceOp<"all", "bool"> = reducing("all", (v, axes) => reduceAll(cast(v, "bool"), axes));

/**
 * How many elements are not 0 (or are true).
 *
 * @param x Any tensor; NaN is not 0.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The count, i32, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Entries of a sparse matrix
 * ```ts
 * import { countNonZero, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countNonZero(tensor([[0, 2, 0], [1, 0, 5]])).item(), 3);
 * ```
 */
export const countNonZero: ReduceOp<"countNonZero", "count"> = reducing(
  "countNonZero",
  (v, axes) => reduceSum(cast(cast(v, "bool"), "i32"), axes),
);

// Spread: variance and standard deviation.

/** What a variance takes beside `axis` and `keepDims`. */
export interface VarianceOptions {
  /** What is taken from the number of elements before dividing by it: 0 if left out, 1 for the unbiased estimate. */
  readonly correction?: number;
}

/**
 * Variance over axes: the mean squared distance from the mean.
 *
 * @param x Any tensor; integers and truth values count in f32.
 * @param options `correction`: 0 if left out divides by the number of elements n, 1 by n − 1; `axis`: one or several, all
 * if left out; `keepDims`: whether they stay with size 1.
 * @returns The variance without the reduced axes; float; NaN or infinite where n does not exceed the correction.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If `correction` is not a finite number.
 *
 * @example Of a population and of a sample
 * ```ts
 * import { tensor, variance } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 3, 5]);
 * assertEquals(variance(x, { correction: 1 }).item(), 4);
 * ```
 */
export const variance: ReduceOp<"variance", "float", VarianceOptions> = reducing(
  "variance",
  (v, axes, options: VarianceOptions) => varianceOver(asFloat(v), axes, correctionOf("variance", options)),
  "correction",
);

/**
 * Standard deviation over axes, the square root of the variance. Where it is 0 its derivative is 0, as in PyTorch.
 *
 * @param x Any tensor; integers and truth values count in f32.
 * @param options `correction`: 0 if left out divides by the number of elements n, 1 by n − 1; `axis`: one or several, all
 * if left out; `keepDims`: whether they stay with size 1.
 * @returns The deviation without the reduced axes; float; NaN or infinite where n does not exceed the correction.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If `correction` is not a finite number.
 *
 * @example Of every row
 * ```ts
 * import { std, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(std(tensor([[1, 3], [5, 5]]), { axis: 1 }).toArray(), [1, 0]);
 * ```
 */
export const std: ReduceOp<"std", "float", VarianceOptions> = reducing(
  "std",
  (v, axes, options: VarianceOptions) => sqrtFlatAtZero(varianceOver(asFloat(v), axes, correctionOf("std", options))),
  "correction",
);
