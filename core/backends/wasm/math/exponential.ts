/** Exponentials, logarithms and powers. */
import { type Float, type Lanes, throughDoubles } from "./lanes.ts";

// eˣ, 2ˣ and eˣ − 1: the exponent rounded to a whole number n, a polynomial for what is left, and 2ⁿ made from its bits.
//
// The polynomials are minimax ones (Remez' exchange at 60 digits); beside each stands its largest relative error.

interface Constants {
  /** ln 2 in two parts; the first times any exponent is exact. */
  readonly high: number;
  readonly low: number;
  /** e^r = 1 + r + r²·Σ cₖ rᵏ for |r| ≤ ln 2 / 2. */
  readonly natural: readonly number[];
  /** The same, precise for e^r − 1 as well. */
  readonly aboutOne: readonly number[];
  /** 2^r = 1 + r·Σ cₖ rᵏ for |r| ≤ ½. */
  readonly binary: readonly number[];
  /** Between these x lie all eˣ that are neither 0 nor ∞. */
  readonly range: readonly [number, number];
  /** Up to this |x| eˣ is a normal number. */
  readonly normal: number;
  /** From here down eˣ − 1 = −1. */
  readonly minusOne: number;
}

/** Both precise enough in f64; 2^-61.7. */
const natural64 = [
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
];

const constants: Readonly<Record<Float, Constants>> = {
  f32: {
    high: 0.693359375,
    low: -2.12194440e-4,
    // 2^-28.3
    natural: [0.499999934, 0.166665206, 0.0416683881, 0.00836871731, 0.00138145941],
    // 2^-34.2
    aboutOne: [0.5, 0.166666657, 0.0416662954, 0.00833349768, 0.00139447581, 0.000197902627],
    // 2^-28.9
    binary: [0.693147182, 0.240226477, 0.0555033237, 0.00961843785, 0.00133988739, 0.000153532659],
    range: [-105, 89],
    normal: 87,
    minusOne: -20,
  },
  f64: {
    high: 0.6931471803691238,
    low: 1.9082149292705877e-10,
    natural: natural64,
    aboutOne: natural64,
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
    normal: 708,
    minusOne: -50,
  },
};

/** A whole number n, and n + offset as an integer in the low bits of `whole`. */
interface Whole {
  readonly n: Lanes;
  readonly whole: Lanes;
}

/** What rounds numbers of moderate size to whole ones when added and taken away, and leaves them raised by an offset. */
const rounder = (like: Lanes, offset: number): number => 1.5 * 2 ** like.digits + offset;

/** The nearest whole number, raised by `offset` in its bits. */
function wholeNumber(x: Lanes, offset: number): Whole {
  const whole = x.add(rounder(x, offset)).keep();
  return { whole, n: whole.sub(rounder(x, offset)).keep() };
}

/** x = n·ln 2 + r + low. */
interface Reduced extends Whole {
  readonly r: Lanes;
  readonly low: Lanes;
}

/** Splits x as described; `x` must be kept. */
function reduce(x: Lanes, offset: number): Reduced {
  const { high, low } = constants[x.type], magic = rounder(x, offset);
  const whole = x.madd(Math.LOG2E, magic).keep(), n = whole.sub(magic).keep();
  const exact = n.nmadd(high, x).keep(), r = n.nmadd(low, exact).keep();
  return { n, whole, r, low: n.nmadd(low, exact.sub(r)) };
}

/** 2ⁿ for a normal number's exponent n, raised by the bias; not raised, what adds n to an exponent. */
const power = (whole: Lanes): Lanes => whole.shl(whole.digits);

/** p·2ⁿ for n raised by twice the bias: in two steps, so that neither factor overflows and small results are rounded once. */
function scale(p: Lanes, whole: Lanes): Lanes {
  const half = whole.shr(1).keep();
  return p.mul(power(half)).mul(power(whole.minus(half)));
}

/** e^r for r as `reduce` leaves it. */
const natural = (r: Lanes): Lanes => r.polynomial([1, 1, ...constants[r.type].natural]);

const inRange = (x: Lanes): Lanes => {
  const [least, most] = constants[x.type].range;
  return x.atLeast(least).atMost(most).keep();
};

/**
 * eˣ. Where all lanes give normal numbers, n is added to the exponent of e^r; where all give 0, as those of what is
 * masked by −∞ do, nothing is computed, for processors take long over numbers that vanish.
 */
export function exp(x: Lanes): Lanes {
  const y = x.keep(), { normal, range: [least] } = constants[y.type];
  const quickly = (): Lanes => {
    const { whole, r } = reduce(y, 0);
    return natural(r).plus(power(whole));
  };
  const carefully = (): Lanes => {
    const { whole, r } = reduce(inRange(y), 2 * y.bias);
    return scale(natural(r), whole);
  };
  const { code } = y;
  return code.ifAll(y.abs().le(normal), quickly, () => code.ifAll(y.lt(least), () => y.number(0), carefully));
}

