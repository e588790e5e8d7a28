/** Stochastic gradient descent, with momentum. */
import { add, ArgumentError, type DType, mul, neg, type Shape, type Tensor, tree } from "../mod.ts";
import { firstStep, type LearningRate, nextStep, rateAt, requireRate } from "./schedule.ts";
import type { GradientTransformation } from "./transformation.ts";

type X = Tensor<Shape, DType>;

/** Options of `sgd`. */
export interface SgdOptions {
  /** How much of the last velocity is kept, 0 ≤ momentum < 1; none if left out. */
  readonly momentum?: number;
  /** Whether to look ahead along the velocity. */
  readonly nesterov?: boolean;
}

interface SgdState {
  readonly step: Tensor<readonly [], "i32">;
  readonly velocity: unknown;
}

/**
 * Gradient descent: v ← μ·v + g, then −η·v (or, Nesterov's, −η·(g + μ·v)); without momentum −η·g.
 *
 * @param rate The step size η: a number, a scalar tensor or a schedule. @param options `momentum` μ, `nesterov`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If the rate or the momentum is out of range, or Nesterov has no momentum.
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
  const { momentum = 0, nesterov = false } = options;
  requireRate("sgd", rate);
  if (!(momentum >= 0 && momentum < 1)) {
    throw new ArgumentError(`sgd: momentum is 0 or more and below 1, not ${momentum}`);
  }
  if (nesterov && momentum === 0) throw new ArgumentError("sgd: Nesterov's method needs a momentum above 0");
  return {
    init: (params) => ({ step: firstStep(), velocity: momentum === 0 ? null : tree.zeros(params) }),
    update: (gradients, state, _) => {
      const { step, velocity } = state as SgdState;
      const scaled = (v: X): X => mul(neg(v), rateAt(rate, step, v.dtype) as X) as X;
      if (momentum === 0) return [tree.map(scaled, gradients), { step: nextStep(step), velocity: null }];
      const next = tree.map((v, g) => add(mul(v, momentum) as X, g!), velocity, gradients);
      const updates = tree.map((g, v) => scaled(nesterov ? add(g, mul(v!, momentum) as X) as X : v!), gradients, next);
      return [updates, { step: nextStep(step), velocity: next }];
    },
  };
}
