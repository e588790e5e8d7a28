/**
 * The logarithm of the gamma function and the derivatives of that, in f64, by the methods that core/primitives/special has
 * for numbers: all of them are computed, and each lane chooses.
 */
import { bernoulli } from "../../../primitives/special/gamma.ts";
import { halfTurns } from "./half_turns.ts";
import type { Lanes } from "./lanes.ts";
import { log } from "./logarithm.ts";

/** log Γ(2 + z) = z·Σ cₖ zᵏ for |z| ≤ ½; relative error 2^-59.4 (minimax, by Remez' exchange). */
const aroundTwo = [
  0.42278433509846713,
  0.32246703342411326,
  -0.06735230105319831,
  0.020580808427780574,
  -0.007385551028649664,
  0.002890510331023428,
  -0.0011927539127601727,
  0.0005096695156826658,
  -0.00022315473513273115,
  9.945766996029095e-05,
  -4.4926531459895924e-05,
  2.050561785782556e-05,
  -9.437234847538434e-06,
  4.384588065110981e-06,
  -2.0497604698322886e-06,
  9.203179169801559e-07,
  -4.20032483260137e-07,
  2.784919089304117e-07,
  -1.433024499290198e-07,
];

/** The positive zero of ψ, in two parts. */
const zeroHigh = 1.4616321449683622, zeroLow = 9.549995429965697e-17;

/** ψ(zero + d) = d·Σ cₖ dᵏ for |d| ≤ ½; relative error 2^-60.1. */
const aroundZero = [
  0.9676722454476212,
  -0.4427631689835921,
  0.2584997609556519,
  -0.1639427054424086,
  0.10782405069109097,
  -0.07219956125618572,
  0.048804288176853935,
  -0.03316112649082933,
  0.022597647746071862,
  -0.015424765377990089,
  0.010538802561597388,
  -0.007204545041749014,
  0.004926625686637161,
  -0.0033696619814851964,
  0.0023065777351894095,
  -0.0015781570991053706,
  0.0010698662006670522,
  -0.0007309249992961769,
  0.0005410188250361778,
  -0.00037299675027631623,
  0.00014658506673261652,
  -9.572091770121706e-05,
  0.00023093775530520232,
  -0.0001611773594987586,
];

/** log Γ(w) for w > 0; `w` must be kept. */
function positive(w: Lanes): Lanes {
  let y = w, product = w.number(1);
  for (let step = 0; step < 8; step++) {
    const more = y.gt(2.5).keep();
    y = y.sub(more.and(w.number(1))).keep();
    product = more.choose(product.mul(y), product).keep();
  }
  const first = w.lt(0.5).keep(), second = w.lt(1.5).keep(), large = w.ge(10).keep();
  const z = first.choose(w, second.choose(w.sub(1), y.sub(2))).keep();
  const inside = first.choose(w.mul(w.add(1)), second.or(large).choose(w, product)).keep();
  const l = log(inside).keep();
  const near = z.mul(z.polynomial(aroundTwo)).add(second.choose(l.neg(), l));
  // Stirling's series; at 10 the ninth term is below 2⁻⁵⁸.
  const r = w.number(1).div(w).keep(), square = r.mul(r).keep();
  const series = square.polynomial(bernoulli.slice(0, 8).map((b, k) => b / ((2 * k + 2) * (2 * k + 1))));
  const stirling = w.sub(0.5).mul(l.sub(1)).add((Math.log(2 * Math.PI) - 1) / 2).add(series.mul(r));
  return large.choose(stirling, near).keep();
}

/** log |Γ(x)|, by reflection for x ≤ 0. */
export function lgamma(x: Lanes): Lanes {
  const y = x.keep(), below = y.le(0).keep();
  const value = positive(below.choose(y.number(1).sub(y), y).keep());
  const { sine } = halfTurns(y);
  const mirrored = log(y.number(Math.PI).div(sine.abs())).sub(value);
  return below.choose(y.eq(y.nearest()).choose(Infinity, mirrored), value);
}

