/** Error, gamma and Bessel functions. */
import { bernoulli } from "../../../primitives/special_functions.ts";
import { exp, exp2Brief, expSum, log, powerOfTwo } from "./exponential.ts";
import type { Float, Lanes } from "./lanes.ts";
import { halfTurns } from "./trigonometric.ts";

// The error function, its complement and its inverse. The polynomials are minimax ones (Remez' exchange at 60 digits);
// beside each stands its largest relative error.

/** erf(x) = x + x·Σ cₖ x²ᵏ for |x| < 0.85; 2^-27.3. */
const nearZero32 = [0.128379166, -0.376125723, 0.112827174, -0.026802551, 0.00505109737, -0.000631512667];

/** log₂ erfc(x) for 0.85 ≤ x ≤ 4; error of erfc against erf 2^-27. */
const logarithmOfTail = [
  -5.15331012e-5,
  -1.62814462,
  -0.916391253,
  -0.153513715,
  0.0346660763,
  -0.00549110491,
  0.000533030077,
  -2.35612042e-5,
];

/** erf(x) = x + x·Σ cₖ x²ᵏ for |x| ≤ 1; 2^-62.7. */
const nearZero64 = [
  0.1283791670955126,
  -0.3761263890318375,
  0.11283791670954858,
  -0.02686617064507296,
  0.00522397762478137,
  -0.0008548326978765149,
  0.00012055331037551108,
  -1.4925593518728226e-05,
  1.6460972954153765e-06,
  -1.635002619207727e-07,
  1.4657883530919653e-08,
  -1.136567067182716e-09,
  5.945255584223488e-11,
];

/** (1 + 2x)·exp(x²)·erfc(x) = Σ cₖ tᵏ with t = (x − middle)/(x + middle), after Shepherd & Laframboise (1981). */
const tails: Readonly<
  Record<Float, { readonly middle: number; readonly most: number; readonly c: readonly number[] }>
> = {
  // 2^-31.9 from 0 on; from 10.1 on erfc is below half of f32's smallest number.
  f32: {
    middle: 2,
    most: 10.1,
    c: [
      1.2769783818403686,
      -0.09276382849318937,
      -0.1660304342688279,
      0.164051351023772,
      -0.054219216396336714,
      -0.008034569136454051,
      0.008716307656844155,
      0.0012713943307534885,
      -0.001433233835543824,
      -0.00044283346706902094,
      0.00016705235878675218,
      0.0001141141392909696,
      1.6770798050544062e-05,
    ],
  },
  // 2^-61.9 from 0.5 on; beyond 27.3 erfc is below half of f64's smallest number.
  f64: {
    middle: 3.75,
    most: 27.3,
    c: [
      1.2375126308378275,
      -0.14024059858554702,
      0.0035854154854637497,
      0.08227673849015026,
      -0.10880393014171252,
      0.09230432116023438,
      -0.05869339859038121,
      0.028362277420744996,
      -0.009746579550406196,
      0.001755625841508411,
      0.0002937136221252273,
      -0.00029015404441506693,
      5.164923874433868e-05,
      2.2384210873007306e-05,
      -1.1444361772034634e-05,
      -9.737476531161943e-07,
      1.7515761430065002e-06,
      -5.649933075624422e-08,
      -2.5777793323834516e-07,
      2.2098336875028635e-08,
      3.706623319406675e-08,
      -2.801432364272964e-09,
      -3.861421810570761e-09,
    ],
  },
};

/** exp(−x²) in f64; the square is an exact one and a small rest, as its rounding error would be x² times as large. */
function gaussian(x: Lanes): Lanes {
  const high = x.and(x.bits(-1n << 27n)).keep();
  const rest = high.sub(x).mul(high.add(x)).keep();
  return expSum(high.mul(high).neg(), rest);
}

/** erfc(x) for x ≥ ½, in f64; `x` must be kept. */
function tail(x: Lanes): Lanes {
  const { middle, most, c } = tails.f64, y = x.atMost(most).keep();
  const t = y.sub(middle).div(y.add(middle)).keep();
  return x.gt(most).choose(0, t.polynomial(c).div(y.add(y).add(1)).mul(gaussian(y)));
}

/** The error function in f32. */
export function erf32(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().atMost(4).keep(), square = y.mul(y).keep();
  const small = y.madd(square.polynomial(nearZero32), y).keep();
  const large = y.number(1).sub(powerOfTwo(size.polynomial(logarithmOfTail)));
  return size.lt(0.85).choose(small, large.or(y.sign()));
}

/** erf(x) for |x| ≤ 1. */
function inner(x: Lanes): Lanes {
  const square = x.mul(x).keep();
  return x.madd(square.polynomial(nearZero64), x);
}

/** The error function in f64. */
export function erf64(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep();
  return size.lt(1).choose(inner(y), y.number(1).sub(tail(size)).or(y.sign()));
}

/** 1 − erf(x) in f64 lanes with the precision of f32: squares are exact, and what underflows there does so in f32 only. */
export function erfc32(x: Lanes): Lanes {
  const { middle, most, c } = tails.f32, y = x.keep(), size = y.abs().atMost(most).keep();
  const above = size.add(middle).keep(), scale = size.add(size).add(1).keep();
  // One division for both quotients.
  const inverse = y.number(1).div(above.mul(scale)).keep(), t = size.sub(middle).mul(scale).mul(inverse).keep();
  const g = exp2Brief(size.mul(size).mul(-Math.LOG2E)), value = t.polynomial(c).mul(above.mul(inverse)).mul(g).keep();
  return y.lt(0).choose(y.number(2).sub(value), value);
}

