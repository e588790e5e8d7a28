/** A training loop: batches, validation, early stopping, hooks. */
import { ArgumentError, type FloatDType, foldIn, jit, type Key, type Shape, Tensor } from "../mod.ts";
import { earlyStopping, type EarlyStoppingOptions, type Stopping } from "./early_stopping.ts";
import { requireWhole } from "./settings.ts";
import {
  type BatchesOption,
  noBatches,
  snapshot,
  type Training,
  type TrainingLoss,
  type TrainingStep,
  trainingStep,
} from "./training.ts";
import type { GradientTransformation } from "./transformation.ts";

/** A number, in a tensor or not, now or later. */
export type Measured = number | Tensor<readonly [], FloatDType> | Promise<number | Tensor<readonly [], FloatDType>>;

/** What is known after each epoch. */
export interface History {
  /** The mean of each epoch's losses. */
  readonly loss: readonly number[];
  /** The metric of each epoch, if there is `validate`. */
  readonly validation: readonly number[];
}

/**
 * A training between two epochs: a tree of tensors and numbers, so `encodeCheckpoint(run)` of `@adjoint/adjoint/data` saves
 * it, and `fit(options, run)` goes on from it to the same bits.
 */
export interface FitRun<P, S> {
  /** Parameters and states as they are. */
  readonly training: Training<P, S>;
  /** How many epochs are done. */
  readonly epoch: number;
  /** What was measured. */
  readonly history: History;
  /** What early stopping has seen; without it, which epoch had the best metric. */
  readonly stopping: Stopping;
  /** Parameters and state of the best epoch, with early stopping; before the first epoch, those at the start. */
  readonly best: { readonly params: P; readonly state: S } | null;
}

/** A step that has been taken. */
export interface BatchReport {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** The batch within it, counted from 0. */
  readonly batch: number;
  /** Its loss: `loss.item()` waits for it. */
  readonly loss: Tensor<readonly [], FloatDType>;
}

/** Options of `fit`, but for how a step is taken. */
export interface FitSettings<P, S, B> extends BatchesOption<B> {
  /** How many passes over the data are made at most, in all. */
  readonly epochs: number;
  /** A key, from which those of all epochs and steps follow. */
  readonly key: Key;
  /** The metric of an epoch, as a rule of other data: it decides on early stopping. The mean loss does if left out. */
  readonly validate?: (params: P, state: S) => Measured;
  /** Ends the training when the metric gets no better, and gives the best epoch's parameters back. */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** Called after each step, and waited for. */
  readonly onBatch?: (report: BatchReport) => unknown;
  /**
   * Called after each epoch, and waited for: the place to save a checkpoint or print. `false` ends the training. The
   * tensors of `run.training` are given away by the next step; `snapshot` them to keep them.
   */
  readonly onEpoch?: (run: FitRun<P, S>) => unknown;
  /** Whether a step may write over what the step before gave, `true` if left out. */
  readonly donate?: boolean;
}

/** A loss and an optimizer, from parameters and state as `net.init(key)` gives them. */
export interface FitByLoss<P, S, B> extends FitSettings<P, S, B> {
  /** Where to begin. */
  readonly init: { readonly params: P; readonly state: S };
  /** The loss to train by. */
  readonly loss: TrainingLoss<P, S, B>;
  /** The optimizer. */
  readonly optimizer: GradientTransformation;
}

/** A step of one's own. */
export interface FitByStep<P, S, B> extends FitSettings<P, S, B> {
  /** Where to begin, the optimizer's state included. */
  readonly init: Training<P, S>;
  /** A pure step, which is jitted here. */
  readonly step: TrainingStep<P, S, B>;
}

/** Options of `fit`. */
export type FitOptions<P, S, B> = FitByLoss<P, S, B> | FitByStep<P, S, B>;

/** What a training came to. */
export interface Fitted<P, S> extends Training<P, S> {
  /** What was measured in each epoch. */
  readonly history: History;
  /** The epoch with the best metric, counted from 0 (−1 if none was a number), and that metric. */
  readonly best: { readonly epoch: number; readonly metric: number };
  /** The training as it ended, to save it or go on. */
  readonly run: FitRun<P, S>;
}

/**
 * A training before its first epoch: where `fit` begins, and the form that a saved one is compared with.
 *
 * @param options As for `fit`.
 * @returns The run.
 *
 * @example The form of a checkpoint
 * ```ts
 * import { key, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { fitStart, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const { epoch, history } = fitStart({
 *   init: { params: tensor(0), state: null },
 *   loss: (w: Tensor<readonly []>, state: null, x: Tensor<readonly []>) => [square(sub(w, x)), state],
 *   optimizer: sgd(0.1),
 *   batches: () => [tensor(1)],
 *   epochs: 3,
 *   key: key(0),
 * });
 * assertEquals([epoch, history.loss], [0, []]);
 * ```
 */
export function fitStart<P, S, B>(options: FitOptions<P, S, B>): FitRun<P, S> {
  const { params, state } = options.init;
  const training = "step" in options ? options.init : { params, state, opt: options.optimizer.init(params) };
  return {
    training,
    epoch: 0,
    history: { loss: [], validation: [] },
    stopping: earlyStopping(options.earlyStopping).start,
    best: options.earlyStopping === undefined ? null : { params, state },
  };
}

