/** LAMB and LARS: step sizes in proportion to each tensor's own size, for large batches. */
import type { Value } from "../mod.ts";
import { add, and, div, greater, mul, sqrt, square, sum, where } from "./loose.ts";
import { adamRule, type MomentOptions } from "./adam.ts";
import { zero } from "./moments.ts";
import { directionsOf, optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { velocityOf } from "./sgd.ts";
import { requireFraction, requireNonNegative, requirePositive } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

const norm = (x: Value): Value => sqrt(sum(square(x)));

/** ‖p‖ / size where both are above 0, else 1. */
function ratio(p: Value, size: Value): Value {
  const length = norm(p), both = and(greater(length, 0), greater(size, 0));
  return where(both, div(length, where(both, size, 1)), 1);
}

/**
 * Scales the update of each tensor to that tensor's own 2-norm, ‖w‖ / ‖u‖; where one of the two is 0 it is left as it is.
 *
 * @returns A gradient transformation, to be followed by `scaleByLearningRate`.
 * @see You et al., Large batch optimization for deep learning, 2020, https://arxiv.org/abs/1904.00962
 *
 * @example As long as the parameters
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { scaleByTrustRatio } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = scaleByTrustRatio(), w = tensor([3, 4]);
 * assertEquals(t.update(tensor([0, 1]), t.init(w), w)[0].toArray(), [0, 5]);
 * ```
 */
export const scaleByTrustRatio = (): GradientTransformation =>
  directionsOf({ moments: {}, direction: (g, _, __, p) => [mul(g, ratio(p, norm(g))), {}] });

/** Options of `lamb`. */
export interface LambOptions extends MomentOptions {
  /** The factor λ of weight decay, which is part of the direction; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * LAMB: Adam's direction with λ·w added, scaled to ‖w‖ for each tensor, times −η.
 *
 * @param rate The step size η, 1e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon` (1e-6 if left out), `weightDecay` λ.
 * @returns A gradient transformation. Biases and scales of norms are often left out: see `partition`.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε, λ or the rate is negative.
 * @see You et al., Large batch optimization for deep learning, 2020, https://arxiv.org/abs/1904.00962
 *
 * @example A step is η times as long as the parameters
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { lamb } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = lamb(0.1), w = tensor([5]);
 * assertAlmostEquals(optimizer.update(tensor([9]), optimizer.init(w), w)[0].dataSync()[0]!, -0.5, 1e-6);
 * ```
 */
export function lamb(rate: LearningRate = 1e-3, options: LambOptions = {}): GradientTransformation {
  const { weightDecay = 0, epsilon = 1e-6 } = options;
  requireRate("lamb", rate);
  requireNonNegative("lamb", "weightDecay", weightDecay);
  const adam = adamRule("lamb", { ...options, epsilon });
  return optimizerOf({
    moments: adam.moments,
    direction: (g, kept, t, p) => {
      const [step, next] = adam.direction(g, kept, t, p), d = weightDecay === 0 ? step : add(step, mul(p, weightDecay));
      return [mul(d, ratio(p, norm(d))), next];
    },
  }, { rate });
}

/** Options of `lars`. */
export interface LarsOptions {
  /** How much of the last velocity is kept, 0.9 if left out. */
  readonly momentum?: number;
  /** Whether to look ahead along the velocity. */
  readonly nesterov?: boolean;
  /** The factor λ of weight decay, 0 if left out. */
  readonly weightDecay?: number;
  /** How far a tensor may be moved in proportion to its size, 1e-3 if left out. */
  readonly trustCoefficient?: number;
}

/**
 * LARS: gradient descent with momentum, in which the gradient of each tensor is first scaled by c·‖w‖ / (‖g‖ + λ·‖w‖);
 * where ‖w‖ or ‖g‖ is 0 it is left as it is.
 *
 * @param rate The step size η: a number, a scalar tensor or a schedule.
 * @param options `momentum`, `nesterov`, `weightDecay` λ, `trustCoefficient` c.
 * @returns A gradient transformation. Biases and scales of norms are often left out: see `partition`.
 * @throws {ArgumentError} If a setting is out of range.
 * @see You et al., Large batch training of convolutional networks, 2017, https://arxiv.org/abs/1708.03888
 *
 * @example A step in proportion to the parameters
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { lars } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = lars(1, { trustCoefficient: 0.1 }), w = tensor([3, 4]);
 * assertAlmostEquals(optimizer.update(tensor([0, 9]), optimizer.init(w), w)[0].dataSync()[1]!, -0.5, 1e-6);
 * ```
 */
export function lars(rate: LearningRate, options: LarsOptions = {}): GradientTransformation {
  const { momentum = 0.9, nesterov = false, weightDecay = 0, trustCoefficient = 1e-3 } = options;
  requireRate("lars", rate);
  requireFraction("lars", "momentum", momentum);
  requireNonNegative("lars", "weightDecay", weightDecay);
  requirePositive("lars", "trustCoefficient", trustCoefficient);
  const rule: Rule<"velocity"> = {
    moments: { velocity: zero },
    direction: (g, kept, t, p) => {
      const length = norm(p), slope = norm(g), both = and(greater(length, 0), greater(slope, 0));
      const size = add(slope, mul(length, weightDecay));
      const local = where(both, mul(div(length, where(both, size, 1)), trustCoefficient), 1);
      const scaled = mul(weightDecay === 0 ? g : add(g, mul(p, weightDecay)), local);
      const [direction, velocity] = velocityOf(scaled, kept.velocity, t, momentum, nesterov);
      return [direction, { velocity }];
    },
  };
  return optimizerOf(rule, { rate });
}
