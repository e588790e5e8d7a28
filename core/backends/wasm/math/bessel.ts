/** Modified Bessel functions of the first kind, in f64, as core/primitives/special has them for numbers. */
import { exp } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";

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
