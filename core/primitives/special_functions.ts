/** Special functions of one number. */

// Modified Bessel functions of the first kind, on numbers.

/** Iₙ(x) for n = 0, 1, …: its power series, all of one sign, or the expansion for large x (DLMF 10.25.2 and 10.40.1). */
export function besselI(x: number, n: number): number {
  const size = Math.abs(x), sign = x < 0 && n % 2 === 1 ? -1 : 1;
  if (size === Infinity) return sign * Infinity;
  // The expansion's terms shrink up to the 2x-th, of size e^−2x, once x exceeds n².
  if (size > Math.max(30, n * n)) {
    let term = 1, sum = 1;
    for (let k = 1; Math.abs(term) > 2 ** -55; k++) {
      term *= ((2 * k - 1) ** 2 - 4 * n * n) / (8 * size * k);
      sum += term;
    }
    const half = Math.exp(size / 2);
    return sign * half / Math.sqrt(2 * Math.PI * size) * half * sum;
  }
  let term = 1;
  for (let k = 1; k <= n; k++) term *= size / (2 * k);
  let sum = term;
  for (let k = 1; term > sum * 2 ** -55; k++) {
    term *= size * size / (4 * k * (k + n));
    sum += term;
  }
  return sign * sum;
}

// The error function, its complement and its inverse on numbers, to within a few units in the last place of f64.

const slopeAtZero = 2 / Math.sqrt(Math.PI);

/** (−1)ⁿ / (n!·(2n + 1)): erf(x) = 2/√π · x · Σ cₙ x²ⁿ. For |x| < 1 the 22nd term is below 2⁻⁷⁰. */
const maclaurin: readonly number[] = Array.from({ length: 22 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 === 0 ? 1 : -1) / (factorial * (2 * n + 1));
});

/**
 * Chebyshev coefficients of (1 + 2x)·exp(x²)·erfc(x) in (x − 3.75) / (x + 3.75), for x ≥ 0; the next is below 10⁻¹⁹.
 * The form is from Shepherd & Laframboise, Math. Comp. 36 (1981) 249; the numbers were computed with mpmath at 60 digits.
 */
const chebyshev: readonly number[] = [
  1.1775789345674017,
  -0.004590054580646478,
  -0.08424913336651792,
  0.05920993999819189,
  -0.026658668435305753,
  0.009074997670705265,
  -0.002413163540417608,
  0.0004907758365258086,
  -6.916973302501207e-05,
  4.13902798607301e-06,
  7.74038306619849e-07,
  -2.1886401049234397e-07,
  1.076499946567091e-08,
  4.521959811218287e-09,
  -7.754400208831351e-10,
  -6.318088340886684e-11,
  2.86879501093067e-11,
  1.9455868545777347e-13,
  -9.65469674843344e-13,
  3.25254814814874e-14,
  3.3478119482868056e-14,
  -1.864562880419313e-15,
  -1.2507950530688648e-15,
  7.418235256624044e-17,
  5.068148904796111e-17,
  -2.2370566594359995e-18,
  -2.187342944303018e-18,
];

/** exp(−x²). The square is split into an exact one and a small rest: a rounding error of x² would be x² times as large. */
function gaussian(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp((high - x) * (high + x));
}

/** erfc(x) for x ≥ ½, by Clenshaw's recurrence. */
function tail(x: number): number {
  // From here on the result is below half of the smallest number.
  if (x > 27.3) return 0;
  const t = (x - 3.75) / (x + 3.75);
  let a = 0, b = 0;
  for (let k = chebyshev.length - 1; k > 0; k--) [a, b] = [2 * t * a - b + chebyshev[k]!, a];
  return (t * a - b + chebyshev[0]!) / (1 + 2 * x) * gaussian(x);
}

/** The error function, 2/√π·∫₀ˣ exp(−t²) dt. */
export function erf(x: number): number {
  if (x >= 1) return 1 - tail(x);
  if (x <= -1) return tail(-x) - 1;
  const square = x * x;
  let sum = 0;
  for (let n = maclaurin.length - 1; n >= 0; n--) sum = sum * square + maclaurin[n]!;
  return slopeAtZero * x * sum;
}

/** 1 − erf(x), precise where erf(x) is nearly 1. */
export const erfc = (x: number): number => x >= 0.5 ? tail(x) : 1 - erf(x);

/** The x whose erf is y: an estimate of Winitzki's (2008, relative error below 2·10⁻³), then two of Halley's cubic steps. */
export function erfInv(y: number): number {
  const size = Math.abs(y);
  if (y === 0 || size >= 1) return size === 1 ? y * Infinity : y === 0 ? y : NaN;
  const a = 0.147, l = Math.log1p(-y * y), c = 2 / (Math.PI * a) + l / 2;
  let x = Math.sqrt(Math.max(0, Math.sqrt(c * c - l / a) - c));
  for (let step = 0; step < 2; step++) {
    // Near 1 the difference is taken of the complements, of which y's is exact.
    const off = size < 0.5 ? erf(x) - size : (1 - size) - erfc(x);
    const newton = off / (slopeAtZero * gaussian(x));
    x -= newton / (1 + x * newton);
  }
  return y < 0 ? -x : x;
}

// The logarithm of the gamma function and the derivatives of that, on numbers, to within a few units in the last place.

/** B₂, B₄, …, the Bernoulli numbers of even index. */
export const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
];

/** 1 − γ, with γ Euler's constant. */
const oneLessEuler = 0.42278433509846713;