/** e^(x + rest) for a rest below 10⁻⁴; `rest` must be kept. */
export function expSum(x: Lanes, rest: Lanes): Lanes {
  const { whole, r, low } = reduce(inRange(x), 2 * x.bias);
  const sum = r.add(rest).keep(), lost = rest.sub(sum.sub(r)).add(low), p = natural(sum).keep();
  return scale(p.madd(lost, p), whole);
}

/** eˣ / 2, which is finite for a little longer than eˣ. */
export function halfExp(x: Lanes): Lanes {
  const [least, most] = constants[x.type].range;
  const { whole, r } = reduce(x.atLeast(least).atMost(most + 1).keep(), 2 * x.bias - 1);
  return scale(natural(r), whole);
}

/** 2ˣ. */
export function exp2(x: Lanes): Lanes {
  const { binary, range: [least, most] } = constants[x.type];
  const y = x.atLeast(Math.floor(least * Math.LOG2E)).atMost(Math.ceil(most * Math.LOG2E)).keep();
  const { whole, n } = wholeNumber(y, 2 * x.bias), r = y.sub(n).keep();
  return scale(r.polynomial([1, ...binary]), whole);
}

/** eˣ − 1 as a sum of two numbers, the second much smaller. */
interface Sum {
  readonly main: Lanes;
  readonly rest: Lanes;
}