/** ψ(x), the derivative of log |Γ(x)|. */
function digamma(x: Lanes): Lanes {
  const y = x.keep(), below = y.le(0).keep(), w = below.choose(y.number(1).sub(y), y).keep();
  const off = w.sub(zeroHigh).sub(zeroLow).keep();
  let end = w, sum = w.number(0);
  for (let step = 0; step < 10; step++) {
    const more = end.lt(10).keep();
    sum = sum.add(more.and(w.number(1).div(end))).keep();
    end = end.add(more.and(w.number(1))).keep();
  }
  const r = w.number(1).div(end).keep(), square = r.mul(r).keep();
  const series = square.polynomial(bernoulli.slice(0, 8).map((b, k) => b / (2 * k + 2)));
  const far = log(end).sub(r.mul(0.5)).sub(series.mul(square)).sub(sum);
  const value = off.abs().le(0.5).choose(off.mul(off.polynomial(aroundZero)), far).keep();
  const { sine, cosine } = halfTurns(y);
  const mirrored = y.eq(y.nearest()).choose(NaN, value.sub(cosine.div(sine).mul(Math.PI)));
  return y.eq(0).choose(y.number(-1).div(y), below.choose(mirrored, value));
}

/** xˢ for a whole s > 0; `x` must be kept. */
function wholePower(x: Lanes, s: number): Lanes {
  let power: Lanes | null = null;
  for (let base = x, left = s; left > 0; left >>= 1) {
    if (left % 2 === 1) power = power === null ? base : power.mul(base).keep();
    if (left > 1) base = base.mul(base).keep();
  }
  return power!;
}

/** Hurwitz's ζ(s, a) = Σ (a + k)⁻ˢ for a > 0, by the Euler–Maclaurin formula; `a` must be kept. */
function hurwitz(s: number, a: Lanes): Lanes {
  const bound = s + 12, end = a.add(a.number(bound).sub(a).ceil().atLeast(0)).keep();
  const r = a.number(1).div(end).keep(), square = r.mul(r).keep();
  let factor = s / 2;
  const corrections = bernoulli.map((b, i) => {
    const c = b * factor, k = i + 1;
    factor *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2));
    return c;
  });
  const rest = r.mul(0.5).add(1 / (s - 1)).add(square.polynomial(corrections).mul(square));
  // A power of 1/end may be a denormal number where that of end is ∞.
  let sum = wholePower(r, s - 1).mul(rest).keep();
  for (let k = bound - 1; k >= 0; k--) {
    const t = a.add(k).keep();
    sum = sum.add(t.lt(bound).and(t.number(1).div(wholePower(t, s)))).keep();
  }
  return sum;
}

/** dⁿ cot(u)/duⁿ as a polynomial in cot(u). */
function cotangentDerivative(n: number): number[] {
  let p = [0, 1];
  for (let i = 0; i < n; i++) {
    const next = new Array<number>(p.length + 1).fill(0);
    for (let k = 1; k < p.length; k++) {
      next[k - 1]! -= k * p[k]!;
      next[k + 1]! -= k * p[k]!;
    }
    p = next;
  }
  return p;
}

/** ψ⁽ⁿ⁾(x), the derivative of order n + 1 of log |Γ(x)|. */
export const polygamma = (n: number) => (x: Lanes): Lanes => {
  if (n === 0) return digamma(x);
  const y = x.keep(), below = y.le(0).keep(), w = below.choose(y.number(1).sub(y), y).keep();
  let factorial = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  const value = w.eq(Infinity).choose(0, hurwitz(n + 1, w).mul(factorial)).keep();
  const { sine, cosine } = halfTurns(y), cotangent = cosine.div(sine).keep();
  const turned = cotangent.polynomial(cotangentDerivative(n)).mul(Math.PI ** (n + 1));
  const mirrored = (n % 2 === 0 ? value : value.neg()).sub(turned);
  // At the poles both sides agree for odd n alone.
  const pole = y.sub(y.nearest()).eq(0).choose(n % 2 === 1 ? Infinity : NaN, mirrored);
  return below.choose(pole, value);
};
