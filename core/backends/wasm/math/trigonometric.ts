/** Trigonometric functions, and remainders. */
import type { Func, Local } from "../function.ts";
import { eachLane, type Float, type Lanes } from "./lanes.ts";

// Sine and cosine of π·x.

/** sin πf = f·(π + f²·Σ cₖ f²ᵏ) for |f| ≤ ½; relative error 2^-71.2 (minimax, by Remez' exchange). */
const halfTurnSeries = [
  -5.16771278004997,
  2.5501640398773455,
  -0.5992645293207886,
  0.08214588661102379,
  -0.007370430944022128,
  0.00046630278948304094,
  -2.1915257854970048e-05,
  7.948692496465984e-07,
  -2.2296798131222374e-08,
];

function sine(f: Lanes): Lanes {
  const z = f.mul(f).keep();
  return z.polynomial(halfTurnSeries).madd(z, Math.PI).mul(f).keep();
}

/** Of π times x less the nearest whole number, in f64; `x` must be kept. */
export function halfTurns(x: Lanes): { readonly sine: Lanes; readonly cosine: Lanes } {
  const f = x.sub(x.nearest()).keep();
  return { sine: sine(f), cosine: sine(f.number(0.5).sub(f.abs()).keep()) };
}

// x = n·π/2 + r with |r| ≤ π/4, for every x.
//
// Up to 2²⁰ by subtracting n times π/2 in parts (Cody and Waite). Beyond, one number at a time, by multiplying the
// significand with those bits of 2/π that matter (Payne and Hanek, 1983): multiples of 4 quarters drop out.

/** π/2 in three parts of 33 bits, and the rest: products of n with the parts are exact. */
const parts = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;
/** π/2 less the first part. */
const afterFirst = 6.077100506506192e-11;

/** 64 zeros, and then 1280 bits of 2/π. */
const twoOverPi: readonly bigint[] = [
  0x0000000000000000n,
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
  0xf0cfbc209af4361dn,
];

/** x less n quarter turns: `r + low`; n is in the low bits of `quarters`. */
export interface Angle {
  readonly r: Lanes;
  readonly low: Lanes;
  readonly quarters: Lanes;
}

/** From here on numbers are reduced one at a time. */
const limit = 2 ** 20;

/**
 * Reduces angles in f64 lanes.
 *
 * @param from Where the numbers come from: those from f32 are smaller, and farther from multiples of π/2.
 */
function reduceAngle(x: Lanes, from: Float): Angle {
  const y = x.keep(), magic = 1.5 * 2 ** 52;
  const whole = y.madd(2 / Math.PI, magic).keep(), n = whole.sub(magic).keep();
  const first = n.nmadd(parts[0], y).keep();
  const near = from === "f32" ? { r: n.nmadd(afterFirst, first), low: y.number(0) } : subtractMore(y, first, n);
  return withFar(y, { r: near.r.keep(), low: near.low.keep(), quarters: whole }, from);
}

/** first − n·(the other parts), in two numbers, where first = x − n·(the first part). */
function subtractMore(x: Lanes, first: Lanes, n: Lanes): { readonly r: Lanes; readonly low: Lanes } {
  const second = n.mul(parts[1]).keep(), a = first.sub(second).keep();
  const back = first.sub(a).keep(), errorA = first.sub(a.add(back)).add(back.sub(second));
  const third = n.mul(parts[2]).keep(), b = a.sub(third).keep();
  const backB = a.sub(b).keep(), errorB = a.sub(b.add(backB)).add(backB.sub(third));
  const low = n.nmadd(parts[3], errorA.add(errorB)).keep();
  const r = b.add(low).keep();
  // The sums would make +0 of −0.
  return { r: n.eq(0).choose(x, r), low: low.sub(r.sub(b)) };
}

