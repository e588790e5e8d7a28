/**
 * Optimizers: gradient transformations that compose, with their state going in and coming back.
 *
 * @module
 */
export * from "./accumulate.ts";
export * from "./adafactor.ts";
export * from "./adagrad.ts";
export { adam, type AdamOptions, adamw, type MomentOptions, scaleByAdam, type ScaleByAdamOptions } from "./adam.ts";
export * from "./adam_variants.ts";
export * from "./average.ts";
export * from "./clip.ts";
export * from "./conjugate_gradient.ts";
export * from "./constrain.ts";
export * from "./cycles.ts";
export * from "./decay.ts";
export * from "./early_stopping.ts";
export * from "./find_learning_rate.ts";
export {
  type BatchReport,
  fit,
  type FitByLoss,
  type FitByStep,
  type FitOptions,
  type FitRun,
  type FitSettings,
  fitStart,
  type Fitted,
  type History,
  type Measured,
} from "./fit.ts";
export * from "./layerwise.ts";
export * from "./lbfgs.ts";
export * from "./levenberg_marquardt.ts";
export type { LineSearchOptions } from "./line_search.ts";
export * from "./lookahead.ts";
export * from "./masked.ts";
export * from "./linear_conjugate_gradient.ts";
export type { MinimizeOptions, Minimum } from "./minimize.ts";
export * from "./noise.ts";
export * from "./plateau.ts";
export * from "./rmsprop.ts";
export * from "./sam.ts";
export * from "./scale.ts";
export type { LearningRate, Schedule, StepSchedule } from "./schedule.ts";
export {
  constantSchedule,
  exponentialDecay,
  inverseSquareRoot,
  linearSchedule,
  multiStepDecay,
  polynomialDecay,
  type PolynomialDecayOptions,
  stepDecay,
} from "./schedules.ts";
export * from "./schedules_joined.ts";
export { momentum, type MomentumOptions, sgd, type SgdOptions } from "./sgd.ts";
export * from "./sign.ts";
export {
  type BatchesOption,
  snapshot,
  type Training,
  type TrainingLoss,
  type TrainingStep,
  trainingStep,
} from "./training.ts";
export * from "./transformation.ts";