/** 1 − erf(x) in f64. */
export function erfc64(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep(), t = tail(size).keep();
  const outer = y.lt(0).choose(y.number(2).sub(t), t);
  return size.lt(0.5).choose(y.number(1).sub(inner(y)), outer);
}

/** erfInv(y)/y as polynomials: in w − 2.5 for w = −log(1 − y²) < 5, and in √w − 3.25 and √w − 5 up to 18 and 37. */
const inverse = {
  // 2^-28.7
  center: [
    1.501409353513708,
    0.24664028763205834,
    -0.0041773394133900205,
    -0.001252744656656123,
    0.0002182826397520132,
    -4.9619139936183655e-06,
    -3.4346146291539674e-06,
    4.658925160958651e-07,
    1.8037609278489554e-08,
    -8.772850172155961e-09,
    3.3552063908895734e-10,
  ],
  // 2^-29.2
  side: [
    3.083885606084181,
    1.0052589959121334,
    0.00537121498762163,
    -0.0037517963139358595,
    0.002488177486059207,
    -0.0016845537081242284,
    0.0009660603611569874,
    -0.000365811614781233,
    1.992943949289031e-06,
    8.447030875890153e-05,
    -3.0923717506502944e-05,
  ],
  // 2^-40.0
  end: [
    4.849906401412799,
    1.0103004648528788,
    -0.00013871963165482806,
    -0.00021502979629810178,
    7.599894043036036e-05,
    -1.9685021446623908e-05,
    4.511442230904701e-06,
    -9.78706447427423e-07,
    2.506800410866132e-07,
    -9.423017059889415e-08,
    2.4002651698452282e-08,
  ],
};

/** The x whose erf is y, in f64 lanes: with the precision of f32. */
export function erfInv32(y: Lanes): Lanes {
  const z = y.keep(), size = z.abs().keep(), w = log(z.number(1).sub(size).mul(size.add(1))).neg().keep();
  const root = w.sqrt().keep(), centered = w.sub(2.5).keep(), side = root.sub(3.25).keep(), end = root.sub(5).keep();
  const outer = w.lt(18).choose(side.polynomial(inverse.side), end.polynomial(inverse.end));
  const x = w.lt(5).choose(centered.polynomial(inverse.center), outer).mul(z).keep();
  return size.eq(1).choose(z.mul(Infinity), x);
}

/** The x whose erf is y, in f64: one of Halley's cubic steps from the other. */
export function erfInv64(y: Lanes): Lanes {
  const z = y.keep(), size = z.abs().keep(), x = erfInv32(size).keep();
  // Near 1 the difference is taken of the complements, of which y's is exact.
  const low = inner(x).sub(size).keep(), high = size.number(1).sub(size).sub(tail(x)).keep();
  const newton = x.lt(1).choose(low, high).div(gaussian(x).mul(2 / Math.sqrt(Math.PI))).keep();
  const better = x.sub(newton.div(x.madd(newton, 1))).or(z.sign());
  return size.lt(1).choose(better, x.or(z.sign()));
}

// The logarithm of the gamma function and the derivatives of that, in f64, by the methods that core/primitives/special has
// for numbers: all of them are computed, and each lane chooses.

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

// Modified Bessel functions of the first kind, in f64, as core/primitives/special has them for numbers.

/** Σ of terms, each the last times `ratio(k)` for k = 1, 2, …, until they no longer count in any lane. */
function series(first: Lanes, ratio: (k: Lanes) => Lanes): Lanes {
  const { code } = first, k = code.variable(first.number(1));
  const term = code.variable(first), sum = code.variable(first);
  // A lane that is done waits for the others with its sum as it is.
  const counts = term.value.abs().gt(sum.value.mul(2 ** -55));
  code.while(counts, () => {
    const active = counts.keep();
    term.set(active.choose(term.value.mul(ratio(k.value)), term.value));
    sum.set(active.choose(sum.value.add(term.value), sum.value));
    k.set(k.value.add(1));
  });
  return sum.value;
}

/** Iₙ(x): the power series (DLMF 10.25.2), and for large x the expansion (10.40.1). */
export const besselI = (n: number) => (x: Lanes): Lanes => {
  const y = x.keep(), size = y.abs().keep(), bound = Math.max(30, n * n), beyond = size.gt(bound).keep();
  // Either method gets numbers of the other's lanes for which it is soon done.
  const small = beyond.choose(0, size).keep(), large = beyond.choose(size, y.number(2 ** 60)).keep();
  const square = small.mul(small).mul(0.25).keep();
  let first = y.number(1);
  for (let k = 1; k <= n; k++) first = first.mul(small.mul(1 / (2 * k)));
  const near = series(first, (k) => square.div(k.mul(k.add(n)))).keep();
  const far = series(y.number(1), (k) => {
    const odd = k.add(k).sub(1).keep();
    return odd.mul(odd).sub(4 * n * n).div(large.mul(k).mul(8));
  }).keep();
  // In halves, because the exponential overflows before the function.
  const half = exp(large.mul(0.5)).keep();
  const asymptotic = half.div(large.mul(2 * Math.PI).sqrt()).mul(half).mul(far);
  const result = size.eq(Infinity).choose(size, beyond.choose(asymptotic, near));
  if (n % 2 === 0) return result;
  const value = result.keep();
  return y.lt(0).choose(value.neg(), value);
};
