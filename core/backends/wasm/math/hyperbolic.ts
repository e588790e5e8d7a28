/** Hyperbolic functions and their inverses. */
import { expm1, expm1Moderate, halfExp } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";
import { log1p } from "./logarithm.ts";

/** Hyperbolic tangent: e / (e + 2) with e = e^2|x| − 1, which is precise also near 0. */
export function tanh(x: Lanes): Lanes {
  const y = x.keep();
  // From here on the result is 1.
  const double = y.abs().atMost(y.type === "f32" ? 10 : 22).mul(2).keep(), { main, rest } = expm1Moderate(double);
  const e = main.add(rest).keep(), sum = e.add(2).keep(), quotient = e.div(sum).keep();
  if (y.type === "f32") return quotient.or(y.sign());
  // Three roundings would be up to 2.4 units in the last place; those of both sums are put back.
  const lost = rest.sub(e.sub(main)).keep(), lostBelow = e.sub(sum.sub(2)).add(lost);
  return quotient.add(quotient.nmadd(lostBelow, lost).div(sum)).or(y.sign());
}

/** Hyperbolic sine, in f64: (e + e/(e + 1))/2 with e = e^|x| − 1, and e^|x|/2 where that is the same. */
export function sinh(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep(), e = expm1(size).keep();
  const near = e.add(e.div(e.add(1))).mul(0.5);
  return size.gt(40).choose(halfExp(size), near).or(y.sign());
}

/** Hyperbolic cosine, in f64: h + 1/(4h) with h = e^|x|/2. */
export function cosh(x: Lanes): Lanes {
  const h = halfExp(x.abs()).keep();
  return h.add(h.number(0.25).div(h));
}

/** From here on the inverses are logarithms of 2x. */
const large = 2 ** 28;

/** Inverse hyperbolic sine, in f64. */
export function asinh(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep(), square = size.mul(size).keep(), beyond = size.gt(large).keep();
  const sum = size.add(square.div(square.add(1).sqrt().add(1)));
  const l = log1p(beyond.choose(size.sub(1), sum)).keep();
  return beyond.choose(l.add(Math.LN2), l).or(y.sign());
}

/** Inverse hyperbolic cosine, in f64. */
export function acosh(x: Lanes): Lanes {
  const y = x.keep(), t = y.sub(1).keep(), beyond = y.gt(large).keep();
  const l = log1p(beyond.choose(t, t.add(t.mul(t).add(t.add(t)).sqrt()))).keep();
  return y.ge(1).choose(beyond.choose(l.add(Math.LN2), l), NaN);
}

/** Inverse hyperbolic tangent, in f64. */
export function atanh(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep();
  return log1p(size.add(size).div(size.number(1).sub(size))).mul(0.5).or(y.sign());
}