/** Replaces what is wrong for large numbers. */
function withFar(x: Lanes, near: Angle, from: Float): Angle {
  const { code } = x, f = code.func;
  const high = code.local(), low = code.local(), quarters = code.local(), far = x.abs().ge(limit).keep();
  for (const [to, value] of [[high, near.r], [low, near.low], [quarters, near.quarters]] as const) {
    value.push();
    f.set(to);
  }
  far.push();
  f.op("v128.any_true").if(() => {
    const source = code.local(), turns = code.local(), turnsLow = code.local(), count = code.local();
    x.push();
    f.set(source);
    turnsOf(f, [source, turns, turnsLow, count], from);
    const t = code.of(turns, "f64"), tLow = code.of(turnsLow, "f64");
    // (t + tLow)·π/2; the product of the first terms in two numbers.
    const half = Math.PI / 2, halfHigh = 1.5707963109016418, tHigh = t.and(t.bits(-1n << 27n)).keep();
    const tRest = t.sub(tHigh).keep(), product = t.mul(half).keep();
    const error = tHigh.mul(halfHigh).sub(product).add(tHigh.mul(half - halfHigh)).add(tRest.mul(halfHigh))
      .add(tRest.mul(half - halfHigh));
    // ∞ has no angle.
    const rest = error.add(t.mul(6.123233995736766e-17)).add(tLow.mul(half)).add(x.sub(x)).keep();
    const sum = product.add(rest).keep();
    for (
      const [to, value] of [[low, rest.sub(sum.sub(product))], [high, sum], [quarters, code.of(count, "f64")]] as const
    ) {
      far.choose(value, code.of(to, "f64")).push();
      f.set(to);
    }
  });
  return { r: code.of(high, "f64"), low: code.of(low, "f64"), quarters: code.of(quarters, "f64") };
}

/** For each lane of the first local: turns past the nearest quarter, in two numbers, and how many quarters. */
function turnsOf(f: Func, vectors: readonly [Local, Local, Local, Local], from: Float): void {
  const [x, turns, turnsLow, count] = vectors;
  const results: readonly [Local, Local, Local] = [f.local("f64"), f.local("f64"), f.local("i64")];
  eachLane(f, vectors, () => {
    f.get(x).lane("f64x2.extract_lane", 0).set(results[0]);
    quarterTurns(f, results, from);
    f.get(turns).get(results[0]).lane("f64x2.replace_lane", 0).set(turns);
    f.get(turnsLow).get(results[1]).lane("f64x2.replace_lane", 0).set(turnsLow);
    f.get(count).get(results[2]).lane("i64x2.replace_lane", 0).set(count);
  });
  f.free(...results);
}

/** A number in the first local becomes the quarter turns past the nearest whole one, in two numbers, and that. */
function quarterTurns(f: Func, [high, low, quarters]: readonly [Local, Local, Local], from: Float): void {
  const locals = [...Array(12).keys()].map(() => f.local("i64"));
  const [bits, offset, m, t, u, v, top, rest, ...words] = locals as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    ...Local[],
  ];
  f.get(high).op("i64.reinterpret_f64").tee(bits).i64((1n << 52n) - 1n).op("i64.and").i64(1n << 52n).op("i64.or").set(
    m,
  );
  // Bits of 2/π whose product with the significand is a multiple of 4 are left out.
  f.get(bits).i64(52n).op("i64.shr_u").i64(2047n).op("i64.and").i64(1013n).op("i64.sub").set(offset);
  const places = from === "f32" ? 3 : twoOverPi.length - 4;
  for (const w of words) f.i64(0n).set(w);
  for (let place = 0; place < places; place++) {
    f.get(offset).i64(6n).op("i64.shr_s").i64(BigInt(place)).op("i64.eq").if(() => {
      words.forEach((w, i) => f.i64(twoOverPi[place + i]!).set(w));
    });
  }
  const shifted = (i: number): void => {
    f.get(words[i]!).get(offset).op("i64.shl");
    f.get(words[i + 1]!).i64(1n).op("i64.shr_u").i64(63n).get(offset).op("i64.sub", "i64.shr_u", "i64.or");
  };
  for (let i = 0; i < 3; i++) {
    shifted(i);
    f.set(words[i]!);
  }
  const lower = (l: Local): Func => f.get(l).i64(0xffffffffn).op("i64.and");
  const upper = (l: Local): Func => f.get(l).i64(32n).op("i64.shr_u");
  /** Leaves the upper 64 bits of m·w. */
  const upperProduct = (w: Local): void => {
    lower(m);
    lower(w).op("i64.mul").set(t);
    upper(m);
    lower(w).op("i64.mul");
    upper(t).op("i64.add").set(u);
    lower(m);
    upper(w).op("i64.mul");
    lower(u).op("i64.add").set(v);
    upper(m);
    upper(w).op("i64.mul");
    upper(u).op("i64.add");
    upper(v).op("i64.add");
  };
  f.get(m).get(words[1]!).op("i64.mul");
  upperProduct(words[2]!);
  f.op("i64.add").set(rest);
  f.get(m).get(words[0]!).op("i64.mul");
  upperProduct(words[1]!);
  // The carry of the sum above.
  f.op("i64.add").get(rest).get(m).get(words[1]!).op("i64.mul", "i64.lt_u", "i64.extend_i32_u", "i64.add").set(top);
  f.get(top).i64(1n << 61n).op("i64.add").i64(62n).op("i64.shr_u").set(quarters);
  // What is left of the product, as a signed fraction of a quarter turn.
  f.get(top).i64(2n).op("i64.shl").get(rest).i64(62n).op("i64.shr_u", "i64.or").set(top);
  const sign = f.local("f64"), size = f.local("f64");
  f.f64(1).get(high).op("f64.copysign").set(sign);
  f.get(top).op("f64.convert_i64_s").tee(size).f64(2 ** -64).op("f64.mul").get(sign).op("f64.mul").set(high);
  f.get(top).get(size).op("i64.trunc_sat_f64_s", "i64.sub", "f64.convert_i64_s").f64(2 ** -64).op("f64.mul");
  f.get(rest).i64(2n).op("i64.shl", "f64.convert_i64_u").f64(2 ** -128).op("f64.mul", "f64.add");
  f.get(sign).op("f64.mul").set(low);
  f.i64(0n).get(quarters).op("i64.sub").get(quarters).get(bits).i64(0n).op("i64.lt_s", "select").set(quarters);
  f.free(sign, size, ...locals);
}

