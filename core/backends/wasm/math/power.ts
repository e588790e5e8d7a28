/**
 * x to the power y as 2^(y·log₂|x|), the sign and the edges apart.
 *
 * In f64 the logarithm and the product are sums of two numbers: an error of either is that of the result times up to
 * 1024. The way of splitting is that of FDLIBM's e_pow.c (Sun Microsystems, 1993). The polynomials are minimax ones.
 */
import { exp2Brief, scale, wholeNumber } from "./exponential.ts";
import { throughDoubles } from "./code.ts";
import type { Lanes } from "./lanes.ts";
import { log2Brief, split } from "./logarithm.ts";

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

/** 2^r = 1 + r·(ln 2 + r·Σ cₖ rᵏ) for |r| ≤ ½; 2^-64. */
const binary = [
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
];

/** The first 26 significant bits, so that products of two such numbers are exact. */
const leading = (x: Lanes): Lanes => x.and(x.bits(-1n << 27n));

/** a^y for positive finite a, to within a unit in the last place of f64. */
function precise(a: Lanes, y: Lanes): Lanes {
  const { k, m } = split(a);
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
  const { whole, n } = wholeNumber(p);
  const d0 = p.sub(n).keep(), r = d0.add(pLow).keep(), rest = pLow.sub(r.sub(d0));
  const result = r.polynomial(binary).madd(r, Math.LN2).madd(r, rest.mul(Math.LN2)).add(1);
  return scale(result, n, whole);
}

/** a^y for positive finite a, to within 2^-30 where it is a number of f32. */
function brief(a: Lanes, y: Lanes): Lanes {
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
export const pow32: (x: Lanes, y: Lanes) => Lanes = withEdges(throughDoubles(brief));

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
