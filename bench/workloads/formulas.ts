/** Functions of networks, written with ours. */
import { add, div, erf, exp, max, mean, mul, rsqrt, square, sub, sum, tanh, type Tensor } from "../../mod.ts";

const last = { axis: -1, keepDims: true } as const;

/** Probabilities along the last axis. */
export function softmax(x: Tensor): Tensor {
  const e = exp(sub(x, max(x, last) as Tensor)) as Tensor;
  return div(e, sum(e, last) as Tensor) as Tensor;
}

/** The last axis with mean 0 and variance 1, scaled and shifted. */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const d = sub(x, mean(x, last) as Tensor) as Tensor;
  const deviation = rsqrt(add(mean(square(d), last) as Tensor, 1e-5)) as Tensor;
  return add(mul(mul(d, deviation), scale), shift) as Tensor;
}

/** x · Φ(x), by the error function. */
export const geluErf = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)) as Tensor;

/** x · Φ(x), approximately, by the hyperbolic tangent. */
export const geluTanh = (x: Tensor): Tensor => {
  const inner = mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1)) as Tensor;
};
