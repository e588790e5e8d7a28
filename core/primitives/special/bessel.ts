/** Modified Bessel functions of the first kind, on numbers. */

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
