/** Factors of updates: fixed, by the step, and none at all. */
import { type Tensor, tree, type Value, zerosLike } from "../mod.ts";
import { mul, neg } from "./loose.ts";
import { firstStep, type LearningRate, nextStep, rateAt, requireRate, type Schedule } from "./schedule.ts";
import { requireFinite } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Multiplies updates by a number.
 *
 * @param factor The number; negative ones turn the direction.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If it is not finite.
 *
 * @example Plain gradient descent
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { scale } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = scale(-0.5), w = tensor([0]);
 * assertEquals(t.update(tensor([4]), t.init(w), w)[0].toArray(), [-2]);
 * ```
 */
export function scale(factor: number): GradientTransformation {
  requireFinite("scale", "the factor", factor);
  return { init: () => [], update: (gradients, state) => [tree.map((g) => mul(g, factor), gradients), state] };
}

/** Multiplies by a rate that is counted through. */
const byRate = (rate: LearningRate, factor: (g: Value) => Value): GradientTransformation => ({
  init: () => ({ step: firstStep() }),
  update: (gradients, state) => {
    const { step } = state as { readonly step: Tensor<readonly [], "i32"> }, eta = rateAt(rate, step);
    return [tree.map((g) => mul(factor(g), eta(g.dtype)), gradients), { step: nextStep(step) }];
  },
});

/**
 * Multiplies updates by what a schedule gives at each step.
 *
 * @param schedule From the number of the step, from 0, to the factor.
 * @returns A gradient transformation.
 *
 * @example A factor that halves every step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { exponentialDecay, scaleBySchedule } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = scaleBySchedule(exponentialDecay(1, 0.5)), g = tensor([4]);
 * const [first, state] = t.update(g, t.init(g), g);
 * assertEquals([first.toArray(), t.update(g, state, g)[0].toArray()], [[4], [2]]);
 * ```
 */
export const scaleBySchedule = (schedule: Schedule): GradientTransformation => byRate(schedule, (g) => g);

/**
 * Multiplies updates by −η: what makes a descent of a direction, and stands last in a chain.
 *
 * @param rate The step size η: a number, a scalar tensor or a schedule.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If the rate is negative.
 *
 * @example Momentum, then a step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { chain, momentum, scaleByLearningRate } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(momentum(0.9), scaleByLearningRate(0.5)), w = tensor([0]);
 * assertEquals(t.update(tensor([4]), t.init(w), w)[0].toArray(), [-2]);
 * ```
 */
export function scaleByLearningRate(rate: LearningRate): GradientTransformation {
  requireRate("scaleByLearningRate", rate);
  return byRate(rate, neg);
}

/**
 * Updates of zero: with `partition`, parameters that stay as they are.
 *
 * @example Only the head learns
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { partition, setToZero, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = partition((path) => path.startsWith("head") ? "learn" : "keep", { learn: sgd(1), keep: setToZero });
 * const w = { body: tensor([1]), head: tensor([1]) };
 * const [updates] = t.update(w, t.init(w), w);
 * assertEquals([updates.body.toArray(), updates.head.toArray()], [[0], [-1]]);
 * ```
 */
export const setToZero: GradientTransformation = {
  init: () => [],
  update: (gradients, state) => [tree.map((g) => zerosLike(g), gradients), state],
};
