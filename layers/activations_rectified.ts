/** Activations that keep what is above zero and bend what is below. */
import { type DType, expm1, type FloatOf, greater, mul, type Shape, type Tensor, where } from "../mod.ts";
import { floats, requireNumber } from "./operands.ts";

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** The slope below zero; 0.01 if left out. */
  readonly negativeSlope?: number;
}

/** Options of `elu` and `celu`. */
export interface EluOptions {
  /** Minus the limit at −∞; 1 if left out. */
  readonly alpha?: number;
}

/**
 * x above zero and `below(x)` up to it. `below` sees zero where x is above, so that nothing there overflows, and NaN
 * goes through it.
 */
export function bent(x: Tensor, below: (x: Tensor) => Tensor): Tensor {
  const above = greater(x, 0);
  return where(above, x, below(where(above, 0, x)));
}

/**
 * `relu` with a small slope below zero, elementwise; the derivative at 0 is that slope.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `negativeSlope`: 0.01 if left out.
 * @returns `x` above 0, else `negativeSlope·x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor or the slope is not finite.
 * @see Maas et al., Rectifier nonlinearities improve neural network acoustic models, 2013,
 *   https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
 *
 * @example A slope of a half
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { leakyRelu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(leakyRelu(tensor([-2, 3]), { negativeSlope: 0.5 }).toArray(), [-1, 3]);
 * ```
 */
export function leakyRelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: LeakyReluOptions = {},
): Tensor<S, FloatOf<D>> {
  const { negativeSlope = 0.01 } = options;
  requireNumber("leakyRelu", "negativeSlope", negativeSlope);
  return bent(floats("leakyRelu", x), (v) => mul(v, negativeSlope)) as Tensor<S, FloatOf<D>>;
}

/**
 * The exponential linear unit, elementwise; the derivative at 0 is `alpha`.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `alpha`: 1 if left out.
 * @returns `x` above 0, else `alpha·(eˣ − 1)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor or `alpha` is not finite.
 * @see Clevert et al., Fast and accurate deep network learning by exponential linear units, 2016,
 *   https://arxiv.org/abs/1511.07289
 *
 * @example Its two ends
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { elu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(elu(tensor([-1000, 1000]), { alpha: 2 }).toArray(), [-2, 1000]);
 * ```
 */
export function elu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: EluOptions = {},
): Tensor<S, FloatOf<D>> {
  const { alpha = 1 } = options;
  requireNumber("elu", "alpha", alpha);
  return bent(floats("elu", x), (v) => mul(expm1(v), alpha)) as Tensor<S, FloatOf<D>>;
}

/**
 * The exponential linear unit whose derivative is continuous for every `alpha`, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `alpha`: above 0; 1 if left out.
 * @returns `x` above 0, else `alpha·(exp(x / alpha) − 1)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor or `alpha` not a number above 0.
 * @see Barron, Continuously differentiable exponential linear units, 2017, https://arxiv.org/abs/1704.07483
 *
 * @example Slope 1 on both sides of zero
 * ```ts
 * import { grad, sum, type Tensor, tensor } from "@adjoint/adjoint";
 * import { celu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const slope = grad((x: Tensor<readonly [2]>) => sum(celu(x, { alpha: 3 })));
 * assertEquals(slope(tensor([0, 1])).toArray(), [1, 1]);
 * ```
 */
export function celu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: EluOptions = {},
): Tensor<S, FloatOf<D>> {
  const { alpha = 1 } = options;
  requireNumber("celu", "alpha", alpha, (a) => a > 0, "a finite number above 0");
  return bent(floats("celu", x), (v) => mul(expm1(mul(v, 1 / alpha)), alpha)) as Tensor<S, FloatOf<D>>;
}

// Of Klambauer et al., equation 14: the fixed point of mean 0 and variance 1.
const seluScale = 1.0507009873554805, seluAlpha = 1.6732632423543772;

/**
 * The self-normalising exponential linear unit, elementwise: with LeCun's initializer it drives activations to mean 0
 * and variance 1.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `λ·x` above 0, else `λ·α·(eˣ − 1)`, with λ = 1.0507… and α = 1.6733…, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Klambauer et al., Self-normalizing neural networks, 2017, https://arxiv.org/abs/1706.02515
 *
 * @example At zero
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { selu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(selu(tensor([0])).toArray(), [0]);
 * ```
 */
export function selu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const y = bent(floats("selu", x), (v) => mul(expm1(v), seluAlpha));
  return mul(y, seluScale) as Tensor<S, FloatOf<D>>;
}
