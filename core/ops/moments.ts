/** Means and squared distances from them, on float values with checked axes. */
import { ArgumentError } from "../errors.ts";
import { div, mul, sub } from "../primitives/arithmetic.ts";
import { broadcastBack } from "../primitives/broadcast.ts";
import { equal } from "../primitives/compare.ts";
import { fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { sqrt } from "../primitives/power.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { select } from "../primitives/select.ts";
import { sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** The mean of a float value over axes. */
export function meanOver(x: Value, axes: readonly number[]): Value {
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
export function varianceOver(x: Value, axes: readonly number[], correction: number): Value {
  const d = sub(x, broadcastBack(meanOver(x, axes), x.shape, axes)), total = reduceSum(mul(d, d), axes);
  return div(total, fullLike(total, Math.max(0, sizeOf(axes.map((a) => x.shape[a]!)) - correction)));
}