/**
 * Hurwitz's ζ(s, a) = Σ (a + k)⁻ˢ for s > 1 and a > 0, by the Euler–Maclaurin formula: terms up to a + k ≥ s + 12 as they
 * are, smallest first, the rest as an integral with corrections.
 */
function hurwitz(s: number, a: number): number {
  const steps = Math.max(0, Math.ceil(s + 12 - a)), end = a + steps;
  let factor = s / (end * 2), rest = 1 / (s - 1) + 1 / (2 * end);
  for (let k = 1; k <= bernoulli.length; k++) {
    rest += bernoulli[k - 1]! * factor / end;
    factor *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2) * end * end);
  }
  let sum = end ** (1 - s) * rest;
  for (let k = steps - 1; k >= 0; k--) sum += (a + k) ** -s;
  return sum;
}

/** A value made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

/** log Γ(2 + z) = z·Σ cₖ zᵏ for |z| ≤ ½: c₀ = 1 − γ, cₖ = (−1)ᵏ⁺¹(ζ(k + 1) − 1)/(k + 1), which falls as 2⁻ᵏ. */
const aroundTwo = once(() =>
  Array.from(
    { length: 28 },
    (_, k) => k === 0 ? oneLessEuler : (k % 2 === 0 ? -1 : 1) * hurwitz(k + 1, 2) / (k + 1),
  )
);

/** The positive zero of ψ, in two parts. */
const zeroHigh = 1.4616321449683622, zeroLow = 9.549995429965697e-17;

/** ψ(z₀ + d) = d·Σ cₖ dᵏ for |d| ≤ ½: cₖ = (−1)ᵏζ(k + 2, z₀), which falls as z₀⁻ᵏ. */
const aroundZero = once(() => Array.from({ length: 38 }, (_, k) => (k % 2 === 0 ? 1 : -1) * hurwitz(k + 2, zeroHigh)));

/** Σ cₖ zᵏ. */
function polynomial(c: readonly number[], z: number): number {
  let sum = 0;
  for (let k = c.length - 1; k >= 0; k--) sum = sum * z + c[k]!;
  return sum;
}

/** x less the nearest whole number: what sin πx and cot πx depend on. */
const fromWhole = (x: number): number => x - Math.round(x);

/** log |Γ(x)|. */
export function lgamma(x: number): number {
  if (x <= 0) {
    if (Number.isInteger(x) || x === -Infinity) return Infinity;
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fromWhole(x)))) - lgamma(1 - x);
  }
  if (x < 0.5) return x * polynomial(aroundTwo(), x) - Math.log(x * (1 + x));
  if (x < 1.5) return (x - 1) * polynomial(aroundTwo(), x - 1) - Math.log1p(x - 1);
  if (x < 10) {
    let product = 1, y = x;
    while (y > 2.5) product *= --y;
    return (y - 2) * polynomial(aroundTwo(), y - 2) + Math.log(product);
  }
  // Stirling's series; at x ≥ 10 the ninth term is below 2⁻⁵⁸.
  let series = 0;
  for (let k = 8; k >= 1; k--) series = series / (x * x) + bernoulli[k - 1]! / (2 * k * (2 * k - 1));
  return (x - 0.5) * (Math.log(x) - 1) + (Math.log(2 * Math.PI) - 1) / 2 + series / x;
}

/** ψ(x), the derivative of log |Γ(x)|. */
function digamma(x: number): number {
  if (x <= 0) {
    if (x === 0) return -1 / x;
    return Number.isInteger(x) || x === -Infinity ? NaN : digamma(1 - x) - Math.PI * cotangent(x);
  }
  const off = (x - zeroHigh) - zeroLow;
  if (Math.abs(off) <= 0.5) return off * polynomial(aroundZero(), off);
  let y = x, sum = 0;
  while (y < 10) sum += 1 / y++;
  let series = 0;
  for (let k = 8; k >= 1; k--) series = series / (y * y) + bernoulli[k - 1]! / (2 * k);
  return Math.log(y) - 0.5 / y - series / (y * y) - sum;
}

/** cot πx. */
const cotangent = (x: number): number => 1 / Math.tan(Math.PI * fromWhole(x));

/** dⁿ cot(u)/duⁿ where cot(u) = c: a polynomial in c, and differentiating cot gives −(1 + c²). */
function cotangentDerivative(n: number, c: number): number {
  let p = [0, 1];
  for (let i = 0; i < n; i++) {
    const next = new Array<number>(p.length + 1).fill(0);
    for (let k = 1; k < p.length; k++) {
      next[k - 1]! -= k * p[k]!;
      next[k + 1]! -= k * p[k]!;
    }
    p = next;
  }
  return polynomial(p, c);
}

/** ψ⁽ⁿ⁾(x), the derivative of order n + 1 of log |Γ(x)|. */
export function polygamma(x: number, n: number): number {
  if (n === 0) return digamma(x);
  if (Number.isNaN(x)) return NaN;
  if (x > 0) {
    if (x === Infinity) return 0;
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return (n % 2 === 0 ? -1 : 1) * factorial * hurwitz(n + 1, x);
  }
  // At the poles both sides agree for odd n alone.
  if (Number.isInteger(x)) return n % 2 === 1 ? Infinity : NaN;
  const mirrored = (n % 2 === 0 ? 1 : -1) * polygamma(1 - x, n);
  return mirrored - Math.PI ** (n + 1) * cotangentDerivative(n, cotangent(x));
}