/** factor·(eˣ − 1) for a factor of 1 or ½, as long as factor·eˣ is finite; `x` must be kept. */
function minusOne(x: Lanes, factor: 1 | 0.5): Sum {
  const { whole, r, low } = reduce(x, x.bias + Math.log2(factor));
  // 2ⁿr and 2ⁿ − 1 first: the sum of these is exact, or nearly.
  const t = power(whole).keep(), p = r.mul(r).madd(r.polynomial(constants[r.type].aboutOne), low);
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

/** 2^r = 1 + r·Σ cₖ rᵏ for |r| ≤ ½; 2^-23.4. */
const coarse = [0.693146977, 0.240222418, 0.0555073402, 0.00967153439, 0.00132646929];

/** 2ˣ in f32 for x between −126 and 127, to 2^-23 of it: enough where it is a small part of a result. */
export function powerOfTwo(x: Lanes): Lanes {
  const y = x.keep(), { whole, n } = wholeNumber(y, y.bias), r = y.sub(n).keep();
  return r.polynomial([1, ...coarse]).mul(power(whole));
}

/** 2^r = 1 + r·Σ cₖ rᵏ for |r| ≤ ½; 2^-40. */
const briefExp = [
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
  const y = x.atLeast(-1000).atMost(1000).keep(), { whole, n } = wholeNumber(y, y.bias), r = y.sub(n).keep();
  return r.polynomial([1, ...briefExp]).mul(power(whole));
}

// Logarithms: x = 2ᵏ·m with √½ ≤ m < √2, and a series in m − 1.
//
// The polynomials are minimax ones (Remez' exchange at 60 digits); beside each stands its largest relative error.

/** ln 2 in two parts; the first times any exponent is exact. */
const ln2: Readonly<Record<Float, readonly [number, number]>> = {
  f32: [0.693359375, -2.12194440e-4],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
};

/** log(1 + f) = f + f²·Σ cₖ fᵏ; 2^-27.9. */
const single = [
  -0.499999883,
  0.333333255,
  -0.250015848,
  0.200019846,
  -0.166090567,
  0.141816349,
  -0.132429811,
  0.12905503,
  -0.0762306076,
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

/** Splits positive normal numbers; `x` must be kept. */
function split(x: Lanes): Split {
  const { digits, bias } = x, root = x.bitsOf(Math.SQRT1_2);
  const m = (fraction: Lanes): Lanes => fraction.plus(root).keep(), mask = x.bits((1n << BigInt(digits)) - 1n);
  if (x.type === "f32") {
    const above = x.minus(root).keep();
    return { k: above.shrSigned(digits).toNumber().keep(), m: m(above.and(mask)) };
  }
  const whole = x.plus(x.bitsOf(1) - root).keep();
  // An integer below 2^digits becomes a number when 2^digits is laid over it.
  const k = whole.shr(digits).or(x.bits(x.bitsOf(2 ** digits))).sub(2 ** digits + bias).keep();
  return { k, m: m(whole.and(mask)) };
}

/** log(1 + f) = f + rest, for f between √½ − 1 and √2 − 1; `f` must be kept. */
function rest(f: Lanes, extra: Lanes): Lanes {
  if (f.type === "f32") return f.mul(f).madd(f.polynomial(single), extra);
  const s = f.div(f.add(2)).keep(), z = s.mul(s).keep(), half = f.mul(f).mul(0.5).keep();
  return s.madd(z.madd(z.polynomial(double), half), extra).sub(half);
}

/** k·ln 2 + log m + extra. */
function assemble({ k, m }: Split, extra: Lanes): Lanes {
  const [high, low] = ln2[k.type], f = m.sub(1).keep();
  return k.madd(high, f.add(rest(f, k.madd(low, extra))));
}

/** Positive numbers as normal ones: x·2^shift; `x` must be kept. */
function normal(x: Lanes): { readonly y: Lanes; readonly shift: Lanes } {
  const small = x.lt(2 ** (1 - x.bias)).keep();
  return { y: small.choose(x.mul(2 ** x.digits), x), shift: small.and(x.number(x.digits)) };
}

/** `result` for positive x, and −∞, NaN or x itself where x is 0, below, or neither of those. */
function atEdges(x: Lanes, result: Lanes): Lanes {
  const most = x.lt(Infinity).choose(result, x);
  return x.le(0).choose(x.eq(0).choose(-Infinity, x.number(NaN)), most);
}

/**
 * A logarithm made of the parts of positive normal numbers. Where a lane holds another number, which is rare, the lanes
 * are brought into that range first, and the edges put in afterwards; those that need neither stay what they are.
 * `x` must be kept.
 */
function logarithm(x: Lanes, of: (parts: Split) => Lanes): Lanes {
  const { code } = x, y = code.variable(x), shift = code.variable(x.number(0));
  const exceptionally = code.unless(x.ge(2 ** (1 - x.bias)).and(x.lt(Infinity)));
  exceptionally(() => {
    const scaled = normal(x);
    y.set(scaled.y);
    shift.set(scaled.shift);
  });
  const { k, m } = split(y.value), result = code.variable(of({ k: k.sub(shift.value).keep(), m }));
  exceptionally(() => result.set(atEdges(x, result.value)));
  return result.value;
}

/** log x. */
export function log(x: Lanes): Lanes {
  const y = x.keep();
  return logarithm(y, (parts) => assemble(parts, y.number(0)));
}

/** log(u + c) for a c that is at most a rounding error of u; both must be kept. */
export function logSum(u: Lanes, c: Lanes): Lanes {
  return logarithm(u, (parts) => assemble(parts, c.div(u)));
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
const briefLog = [0.9617966940583391, 0.5770779529584481, 0.4122084300073271, 0.3199334799450739, 0.28255973974213494];

/** log₂ x in f64 lanes to within 2^-42, for positive normal x. */
function log2Brief(x: Lanes): Lanes {
  const { k, m } = split(x.keep()), s = m.sub(1).div(m.add(1)).keep(), z = s.mul(s).keep();
  return s.madd(z.polynomial(briefLog).madd(z, 2 * Math.LOG2E), k);
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
  return logarithm(x.keep(), ({ k, m }) => {
    const f = m.sub(1).keep();
    const s = f.div(f.add(2)).keep(), z = s.mul(s).keep(), half = f.mul(f).mul(0.5).keep();
    const higher = s.mul(z.madd(z.polynomial(double), half)).keep();
    const high = f.sub(half).and(f.bits(-1n << 32n)).keep(), low = f.sub(high).sub(half).add(higher).keep();
    const main = high.mul(inverse[0]).keep(), sum = main.add(k).keep();
    const rest = low.add(high).mul(inverse[1]).add(low.mul(inverse[0])).add(k.sub(sum).add(main));
    return sum.add(rest);
  });
}

// x to the power y as 2^(y·log₂|x|), the sign and the edges apart.
//
// In f64 the logarithm and the product are sums of two numbers: an error of either is that of the result times up to
// 1024. The way of splitting is that of FDLIBM's e_pow.c (Sun Microsystems, 1993). The polynomials are minimax ones.

/** 3·(artanh(s)/s − 1 − z/3)/z² = Σ cₖ zᵏ with z = s²; 2^-65.5 of artanh(s). */
const tail = [
  0.6000000000000034,
  0.4285714285646304,
  0.33333333566155304,
  0.27272693764206185,
  0.23079400255568802,
  0.19901228913052782,
  0.1965499736451189,
];

/** 2/(3·ln 2), and its first 26 bits and the rest. */
const factor = 0.9617966939259756, factorHigh = 0.9617966860532761, factorLow = 7.872699542894897e-9;

/** 2^r = 1 + r·(ln 2 + r·Σ cₖ rᵏ) for |r| ≤ ½. */
const binary = constants.f64.binary.slice(1);

/** The first 26 significant bits, so that products of two such numbers are exact. */
const leading = (x: Lanes): Lanes => x.and(x.bits(-1n << 27n));

/** a^y for positive finite a, to within a unit in the last place of f64. */
function precise(a: Lanes, y: Lanes): Lanes {
  const { y: b, shift } = normal(a), parts = split(b.keep()), { m } = parts, k = parts.k.sub(shift).keep();
  const f = m.sub(1).keep(), d = m.add(1).keep(), s = f.div(d).keep();
  const sHigh = leading(s).keep(), dHigh = leading(d).keep(), dLow = m.sub(dHigh.sub(1));
  const sLow = f.sub(sHigh.mul(dHigh)).sub(sHigh.mul(dLow)).div(d).keep();
  // s·(3 + s² + …): the first two terms exact.
  const z = s.mul(s).keep(), square = sHigh.mul(sHigh).keep();
  const higher = z.mul(z).madd(z.polynomial(tail), sLow.mul(sHigh.add(s))).keep();
  const sum = leading(square.add(3).add(higher)).keep(), sumLow = higher.sub(sum.sub(3).sub(square)).keep();
  const u = sHigh.mul(sum).keep(), v = sLow.mul(sum).add(sumLow.mul(s)).keep();
  const high = leading(u.add(v)).keep(), low = v.sub(high.sub(u));
  const scaled = high.mul(factorHigh).keep();
  const scaledLow = high.mul(factorLow).add(low.mul(factor)).keep();
  const t = leading(scaled.add(scaledLow).add(k)).keep(), tLow = scaledLow.sub(t.sub(k).sub(scaled)).keep();
  const yHigh = leading(y).keep();
  const p = yHigh.mul(t).atLeast(-1100).atMost(1100).keep();
  // Where the product was cut its low part says nothing any more.
  const pLow = y.sub(yHigh).mul(t).add(y.mul(tLow)).atLeast(-1).atMost(1).keep();
  const { whole, n } = wholeNumber(p, 2 * p.bias);
  const d0 = p.sub(n).keep(), r = d0.add(pLow).keep(), rest = pLow.sub(r.sub(d0));
  const result = r.polynomial(binary).madd(r, Math.LN2).madd(r, rest.mul(Math.LN2)).add(1);
  return scale(result, whole);
}

/** a^y for positive finite a, to within 2^-30 where it is a number of f32. */
function briefPower(a: Lanes, y: Lanes): Lanes {
  return exp2Brief(log2Brief(a).mul(y));
}

const withEdges = (core: (...xs: Lanes[]) => Lanes) => (x: Lanes, y: Lanes): Lanes => {
  const b = x.keep(), e = y.keep(), a = b.abs().keep();
  // Every number but 1 overflows or vanishes long before such exponents; 0·∞ does not arise.
  const moderate = e.atLeast(-(2 ** 66)).atMost(2 ** 66).keep();
  const regular = a.gt(0).and(a.lt(Infinity));
  const edge = e.lt(0).choose(b.number(1).div(a), a);
  const size = regular.choose(core(a, moderate), edge).keep();
  const half = e.mul(0.5).keep();
  const whole = e.nearest().eq(e), odd = whole.and(half.nearest().ne(half));
  const signed = size.or(odd.and(b.sign())).keep();
  const real = b.ge(0).or(b.eq(-Infinity)).or(whole);
  const one = e.eq(0).or(b.eq(1));
  return one.choose(1, real.and(e.eq(e)).choose(signed, NaN));
};

/** x to the power y, in f64. */
export const pow64: (x: Lanes, y: Lanes) => Lanes = withEdges(precise);
/** x to the power y, in f32. */
export const pow32: (x: Lanes, y: Lanes) => Lanes = withEdges(throughDoubles(briefPower));

/** x to the power of one number where that is a product, a quotient or a root, as precise or nearly; else `undefined`. */
export function powConstant(exponent: number): ((x: Lanes) => Lanes) | undefined {
  switch (exponent) {
    case 0:
      return (x) => x.number(1);
    case 1:
      return (x) => x;
    case 2:
      return (x) => {
        const y = x.keep();
        return y.mul(y);
      };
    case 3:
      return (x) => {
        const y = x.keep();
        return y.mul(y).mul(y);
      };
    case -1:
      return (x) => x.number(1).div(x);
    case 0.5:
      // Powers of −0 and −∞ are positive.
      return (x) => {
        const y = x.add(0).keep();
        return y.eq(-Infinity).choose(Infinity, y.sqrt());
      };
    default:
      return undefined;
  }
}
