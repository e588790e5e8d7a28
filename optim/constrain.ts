/** Updates that lead to parameters with a property: exact zeros, bounded norms, signs. */
import { type Tensor, tree, type Value } from "../mod.ts";
import { abs, add, div, maximum, minimum, mul, sign, sub } from "./loose.ts";
import { firstStep, type LearningRate, nextStep, rateAt, requireRate } from "./schedule.ts";
import { requireNonNegative, requirePositive } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";
import { unitNorms } from "./units.ts";

/** The update from `p` to where `f` takes what `u` leads to. */
const landing = (u: Value, p: Value, f: (w: Value) => Value): Value => sub(f(add(p, u)), p);

/**
 * Changes updates so that the parameters end where a function takes them: u ← f(w + u) − w. It stands last in a chain.
 *
 * @param f From one tensor of updated parameters to one like it: a projection or a proximal map.
 * @returns A gradient transformation without state.
 *
 * @example Weights of 1 or more
 * ```ts
 * import { maximum, tensor } from "@adjoint/adjoint";
 * import { applyUpdates, chain, constrain, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(sgd(1), constrain((w) => maximum(w, 1))), w = tensor([2]);
 * assertEquals(applyUpdates(w, t.update(tensor([9]), t.init(w), w)[0]).toArray(), [1]);
 * ```
 */
export const constrain = (f: (w: Value) => Value): GradientTransformation => ({
  init: () => [],
  update: (updates, state, params) => [tree.map((u, p) => landing(u, p!, f), updates, params), state],
});

/**
 * Parameters of 0 or more: negative ones become 0.
 *
 * @example A step that would lead below zero
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates, chain, nonNegative, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(sgd(1), nonNegative), w = tensor([1, 1]);
 * assertEquals(applyUpdates(w, t.update(tensor([3, 0.5]), t.init(w), w)[0]).toArray(), [0, 0.5]);
 * ```
 */
export const nonNegative: GradientTransformation = constrain((w) => maximum(w, 0));

/**
 * Scales the weights of each unit (one place of the last axis; a vector is one unit) to a 2-norm of at most `limit`.
 *
 * @param limit The largest norm, above 0.
 * @returns A gradient transformation without state, to stand after the optimizer.
 * @throws {ArgumentError} If the limit is not positive.
 * @see Srivastava et al., Dropout, 2014, https://jmlr.org/papers/v15/srivastava14a.html, section 5.1
 *
 * @example The second column is cut
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates, maxNorm } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = maxNorm(5), w = tensor([[3, 6], [0, 8]]), none = tensor([[0, 0], [0, 0]]);
 * assertEquals(applyUpdates(w, t.update(none, t.init(w), w)[0]).toArray(), [[3, 3], [0, 4]]);
 * ```
 */
export function maxNorm(limit: number): GradientTransformation {
  requirePositive("maxNorm", "the limit", limit);
  return constrain((w) => mul(w, minimum(div(limit, add(unitNorms(w), 1e-30)), 1)));
}

/**
 * The proximal step of L1, w ← sign(w)·max(|w| − η·λ, 0) after the optimizer's: small weights become exactly 0.
 *
 * @param lambda λ, the factor of ‖w‖₁ in what is minimised, 0 or more.
 * @param rate The step size η of the optimizer before it: a number, a scalar tensor or a schedule.
 * @returns A gradient transformation, to stand after the optimizer.
 * @throws {ArgumentError} If λ or the rate is negative.
 * @see Parikh & Boyd, Proximal algorithms, 2014, https://web.stanford.edu/~boyd/papers/prox_algs.html, sections 4.2 and 6.5
 *
 * @example A weight that nothing holds becomes 0
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates, chain, proximalL1, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(sgd(0.5), proximalL1(1, 0.5)), w = tensor([0.3, -2]);
 * assertEquals(applyUpdates(w, t.update(tensor([0, 0]), t.init(w), w)[0]).toArray(), [0, -1.5]);
 * ```
 */
export function proximalL1(lambda: number, rate: LearningRate): GradientTransformation {
  requireNonNegative("proximalL1", "λ", lambda);
  requireRate("proximalL1", rate);
  return {
    init: () => ({ step: firstStep() }),
    update: (updates, state, params) => {
      const { step } = state as { readonly step: Tensor<readonly [], "i32"> }, eta = rateAt(rate, step);
      const threshold = (w: Value): Value => mul(sign(w), maximum(sub(abs(w), mulRate(eta(w.dtype), lambda)), 0));
      return [tree.map((u, p) => landing(u, p!, threshold), updates, params), { step: nextStep(step) }];
    },
  };
}

const mulRate = (rate: Value | number, factor: number): Value | number =>
  typeof rate === "number" ? rate * factor : mul(rate, factor);
