/** Gradients with noise. */
import { cast, foldIn, type Key, normal, type Tensor, tree, type Value } from "../mod.ts";
import { add, mul, pow } from "./loose.ts";
import { firstStep, nextStep } from "./schedule.ts";
import { requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `addNoise`. */
export interface NoiseOptions {
  /** The variance at the first step, 0.01 if left out. */
  readonly eta?: number;
  /** The variance at step t, from 0, is η / (1 + t)^γ; 0.55 if left out. */
  readonly gamma?: number;
}

interface NoiseState {
  readonly step: Tensor<readonly [], "i32">;
  readonly key: Key;
}

/**
 * Adds normal noise to the gradients, of a variance η / (1 + t)^γ that falls with the step.
 *
 * @param key A key, used here only; it is part of the state. @param options `eta` η, `gamma` γ.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If η or γ is negative.
 * @see Neelakantan et al., Adding gradient noise improves learning for very deep networks, 2015, https://arxiv.org/abs/1511.06807
 *
 * @example The same key, the same noise
 * ```ts
 * import { key, zeros } from "@adjoint/adjoint";
 * import { addNoise } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const noise = () => addNoise(key(1)), g = zeros([3]);
 * const draw = () => noise().update(g, noise().init(g), g)[0].toArray();
 * assertEquals(draw(), draw());
 * ```
 */
export function addNoise(key: Key, options: NoiseOptions = {}): GradientTransformation {
  const { eta = 0.01, gamma = 0.55 } = options;
  requireNonNegative("addNoise", "eta", eta);
  requireNonNegative("addNoise", "gamma", gamma);
  return {
    init: () => ({ step: firstStep(), key }),
    update: (gradients, state) => {
      const { step, key } = state as NoiseState, now = foldIn(key, step), t = nextStep(step);
      let at = 0;
      const noisy = tree.map((g) => {
        const draw = normal(foldIn(now, at++), g.shape, { dtype: g.dtype as "f32" | "f64" }) as Value;
        return add(g, mul(draw, mul(pow(cast(t as unknown as Value, g.dtype), -gamma / 2), Math.sqrt(eta))));
      }, gradients);
      return [noisy, { step: t, key }];
    },
  };
}