// Sine, cosine and tangent: the angle reduced to |r| ≤ π/4, and minimax polynomials there.

interface Series {
  /** sin r = r + r³·Σ cₖ r²ᵏ. */
  readonly sine: readonly number[];
  /** cos r = 1 − r²/2 + r⁴·Σ cₖ r²ᵏ. */
  readonly cosine: readonly number[];
}

/** By the numbers wanted: relative errors 2^-37.6 and 2^-32.5, and 2^-68.7 and 2^-63.1. */
const series: Readonly<Record<Float, Series>> = {
  f32: {
    sine: [-0.16666666641608327, 0.008333329383482456, -0.00019839334027384322, 2.7183036367131225e-6],
    cosine: [0.04166665126782017, -0.0013887540975025777, 2.4455148495899563e-5],
  },
  f64: {
    sine: [
      -0.16666666666666666,
      0.008333333333333325,
      -0.00019841269841256885,
      2.7557319214973547e-6,
      -2.5052105087258597e-8,
      1.6058386394187734e-10,
      -7.579579509575882e-13,
    ],
    cosine: [
      0.04166666666666666,
      -0.0013888888888882556,
      2.480158729403738e-5,
      -2.7557315517123876e-7,
      2.0875865808360127e-9,
      -1.1366378559453814e-11,
    ],
  },
};

interface Point {
  readonly sine: Lanes;
  readonly cosine: Lanes;
}

/** Sine and cosine of r + low, in f64 lanes. */
function near({ r, low }: Angle, wanted: Float): Point {
  const z = r.mul(r).keep(), { sine, cosine } = series[wanted];
  const s = z.polynomial(sine), c = z.polynomial(cosine), half = z.mul(0.5).keep();
  if (wanted === "f32") {
    return { sine: z.madd(s, 1).mul(r).keep(), cosine: z.mul(z).madd(c, r.number(1).sub(half)).keep() };
  }
  // The low part comes in to first order; what the rounding of 1 − z/2 lost is put back.
  const main = r.number(1).sub(half).keep(), lost = r.number(1).sub(main).sub(half);
  return {
    // The sum would make +0 of −0.
    sine: r.eq(0).choose(r, r.mul(z).madd(s, half.nmadd(low, low)).add(r)).keep(),
    cosine: z.mul(z).madd(c, r.nmadd(low, lost)).add(main).keep(),
  };
}

/** The sign bit where bit 1 is set. */
const flip = (quarters: Lanes): Lanes => quarters.shl(62).sign();
const isOdd = (quarters: Lanes): Lanes => quarters.and(quarters.bits(1n)).same(1n);

/** Sine, in f64 lanes, with the precision wanted. */
export const sin = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  return isOdd(angle.quarters).choose(cosine, sine).xor(flip(angle.quarters));
};

/** Cosine, in f64 lanes, with the precision wanted. */
export const cos = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  return isOdd(angle.quarters).choose(sine, cosine).xor(flip(angle.quarters.plus(1n)));
};

