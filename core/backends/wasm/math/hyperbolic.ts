/** Hyperbolic functions and their inverses. */
import { expm1Moderate } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";

/** Hyperbolic tangent: e / (e + 2) with e = e^2|x| − 1, which is precise also near 0. */
export function tanh(x: Lanes): Lanes {
  const y = x.keep();
  // From here on the result is 1.
  const double = y.abs().atMost(y.type === "f32" ? 10 : 22).mul(2).keep();
  const e = expm1Moderate(double).keep();
  return e.div(e.add(2)).or(y.sign());
}
