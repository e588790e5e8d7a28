/** Activations along an axis whose results are a distribution, or its logarithm. */
import {
  arange,
  cumSum,
  div,
  type DType,
  exp,
  type FloatOf,
  lessEqual,
  log,
  max,
  neg,
  reshape,
  type Shape,
  ShapeError,
  sort,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import { floats } from "./operands.ts";

/** Options of `softmax` and its kin. */
export interface SoftmaxOptions {
  /** The axis along which results sum to one; the last if left out. */
  readonly axis?: number;
}

/** The numbers with the largest along the axis, a constant, taken off: no exponential overflows then. */
function shifted(op: string, x: unknown, axis: number): { readonly axis: number; readonly v: Tensor } {
  const given = floats(op, x), rank = given.shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: axis ${axis} is out of range for shape [${given.shape.join(", ")}]`);
  }
  const at = axis < 0 ? axis + rank : axis;
  if (given.shape[at] === 0) return { axis: at, v: given };
  return { axis: at, v: sub(given, stopGradient(max(given, { axis: at, keepDims: true }))) };
}

/**
 * Numbers turned into probabilities, `exp(x) / Σ exp(x)` along an axis, for numbers of any size.
 *
 * @param x Any tensor; −∞ gives probability 0, but NaN where all along the axis are −∞.
 * @param options `axis`: the last if left out.
 * @returns Probabilities that sum to 1 along the axis, in the shape of `x`; float.
 * @throws {ShapeError} If the axis is out of range.
 * @see Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.62
 *
 * @example Large numbers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softmax } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softmax(tensor([1000, 1000, -1000])).toArray(), [0.5, 0.5, 0]);
 * ```
 */
export function softmax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SoftmaxOptions = {},
): Tensor<S, FloatOf<D>> {
  const { axis, v } = shifted("softmax", x, options.axis ?? -1), e = exp(v);
  return div(e, sum(e, { axis, keepDims: true })) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of the softmax, without underflow.
 *
 * @param x Any tensor of numbers.
 * @param options `axis`: the last if left out.
 * @returns `x − log Σ exp(x)` along the axis, in the shape of `x`; float.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Far below what a probability could hold
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { logSoftmax } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logSoftmax(tensor([0, -1000])).toArray(), [0, -1000]);
 * ```
 */
export function logSoftmax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SoftmaxOptions = {},
): Tensor<S, FloatOf<D>> {
  const { axis, v } = shifted("logSoftmax", x, options.axis ?? -1);
  return sub(v, log(sum(exp(v), { axis, keepDims: true }))) as Tensor<S, FloatOf<D>>;
}

/**
 * The softmax of the negated numbers: the smallest is the likeliest.
 *
 * @param x Any tensor of numbers.
 * @param options `axis`: the last if left out.
 * @returns Probabilities that sum to 1 along the axis, in the shape of `x`; float.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Distances as probabilities
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softmin } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softmin(tensor([0, 1000])).toArray(), [1, 0]);
 * ```
 */
export function softmin<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SoftmaxOptions = {},
): Tensor<S, FloatOf<D>> {
  return softmax(neg(floats("softmin", x)), options) as Tensor<S, FloatOf<D>>;
}

/**
 * The point of the probability simplex nearest to the numbers along an axis: like softmax, but mostly exact zeros.
 *
 * @param x Any tensor of numbers.
 * @param options `axis`: the last if left out.
 * @returns Probabilities that sum to 1 along the axis, in the shape of `x`; float. The derivative is that of
 *   the part of the simplex they lie in: a number exactly at the threshold counts as outside the support.
 * @throws {ShapeError} If the axis is out of range.
 * @see Martins and Astudillo, From softmax to sparsemax, 2016, https://arxiv.org/abs/1602.02068
 *
 * @example One of three is left out
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { sparsemax } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sparsemax(tensor([1, 0.5, -1])).toArray(), [0.75, 0.25, 0]);
 * ```
 */
export function sparsemax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SoftmaxOptions = {},
): Tensor<S, FloatOf<D>> {
  const { axis, v } = shifted("sparsemax", x, options.axis ?? -1), n = v.shape[axis]!;
  if (v.shape.includes(0)) return v as Tensor<S, FloatOf<D>>;
  // The threshold of the paper's equation 4, (Σ of the k largest − 1) / k, is largest at the k of its algorithm 1.
  const z = stopGradient(v),
    places = reshape(arange(1, n + 1, 1, { dtype: v.dtype }), v.shape.map((_, i) => i === axis ? n : 1));
  const sums = cumSum(sort(z, { axis, descending: true }), { axis });
  const outside = lessEqual(z, max(div(sub(sums, 1), places), { axis, keepDims: true }));
  // On the support alone the threshold is a mean, whose derivative is the paper's equation 14.
  const total = sum(where(outside, 0, v), { axis, keepDims: true });
  const count = sum(where(outside, 0, 1), { axis, keepDims: true });
  return where(outside, 0, sub(v, div(sub(total, 1), count))) as Tensor<S, FloatOf<D>>;
}
