/** Adamax, NAdam and RAdam: Adam with another norm, with Nesterov's momentum, and with a careful start. */
import { ones, type Value } from "../mod.ts";
import { abs, add, div, exp, greater, maximum, mul, pow, sqrt, square, sub, where } from "./loose.ts";
import { average, correction, zero } from "./moments.ts";
import { type MomentOptions, requireMoments } from "./adam.ts";
import { optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `adamax`. */
export interface AdamaxOptions extends MomentOptions {
  /** The factor λ of weight decay: λ·w is added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * Adamax: Adam with the largest decayed gradient in place of the root mean square: u ← max(β₂·u, |g| + ε), then −η·m̂ / u.
 *
 * @param rate The step size η, 2e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon`, `weightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε, λ or the rate is negative.
 * @see Kingma & Ba, Adam, 2015, https://arxiv.org/abs/1412.6980, section 7.1
 *
 * @example The first step is η long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adamax } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adamax(0.1), w = tensor([0]);
 * assertAlmostEquals(optimizer.update(tensor([-5]), optimizer.init(w), w)[0].dataSync()[0]!, 0.1, 1e-6);
 * ```
 */
export function adamax(rate: LearningRate = 2e-3, options: AdamaxOptions = {}): GradientTransformation {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  requireRate("adamax", rate);
  requireMoments("adamax", beta1, beta2, epsilon);
  requireNonNegative("adamax", "weightDecay", weightDecay);
  const rule: Rule<"mean" | "largest"> = {
    moments: { mean: zero, largest: zero },
    direction: (g, kept, t) => {
      const mean = average(beta1, kept.mean, g), largest = maximum(mul(kept.largest, beta2), add(abs(g), epsilon));
      // With ε = 0 the quotient of two zeros is a step of 0.
      const safe = epsilon > 0 ? largest : where(greater(largest, 0), largest, 1);
      return [div(div(mean, correction(beta1, t)), safe), { mean, largest }];
    },
  };
  return optimizerOf(rule, { rate, coupled: weightDecay });
}

/** Options of `radam`. */
export interface RadamOptions extends MomentOptions {
  /** The factor λ of weight decay, 0 if left out. */
  readonly weightDecay?: number;
  /** Whether η·λ·w is taken from the parameters (AdamW's way) in place of λ·w added to the gradient. */
  readonly decoupledWeightDecay?: boolean;
}

/** Options of `nadam`. */
export interface NadamOptions extends RadamOptions {
  /** How fast the momentum nears β₁, 4e-3 if left out. */
  readonly momentumDecay?: number;
}

const decayOf = (weightDecay: number, decoupled: boolean) =>
  decoupled ? { decoupled: weightDecay } : { coupled: weightDecay };

/**
 * NAdam: Adam with Nesterov's momentum, which grows with t: μₜ = β₁·(1 − ½·0.96^(t·ψ)); the mean's next step stands in
 * for the last one: −η·(μₜ₊₁·m / (1 − ∏₁ᵗ⁺¹μ) + (1 − μₜ)·g / (1 − ∏₁ᵗμ)) / (√v̂ + ε).
 *
 * @param rate The step size η, 2e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon`, `momentumDecay` ψ, `weightDecay`, `decoupledWeightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ψ, ε, λ or the rate is negative.
 * @see Dozat, Incorporating Nesterov momentum into Adam, 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
 *
 * @example Uphill is where the gradient points
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { nadam } from "@adjoint/adjoint/optim";
 * import { assert } from "@std/assert";
 *
 * const optimizer = nadam(0.1), w = tensor([0]);
 * assert(optimizer.update(tensor([5]), optimizer.init(w), w)[0].dataSync()[0]! < -0.05);
 * ```
 */
export function nadam(rate: LearningRate = 2e-3, options: NadamOptions = {}): GradientTransformation {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, momentumDecay = 4e-3, weightDecay = 0 } = options;
  requireRate("nadam", rate);
  requireMoments("nadam", beta1, beta2, epsilon);
  requireNonNegative("nadam", "momentumDecay", momentumDecay);
  requireNonNegative("nadam", "weightDecay", weightDecay);
  const momentum = (t: Value): Value => mul(sub(1, mul(pow(0.96, mul(t, momentumDecay)), 0.5)), beta1);
  const rule: Rule<"mean" | "square" | "product"> = {
    moments: { mean: zero, square: zero, product: (p) => ones([], { dtype: p.dtype }) },
    direction: (g, kept, t) => {
      const mean = average(beta1, kept.mean, g), squares = average(beta2, kept.square, square(g));
      const now = momentum(t), next = momentum(add(t, 1)), product = mul(kept.product, now);
      const ahead = mul(mean, div(next, sub(1, mul(product, next))));
      const fresh = mul(g, div(sub(1, now), sub(1, product)));
      const size = add(sqrt(div(squares, correction(beta2, t))), epsilon);
      return [div(add(ahead, fresh), size), { mean, square: squares, product }];
    },
  };
  return optimizerOf(rule, { rate, ...decayOf(weightDecay, options.decoupledWeightDecay ?? false) });
}

/**
 * RAdam: Adam whose step is held back while the mean of squares rests on few gradients. With ρ∞ = 2 / (1 − β₂) − 1 and
 * ρₜ = ρ∞ − 2·t·β₂ᵗ / (1 − β₂ᵗ), the step is −η·m̂ while ρₜ ≤ 5, then −η·r·m̂·√(1 − β₂ᵗ) / (√v + ε), where
 * r² = (ρₜ − 4)(ρₜ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρₜ).
 *
 * @param rate The step size η, 1e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon`, `weightDecay`, `decoupledWeightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε, λ or the rate is negative.
 * @see Liu et al., On the variance of the adaptive learning rate and beyond, 2020, https://arxiv.org/abs/1908.03265
 *
 * @example The first steps are plain momentum
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { radam } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = radam(0.1), w = tensor([0]);
 * assertAlmostEquals(optimizer.update(tensor([5]), optimizer.init(w), w)[0].dataSync()[0]!, -0.5, 1e-6);
 * ```
 */
export function radam(rate: LearningRate = 1e-3, options: RadamOptions = {}): GradientTransformation {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  requireRate("radam", rate);
  requireMoments("radam", beta1, beta2, epsilon);
  requireNonNegative("radam", "weightDecay", weightDecay);
  const limit = 2 / (1 - beta2) - 1, scale = limit / ((limit - 4) * (limit - 2));
  const rule: Rule<"mean" | "square"> = {
    moments: { mean: zero, square: zero },
    direction: (g, kept, t) => {
      const mean = average(beta1, kept.mean, g), squares = average(beta2, kept.square, square(g));
      const plain = div(mean, correction(beta1, t)), next = { mean, square: squares };
      // Below ρ∞ = 5 the sure part never comes.
      if (limit <= 5) return [plain, next];
      const share = correction(beta2, t);
      const rho = sub(limit, div(mul(mul(t, 2), exp(mul(t, Math.log(beta2)))), share));
      const sure = greater(rho, 5), safe = where(sure, rho, 5.5);
      const r = sqrt(mul(div(mul(sub(safe, 4), sub(safe, 2)), safe), scale));
      const scaled = div(mul(plain, mul(r, sqrt(share as Value))), add(sqrt(squares), epsilon));
      return [where(sure, scaled, plain), next];
    },
  };
  return optimizerOf(rule, { rate, ...decayOf(weightDecay, options.decoupledWeightDecay ?? false) });
}
