/** The logarithm of the gamma function and the derivatives of that, on numbers, to within a few units in the last place. */

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

/** log Γ(2 + z) = z·Σ cₖ zᵏ for |z| ≤ ½: c₀ = 1 − γ, cₖ = (−1)ᵏ⁺¹(ζ(k + 1) − 1)/(k + 1), which falls as 2⁻ᵏ. */
const aroundTwo: readonly number[] = Array.from(
  { length: 28 },
  (_, k) => k === 0 ? oneLessEuler : (k % 2 === 0 ? -1 : 1) * hurwitz(k + 1, 2) / (k + 1),
);

/** The positive zero of ψ, in two parts. */
const zeroHigh = 1.4616321449683622, zeroLow = 9.549995429965697e-17;

/** ψ(z₀ + d) = d·Σ cₖ dᵏ for |d| ≤ ½: cₖ = (−1)ᵏζ(k + 2, z₀), which falls as z₀⁻ᵏ. */
const aroundZero: readonly number[] = Array.from(
  { length: 38 },
  (_, k) => (k % 2 === 0 ? 1 : -1) * hurwitz(k + 2, zeroHigh),
);

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
  if (x < 0.5) return x * polynomial(aroundTwo, x) - Math.log(x * (1 + x));
  if (x < 1.5) return (x - 1) * polynomial(aroundTwo, x - 1) - Math.log1p(x - 1);
  if (x < 10) {
    let product = 1, y = x;
    while (y > 2.5) product *= --y;
    return (y - 2) * polynomial(aroundTwo, y - 2) + Math.log(product);
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
  if (Math.abs(off) <= 0.5) return off * polynomial(aroundZero, off);
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
