/** The logistic function and its relatives: every exponential is of a number not above 0, so that none overflows. */
import { exp } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";
import { log1pOfPart, logSum } from "./logarithm.ts";

/** log(1 + e) = e + e²·Σ cₖ eᵏ for 0 ≤ e ≤ 1; relative error 2^-29.9 (minimax, by Remez' exchange). */
const overOne = [
  -0.49999997,
  0.333329737,
  -0.249918789,
  0.199175492,
  -0.161972702,
  0.126120567,
  -0.0850062519,
  0.0435499474,
  -0.0143408515,
  0.00220997562,
];

/** log(1 + e^−|x|); `x` must be kept. */
function softness(x: Lanes): Lanes {
  const e = exp(x.abs().neg()).keep();
  return x.type === "f64" ? log1pOfPart(e) : e.mul(e).madd(e.polynomial(overOne), e);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: Lanes): Lanes {
  const y = x.keep(), e = exp(y.abs().neg()).keep();
  return y.lt(0).choose(e, 1).div(e.add(1));
}

/** log(1 + eˣ). */
export function softplus(x: Lanes): Lanes {
  const y = x.keep();
  return y.atLeast(0).add(softness(y));
}

/** log σ(x) = −log(1 + e^−x). */
export function logSigmoid(x: Lanes): Lanes {
  const y = x.keep();
  return y.neg().atLeast(0).add(softness(y)).neg();
}

/** log(p / (1 − p)), the inverse of the logistic function. */
export function logit(p: Lanes): Lanes {
  const y = p.keep(), other = y.number(1).sub(y).keep(), odds = y.div(other).keep();
  // Near ½ as log(1 + t) with t = (2p − 1)/(1 − p), the rounding errors of 1 + t and of 1 − p going on as a correction.
  const t = y.add(y).sub(1).div(other).keep(), u = t.add(1).keep(), lost = y.number(1).sub(other).sub(y);
  const near = y.gt(0.25).and(y.lt(0.75)).keep();
  const c = near.choose(t.sub(u.sub(1)).sub(t.mul(lost).div(other)), y.number(0)).keep();
  return logSum(near.choose(u, odds).keep(), c);
}

/** log(eˣ + eʸ). */
export function logAddExp(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), more = a.lt(b).choose(b, a);
  // Equal operands are apart because ∞ − ∞ has no value.
  return a.eq(b).choose(a.add(Math.LN2), more.add(softness(a.sub(b).keep())));
}
