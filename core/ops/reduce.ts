/** Sums, means, products and extremes over axes. */
import { cast } from "../primitives/cast.ts";
import { checkNotEmpty, reduceMax, reduceMin } from "../primitives/reduce_extreme.ts";
import { reduceProd } from "../primitives/reduce_prod.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { meanOver } from "./moments.ts";
import { asFloat } from "./operands.ts";
import { type ReduceOp, reducing, requireNumbers, sumOf, tiesOf } from "./reduction.ts";

export type { AxesOption, ReducedDType, ReduceOp, ReduceOptions, SumOf } from "./reduction.ts";

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
