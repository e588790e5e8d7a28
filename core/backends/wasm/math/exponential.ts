/**
 * eˣ, 2ˣ and eˣ − 1: the exponent rounded to a whole number n, a polynomial for what is left, and 2ⁿ made from its bits.
 *
 * The polynomials are minimax ones (Remez' exchange at 60 digits); beside each stands its largest relative error.
 */
import type { Float, Lanes } from "./lanes.ts";

interface Constants {
  /** ln 2 in two parts; the first times any exponent is exact. */
  readonly high: number;
  readonly low: number;
  /** e^r = 1 + r + r²·Σ cₖ rᵏ for |r| ≤ ln 2 / 2. */
  readonly natural: readonly number[];
  /** 2^r = 1 + r·Σ cₖ rᵏ for |r| ≤ ½. */
  readonly binary: readonly number[];
  /** Between these x lie all eˣ that are neither 0 nor ∞. */
  readonly range: readonly [number, number];
  /** From here down eˣ − 1 = −1. */
  readonly minusOne: number;
}

const constants: Readonly<Record<Float, Constants>> = {
  f32: {
    high: 0.693359375,
    low: -2.12194440e-4,
    // 2^-34.2
    natural: [0.5, 0.166666657, 0.0416662954, 0.00833349768, 0.00139447581, 0.000197902627],
    // 2^-28.9
    binary: [0.693147182, 0.240226477, 0.0555033237, 0.00961843785, 0.00133988739, 0.000153532659],
    range: [-105, 89],
    minusOne: -20,
  },
  f64: {
    high: 0.6931471803691238,
    low: 1.9082149292705877e-10,
    // 2^-61.7
    natural: [
      0.5,
      0.16666666666666677,
      0.0416666666666667,
      0.008333333333321532,
      0.0013888888888866748,
      0.00019841269886400556,
      2.4801587360760034e-5,
      2.7557243912063955e-6,
      2.7557242563925077e-7,
      2.5109147286353997e-8,
      2.0924509510445765e-9,
    ],
    // 2^-64
    binary: [
      Math.LN2,
      0.24022650695910072,
      0.05550410866482164,
      0.00961812910762849,
      0.0013333558146401915,
      0.00015403530393348118,
      1.5252733846920706e-5,
      1.3215486828335464e-6,
      1.0178054632135973e-7,
      7.0548897393545434e-9,
      4.456206673717675e-10,
      2.5740023609977728e-11,
    ],
    range: [-746, 710],
    minusOne: -50,
  },
};

/** x = n·ln 2 + r + low: `n` as a number, and as an integer in the low bits of `whole`. */
interface Reduced {
  readonly n: Lanes;
  readonly whole: Lanes;
  readonly r: Lanes;
  readonly low: Lanes;
}

/** What rounds numbers of moderate size to whole ones when added and taken away. */
const rounder = (like: Lanes): number => 1.5 * 2 ** like.digits;

/** Splits x as described; `x` must be kept. */
function reduce(x: Lanes): Reduced {
  const { high, low } = constants[x.type], magic = rounder(x);
  const whole = x.madd(Math.LOG2E, magic).keep(), n = whole.sub(magic).keep();
  const exact = n.nmadd(high, x).keep(), rest = n.mul(low).keep();
  const r = exact.sub(rest).keep();
  return { n, whole, r, low: exact.sub(r).sub(rest) };
}

/** The nearest whole number, also as an integer in the low bits; `x` must be kept. */
export function wholeNumber(x: Lanes): { readonly whole: Lanes; readonly n: Lanes } {
  const whole = x.add(rounder(x)).keep();
  return { whole, n: whole.sub(rounder(x)).keep() };
}

/** 2ⁿ for an integer in the low bits that is a normal number's exponent. */
export const power = (whole: Lanes): Lanes => whole.shl(whole.digits).plus(whole.bitsOf(1));

/** p·2ⁿ in two steps, so that neither factor overflows and small results are rounded once. */
export function scale(p: Lanes, n: Lanes, whole: Lanes): Lanes {
  const half = n.madd(0.5, rounder(n)).keep();
  return p.mul(power(half)).mul(power(whole.minus(half)));
}

