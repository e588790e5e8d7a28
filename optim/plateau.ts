/** A step size that falls when a metric no longer gets better. */
import { cast, full, type Tensor, tree, type Value } from "../mod.ts";
import { add, greater, less, maximum, mul, sub, where } from "./loose.ts";
import { firstStep } from "./schedule.ts";
import { requireChoice, requireFraction, requireNonNegative, requireShare, requireWhole } from "./settings.ts";
import type { GradientTransformation, OptState } from "./transformation.ts";

/** Options of `reduceOnPlateau`. */
export interface PlateauOptions {
  /** Whether the metric is to fall, `"min"`, as if left out, or to rise. */
  readonly mode?: "min" | "max";
  /** What the scale is multiplied by, 0.1 if left out. */
  readonly factor?: number;
  /** How many observations in a row may be no better before the scale falls, 10 if left out. */
  readonly patience?: number;
  /** By how much a better metric is better, 1e-4 if left out. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best metric, `"relative"`, as if left out, or a difference. */
  readonly thresholdMode?: "relative" | "absolute";
  /** How many observations after a fall do not count, 0 if left out. */
  readonly cooldown?: number;
  /** Below what the scale does not fall, 0 if left out. */
  readonly leastScale?: number;
}

/** A gradient transformation that is told how well it does. */
export interface ObservingTransformation extends GradientTransformation {
  /** The state after a metric was observed, such as the validation loss of an epoch. It may be jitted. */
  readonly observe: (state: OptState, metric: number | Tensor<readonly []>) => OptState;
  /** The factor of the updates now. */
  readonly scaleOf: (state: OptState) => Tensor<readonly []>;
}

interface PlateauState {
  readonly inner: OptState;
  readonly scale: Value;
  readonly best: Value;
  readonly bad: Value;
  readonly rest: Value;
}

/**
 * An optimizer whose updates are scaled down when an observed metric has not become better for a while. `observe` is
 * called with the metric, after each epoch as a rule; between, nothing changes.
 *
 * @param inner The optimizer. @param options `mode`, `factor`, `patience`, `threshold`, `thresholdMode`, `cooldown`, `leastScale`.
 * @returns A gradient transformation with `observe(state, metric)` and `scaleOf(state)`, to stand outermost.
 * @throws {ArgumentError} If a setting is out of range.
 * @see PyTorch's `ReduceLROnPlateau`, https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 *
 * @example Two epochs without progress
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { reduceOnPlateau, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = reduceOnPlateau(sgd(1), { patience: 1, factor: 0.5 }), w = tensor([0]);
 * const state = [3, 3, 3].reduce(t.observe, t.init(w));
 * assertEquals(t.update(tensor([1]), state, w)[0].toArray(), [-0.5]);
 * ```
 */
export function reduceOnPlateau(inner: GradientTransformation, options: PlateauOptions = {}): ObservingTransformation {
  const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "relative" } = options;
  const { cooldown = 0, leastScale = 0 } = options, op = "reduceOnPlateau";
  requireChoice(op, "mode", mode, ["min", "max"]);
  requireFraction(op, "factor", factor);
  requireWhole(op, "patience", patience, 0);
  requireNonNegative(op, "threshold", threshold);
  requireChoice(op, "thresholdMode", thresholdMode, ["relative", "absolute"]);
  requireWhole(op, "cooldown", cooldown, 0);
  requireShare(op, "leastScale", leastScale);
  const worst = mode === "min" ? Infinity : -Infinity, towards = mode === "min" ? -1 : 1;
  return {
    init: (params) => ({
      inner: inner.init(params),
      scale: full([], 1),
      best: full([], worst),
      bad: firstStep(),
      rest: firstStep(),
    }),
    update: (gradients, state, params) => {
      const before = state as PlateauState, [updates, next] = inner.update(gradients, before.inner, params);
      return [tree.map((u) => mul(u, cast(before.scale, u.dtype)), updates), { ...before, inner: next }];
    },
    observe: (state, metric) => {
      const before = state as PlateauState, { best } = before;
      const now = typeof metric === "number" ? full([], metric) as Value : cast(metric as unknown as Value, "f32");
      const bar = thresholdMode === "relative" ? mul(best, 1 + towards * threshold) : add(best, towards * threshold);
      const better = mode === "min" ? less(now, bar) : greater(now, bar);
      // While it rests, what is not better does not count.
      const counted = where(greater(before.rest, 0), 0, add(before.bad, 1));
      const bad = where(better, 0, counted), rest = maximum(sub(before.rest, 1), 0);
      const fall = greater(bad, patience);
      return {
        inner: before.inner,
        scale: where(fall, maximum(mul(before.scale, factor), leastScale), before.scale),
        best: where(better, now, best),
        bad: where(fall, 0, bad),
        rest: where(fall, cooldown, rest),
      };
    },
    scaleOf: (state) => (state as PlateauState).scale as unknown as Tensor<readonly []>,
  };
}
