/** Adam: step sizes from running moments of the gradients. */
import {
  add,
  ArgumentError,
  cast,
  div,
  type DType,
  mul,
  neg,
  pow,
  type Shape,
  sqrt,
  square,
  sub,
  type Tensor,
  tree,
} from "../mod.ts";
import { firstStep, type LearningRate, nextStep, rateAt, requireRate } from "./schedule.ts";
import type { GradientTransformation } from "./transformation.ts";

type X = Tensor<Shape, DType>;

/** Options of `adam`. */
export interface AdamOptions {
  /** Decay of the running mean, 0.9 if left out. */
  readonly beta1?: number;
  /** Decay of the running mean of squares, 0.999 if left out. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, 1e-8 if left out. */
  readonly epsilon?: number;
}

interface AdamState {
  readonly step: Tensor<readonly [], "i32">;
  readonly mean: unknown;
  readonly square: unknown;
}

/**
 * Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², then −η·m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ) take out the bias of starting at zero.
 *
 * @param rate The step size η, 1e-3 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta1`, `beta2`, `epsilon`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a decay is not in [0, 1), or ε or the rate is negative.
 * @see Kingma & Ba, Adam, 2015, https://arxiv.org/abs/1412.6980, algorithm 1
 *
 * @example The first step is η long, whatever the gradient's size
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adam } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adam(0.1), params = { w: tensor([1]) };
 * const [updates] = optimizer.update({ w: tensor([1000]) }, optimizer.init(params), params);
 * assertAlmostEquals(updates.w.dataSync()[0]!, -0.1, 1e-6);
 * ```
 */
export function adam(rate: LearningRate = 1e-3, options: AdamOptions = {}): GradientTransformation {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  requireRate("adam", rate);
  for (const [name, b] of [["beta1", beta1], ["beta2", beta2]] as const) {
    if (!(b >= 0 && b < 1)) throw new ArgumentError(`adam: ${name} is 0 or more and below 1, not ${b}`);
  }
  if (!(epsilon >= 0)) throw new ArgumentError(`adam: epsilon is 0 or more, not ${epsilon}`);
  const average = (decay: number) => (old: X, now: X): X => add(mul(old, decay) as X, mul(now, 1 - decay) as X) as X;
  return {
    init: (params) => ({ step: firstStep(), mean: tree.zeros(params), square: tree.zeros(params) }),
    update: (gradients, state, _) => {
      const { step, mean, square: squares } = state as AdamState;
      const next = nextStep(step);
      const m1 = tree.map((m, g) => average(beta1)(m, g!), mean, gradients);
      const v1 = tree.map((v, g) => average(beta2)(v, square(g!) as X), squares, gradients);
      const updates = tree.map(
        (_, m, v) => {
          const t = cast(next as X, m!.dtype);
          const bias = (decay: number) => sub(1, pow(decay, t) as X) as X;
          const mHat = div(m!, bias(beta1)) as X, vHat = div(v!, bias(beta2)) as X;
          return mul(neg(div(mHat, add(sqrt(vHat) as X, epsilon) as X) as X), rateAt(rate, step, m!.dtype) as X);
        },
        gradients,
        m1,
        v1,
      );
      return [updates, { step: next, mean: m1, square: v1 }];
    },
  };
}