/** e^r for r as `reduce` leaves it. */
function natural(r: Lanes): Lanes {
  return r.mul(r).madd(r.polynomial(constants[r.type].natural), r).add(1);
}

const inRange = (x: Lanes): Lanes => {
  const [least, most] = constants[x.type].range;
  return x.atLeast(least).atMost(most).keep();
};

/** eˣ. */
export function exp(x: Lanes): Lanes {
  const { n, whole, r } = reduce(inRange(x));
  return scale(natural(r), n, whole);
}

/** e^(x + rest) for a rest below 10⁻⁴; `rest` must be kept. */
export function expSum(x: Lanes, rest: Lanes): Lanes {
  const { n, whole, r, low } = reduce(inRange(x));
  const sum = r.add(rest).keep(), lost = rest.sub(sum.sub(r)).add(low), p = natural(sum).keep();
  return scale(p.madd(lost, p), n, whole);
}

/** eˣ / 2, which is finite for a little longer than eˣ. */
export function halfExp(x: Lanes): Lanes {
  const [least, most] = constants[x.type].range;
  const { n, whole, r } = reduce(x.atLeast(least).atMost(most + 1).keep());
  return scale(natural(r), n.sub(1).keep(), whole.minus(1n).keep());
}

/** 2ˣ. */
export function exp2(x: Lanes): Lanes {
  const { binary, range: [least, most] } = constants[x.type];
  const y = x.atLeast(Math.floor(least * Math.LOG2E)).atMost(Math.ceil(most * Math.LOG2E)).keep();
  const { whole, n } = wholeNumber(y), r = y.sub(n).keep();
  return scale(r.polynomial(binary).madd(r, 1), n, whole);
}

/** eˣ − 1 as a sum of two numbers, the second much smaller. */
interface Sum {
  readonly main: Lanes;
  readonly rest: Lanes;
}

/** factor·(eˣ − 1) for a factor of 1 or ½, as long as factor·eˣ is finite; `x` must be kept. */
function minusOne(x: Lanes, factor: 1 | 0.5): Sum {
  const { whole, r, low } = reduce(x);
  // 2ⁿr and 2ⁿ − 1 first: the sum of these is exact, or nearly.
  const t = power(factor === 1 ? whole : whole.minus(1n)).keep();
  const p = r.mul(r).madd(r.polynomial(constants[r.type].natural), low);
  return { main: t.madd(r, t.sub(factor)).keep(), rest: t.mul(p).keep() };
}

/** eˣ − 1 for 0 ≤ x < 88; `x` must be kept. */
export const expm1Moderate = (x: Lanes): Sum => minusOne(x, 1);

/** eˣ − 1. */
export function expm1(x: Lanes): Lanes {
  const { range: [, most], minusOne: least } = constants[x.type];
  const y = x.atLeast(least).atMost(most).keep();
  // Half of it, because 2ⁿ alone may overflow.
  const { main, rest } = minusOne(y, 0.5), result = main.add(rest).mul(2);
  return y.abs().lt(2 ** (-2 - y.digits)).choose(y, result);
}

/** 2ˣ for x between −126 and 127. */
export function powerOfTwo(x: Lanes): Lanes {
  const y = x.keep(), { whole, n } = wholeNumber(y), r = y.sub(n).keep();
  return r.polynomial(constants[r.type].binary).madd(r, 1).mul(power(whole));
}

/** 2^r = 1 + r·Σ cₖ rᵏ for |r| ≤ ½; 2^-40. */
const brief = [
  0.6931471805482173,
  0.24022650698113548,
  0.05550410935261027,
  0.009618128615742141,
  0.0013333454862072068,
  0.00015403825611389821,
  1.530915611380165e-5,
  1.3178916348877819e-6,
];

/** 2ˣ in f64 lanes to 2^-39 of it, for x between −1000 and 1000. */
export function exp2Brief(x: Lanes): Lanes {
  const y = x.atLeast(-1000).atMost(1000).keep(), { whole, n } = wholeNumber(y), r = y.sub(n).keep();
  return r.polynomial(brief).madd(r, 1).mul(power(whole));
}
