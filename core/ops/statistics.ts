/** Spread: variance and standard deviation. */
import { correctionOf, sqrtFlatAtZero, varianceOver } from "./moments.ts";
import { asFloat } from "./operands.ts";
import { type ReduceOp, reducing } from "./reduction.ts";

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
