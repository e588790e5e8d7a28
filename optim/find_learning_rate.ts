/** The learning rate range test. */
import { ArgumentError, type FloatDType, foldIn, jit, type Key, type Tensor } from "../mod.ts";
import { numberOf } from "./fit.ts";
import type { Schedule } from "./schedule.ts";
import { exponentialDecay } from "./schedules.ts";
import { requireFraction, requirePositive, requireWhole } from "./settings.ts";
import { type BatchesOption, noBatches, type TrainingLoss, trainingStep } from "./training.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions<P, S, B> extends BatchesOption<B> {
  /** Where to begin, as `net.init(key)` gives it. */
  readonly init: { readonly params: P; readonly state: S };
  /** The loss to train by. */
  readonly loss: TrainingLoss<P, S, B>;
  /** The optimizer for a step size: `sgd` or `adam` itself, or `(rate) => chain(clipByGlobalNorm(1), adam(rate))`. */
  readonly optimizer: (rate: Schedule) => GradientTransformation;
  /** A key, from which those of batches and steps follow. */
  readonly key: Key;
  /** The smallest step size, 1e-7 if left out. */
  readonly from?: number;
  /** The largest, 10 if left out. */
  readonly to?: number;
  /** How many step sizes are tried, one a batch, 100 if left out. */
  readonly steps?: number;
  /** β of the losses' running average, 0.9 if left out. */
  readonly smoothing?: number;
  /** The test ends where the smoothed loss is this many times the best one, 4 if left out. */
  readonly divergence?: number;
}

/** What a range test showed: lists with an entry for each step that was taken. */
export interface LearningRateRange {
  /** The step sizes, in a geometric series. */
  readonly rates: readonly number[];
  /** The loss of each step, before it. */
  readonly losses: readonly number[];
  /** Their running average. */
  readonly smoothed: readonly number[];
  /** The step size at which the smoothed loss falls most steeply over its logarithm: a good one to begin with. */
  readonly suggestion: number;
}

/**
 * Smith's range test: a short training with step sizes that rise exponentially, until the loss goes up. Nothing that is
 * passed in changes.
 *
 * @param options `init`, `loss`, `optimizer`, `batches`, `key`, `from`, `to`, `steps`, `smoothing`, `divergence`.
 * @returns A promise of the rates, losses and smoothed losses, to be drawn, and a suggestion.
 * @throws {ArgumentError} If a setting is out of range, an epoch has no batches, or no two losses are finite.
 * @see Smith, Cyclical learning rates for training neural networks, 2017, https://arxiv.org/abs/1506.01186, section 3.3
 *
 * @example A parabola
 * ```ts
 * import { key, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { findLearningRate, sgd } from "@adjoint/adjoint/optim";
 * import { assert } from "@std/assert";
 *
 * const { suggestion } = await findLearningRate({
 *   init: { params: tensor(0), state: null },
 *   loss: (w: Tensor<readonly []>, state: null, x: Tensor<readonly []>) => [square(sub(w, x)), state] as const,
 *   optimizer: sgd,
 *   batches: () => [tensor(3)],
 *   key: key(0),
 *   from: 1e-4,
 * });
 * assert(suggestion > 0.01 && suggestion < 1);
 * ```
 */
export async function findLearningRate<P, S, B>(
  options: FindLearningRateOptions<P, S, B>,
): Promise<LearningRateRange> {
  const { init, loss, batches, key, from = 1e-7, to = 10, steps = 100, smoothing = 0.9, divergence = 4 } = options;
  const op = "findLearningRate";
  requirePositive(op, "from", from);
  if (!(to > from && to < Infinity)) throw new ArgumentError(`${op}: to is finite and above from (${from}), not ${to}`);
  requireWhole(op, "steps", steps, 2);
  requireFraction(op, "smoothing", smoothing);
  if (!(divergence > 1)) throw new ArgumentError(`${op}: divergence is above 1, not ${divergence}`);
  const optimizer = options.optimizer(exponentialDecay(from, to / from, steps - 1));
  const step = jit(trainingStep(loss, optimizer), { name: "training step" });
  const rates: number[] = [], losses: number[] = [], smoothed: number[] = [];
  let training = { ...init, opt: optimizer.init(init.params) }, average = 0, best = Infinity;
  passes: for (let epoch = 0;; epoch++) {
    const root = foldIn(key, epoch), before = rates.length;
    let batchesSeen = 0;
    for await (const batch of batches(epoch, foldIn(root, 0))) {
      const t = rates.length;
      const [next, l]: readonly [typeof training, Tensor<readonly [], FloatDType>] = step(
        training,
        batch,
        foldIn(root, ++batchesSeen),
      );
      training = next;
      const now = await numberOf("findLearningRate", l);
      if (!Number.isFinite(now)) break passes;
      average = smoothing * average + (1 - smoothing) * now;
      // Divided by the weights that the average has had so far, as Adam's moments are.
      const smooth = average / (1 - smoothing ** (t + 1));
      rates.push(from * (to / from) ** (t / (steps - 1)));
      losses.push(now);
      smoothed.push(smooth);
      best = Math.min(best, smooth);
      if (rates.length === steps || smooth > divergence * best && best > 0) break passes;
    }
    if (rates.length === before) throw noBatches(op, epoch);
  }
  if (rates.length < 2) {
    throw new ArgumentError(
      `${op}: the loss is not finite after ${rates.length} steps; begin from a smaller step size`,
    );
  }
  return { rates, losses, smoothed, suggestion: rates[steepest(smoothed)]! };
}

/** Where a list falls most from one entry to the next: the first of the two. */
function steepest(values: readonly number[]): number {
  const falls = values.slice(1).map((v, i) => values[i]! - v);
  return falls.indexOf(Math.max(...falls));
}
