/** Roots and lengths. */
import type { Lanes } from "./lanes.ts";

/** ∛m for 1 ≤ m < 2; relative error 2^-16.7 (minimax). */
const estimate = [
  0.506979255986535,
  0.7181543139538732,
  -0.30061198867324934,
  0.08609155987803678,
  -0.010603934846281205,
];

/** Cube roots of 2^⅓ⁿ for n = 0, 1, 2. */
const third = [1, Math.cbrt(2), Math.cbrt(4)] as const;

/** ∛x in f64: an estimate, and two of Halley's cubic steps. */
export function cbrt(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().keep(), small = size.lt(2 ** -1022).keep();
  const normal = small.choose(size.mul(2 ** 54), size).keep();
  const exponent = normal.shr(52).or(y.bits(y.bitsOf(2 ** 52))).sub(2 ** 52 + 1023).keep();
  const m = normal.and(y.bits((1n << 52n) - 1n)).or(y.bits(y.bitsOf(1))).keep();
  const n = exponent.mul(1 / 3).add(1 / 6).floor().keep(), rest = n.mul(-3).add(exponent).keep();
  const factor = rest.eq(1).choose(third[1], rest.eq(2).choose(third[2], y.number(1)));
  const scaled = rest.eq(1).choose(m.add(m), rest.eq(2).choose(m.mul(4), m)).keep();
  const guess = m.polynomial(estimate).mul(factor).keep(), cube = guess.mul(guess).mul(guess).keep();
  const better = scaled.sub(cube).div(cube.add(cube).add(scaled)).madd(guess, guess);
  // 26 bits, whose square is exact; the second step loses nothing else.
  const t = better.and(y.bits(-1n << 27n)).keep(), r = scaled.div(t.mul(t)).keep();
  const root = r.sub(t).div(t.add(t).add(r)).madd(t, t);
  const shift = small.choose(n.sub(18), n).add(1.5 * 2 ** 52);
  const result = root.mul(shift.shl(52).plus(y.bitsOf(1))).or(y.sign());
  return y.mul(0).ne(0).or(size.eq(0)).choose(y, result);
}

/** √(x² + y²) in f64, scaled so that the squares neither overflow nor vanish. */
export function hypot(x: Lanes, y: Lanes): Lanes {
  const a = x.abs().keep(), b = y.abs().keep(), most = a.lt(b).choose(b, a).keep();
  const exponent = most.and(a.bits(2047n << 52n)).atLeast(2 ** -1022).atMost(2 ** 1023).keep();
  const u = a.div(exponent).keep(), v = b.div(exponent).keep();
  const length = u.mul(u).add(v.mul(v)).sqrt().mul(exponent);
  return a.eq(Infinity).or(b.eq(Infinity)).choose(Infinity, length);
}

/** √(x² + y²) in f64 of numbers from f32, whose squares are in range. */
export function hypot32(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), length = a.mul(a).add(b.mul(b)).sqrt();
  return a.abs().eq(Infinity).or(b.abs().eq(Infinity)).choose(Infinity, length);
}
