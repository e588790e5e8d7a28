/** Adagrad and Adadelta: step sizes from sums and averages of squares. */
import { fullLike, type Value } from "../mod.ts";
import { add, div, mul, sqrt, square, sub } from "./loose.ts";
import { average, zero } from "./moments.ts";
import { optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireFraction, requireNonNegative } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `adagrad`. */
export interface AdagradOptions {
  /** How fast the step size falls: at step t it is η / (1 + (t − 1)·rateDecay); 0 if left out. */
  readonly rateDecay?: number;
  /** What the sums of squares start from, 0 if left out. */
  readonly initialAccumulator?: number;
  /** Added to the root of the sum of squares, 1e-10 if left out. */
  readonly epsilon?: number;
  /** The factor λ of weight decay: λ·w is added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * Adagrad: s ← s + g², then −η·g / (√s + ε): what was often steep is moved less.
 *
 * @param rate The step size η, 1e-2 if left out: a number, a scalar tensor or a schedule.
 * @param options `rateDecay`, `initialAccumulator`, `epsilon`, `weightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If a setting or the rate is negative.
 * @see Duchi et al., Adaptive subgradient methods, 2011, https://jmlr.org/papers/v12/duchi11a.html
 *
 * @example The second of two equal steps is shorter by √2
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adagrad } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adagrad(1), w = tensor([0]), g = tensor([3]);
 * const [, state] = optimizer.update(g, optimizer.init(w), w);
 * assertAlmostEquals(optimizer.update(g, state, w)[0].dataSync()[0]!, -Math.SQRT1_2, 1e-6);
 * ```
 */
export function adagrad(rate: LearningRate = 1e-2, options: AdagradOptions = {}): GradientTransformation {
  const { rateDecay = 0, initialAccumulator = 0, epsilon = 1e-10, weightDecay = 0 } = options;
  requireRate("adagrad", rate);
  for (const [name, x] of Object.entries({ rateDecay, initialAccumulator, epsilon, weightDecay })) {
    requireNonNegative("adagrad", name, x);
  }
  const rule: Rule<"sum"> = {
    moments: { sum: (p) => fullLike(p, initialAccumulator) },
    direction: (g, kept) => {
      const sum = add(kept.sum, square(g));
      return [div(g, add(sqrt(sum), epsilon)), { sum }];
    },
  };
  const falling = (eta: Value | number, t: Value): Value => div(eta, add(mul(sub(t, 1), rateDecay), 1));
  return optimizerOf(rule, { rate, coupled: weightDecay, ...(rateDecay === 0 ? {} : { paced: falling }) });
}

/** Options of `adadelta`. */
export interface AdadeltaOptions {
  /** Decay of the running means of squares, 0.9 if left out. */
  readonly rho?: number;
  /** Added to the means of squares, 1e-6 if left out. */
  readonly epsilon?: number;
  /** The factor λ of weight decay: λ·w is added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * Adadelta: the gradient in units of its own running size, times the running size of the steps: v ← ρ·v + (1 − ρ)·g²,
 * d = g·√(u + ε) / √(v + ε), u ← ρ·u + (1 − ρ)·d², then −η·d.
 *
 * @param rate The step size η, 1 if left out: a number, a scalar tensor or a schedule. @param options `rho`, `epsilon`, `weightDecay`.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If ρ is not in [0, 1), or ε, λ or the rate is negative.
 * @see Zeiler, ADADELTA: an adaptive learning rate method, 2012, https://arxiv.org/abs/1212.5701
 *
 * @example The first step is √(ε / (1 − ρ)) long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adadelta } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adadelta(), w = tensor([0]);
 * const [updates] = optimizer.update(tensor([100]), optimizer.init(w), w);
 * assertAlmostEquals(updates.dataSync()[0]!, -Math.sqrt(1e-6 / 0.1), 1e-6);
 * ```
 */
export function adadelta(rate: LearningRate = 1, options: AdadeltaOptions = {}): GradientTransformation {
  const { rho = 0.9, epsilon = 1e-6, weightDecay = 0 } = options;
  requireRate("adadelta", rate);
  requireFraction("adadelta", "rho", rho);
  requireNonNegative("adadelta", "epsilon", epsilon);
  requireNonNegative("adadelta", "weightDecay", weightDecay);
  const rule: Rule<"square" | "step2"> = {
    moments: { square: zero, step2: zero },
    direction: (g, kept) => {
      const squares = average(rho, kept.square, square(g));
      const d = mul(div(sqrt(add(kept.step2, epsilon)), sqrt(add(squares, epsilon))), g);
      return [d, { square: squares, step2: average(rho, kept.step2, square(d)) }];
    },
  };
  return optimizerOf(rule, { rate, coupled: weightDecay });
}
