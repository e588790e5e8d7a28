/**
 * Inverse sine, cosine and tangent, in f64 lanes with the precision wanted, by minimax polynomials (Remez' exchange at 60
 * digits) on reduced arguments; beside each stands its largest relative error.
 */
import type { Float, Lanes } from "./lanes.ts";

interface Series {
  /** arcsin(x) = x + x³·Σ cₖ x²ᵏ for |x| ≤ ½. */
  readonly sine: readonly number[];
  /** arctan(x) = x + x³·Σ cₖ x²ᵏ for |x| ≤ 7/16. */
  readonly tangent: readonly number[];
}

const series: Readonly<Record<Float, Series>> = {
  f32: {
    // 2^-31.7
    sine: [
      0.16666660761214952,
      0.07500472462972559,
      0.044521621450709405,
      0.031776114503968125,
      0.01453910762553191,
      0.03739480376406408,
    ],
    // 2^-34.3
    tangent: [
      -0.33333332078874367,
      0.19999858522142605,
      -0.1428059267583847,
      0.1102636340295496,
      -0.08371416908590756,
      0.04524791686183395,
    ],
  },
  f64: {
    // 2^-59.6
    sine: [
      0.16666666666666688,
      0.0749999999998537,
      0.04464285716335071,
      0.030381943166107626,
      0.022372203706446065,
      0.017351792705262745,
      0.013978859710383406,
      0.01141360572568744,
      0.010704121790500086,
      0.003974271059617595,
      0.02109649774173465,
      -0.02018421633289706,
      0.03214615462671412,
    ],
    // 2^-62.1
    tangent: [
      -0.33333333333333326,
      0.19999999999996337,
      -0.14285714285129472,
      0.11111111069236254,
      -0.09090907412123532,
      0.07692265764321055,
      -0.06665975288401368,
      0.0587458939399486,
      -0.05203078375934948,
      0.044429192832189074,
      -0.03210679129179745,
      0.013853065266475032,
    ],
  },
};

/** What π/2 in f64 lacks. */
const halfPiLow = 6.123233995736766e-17;

/** arcsin of a size as s + s·correction, or π/2 less twice that where `outer`. */
function arcsine(size: Lanes, wanted: Float) {
  const outer = size.gt(0.5).keep();
  // sin(π/4 − a/2)² = (1 − sin a)/2.
  const z = outer.choose(size.number(1).sub(size).mul(0.5), size.mul(size)).keep();
  const s = outer.choose(z.sqrt(), size).keep();
  return { outer, z, s, correction: z.mul(z.polynomial(series[wanted].sine)).keep() };
}

/** Inverse sine. */
export const asin = (wanted: Float) => (x: Lanes): Lanes => {
  const y = x.keep(), { outer, z, s, correction } = arcsine(y.abs().keep(), wanted);
  const small = s.madd(correction, s).keep();
  // π/2 − 2s with the rounding error of the root, in an order that keeps the digits.
  const high = s.and(s.bits(-1n << 32n)).keep(), low = z.sub(high.mul(high)).div(s.add(high)).keep();
  const rest = s.mul(correction).add(low).mul(2).sub(halfPiLow);
  const large = high.mul(-2).add(Math.PI / 4).sub(rest).add(Math.PI / 4);
  const wide = s.eq(0).choose(Math.PI / 2, large).keep();
  return outer.choose(wide, small).or(y.sign());
};

/** Inverse cosine. */
export const acos = (wanted: Float) => (x: Lanes): Lanes => {
  const y = x.keep(), { outer, z, s, correction } = arcsine(y.abs().keep(), wanted);
  const high = s.and(s.bits(-1n << 32n)).keep(), low = z.sub(high.mul(high)).div(s.add(high)).keep();
  const exact = s.eq(0).choose(s, high).keep(), lost = s.eq(0).choose(s, low).keep();
  // 2s for x > ½, π less that for x < −½, π/2 − arcsin x between.
  const sum = s.madd(correction, lost).keep();
  const near = exact.add(sum).mul(2), far = y.number(Math.PI).sub(sum.sub(halfPiLow).add(exact).mul(2));
  const between = y.number(Math.PI / 2).sub(y.sub(y.nmadd(correction, halfPiLow)));
  return outer.choose(y.lt(0).choose(far, near), between);
};

/** Where arctan is reduced to: from each bound on, the tangent of an angle and the angle in two numbers. */
const angles = [
  [7 / 16, 0.5, 0.4636476090008061, 2.2698777452961687e-17],
  [11 / 16, 1, 0.7853981633974483, 3.061616997868383e-17],
  [19 / 16, 1.5, 0.982793723247329, 1.3903311031230998e-17],
] as const;

/** arctan of a number ≥ 0: (x − t)/(1 + t·x) is the tangent of the angle less that of t, and −1/x for t = ∞. */
function arctangent(size: Lanes, wanted: Float): Lanes {
  let above = size, below = size.number(1), high = size.number(0), low = high;
  for (const [from, t, angle, angleLow] of angles) {
    const beyond = size.ge(from).keep();
    above = beyond.choose(size.sub(t), above).keep();
    below = beyond.choose(size.mul(t).add(1), below).keep();
    high = beyond.choose(angle, high).keep();
    low = beyond.choose(angleLow, low).keep();
  }
  const beyond = size.ge(39 / 16).keep();
  const u = beyond.choose(-1, above).div(beyond.choose(size, below)).keep(), z = u.mul(u).keep();
  const correction = z.mul(z.polynomial(series[wanted].tangent));
  const angle = beyond.choose(Math.PI / 2, high), angleLow = beyond.choose(halfPiLow, low);
  return u.madd(correction, angleLow).add(u).add(angle);
}

/** Inverse tangent. */
export const atan = (wanted: Float) => (x: Lanes): Lanes => {
  const y = x.keep();
  return arctangent(y.abs().keep(), wanted).or(y.sign());
};

/** The angle of the point (x, y), the ordinate y given first. */
export const atan2 = (wanted: Float) => (y: Lanes, x: Lanes): Lanes => {
  const b = y.keep(), a = x.keep(), height = b.abs().keep(), width = a.abs().keep();
  // The directions of 0/0 and ∞/∞ are those of 0/1 and 1/1.
  const infinite = height.eq(Infinity).and(width.eq(Infinity)), zero = height.eq(0);
  const slope = infinite.choose(1, zero.choose(width.mul(0), height.div(width))).keep();
  const steep = width.eq(Infinity).and(height.lt(Infinity)).choose(height.mul(0), slope).keep();
  const angle = arctangent(steep, wanted).keep();
  const left = a.bits(0n).minus(a.shr(63)).keep();
  const turned = a.number(Math.PI).sub(angle.sub(2 * halfPiLow));
  return left.choose(turned, angle).or(b.sign());
};
