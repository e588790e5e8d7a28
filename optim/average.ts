/** Averages of parameters over a run. */
import { cast, type Tensor, tree, type Value } from "../mod.ts";
import { add, and, div, equal, greaterEqual, minimum, mod, mul, sub, where } from "./loose.ts";
import { firstStep, nextStep } from "./schedule.ts";
import { requireFraction, requireWhole } from "./settings.ts";
import { applyUpdates, type GradientTransformation, type OptState } from "./transformation.ts";

/** A running average's state: a tree of tensors, whose form is its own business. */
export type AverageState = unknown;

/** A running average of parameters. */
export interface ParameterAverage {
  /** The state before the first step, at these parameters. */
  readonly init: (params: unknown) => AverageState;
  /** The state after a step has led to these parameters. */
  readonly update: (state: AverageState, params: unknown) => AverageState;
  /** The average, a tree like `params`, which are the parameters now. */
  readonly value: <P>(state: AverageState, params: P) => P;
}

interface MeanState {
  readonly step: Tensor<readonly [], "i32">;
  readonly mean: unknown;
}

/** Options of `emaParams`. */
export interface EmaOptions {
  /** Whether the decay at step t, from 1, is at most (1 + t) / (10 + t), so that the start is soon forgotten. */
  readonly warmup?: boolean;
}

/**
 * An exponential moving average of parameters: a ← β·a + (1 − β)·w after each step, starting from the parameters.
 *
 * @param decay β, 0 ≤ β < 1; 0.999 if left out. @param options `warmup`.
 * @returns A running average, for `withAverage` or to be called by hand.
 * @throws {ArgumentError} If the decay is out of range.
 * @see Polyak & Juditsky, Acceleration of stochastic approximation by averaging, 1992, https://doi.org/10.1137/0330046
 *
 * @example Half of the way each step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { emaParams } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const ema = emaParams(0.5), w = tensor([8]);
 * const state = ema.update(ema.init(tensor([0])), w);
 * assertEquals(ema.value(state, w).toArray(), [4]);
 * ```
 */
export function emaParams(decay = 0.999, options: EmaOptions = {}): ParameterAverage {
  requireFraction("emaParams", "the decay", decay);
  return {
    init: (params) => ({ step: firstStep(), mean: params }),
    update: (state, params) => {
      const before = state as MeanState, step = nextStep(before.step);
      const mean = tree.map(
        (m, p) => {
          if (!options.warmup) return add(mul(m, decay), mul(p!, 1 - decay));
          const t = cast(step as unknown as Value, m.dtype), beta = minimum(div(add(t, 1), add(t, 10)), decay);
          return add(m, mul(sub(p!, m), sub(1, beta)));
        },
        before.mean,
        params,
      );
      return { step, mean };
    },
    value: <P>(state: AverageState, _: P) => (state as MeanState).mean as P,
  };
}

/** Options of `swaParams`. */
export interface SwaOptions {
  /** The first step, from 1, whose parameters count; 1 if left out. */
  readonly start?: number;
  /** Every how many steps from there they count, 1 if left out. */
  readonly every?: number;
}

interface SwaState extends MeanState {
  readonly count: Value;
}

/**
 * Stochastic weight averaging: the mean of the parameters after steps `start`, `start + every`, … Before the first of them
 * the average is the parameters themselves. Running means of batch norm belong to the parameters they were taken with:
 * take them again for the average with a pass over the data in training mode.
 *
 * @param options `start`, `every`.
 * @returns A running average, for `withAverage` or to be called by hand.
 * @throws {ArgumentError} If a setting is no whole number from 1.
 * @see Izmailov et al., Averaging weights leads to wider optima and better generalization, 2018, https://arxiv.org/abs/1803.05407
 *
 * @example The mean of two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { swaParams } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const swa = swaParams(), start = swa.init(tensor([100]));
 * const state = swa.update(swa.update(start, tensor([1])), tensor([3]));
 * assertEquals(swa.value(state, tensor([3])).toArray(), [2]);
 * ```
 */
export function swaParams(options: SwaOptions = {}): ParameterAverage {
  const { start = 1, every = 1 } = options;
  requireWhole("swaParams", "start", start, 1);
  requireWhole("swaParams", "every", every, 1);
  return {
    init: (params) => ({ step: firstStep(), count: firstStep(), mean: tree.zeros(params) }),
    update: (state, params) => {
      const before = state as SwaState, step = nextStep(before.step), now = step as unknown as Value;
      const counts = and(greaterEqual(now, start), equal(mod(sub(now, start), every), 0));
      const count = add(before.count, cast(counts, "i32"));
      const mean = tree.map(
        (m, p) => {
          const n = cast(count, m.dtype), share = where(counts, div(1, where(counts, n, 1)), mul(n, 0));
          return add(m, mul(sub(p!, m), share));
        },
        before.mean,
        params,
      );
      return { step, count, mean };
    },
    value: <P>(state: AverageState, params: P) => {
      const { count, mean } = state as SwaState, none = equal(count, 0);
      return tree.map((p, m) => where(none, p, m!), params, mean);
    },
  };
}

/** A gradient transformation that keeps an average of the parameters. */
export interface AveragingTransformation extends GradientTransformation {
  /** The average, from the transformation's state and the parameters now. */
  readonly averaged: <P>(state: OptState, params: P) => P;
}

interface AveragingState {
  readonly inner: OptState;
  readonly average: AverageState;
}

/**
 * An optimizer with a running average of the parameters in its state; the optimizer itself goes on as if it were not
 * there. It stands outermost, so that the average sees the updates that are applied.
 *
 * @param inner The optimizer. @param average `emaParams(…)` or `swaParams(…)`.
 * @returns A gradient transformation with `averaged(state, params)`.
 *
 * @example The mean of the parameters after each step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { sgd, swaParams, withAverage } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = withAverage(sgd(1), swaParams()), w = tensor([5]);
 * const [, state] = t.update(tensor([2]), t.init(w), w);
 * assertEquals(t.averaged(state, tensor([3])).toArray(), [3]);
 * ```
 */
export function withAverage(inner: GradientTransformation, average: ParameterAverage): AveragingTransformation {
  return {
    init: (params) => ({ inner: inner.init(params), average: average.init(params) }),
    update: (gradients, state, params) => {
      const before = state as AveragingState, [updates, after] = inner.update(gradients, before.inner, params);
      return [updates, { inner: after, average: average.update(before.average, applyUpdates(params, updates)) }];
    },
    averaged: (state, params) => average.value((state as AveragingState).average, params),
  };
}
