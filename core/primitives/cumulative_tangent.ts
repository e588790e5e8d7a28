/**
 * Tangents of running products and log-sum-exps, by recursive doubling (Hillis and Steele, "Data parallel algorithms",
 * CACM 29, 1986, https://doi.org/10.1145/7902.7903).
 *
 * After a step of width w every element stands for the 2w elements up to it, with the tangent of that: two neighbours'
 * values and tangents are all the product rule asks for. There is no division, so factors may be 0, and no weight above
 * 1 in a log-sum-exp; and as every step is made of primitives, so are the derivatives of all orders.
 */
import type { Value } from "../tensor.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { less } from "./compare.ts";
import { fullLike, zerosLike } from "./create.ts";
import { exp, log1p } from "./exponential.ts";
import { isFinite } from "./finite.ts";
import { pad } from "./pad.ts";
import { select } from "./select.ts";

/** The axis, and whether the running starts at its end. */
export interface Along {
  readonly axis: number;
  readonly reverse: boolean;
}

/** Each element replaced by the one `width` places before it in running order; `fill` where there is none. */
function before(x: Value, width: number, fill: number, { axis, reverse }: Along): Value {
  const by = x.shape.map((_, a) => a === axis ? (reverse ? -width : width) : 0);
  return pad(x, by, by.map((n) => -n), by.map(() => 0), fill);
}

/** The tangent of the running product of `x`. */
export function productTangent(x: Value, dx: Value, along: Along): Value {
  const n = x.shape[along.axis]!;
  for (let width = 1; width < n; width *= 2) {
    const x0 = before(x, width, 1, along), dx0 = before(dx, width, 0, along);
    dx = add(mul(x0, dx), mul(dx0, x));
    x = mul(x0, x);
  }
  return dx;
}

/** The tangent of the running log-sum-exp of `x`: of each sum the tangents of its terms, weighted by their softmax. */
export function logSumExpTangent(x: Value, dx: Value, along: Along): Value {
  const n = x.shape[along.axis]!;
  for (let width = 1; width < n; width *= 2) {
    const x0 = before(x, width, -Infinity, along), sum = logAddExp(x0, x);
    dx = add(mul(share(x0, sum), before(dx, width, 0, along)), mul(share(x, sum), dx));
    x = sum;
  }
  return dx;
}

/** log(eᵃ + eᵇ). Each side of the choice is the whole smooth function, so that derivatives at a tie are right too. */
function logAddExp(a: Value, b: Value): Value {
  const first = less(b, a), high = select(first, a, b), ok = isFinite(high);
  const rest = log1p(exp(neg(select(ok, sub(high, select(first, b, a)), zerosLike(a)))));
  return select(ok, add(high, rest), high);
}

/** exp(a − sum), and 0 where the sum is infinite. */
function share(a: Value, sum: Value): Value {
  const ok = isFinite(sum);
  return exp(select(ok, sub(a, sum), fullLike(a, -Infinity)));
}