/** Tangent, in f64 lanes, with the precision wanted. */
export const tan = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  const odd = isOdd(angle.quarters).keep();
  return odd.choose(cosine, sine).div(odd.choose(sine.neg(), cosine));
};

// Division with a remainder, by Python's convention, in f64: what core/primitives/arithmetic.ts has for numbers.

/** |x| less the greatest multiple of |y| in it, exactly, with the sign of x; NaN for infinite x and y = 0. */
function remainder(x: Lanes, y: Lanes): Lanes {
  const { code } = x, f = code.func, [a, b] = [code.local(), code.local()];
  for (const [to, value] of [[a, x.abs()], [b, y.abs()]] as const) {
    value.push();
    f.set(to);
  }
  const p = f.local("f64"), q = f.local("f64");
  eachLane(f, [a, b], () => {
    f.get(a).lane("f64x2.extract_lane", 0).set(p).get(b).lane("f64x2.extract_lane", 0).set(q);
    f.get(a);
    scalarRemainder(f, p, q);
    f.lane("f64x2.replace_lane", 0).set(a);
  });
  f.free(p, q);
  const defined = x.abs().lt(Infinity).and(y.abs().gt(0));
  return defined.choose(code.of(a, "f64").or(x.sign()), NaN);
}

/** Leaves the remainder of positive finite numbers: that of the significands, the exponents' difference shifted in. */
function scalarRemainder(f: Func, a: Local, b: Local): void {
  const locals = Array.from({ length: 5 }, () => f.local("i64"));
  const [exponent, left, rest, divisor, step] = locals as [Local, Local, Local, Local, Local];
  /** Sets the exponent and the significand, which are those of the smallest normal number's for what is below. */
  const parts = (x: Local, e: Local, m: Local): void => {
    f.get(x).op("i64.reinterpret_f64").tee(m).i64(52n).op("i64.shr_u").tee(e).op("i64.eqz").if(
      () => f.i64(1n).set(e),
      () => f.get(m).i64((1n << 52n) - 1n).op("i64.and").i64(1n << 52n).op("i64.or").set(m),
    );
  };
  parts(a, left, rest);
  parts(b, exponent, divisor);
  f.get(left).get(exponent).op("i64.sub").set(left);
  f.get(left).i64(0n).op("i64.ge_s").get(divisor).i64(0n).op("i64.ne", "i32.and").if(
    () => {
      f.get(rest).get(divisor).op("i64.rem_u").set(rest);
      f.block((end) => {
        f.loop((again) => {
          f.get(left).op("i64.eqz").brIf(end);
          // A remainder has 53 bits; the word has room for 11 more.
          f.get(left).i64(11n).get(left).i64(11n).op("i64.lt_u", "select").set(step);
          f.get(rest).get(step).op("i64.shl").get(divisor).op("i64.rem_u").set(rest);
          f.get(left).get(step).op("i64.sub").set(left).br(again);
        });
      });
      f.get(rest).op("f64.convert_i64_s").f64(2 ** -52).op("f64.mul");
      f.get(exponent).i64(52n).op("i64.shl", "f64.reinterpret_i64", "f64.mul");
    },
    () => f.get(a),
    "f64",
  );
  f.free(...locals);
}

/** Whether a remainder has not the sign of the divisor. */
const opposed = (r: Lanes, y: Lanes): Lanes => r.ne(0).and(r.lt(0).xor(y.lt(0)));

/** x − y·⌊x / y⌋; a zero one has the divisor's sign too. */
export function mod(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), r = remainder(a, b).keep();
  const zero = b.sign().and(b.lt(0));
  return r.eq(0).choose(zero, opposed(r, b).choose(r.add(b), r));
}

/** ⌊x / y⌋ from the exact remainder, so that a quotient that rounds up to a whole number is not one too large. */
export function floorDiv(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), r = remainder(a, b).keep();
  // Halves go up, as Math.round has it: between 2⁵¹ and 2⁵² a rounded quotient may be one.
  const near = a.sub(r).div(b).keep(), below = near.floor().keep();
  const whole = near.sub(below).lt(0.5).choose(below, below.add(1)).keep(), quotient = a.div(b).keep();
  const exact = whole.eq(0).choose(quotient.mul(0), whole);
  return b.eq(0).choose(quotient, opposed(r, b).choose(whole.sub(1), exact));
}
