/** What stands at a fraction of the way through sorted values. */
import { ArgumentError } from "../errors.ts";
import { add, mul, scale, shift, sub } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/cast.ts";
import { equal, greater } from "../primitives/compare.ts";
import { fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { isFinite, isNaN } from "../primitives/finite.ts";
import { takeAlong } from "../primitives/gather.ts";
import { not } from "../primitives/logic.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { reshape } from "../primitives/reshape.ts";
import { ceil, floor, round } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import type { Value } from "../tensor.ts";

/** What a quantile between two elements is: on the line between them, one of them, their mean, or the nearer one. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

const methods: readonly QuantileMethod[] = ["linear", "lower", "higher", "midpoint", "nearest"];

/** A method by name, checked. */
export function requireMethod(op: string, method: unknown): QuantileMethod {
  const known = methods.find((m) => m === method);
  if (known !== undefined) return known;
  throw new ArgumentError(`${op}: method ${String(method)} is not one of ${methods.join(", ")}`);
}

/** A half goes to the even number, as everywhere in IEEE arithmetic. */
const nearest = (h: number): number => h % 1 === 0.5 ? 2 * Math.round(h / 2) : Math.round(h);

/** The quantile `q` along the last axis, which is sorted and disappears; NaN if there is one. */
export function quantileOfSorted(sorted: Value, q: number, method: QuantileMethod): Value {
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
export function quantileOfNumbers(sorted: Value, q: number, method: QuantileMethod): Value {
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
