/**
 * Logarithms: x = 2ᵏ·m with √½ ≤ m < √2, and a series in m − 1.
 *
 * The polynomials are minimax ones (Remez' exchange at 60 digits); beside each stands its largest relative error.
 */
import { throughDoubles } from "./code.ts";
import type { Float, Lanes } from "./lanes.ts";

/** ln 2 in two parts; the first times any exponent is exact. */
const ln2: Readonly<Record<Float, readonly [number, number]>> = {
  f32: [0.693359375, -2.12194440e-4],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
};

/** log(1 + f) = f − f²/2 + f³·Σ cₖ fᵏ; 2^-30.3. */
const single = [
  0.333333105,
  -0.249999866,
  0.200021639,
  -0.166692033,
  0.1421967,
  -0.123855762,
  0.118675947,
  -0.117814675,
  0.0691669881,
];

/** 2·artanh(s)/s = 2 + z·Σ cₖ zᵏ with z = s²; 2^-65.5. With s = f/(2 + f) this is log(1 + f)/s. */
const double = [
  0.6666666666666666,
  0.4000000000000457,
  0.2857142856949626,
  0.22222222596898217,
  0.18181779008431184,
  0.1538696519775437,
  0.1325259695967627,
  0.13231301629500822,
];

/** A positive number as 2ᵏ·m. */
interface Split {
  readonly k: Lanes;
  readonly m: Lanes;
}

/** Splits positive finite numbers; `x` must be kept. */
export function split(x: Lanes): Split {
  const { digits, bias } = x, one = x.bitsOf(1), root = x.bitsOf(Math.SQRT1_2);
  const small = x.lt(2 ** (1 - bias)).keep();
  const whole = small.choose(x.mul(2 ** digits), x).plus(one - root).keep();
  // An integer below 2^digits becomes a number when 2^digits is laid over it.
  const raw = whole.shr(digits).or(x.bits(x.bitsOf(2 ** digits)));
  const k = raw.sub(small.choose(2 ** digits + bias + digits, x.number(2 ** digits + bias))).keep();
  const m = whole.and(x.bits((1n << BigInt(digits)) - 1n)).plus(root).keep();
  return { k, m };
}

/** log(1 + f) = f + rest, for f between √½ − 1 and √2 − 1; `f` must be kept. */
function rest(f: Lanes, extra: Lanes): Lanes {
  if (f.type === "f32") {
    const square = f.mul(f).keep();
    const cubic = f.mul(square).madd(f.polynomial(single), extra);
    return square.nmadd(0.5, cubic);
  }
  const s = f.div(f.add(2)).keep(), z = s.mul(s).keep(), half = f.mul(f).mul(0.5).keep();
  return s.madd(z.madd(z.polynomial(double), half), extra).sub(half);
}

/** k·ln 2 + log m + extra. */
function assemble({ k, m }: Split, extra: Lanes): Lanes {
  const [high, low] = ln2[k.type], f = m.sub(1).keep();
  return k.madd(high, f.add(rest(f, k.madd(low, extra))));
}

/** `result` for positive x, and −∞, NaN or x itself where x is 0, below, or neither of those. */
function atEdges(x: Lanes, result: Lanes): Lanes {
  const most = x.lt(Infinity).choose(result, x);
  return x.le(0).choose(x.eq(0).choose(-Infinity, x.number(NaN)), most);
}

/** log x. */
export function log(x: Lanes): Lanes {
  const y = x.keep();
  return atEdges(y, assemble(split(y), y.number(0)));
}

/** log(u + c) for a c that is at most a rounding error of u; both must be kept. */
export function logSum(u: Lanes, c: Lanes): Lanes {
  return atEdges(u, assemble(split(u), c.div(u)));
}

/** log(1 + x). */
export function log1p(x: Lanes): Lanes {
  const y = x.keep(), u = y.add(1).keep(), back = u.sub(1).keep();
  // The rounding error of 1 + x.
  const c = y.number(1).sub(u.sub(back)).add(y.sub(back)).keep();
  return y.abs().lt(2 ** (-1 - y.digits)).choose(y, logSum(u, c));
}

/** log(1 + e) for 0 ≤ e ≤ 1, where k is 0 or 1; `e` must be kept. */
export function log1pOfPart(e: Lanes): Lanes {
  const u = e.add(1).keep(), upper = u.gt(Math.SQRT2).keep();
  const k = upper.and(e.number(1)).keep(), m = upper.choose(u.mul(0.5), u);
  return assemble({ k, m }, e.sub(u.sub(1)).div(u));
}

/** log₂ m = s·(2/ln 2 + z·Σ cₖ zᵏ) with s = (m − 1)/(m + 1), z = s²; 2^-43. */
const brief = [0.9617966940583391, 0.5770779529584481, 0.4122084300073271, 0.3199334799450739, 0.28255973974213494];

/** log₂ x in f64 lanes to within 2^-42, for positive finite x. */
export function log2Brief(x: Lanes): Lanes {
  const { k, m } = split(x.keep()), s = m.sub(1).div(m.add(1)).keep(), z = s.mul(s).keep();
  return s.madd(z.polynomial(brief).madd(z, 2 * Math.LOG2E), k);
}

/** log₂ x in f32. */
export function log2Single(x: Lanes): Lanes {
  const y = x.keep();
  return atEdges(y, throughDoubles(log2Brief)(y));
}

/** 1/ln 2 in two parts, the first of 21 bits. */
const inverse = [1.4426946640014648, 3.7688749856360991e-7] as const;

/** log₂ x in f64; that of m in two parts, as k may cancel none of it. */
export function log2(x: Lanes): Lanes {
  const y = x.keep(), { k, m } = split(y), f = m.sub(1).keep();
  const s = f.div(f.add(2)).keep(), z = s.mul(s).keep(), half = f.mul(f).mul(0.5).keep();
  const higher = s.mul(z.madd(z.polynomial(double), half)).keep();
  const high = f.sub(half).and(f.bits(-1n << 32n)).keep(), low = f.sub(high).sub(half).add(higher).keep();
  const main = high.mul(inverse[0]).keep(), sum = main.add(k).keep();
  const rest = low.add(high).mul(inverse[1]).add(low.mul(inverse[0])).add(k.sub(sum).add(main));
  return atEdges(y, sum.add(rest));
}
