/** The error function and its complement. */
import { powerOfTwo } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";

/** erf(x) = x + x·Σ cₖ x²ᵏ for |x| < 0.85; relative error 2^-27.3. */
const nearZero = [0.128379166, -0.376125723, 0.112827174, -0.026802551, 0.00505109737, -0.000631512667];

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

/** The error function, in f32. */
export function erf32(x: Lanes): Lanes {
  const y = x.keep(), size = y.abs().atMost(4).keep(), square = y.mul(y).keep();
  const small = y.madd(square.polynomial(nearZero), y).keep();
  const large = y.number(1).sub(powerOfTwo(size.polynomial(logarithmOfTail)));
  return size.lt(0.85).choose(small, large.or(y.sign()));
}
