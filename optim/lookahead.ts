/** Lookahead: slow parameters that follow fast ones. */
import { cast, type Tensor, tree, type Value } from "../mod.ts";
import { add, equal, mod, mul, sub, where } from "./loose.ts";
import { firstStep, nextStep } from "./schedule.ts";
import { requireShare, requireWhole } from "./settings.ts";
import type { GradientTransformation, OptState } from "./transformation.ts";

/** Options of `lookahead`. */
export interface LookaheadOptions {
  /** How many steps of the inner optimizer make one of the slow parameters, 5 if left out. */
  readonly every?: number;
  /** How far the slow parameters go towards the fast ones, 0 to 1; 0.5 if left out. */
  readonly alpha?: number;
}

interface LookaheadState {
  readonly step: Tensor<readonly [], "i32">;
  readonly slow: unknown;
  readonly inner: OptState;
}

/**
 * Lookahead: every `every` steps of the inner optimizer, slow parameters go a part α of the way to where it has led, and
 * it goes on from there.
 *
 * @param inner The optimizer. @param options `every`, `alpha` α.
 * @returns A gradient transformation, to stand last in a chain.
 * @throws {ArgumentError} If `every` is no whole number from 1 or α is not in [0, 1].
 * @see Zhang et al., Lookahead optimizer: k steps forward, 1 step back, 2019, https://arxiv.org/abs/1907.08610
 *
 * @example Two steps forward, half of them back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates, lookahead, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = lookahead(sgd(1), { every: 2 }), w0 = tensor([0]), g = tensor([-1]);
 * const [u0, s] = t.update(g, t.init(w0), w0), w1 = applyUpdates(w0, u0);
 * const [u1] = t.update(g, s, w1);
 * assertEquals([w1.toArray(), applyUpdates(w1, u1).toArray()], [[1], [1]]);
 * ```
 */
export function lookahead(inner: GradientTransformation, options: LookaheadOptions = {}): GradientTransformation {
  const { every = 5, alpha = 0.5 } = options;
  requireWhole("lookahead", "every", every, 1);
  requireShare("lookahead", "alpha", alpha);
  return {
    init: (params) => ({ step: firstStep(), slow: params, inner: inner.init(params) }),
    update: (gradients, state, params) => {
      const before = state as LookaheadState, step = nextStep(before.step);
      const [updates, after] = inner.update(gradients, before.inner, params);
      const meet = equal(mod(step as unknown as Value, every), 0);
      const slow = tree.map(
        (s, p, u) => cast(where(meet, add(s, mul(sub(add(p!, u!), s), alpha)), s), s.dtype),
        before.slow,
        params,
        updates,
      );
      const out = tree.map((u, s, p) => where(meet, sub(s!, p!), u), updates, slow, params);
      return [out, { step, slow, inner: after }];
    },
  };
}
