/** The error function, its complement and its inverse on numbers, to within a few units in the last place of f64. */

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
