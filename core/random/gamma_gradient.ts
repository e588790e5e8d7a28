/** How the logarithm of a gamma number moves with the shape parameter. */
import { whileLoop } from "../control/while.ts";
import { add, div, mul, neg, scale, shift, sub } from "../primitives/arithmetic.ts";
import { greater, greaterEqual, less } from "../primitives/compare.ts";
import { full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { exp, log } from "../primitives/exponential.ts";
import { and, not, or } from "../primitives/logic.ts";
import { reciprocal } from "../primitives/power.ts";
import { reduceAny } from "../primitives/reduce_logic.ts";
import { abs } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { polygamma } from "../primitives/special.ts";
import type { Value } from "../tensor.ts";
import type { FloatDType } from "./arguments.ts";
import { ulp } from "./logarithmic.ts";

/** Steps after which the expansions stop in any case: they need about 6·√a in f32 and 9·√a in f64. */
const mostSteps = 1e5;

/** From here on the expansions round more than the closed form is off, which is by about 2·a^−1.5 of the result. */
const large = { f32: 1e4, f64: 1e8 } as const;

/**
 * ∂(log x)/∂a at a fixed value of the distribution function P(a, x): −(∂P/∂a) / (x·∂P/∂x), for vectors a and log x. By
 * the power series of P where x < a + 1, by the continued fraction of 1 − P elsewhere (DLMF 8.7.1 and 8.9.2), each
 * differentiated term by term; the factor xᵃe⁻ˣ/Γ(a) = x·∂P/∂x cancels. For large a in closed form.
 */
export function logGammaSlope(a: Value, logX: Value): Value {
  const x = exp(logX), closed = greaterEqual(a, fullLike(a, large[a.dtype as FloatDType]));
  const below = less(x, shift(a, 1)), series = and(below, not(closed)), fraction = not(or(below, closed));
  const expanded = select(below, fromSeries(a, x, logX, series), fromFraction(a, x, logX, fraction));
  return select(closed, fromCubeRoot(a, logX), expanded);
}

/**
 * As if w = ∛(x/a) were normal, of mean 1 − 1/(9a) and variance 1/(9a): it nearly is (Wilson and Hilferty, "The
 * distribution of chi-square", PNAS 17, 1931). With the normal number fixed, a·∂w/∂a = (1 − w)/2 + 1/(18a).
 */
function fromCubeRoot(a: Value, logX: Value): Value {
  const w = exp(scale(sub(logX, log(a)), 1 / 3)), one = onesLike(a);
  const moved = add(scale(sub(one, w), 1.5), scale(reciprocal(a), 1 / 6));
  return div(add(one, div(moved, w)), a);
}

/** A counter as a vector. */
const spread = (n: Value, like: Value): Value => broadcastRight(n, like.shape);

/** P = x·∂P/∂x / a · Σ tₙ with tₙ = xⁿ / ((a+1)…(a+n)), whose logarithm has the derivative −hₙ = −Σ 1/(a+k). */
function fromSeries(a: Value, x: Value, logX: Value, wanted: Value): Value {
  const eps = ulp(a.dtype as FloatDType);
  type State = readonly [n: Value, t: Value, h: Value, sum: Value, weighted: Value];
  const [, , , sum, weighted] = whileLoop<State>(
    ([n, t, h, sum, weighted]) => {
      const more = or(greater(t, scale(sum, eps)), greater(mul(t, h), scale(weighted, eps)));
      return and(reduceAny(and(more, wanted), [0]), less(n, fullLike(n, mostSteps)));
    },
    ([before, t0, h0, sum, weighted]) => {
      const n = shift(before, 1), inverse = reciprocal(add(a, spread(n, a)));
      const t = mul(t0, mul(x, inverse)), h = add(h0, inverse);
      return [n, t, h, add(sum, t), add(weighted, mul(t, h))];
    },
    [full([], 0, a.dtype), onesLike(a), zerosLike(a), onesLike(a), zerosLike(a)],
  );
  return div(sub(weighted, mul(sum, sub(logX, polygamma(shift(a, 1), 0)))), a);
}

/**
 * 1 − P = x·∂P/∂x · F, F = 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …))), by Lentz's method as modified by Thompson and
 * Barnett: F is a product of c·d. A prime is a derivative in a.
 */
function fromFraction(a: Value, x: Value, logX: Value, wanted: Value): Value {
  const limit = 4 * ulp(a.dtype as FloatDType), one = onesLike(a), first = sub(shift(x, 1), a);
  const start = reciprocal(first);
  type State = readonly [n: Value, c: Value, dc: Value, d: Value, dd: Value, f: Value, slope: Value];
  // The relative changes of c and d: when they cancel within rounding, F′/F has come to rest.
  const [, , , , , f, slope] = whileLoop<State>(
    ([n, c, dc, d, dd]) => {
      const [rc, rd] = [div(dc, c), div(dd, d)];
      const moving = or(
        greater(abs(sub(mul(c, d), one)), fullLike(a, limit)),
        greater(abs(add(rc, rd)), scale(add(abs(rc), abs(rd)), limit)),
      );
      return and(reduceAny(and(moving, wanted), [0]), less(n, fullLike(n, mostSteps)));
    },
    ([before, c0, dc0, d0, dd0, f, slope]) => {
      const n = shift(before, 1), i = spread(n, a), b = add(first, scale(i, 2));
      const numerator = mul(i, sub(a, i));
      const ratio = div(numerator, c0), c = add(b, ratio);
      const dc = shift(div(sub(i, mul(ratio, dc0)), c0), -1);
      const raw = add(mul(numerator, d0), b), dRaw = shift(add(mul(i, d0), mul(numerator, dd0)), -1);
      const d = reciprocal(raw), dd = neg(mul(mul(d, d), dRaw));
      return [n, c, dc, d, dd, mul(f, mul(c, d)), add(slope, add(div(dc, c), div(dd, d)))];
    },
    [full([], 0, a.dtype), fullLike(a, 1e30), zerosLike(a), start, mul(start, start), start, start],
  );
  return mul(f, add(sub(logX, polygamma(a, 0)), slope));
}
