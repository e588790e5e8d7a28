/** Weight decay, as a piece of a chain. */
import { tree } from "../mod.ts";
import { add, mul, sub } from "./loose.ts";
import { requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Adds λ·w to the updates. Before an optimizer it is the gradient of ½·λ·‖w‖² (L2, coupled); between a direction and its
 * step size, as in AdamW, it is decoupled decay by η·λ.
 *
 * @param lambda λ, 0 or more.
 * @returns A gradient transformation without state. Wrap it in `masked` to leave out biases.
 * @throws {ArgumentError} If λ is negative.
 * @see Loshchilov & Hutter, Decoupled weight decay regularization, 2019, https://arxiv.org/abs/1711.05101
 *
 * @example L2 before gradient descent
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { addDecayedWeights, chain, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(addDecayedWeights(0.5), sgd(1)), w = tensor([2]);
 * assertEquals(t.update(tensor([0]), t.init(w), w)[0].toArray(), [-1]);
 * ```
 */
export function addDecayedWeights(lambda: number): GradientTransformation {
  requireNonNegative("addDecayedWeights", "λ", lambda);
  return {
    init: () => [],
    update: (gradients, state, params) => [tree.map((g, p) => add(g, mul(p!, lambda)), gradients, params), state],
  };
}

/**
 * Takes λ·w from the parameters at each step, whatever the step size: w ← (1 − λ)·w + update. It stands after the
 * optimizer. For plain gradient descent of step η it is L2 with the factor λ/η.
 *
 * @param lambda λ, 0 or more.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If λ is negative.
 * @see Hanson & Pratt, Comparing biases for minimal network construction, 1988,
 *   https://papers.nips.cc/paper/1988/hash/1c9ac0159c94d8d0cbedc973445af2da-Abstract.html
 *
 * @example A tenth is forgotten
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { chain, decayWeights, sgd } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const t = chain(sgd(1e-3), decayWeights(0.1)), w = tensor([2]);
 * assertAlmostEquals(t.update(tensor([0]), t.init(w), w)[0].dataSync()[0]!, -0.2, 1e-7);
 * ```
 */
export function decayWeights(lambda: number): GradientTransformation {
  requireNonNegative("decayWeights", "λ", lambda);
  return {
    init: () => [],
    update: (updates, state, params) => [tree.map((u, p) => sub(u, mul(p!, lambda)), updates, params), state],
  };
}
