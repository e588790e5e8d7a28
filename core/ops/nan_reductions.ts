/** Reductions that pass over NaN, as if it were not there. */
import { isFloat } from "../dtype.ts";
import { div, mul, sub } from "../primitives/arithmetic.ts";
import { broadcastBack } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { fullLike } from "../primitives/create.ts";
import { isNaN } from "../primitives/finite.ts";
import { not } from "../primitives/logic.ts";
import { maximum } from "../primitives/extremes.ts";
import { checkNotEmpty, reduceMax, reduceMin, type Ties } from "../primitives/reduce_extreme.ts";
import { reduceAll } from "../primitives/reduce_logic.ts";
import { reduceProd } from "../primitives/reduce_prod.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { select } from "../primitives/select.ts";
import type { Value } from "../tensor.ts";
import { correctionOf, sqrtFlatAtZero } from "./moments.ts";
import { asFloat } from "./operands.ts";
import { type ReduceOp, reducing, requireNumbers, sumOf, tiesOf } from "./reduction.ts";
import type { VarianceOptions } from "./statistics.ts";

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
