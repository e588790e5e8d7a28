/** RMSprop: gradients over the root of their running mean of squares. */
import { add, div, maximum, sqrt, square, sub } from "./loose.ts";
import { average, zero } from "./moments.ts";
import { type Moments, optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { velocityOf } from "./sgd.ts";
import { requireFraction, requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `rmsprop`. */
export interface RmspropOptions {
  /** Decay of the running mean of squares, 0.99 if left out. */
  readonly alpha?: number;
  /** Added to the root, 1e-8 if left out. */
  readonly epsilon?: number;
  /** How much of the last velocity is kept, 0 ≤ momentum < 1; none if left out. */
  readonly momentum?: number;
  /** Whether to divide by the standard deviation of the gradients in place of their root mean square. */
  readonly centered?: boolean;
  /** The factor λ of weight decay: λ·w is added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * RMSprop: v ← α·v + (1 − α)·g², then −η·g / (√v + ε); centred, √(v − ḡ²) with the running mean ḡ of gradients stands for
 * √v; with momentum, the quotients add up to a velocity.
 *
 * @param rate The step size η, 1e-2 if left out: a number, a scalar tensor or a schedule.
 * @param options `alpha`, `epsilon`, `momentum`, `centered`, `weightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If α or the momentum is not in [0, 1), or ε, λ or the rate is negative.
 * @see Tieleman & Hinton, Lecture 6.5, 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 * @see Graves, Generating sequences with recurrent neural networks, 2013, https://arxiv.org/abs/1308.0850, for the centred form
 *
 * @example The first step is η / √(1 − α) long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rmsprop } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = rmsprop(0.01), w = tensor([0]);
 * assertAlmostEquals(optimizer.update(tensor([5]), optimizer.init(w), w)[0].dataSync()[0]!, -0.1, 1e-6);
 * ```
 */
export function rmsprop(rate: LearningRate = 1e-2, options: RmspropOptions = {}): GradientTransformation {
  const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
  requireRate("rmsprop", rate);
  requireFraction("rmsprop", "alpha", alpha);
  requireFraction("rmsprop", "momentum", momentum);
  requireNonNegative("rmsprop", "epsilon", epsilon);
  requireNonNegative("rmsprop", "weightDecay", weightDecay);
  const rule: Rule = {
    moments: {
      square: zero,
      ...(centered ? { mean: zero } : {}),
      ...(momentum === 0 ? {} : { velocity: zero }),
    },
    direction: (g, kept, t) => {
      const squares = average(alpha, kept.square!, square(g)), next: Record<string, Moments<string>[string]> = {};
      next.square = squares;
      let size = squares;
      if (centered) {
        next.mean = average(alpha, kept.mean!, g);
        // Of equal gradients the variance is 0, which rounding may take below.
        size = maximum(sub(squares, square(next.mean)), 0);
      }
      const d = div(g, add(sqrt(size), epsilon));
      if (momentum === 0) return [d, next];
      const [direction, velocity] = velocityOf(d, kept.velocity!, t, momentum, false);
      return [direction, { ...next, velocity }];
    },
  };
  return optimizerOf(rule, { rate, coupled: weightDecay });
}