/**
 * Trains: takes a jitted step for each batch of each epoch, validates, stops early, tells hooks. It is pure but for the
 * hooks: the same options give the same bits, and nothing that is passed in changes. Keys follow from `key`, the epoch and
 * the batch, so a run that was saved in `onEpoch` goes on as if it had not been interrupted.
 *
 * Without it, the same in ten lines:
 *
 * ```ts ignore
 * const step = jit(trainingStep(loss, optimizer));
 * let training = { ...net.init(key(0)), opt: optimizer.init(params) };
 * for (let epoch = 0; epoch < epochs; epoch++) {
 *   const root = foldIn(key(1), epoch);
 *   let i = 0;
 *   for (const batch of batches(examples, 32, { key: foldIn(root, i++) })) {
 *     [training] = step(training, batch, foldIn(root, i++));
 *   }
 *   console.log(epoch, validate(training.params, training.state));
 * }
 * ```
 *
 * @param options `init` with `loss` and `optimizer`, or with `step`; `batches`, `epochs`, `key`, `validate`, `earlyStopping`,
 *   `onBatch`, `onEpoch`, `donate`.
 * @param from A run to go on from, of the same options but for `epochs`; `fitStart(options)` if left out.
 * @returns A promise of the parameters and states (with early stopping, of the best epoch, but for the optimizer's), the
 *   history, the best epoch and the run.
 * @throws {ArgumentError} If a setting is out of range, or an epoch has no batches. What hooks throw goes through.
 *
 * @example A line through points
 * ```ts
 * import { add, key, mean, mul, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { batches } from "@adjoint/adjoint/data";
 * import { adam, fit } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * type Scalar = Tensor<readonly []>;
 * type Line = { readonly a: Scalar; readonly b: Scalar };
 * const points = { x: tensor([0, 1, 2, 3]), y: tensor([1, 3, 5, 7]) };
 * const { params, history } = await fit({
 *   init: { params: { a: tensor(0), b: tensor(0) }, state: null },
 *   loss: ({ a, b }: Line, state: null, { x, y }: typeof points) =>
 *     [mean(square(sub(add(mul(a, x), b), y))), state] as const,
 *   optimizer: adam(0.1),
 *   batches: (_, key) => batches(points, 2, { key }),
 *   epochs: 200,
 *   key: key(0),
 *   earlyStopping: { patience: 20 },
 * });
 * assertAlmostEquals(params.a.item(), 2, 0.1);
 * assertAlmostEquals(Math.min(...history.loss), 0, 0.01);
 * ```
 */
export async function fit<P, S, B>(
  options: FitOptions<P, S, B>,
  from: FitRun<P, S> = fitStart(options),
): Promise<Fitted<P, S>> {
  const { epochs, key, batches, validate, onBatch, onEpoch, donate = true } = options;
  requireWhole("fit", "epochs", epochs, 0);
  const rule = "step" in options ? options.step : trainingStep(options.loss, options.optimizer);
  const step = jit(rule, { name: "training step", donate: donate ? [0] : [] });
  const patience = earlyStopping(options.earlyStopping), keep = <T>(x: T): T | Promise<T> => donate ? snapshot(x) : x;
  // Steps give away what they are handed, and the caller's tensors are not theirs to give.
  let run: FitRun<P, S> = { ...from, training: await keep(from.training) };
  while (run.epoch < epochs && !(options.earlyStopping !== undefined && run.stopping.stopped)) {
    const { epoch } = run, root = foldIn(key, epoch), losses: Tensor<readonly [], FloatDType>[] = [];
    let { training } = run;
    for await (const batch of batches(epoch, foldIn(root, 0))) {
      const [next, loss] = step(training, batch, foldIn(root, losses.length + 1));
      training = next;
      await onBatch?.({ epoch, batch: losses.length, loss });
      losses.push(loss);
    }
    if (losses.length === 0) throw noBatches("fit", epoch);
    const { params, state } = training, numbers = await Promise.all(losses.map((l) => numberOf("fit", l)));
    const loss = numbers.reduce((sum, l) => sum + l, 0) / numbers.length;
    const metric = validate === undefined ? loss : await numberOf("fit", await validate(params, state));
    const stopping = patience.observe(run.stopping, metric);
    const { history } = run;
    run = {
      training,
      epoch: epoch + 1,
      history: {
        loss: [...history.loss, loss],
        validation: validate === undefined ? history.validation : [...history.validation, metric],
      },
      stopping,
      best: run.best !== null && stopping.improved ? await keep({ params, state }) : run.best,
    };
    if (await onEpoch?.(run) === false) break;
  }
  return {
    ...run.training,
    ...run.best,
    history: run.history,
    best: { epoch: run.stopping.bestAt, metric: run.stopping.best },
    run,
  };
}

/** A metric as a number. */
export async function numberOf(op: string, x: number | Tensor<readonly [], FloatDType>): Promise<number> {
  const value: unknown = x instanceof Tensor && x.shape.length === 0 ? (await x.data())[0] : x;
  if (typeof value === "number") return value;
  const what = x instanceof Tensor ? `a tensor [${(x.shape as Shape).join(", ")}]` : `${typeof value}`;
  throw new ArgumentError(
    `${op}: a loss or a metric is a number or a scalar tensor, but this is ${what}; give one number`,
  );
}
