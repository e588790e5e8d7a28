/** Adam and AdamW: step sizes from running moments of the gradients. */
import type { Value } from "../mod.ts";
import { add, div, maximum, sqrt, square } from "./loose.ts";
import { average, correction, zero } from "./moments.ts";
import { directionsOf, type Moments, optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireFraction, requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Decays of two running averages, and what keeps a division from zero. */
export interface MomentOptions {
  /** Decay of the running mean, 0.9 if left out. */
  readonly beta1?: number;
  /** Decay of the running mean of squares, 0.999 if left out. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, 1e-8 if left out. */
  readonly epsilon?: number;
}

/** Options of `scaleByAdam`. */
export interface ScaleByAdamOptions extends MomentOptions {
  /** Whether to divide by the root of the largest mean of squares so far (AMSGrad). */
  readonly amsgrad?: boolean;
}

/** Options of `adam` and `adamw`. */
export interface AdamOptions extends ScaleByAdamOptions {
  /** The factor λ of weight decay: 0 if left out, in `adamw` 0.01. */
  readonly weightDecay?: number;
}

/** Throws unless decays and ε are in their ranges. */
export function requireMoments(op: string, beta1: number, beta2: number, epsilon: number): void {
  requireFraction(op, "beta1", beta1);
  requireFraction(op, "beta2", beta2);
  requireNonNegative(op, "epsilon", epsilon);
}

/** Adam's direction m̂ / (√v̂ + ε). */
export function adamRule(op: string, options: ScaleByAdamOptions): Rule {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, amsgrad = false } = options;
  requireMoments(op, beta1, beta2, epsilon);
  const towards = (m: Value, v: Value, t: Value) =>
    div(div(m, correction(beta1, t)), add(sqrt(div(v, correction(beta2, t))), epsilon));
  const averages = (g: Value, kept: Moments<"mean" | "square">) => ({
    mean: average(beta1, kept.mean, g),
    square: average(beta2, kept.square, square(g)),
  });
  const plain: Rule<"mean" | "square"> = {
    moments: { mean: zero, square: zero },
    direction: (g, kept, t) => {
      const next = averages(g, kept);
      return [towards(next.mean, next.square, t), next];
    },
  };
  const bounded: Rule<"mean" | "square" | "largest"> = {
    moments: { mean: zero, square: zero, largest: zero },
    direction: (g, kept, t) => {
      const next = averages(g, kept), largest = maximum(kept.largest, next.square);
      return [towards(next.mean, largest, t), { ...next, largest }];
    },
  };
  return amsgrad ? bounded : plain;
}

/**
 * Adam's direction without its step size: m̂ / (√v̂ + ε), to be followed by `scaleByLearningRate`.
 *
 * @param options `beta1`, `beta2`, `epsilon`, `amsgrad`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε is negative.
 * @see Kingma & Ba, Adam, 2015, https://arxiv.org/abs/1412.6980, algorithm 1
 *
 * @example Adam put together
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { chain, scaleByAdam, scaleByLearningRate } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = chain(scaleByAdam(), scaleByLearningRate(0.1)), w = tensor([1]);
 * assertAlmostEquals(optimizer.update(tensor([7]), optimizer.init(w), w)[0].dataSync()[0]!, -0.1, 1e-6);
 * ```
 */
export const scaleByAdam = (options: ScaleByAdamOptions = {}): GradientTransformation =>
  directionsOf(adamRule("scaleByAdam", options));

/**
 * Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², then −η·m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ) take out the bias of starting at zero.
 *
 * @param rate The step size η, 1e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon`; `amsgrad`: divide by the root of the largest v so far; `weightDecay` λ adds
 *   λ·w to the gradient first (L2; see `adamw` for the decoupled form).
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε, λ or the rate is negative.
 * @see Kingma & Ba, Adam, 2015, https://arxiv.org/abs/1412.6980, algorithm 1
 * @see Reddi et al., On the convergence of Adam and beyond, 2018, https://arxiv.org/abs/1904.09237, for AMSGrad
 *
 * @example The first step is η long, whatever the gradient's size
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adam } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adam(0.1), params = { w: tensor([1]) };
 * const [updates] = optimizer.update({ w: tensor([1000]) }, optimizer.init(params), params);
 * assertAlmostEquals(updates.w.dataSync()[0]!, -0.1, 1e-6);
 * ```
 */
export function adam(rate: LearningRate = 1e-3, options: AdamOptions = {}): GradientTransformation {
  const { weightDecay = 0 } = options;
  requireRate("adam", rate);
  requireNonNegative("adam", "weightDecay", weightDecay);
  return optimizerOf(adamRule("adam", options), { rate, coupled: weightDecay });
}

/**
 * Adam with decoupled weight decay: beside Adam's step on the bare gradient, η·λ·w is taken from the parameters.
 *
 * @param rate The step size η, 1e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options As of `adam`; `weightDecay` λ is 0.01 if left out. Biases and scales are often left out: see `masked`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε, λ or the rate is negative.
 * @see Loshchilov & Hutter, Decoupled weight decay regularization, 2019, https://arxiv.org/abs/1711.05101
 *
 * @example Without a gradient only the decay is left
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adamw } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adamw(0.1, { weightDecay: 0.5 }), w = tensor([2]);
 * assertAlmostEquals(optimizer.update(tensor([0]), optimizer.init(w), w)[0].dataSync()[0]!, -0.1, 1e-7);
 * ```
 */
export function adamw(rate: LearningRate = 1e-3, options: AdamOptions = {}): GradientTransformation {
  const { weightDecay = 0.01 } = options;
  requireRate("adamw", rate);
  requireNonNegative("adamw", "weightDecay", weightDecay);
  return optimizerOf(adamRule("adamw", options), { rate, decoupled: weightDecay });
}
