/** Sine and cosine of π·x. */
import type { Lanes } from "./lanes.ts";

/** sin πf = f·(π + f²·Σ cₖ f²ᵏ) for |f| ≤ ½; relative error 2^-71.2 (minimax, by Remez' exchange). */
const series = [
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
  return z.polynomial(series).madd(z, Math.PI).mul(f).keep();
}

/** Of π times x less the nearest whole number, in f64; `x` must be kept. */
export function halfTurns(x: Lanes): { readonly sine: Lanes; readonly cosine: Lanes } {
  const f = x.sub(x.nearest()).keep();
  return { sine: sine(f), cosine: sine(f.number(0.5).sub(f.abs()).keep()) };
}
