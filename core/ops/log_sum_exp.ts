/** Sums of exponentials that do not overflow. */
import { add, sub } from "../primitives/arithmetic.ts";
import { broadcastBack } from "../primitives/broadcast.ts";
import { equal } from "../primitives/compare.ts";
import { full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { exp, log } from "../primitives/exponential.ts";
import { isFinite } from "../primitives/finite.ts";
import { reduceMax } from "../primitives/reduce_extreme.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { select } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { dropAxes, sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { asFloat } from "./operands.ts";
import { type ReduceOp, reducing } from "./reduction.ts";

/** log Σ eˣ over axes of a float value. */
function logSumExpOver(x: Value, axes: readonly number[]): Value {
  const shape = dropAxes(x.shape, axes);
  if (sizeOf(axes.map((a) => x.shape[a]!)) === 0) return full(shape, -Infinity, x.dtype);
  // Any shift gives the same sum, so none of the derivative goes through it.
  const high = reduceMax(stopGradient(x), axes), shift = select(isFinite(high), high, zerosLike(high));
  const total = reduceSum(exp(sub(x, broadcastBack(shift, x.shape, axes))), axes);
  // Of nothing but −∞ the logarithm is taken of 1 instead, whose derivative is finite.
  const none = equal(total, zerosLike(total));
  return select(none, fullLike(total, -Infinity), add(log(select(none, onesLike(total), total)), shift));
}

/**
 * Logarithm of the sum of exponentials over axes, `log Σ eˣ`, without overflow.
 *
 * @param x Any tensor; −∞ is a term of 0, and where there is nothing else the result is −∞ and the derivative 0.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The log-sum-exp without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Adding probabilities given as logarithms
 * ```ts
 * import { logSumExp, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(logSumExp(tensor([1000, 1000])).item(), 1000 + Math.LN2, 1e-4);
 * ```
 */
export const logSumExp: ReduceOp<"logSumExp", "float"> = reducing(
  "logSumExp",
  (v, axes) => logSumExpOver(asFloat(v), axes),
);
