/** When to stop: as soon as a metric has not become better for a while. */
import { requireChoice, requireNonNegative, requireWhole } from "./settings.ts";

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions {
  /** How many observations in a row without improvement end the training, 10 if left out. */
  readonly patience?: number;
  /** By how much a better metric is better, 0 if left out. */
  readonly minDelta?: number;
  /** Whether the metric is to fall, `"min"`, as if left out, or to rise. */
  readonly mode?: "min" | "max";
}

/** What has been observed: plain numbers, so that it can be saved. */
export interface Stopping {
  /** The best metric; infinitely bad before the first. */
  readonly best: number;
  /** Which observation that was, counted from 0; −1 before the first that is a number. */
  readonly bestAt: number;
  /** How many there have been. */
  readonly observed: number;
  /** How many there have been since the best one. */
  readonly waited: number;
  /** Whether the last one was the best so far. */
  readonly improved: boolean;
  /** Whether patience is at an end. */
  readonly stopped: boolean;
}

/** A reducer of metrics. */
export interface EarlyStopping {
  /** Before the first observation. */
  readonly start: Stopping;
  /** After one more: a pure function. What is NaN is never better. */
  readonly observe: (before: Stopping, metric: number) => Stopping;
}

/**
 * Early stopping as a pure reducer: `metrics.reduce(observe, start)` is what is known after some metrics.
 *
 * @param options `patience`, `minDelta`, `mode`.
 * @returns `start` and `observe`.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Prechelt, Early stopping — but when?, 1998, https://doi.org/10.1007/3-540-49430-8_3
 *
 * @example Two epochs without progress
 * ```ts
 * import { earlyStopping } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const { start, observe } = earlyStopping({ patience: 2 });
 * const { best, bestAt, stopped } = [3, 2, 2.5, 2.5].reduce(observe, start);
 * assertEquals([best, bestAt, stopped], [2, 1, true]);
 * ```
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const { patience = 10, minDelta = 0, mode = "min" } = options;
  requireWhole("earlyStopping", "patience", patience, 1);
  requireNonNegative("earlyStopping", "minDelta", minDelta);
  requireChoice("earlyStopping", "mode", mode, ["min", "max"]);
  const best = mode === "min" ? Infinity : -Infinity;
  return {
    start: { best, bestAt: -1, observed: 0, waited: 0, improved: false, stopped: false },
    observe: (before, metric) => {
      const improved = mode === "min" ? metric < before.best - minDelta : metric > before.best + minDelta;
      const waited = improved ? 0 : before.waited + 1;
      return {
        best: improved ? metric : before.best,
        bestAt: improved ? before.observed : before.bestAt,
        observed: before.observed + 1,
        waited,
        improved,
        stopped: waited >= patience,
      };
    },
  };
}
