/** Inverse trigonometric, hyperbolic and logistic functions, and roots. */
import { exp, expm1, expm1Moderate, halfExp, log1p, log1pOfPart, logSum } from "./exponential.ts";
import type { Float, Lanes } from "./lanes.ts";

// Inverse sine, cosine and tangent, in f64 lanes with the precision wanted, by minimax polynomials (Remez' exchange at 60
// digits) on reduced arguments; beside each stands its largest relative error.

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

// Hyperbolic functions and their inverses.

/**
 * tanh(x)/x as a quotient of polynomials in x², to 2^-25.3 for |x| ≤ 9.1. Nine roundings of numbers that may be just above
 * a power of two leave up to six units in the last place; by way of e^2|x| it would be two, in twice the time.
 */
const tangent = {
  above: [1, 0.1337749799, 0.003491287407, 2.053401045e-5, 1.324269673e-8],
  below: [1, 0.4671081829, 0.02586090517, 0.0003278414587, 7.732407191e-7],
  /** From here on the result is 1. */
  most: 9.3,
};

/** Hyperbolic tangent in f32. */
export function tanh32(x: Lanes): Lanes {
  const { above, below, most } = tangent;
  const y = x.atLeast(-most).atMost(most).keep(), square = y.mul(y).keep();
  return y.mul(square.polynomial(above)).div(square.polynomial(below)).atLeast(-1).atMost(1);
}

/** Hyperbolic tangent in f64: e / (e + 2) with e = e^2|x| − 1, which is precise also near 0. */
export function tanh64(x: Lanes): Lanes {
  const y = x.keep();
  // From here on the result is 1.
  const double = y.abs().atMost(22).mul(2).keep(), { main, rest } = expm1Moderate(double);
  const e = main.add(rest).keep(), sum = e.add(2).keep(), quotient = e.div(sum).keep();
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

// The logistic function and its relatives: every exponential is of a number not above 0, so that none overflows.

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

// Roots and lengths.

/** ∛m for 1 ≤ m < 2; relative error 2^-16.7 (minimax). */
const estimate = [
  0.506979255986535,
  0.7181543139538732,
  -0.30061198867324934,
  0.08609155987803678,
  -0.010603934846281205,
];

/** Cube roots of 2^⅓ⁿ for n = 0, 1, 2. */
const third = [1, Math.cbrt(2), Math.cbrt(4)] as const;

/** ∛x in f64: an estimate, and two of Halley's cubic steps. */
export function cbrt(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep(), small = size.lt(2 ** -1022).keep();
  const normal = small.choose(size.mul(2 ** 54), size).keep();
  const exponent = normal.shr(52).or(y.bits(y.bitsOf(2 ** 52))).sub(2 ** 52 + 1023).keep();
  const m = normal.and(y.bits((1n << 52n) - 1n)).or(y.bits(y.bitsOf(1))).keep();
  const n = exponent.mul(1 / 3).add(1 / 6).floor().keep(), rest = n.mul(-3).add(exponent).keep();
  const factor = rest.eq(1).choose(third[1], rest.eq(2).choose(third[2], y.number(1)));
  const scaled = rest.eq(1).choose(m.add(m), rest.eq(2).choose(m.mul(4), m)).keep();
  const guess = m.polynomial(estimate).mul(factor).keep(), cube = guess.mul(guess).mul(guess).keep();
  const better = scaled.sub(cube).div(cube.add(cube).add(scaled)).madd(guess, guess);
  // 26 bits, whose square is exact; the second step loses nothing else.
  const t = better.and(y.bits(-1n << 27n)).keep(), r = scaled.div(t.mul(t)).keep();
  const root = r.sub(t).div(t.add(t).add(r)).madd(t, t);
  const shift = small.choose(n.sub(18), n).add(1.5 * 2 ** 52);
  const result = root.mul(shift.shl(52).plus(y.bitsOf(1))).or(y.sign());
  return y.mul(0).ne(0).or(size.eq(0)).choose(y, result);
}

/** √(x² + y²) in f64, scaled so that the squares neither overflow nor vanish. */
export function hypot(x: Lanes, y: Lanes): Lanes {
  const a = x.abs().keep(), b = y.abs().keep(), most = a.lt(b).choose(b, a).keep();
  const exponent = most.and(a.bits(2047n << 52n)).atLeast(2 ** -1022).atMost(2 ** 1023).keep();
  const u = a.div(exponent).keep(), v = b.div(exponent).keep();
  const length = u.mul(u).add(v.mul(v)).sqrt().mul(exponent);
  return a.eq(Infinity).or(b.eq(Infinity)).choose(Infinity, length);
}

/** √(x² + y²) in f64 of numbers from f32, whose squares are in range. */
export function hypot32(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), length = a.mul(a).add(b.mul(b)).sqrt();
  return a.abs().eq(Infinity).or(b.abs().eq(Infinity)).choose(Infinity, length);
}
