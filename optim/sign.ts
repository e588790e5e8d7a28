/** Lion and Rprop: steps whose lengths do not depend on the gradient's size. */
import { ArgumentError, fullLike } from "../mod.ts";
import { greater, less, maximum, minimum, mul, sign, where } from "./loose.ts";
import { average, zero } from "./moments.ts";
import { optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireFraction, requireNonNegative, requirePositive } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `lion`. */
export interface LionOptions {
  /** The share of the mean in the direction, 0.9 if left out. */
  readonly beta1?: number;
  /** Decay of the running mean, 0.99 if left out. */
  readonly beta2?: number;
  /** The factor λ of decoupled weight decay, 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * Lion: −η·sign(β₁·m + (1 − β₁)·g), then m ← β₂·m + (1 − β₂)·g. Its step sizes are 3 to 10 times smaller than Adam's.
 *
 * @param rate The step size η, 1e-4 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `weightDecay` λ, which takes η·λ·w from the parameters.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or λ or the rate is negative.
 * @see Chen et al., Symbolic discovery of optimization algorithms, 2023, https://arxiv.org/abs/2302.06675
 *
 * @example Every step is η long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { lion } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = lion(0.5), w = tensor([0, 0]);
 * assertEquals(optimizer.update(tensor([1e-3, -9]), optimizer.init(w), w)[0].toArray(), [-0.5, 0.5]);
 * ```
 */
export function lion(rate: LearningRate = 1e-4, options: LionOptions = {}): GradientTransformation {
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = options;
  requireRate("lion", rate);
  requireFraction("lion", "beta1", beta1);
  requireFraction("lion", "beta2", beta2);
  requireNonNegative("lion", "weightDecay", weightDecay);
  const rule: Rule<"mean"> = {
    moments: { mean: zero },
    direction: (g, kept) => [sign(average(beta1, kept.mean, g)), { mean: average(beta2, kept.mean, g) }],
  };
  return optimizerOf(rule, { rate, decoupled: weightDecay });
}

/** Options of `rprop`. */
export interface RpropOptions {
  /** What a step is multiplied by where the gradient has changed its sign, 0.5 if left out. */
  readonly shrink?: number;
  /** What a step is multiplied by where it has kept its sign, 1.2 if left out. */
  readonly grow?: number;
  /** The shortest step, 1e-6 if left out. */
  readonly leastStep?: number;
  /** The longest step, 50 if left out. */
  readonly largestStep?: number;
}

/**
 * Resilient backpropagation, for gradients of the whole data: each number has a step of its own, which grows while the
 * gradient keeps its sign and shrinks when it changes; then nothing is moved for one step.
 *
 * @param first The first step, 1e-2 if left out. @param options `shrink`, `grow`, `leastStep`, `largestStep`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Riedmiller & Braun, A direct adaptive method for faster backpropagation learning, 1993, https://doi.org/10.1109/ICNN.1993.298623
 *
 * @example A second step the same way is longer
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rprop } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = rprop(0.1), w = tensor([0]), g = tensor([7]);
 * const [, state] = optimizer.update(g, optimizer.init(w), w);
 * assertAlmostEquals(optimizer.update(g, state, w)[0].dataSync()[0]!, -0.12, 1e-7);
 * ```
 */
export function rprop(first = 1e-2, options: RpropOptions = {}): GradientTransformation {
  const { shrink = 0.5, grow = 1.2, leastStep = 1e-6, largestStep = 50 } = options;
  requirePositive("rprop", "the first step", first);
  requireFraction("rprop", "shrink", shrink);
  requirePositive("rprop", "leastStep", leastStep);
  if (!(grow > 1)) throw new ArgumentError(`rprop: grow is above 1, not ${grow}`);
  if (!(largestStep >= leastStep)) {
    throw new ArgumentError(`rprop: largestStep is leastStep (${leastStep}) or more, not ${largestStep}`);
  }
  const rule: Rule<"last" | "length"> = {
    moments: { last: zero, length: (p) => fullLike(p, first) },
    direction: (g, kept) => {
      const turn = mul(sign(g), sign(kept.last)), turned = less(turn, 0);
      const factor = where(greater(turn, 0), grow, where(turned, shrink, fullLike(g, 1)));
      const length = minimum(maximum(mul(kept.length, factor), leastStep), largestStep);
      const last = where(turned, 0, g);
      return [mul(sign(last), length), { last, length }];
    },
  };
  return optimizerOf(rule, { rate: 1 });
}
