/** Adafactor: second moments in the memory of one row and one column. */
import { ArgumentError, type DType, type Value, zeros } from "../mod.ts";
import { add, div, maximum, mean, minimum, mul, pow, rsqrt, sqrt, square, sub } from "./loose.ts";
import { average, zero } from "./moments.ts";
import { optimizerOf, type Rule } from "./optimizer.ts";
import { type LearningRate, requireRate } from "./schedule.ts";
import { requireFraction, requireNonNegative, requirePositive } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `adafactor`. */
export interface AdafactorOptions {
  /** The exponent of β₂ₜ = 1 − t^exponent, −0.8 if left out. */
  readonly beta2Decay?: number;
  /** The least root of a mean of squares; the dtype's own ε if left out. */
  readonly epsilon?: number;
  /** The least size of parameters that steps are in proportion to, 1e-3 if left out. */
  readonly leastScale?: number;
  /** The largest root mean square of an update before its step size, 1 if left out. */
  readonly clip?: number;
  /** Decay of a running mean of the updates, which costs a tensor the size of the parameters; none if left out. */
  readonly momentum?: number;
  /** The factor λ of decoupled weight decay, 0 if left out. */
  readonly weightDecay?: number;
  /** Whether the step size is at most 1/√t; so if left out. */
  readonly relativeStep?: boolean;
  /** Whether steps are in proportion to the size of the parameters; so if left out. */
  readonly scaleParameters?: boolean;
}

const size = (x: Value): Value => sqrt(mean(square(x)));

const epsilonOf = (dtype: DType): number => dtype === "f64" ? 2 ** -52 : 2 ** -23;

/**
 * Adafactor: of matrices it keeps the running means of squares of each row and each column, whose product over their mean
 * stands for the mean of each element; updates g / √v are clipped to a root mean square of `clip` and stepped by
 * min(η, 1/√t) times the root mean square of the parameters.
 *
 * @param rate The largest step size η, 1e-2 if left out: a number, a scalar tensor or a schedule.
 * @param options `beta2Decay`, `epsilon`, `leastScale`, `clip`, `momentum`, `weightDecay`, `relativeStep`, `scaleParameters`.
 * @returns A gradient transformation. Tensors of more than two axes are batches of matrices of their last two.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Shazeer & Stern, Adafactor, 2018, https://arxiv.org/abs/1804.04235, algorithms 4 and 5
 *
 * @example A matrix costs its edges
 * ```ts
 * import { tree, zeros } from "@adjoint/adjoint";
 * import { adafactor, adam } from "@adjoint/adjoint/optim";
 * import { assert } from "@std/assert";
 *
 * const w = { w: zeros([100, 50]) };
 * assert(tree.size(adafactor().init(w)) < 160 && tree.size(adam().init(w)) > 10000);
 * ```
 */
export function adafactor(rate: LearningRate = 1e-2, options: AdafactorOptions = {}): GradientTransformation {
  const { beta2Decay = -0.8, leastScale = 1e-3, clip = 1, momentum = 0, weightDecay = 0 } = options;
  const { relativeStep = true, scaleParameters = true, epsilon } = options;
  requireRate("adafactor", rate);
  if (!(beta2Decay < 0)) throw new ArgumentError(`adafactor: beta2Decay is negative, not ${beta2Decay}`);
  requirePositive("adafactor", "clip", clip);
  requireFraction("adafactor", "momentum", momentum);
  for (const [name, x] of Object.entries({ epsilon: epsilon ?? 0, leastScale, weightDecay })) {
    requireNonNegative("adafactor", name, x);
  }
  const edges = (p: Value, axis: -1 | -2): Value =>
    zeros(
      p.rank < 2 ? [] : axis === -1 ? [...p.shape.slice(0, -1), 1] : [...p.shape.slice(0, -2), 1, p.shape.at(-1)!],
      {
        dtype: p.dtype,
      },
    ) as Value;
  const rule: Rule = {
    moments: {
      row: (p) => edges(p, -1),
      column: (p) => edges(p, -2),
      square: (p) => p.rank < 2 ? zero(p) : zeros([], { dtype: p.dtype }) as Value,
      ...(momentum === 0 ? {} : { mean: zero }),
    },
    direction: (g, kept, t, p) => {
      const least = epsilon ?? epsilonOf(g.dtype), share = pow(t, beta2Decay), squares = square(g);
      const towards = (old: Value, now: Value): Value => add(old, mul(sub(now, old), share));
      const means = g.rank < 2 ? { square: towards(kept.square!, squares) } : {
        row: towards(kept.row!, mean(squares, { axis: [-1], keepDims: true })),
        column: towards(kept.column!, mean(squares, { axis: [-2], keepDims: true })),
      };
      const v = means.square ??
        div(mul(means.row, means.column), maximum(mean(means.row, { axis: [-2], keepDims: true }), least));
      // A square that f32 cannot hold would make 0 · ∞ of a gradient of 0.
      const update = mul(g, rsqrt(maximum(v, Math.max(least * least, 1.2e-38))));
      const clipped = div(update, maximum(div(size(update), clip), 1));
      const scaled = scaleParameters ? mul(clipped, maximum(size(p), leastScale)) : clipped;
      const next = { ...kept, ...means };
      if (momentum === 0) return [scaled, next];
      const averaged = average(momentum, kept.mean!, scaled);
      return [averaged, { ...next, mean: averaged }];
    },
  };
  const relative = (eta: Value | number, t: Value): Value => minimum(rsqrt(t), eta);
  return optimizerOf(rule, { rate, decoupled: weightDecay, ...(relativeStep ? { paced: relative } : {}) });
}
