/** Stochastic gradient descent, with momentum. */
import { ArgumentError, type Value } from "../mod.ts";
import { add, equal, mul, where } from "./loose.ts";
import { zero } from "./moments.ts";
import { directionsOf, optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireFraction, requireNonNegative, requireShare } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `momentum`. */
export interface MomentumOptions {
  /** Whether to look ahead along the velocity. */
  readonly nesterov?: boolean;
  /** The share of each gradient but the first that the velocity does not take up, 0 if left out. */
  readonly dampening?: number;
}

/** Options of `sgd`. */
export interface SgdOptions extends MomentumOptions {
  /** How much of the last velocity is kept, 0 ≤ momentum < 1; none if left out. */
  readonly momentum?: number;
  /** The factor λ of weight decay: λ·w is added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/** A velocity and where it leads. */
export function velocityOf(
  g: Value,
  before: Value,
  t: Value,
  momentum: number,
  nesterov: boolean,
  dampening = 0,
): readonly [Value, Value] {
  const taken = dampening === 0 ? g : where(equal(t, 1), g, mul(g, 1 - dampening));
  const velocity = add(mul(before, momentum), taken);
  return [nesterov ? add(g, mul(velocity, momentum)) : velocity, velocity];
}

function velocityRule(op: string, momentum: number, options: MomentumOptions): Rule<"velocity"> {
  const { nesterov = false, dampening = 0 } = options;
  requireFraction(op, "momentum", momentum);
  requireShare(op, "dampening", dampening);
  if (nesterov && momentum === 0) throw new ArgumentError(`${op}: Nesterov's method needs a momentum above 0`);
  if (nesterov && dampening !== 0) {
    throw new ArgumentError(`${op}: Nesterov's method goes without dampening, not with ${dampening}`);
  }
  return {
    moments: { velocity: zero },
    direction: (g, kept, t) => {
      const [direction, velocity] = velocityOf(g, kept.velocity, t, momentum, nesterov, dampening);
      return [direction, { velocity }];
    },
  };
}

const bare: Rule = { moments: {}, direction: (g) => [g, {}] };

/**
 * Momentum: v ← μ·v + (1 − τ)·g, the first time v = g; gives v or, Nesterov's, g + μ·v.
 *
 * @param kept How much of the last velocity is kept, μ, 0 ≤ μ < 1. @param options `nesterov`, `dampening` τ.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a setting is out of range, or Nesterov has no momentum or a dampening.
 * @see Polyak, Some methods of speeding up the convergence of iteration methods, 1964, https://doi.org/10.1016/0041-5553(64)90137-5
 *
 * @example Two gradients add up
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { momentum } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = momentum(0.5), w = tensor([0]);
 * const [, state] = t.update(tensor([1]), t.init(w), w);
 * assertEquals(t.update(tensor([1]), state, w)[0].toArray(), [1.5]);
 * ```
 */
export const momentum = (kept: number, options: MomentumOptions = {}): GradientTransformation =>
  directionsOf(velocityRule("momentum", kept, options));

/**
 * Gradient descent: v ← μ·v + (1 − τ)·g, then −η·v (or, Nesterov's, −η·(g + μ·v)); without momentum −η·g.
 *
 * @param rate The step size η: a number, a scalar tensor or a schedule.
 * @param options `momentum` μ, `nesterov`, `dampening` τ, `weightDecay` λ.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a setting is out of range, or Nesterov has no momentum or a dampening.
 * @see Sutskever et al., On the importance of initialization and momentum, 2013, https://proceedings.mlr.press/v28/sutskever13.html
 *
 * @example One step downhill
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = sgd(0.5), params = { w: tensor([1]) };
 * const [updates] = optimizer.update({ w: tensor([2]) }, optimizer.init(params), params);
 * assertEquals(applyUpdates(params, updates).w.toArray(), [0]);
 * ```
 */
export function sgd(rate: LearningRate, options: SgdOptions = {}): GradientTransformation {
  const { momentum = 0, weightDecay = 0, ...more } = options;
  requireRate("sgd", rate);
  requireNonNegative("sgd", "weightDecay", weightDecay);
  const rule = velocityRule("sgd", momentum, more);
  return momentum === 0
    ? optimizerOf(bare, { rate, coupled: weightDecay })
    : optimizerOf(rule, { rate, coupled: weightDecay });
}
