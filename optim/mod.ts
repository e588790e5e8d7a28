/**
 * Optimizers: gradient transformations that compose, with their state going in and coming back.
 *
 * @module
 */
export * from "./adam.ts";
export * from "./clip.ts";
export type { LearningRate, Schedule } from "./schedule.ts";
export * from "./sgd.ts";
export * from "./transformation.ts";
