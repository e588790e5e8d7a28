/** Step sizes that go up and down: cosines, restarts, cycles. */
import { ArgumentError, cast, tensor, type Value } from "../mod.ts";
import {
  add,
  cos,
  div,
  floorDiv,
  greaterEqual,
  less,
  max,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  sub,
  where,
} from "./loose.ts";
import type { StepSchedule } from "./schedule.ts";
import { scheduleOf, shareOf } from "./schedules.ts";
import { requireChoice, requireNonNegative, requirePositive, requireShare, requireWhole } from "./settings.ts";

/** From 1 at 0 to 0 at 1, along half a cosine. */
const halfCosine = (share: Value): Value => mul(add(cos(mul(share, Math.PI)), 1), 0.5);

/** Options of `cosineDecay`. */
export interface CosineDecayOptions {
  /** Where it ends, 0 if left out. */
  readonly least?: number;
  /** Whether it then rises again, as PyTorch's `CosineAnnealingLR` does, in place of staying there. */
  readonly periodic?: boolean;
}

/**
 * least + (η − least)·(1 + cos(π·t / steps)) / 2, and `least` from there on.
 *
 * @param rate η. @param steps How many steps it takes. @param options `least`, `periodic`.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Loshchilov & Hutter, SGDR, 2017, https://arxiv.org/abs/1608.03983
 *
 * @example Half of the way
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cosineDecay } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cosineDecay(1, 10)(tensor(5, { dtype: "i32" })).item(), 0.5, 1e-6);
 * ```
 */
export function cosineDecay(rate: number, steps: number, options: CosineDecayOptions = {}): StepSchedule {
  const { least = 0, periodic = false } = options;
  requireNonNegative("cosineDecay", "the rate", rate);
  requireWhole("cosineDecay", "steps", steps, 1);
  requireNonNegative("cosineDecay", "least", least);
  return scheduleOf((t, step) => {
    const share = periodic ? div(cast(mod(step, 2 * steps), "f32"), steps) : shareOf(t, steps);
    return add(mul(halfCosine(share), rate - least), least);
  });
}

/** Options of `cosineRestarts`. */
export interface CosineRestartsOptions {
  /** How much longer each period is than the one before, 1 or more; 1 if left out. */
  readonly factor?: number;
  /** Where each period ends, 0 if left out. */
  readonly least?: number;
}

/**
 * A cosine decay that begins anew after each period (SGDR).
 *
 * @param rate η. @param period How many steps the first period takes. @param options `factor`, `least`.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Loshchilov & Hutter, SGDR, 2017, https://arxiv.org/abs/1608.03983
 *
 * @example The second period is twice as long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cosineRestarts } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rate = cosineRestarts(1, 10, { factor: 2 });
 * [5, 10, 20].forEach((t, i) => assertAlmostEquals(rate(tensor(t, { dtype: "i32" })).item(), [0.5, 1, 0.5][i]!, 1e-6));
 * ```
 */
export function cosineRestarts(rate: number, period: number, options: CosineRestartsOptions = {}): StepSchedule {
  const { factor = 1, least = 0 } = options;
  requireNonNegative("cosineRestarts", "the rate", rate);
  requireWhole("cosineRestarts", "the period", period, 1);
  requireNonNegative("cosineRestarts", "least", least);
  if (!(factor >= 1)) throw new ArgumentError(`cosineRestarts: factor is 1 or more, not ${factor}`);
  return scheduleOf((_, step) => {
    const share = factor === 1 ? div(cast(mod(step, period), "f32"), period) : shareOfPeriod(step, period, factor);
    return add(mul(halfCosine(share), rate - least), least);
  });
}

/**
 * How much of its period a step is in, where periods grow. Where they begin is a short table, as steps are counted to
 * 2³¹, and whole numbers are compared: a logarithm would be a step off in f32.
 */
function shareOfPeriod(step: Value, period: number, factor: number): Value {
  const begins: number[] = [], lengths: number[] = [];
  for (let begin = 0, length = period; begin < 2 ** 31; begin += Math.round(length), length *= factor) {
    begins.push(begin);
    lengths.push(Math.round(length));
  }
  const begin = tensor(Int32Array.from(begins)) as Value, length = tensor(Float32Array.from(lengths)) as Value;
  const reached = greaterEqual(step, begin);
  const since = sub(step, max(where(reached, begin, 0)));
  return div(cast(since, "f32"), max(where(reached, length, 0)));
}

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** The share of steps in which it rises, 0.3 if left out. */
  readonly warmupShare?: number;
  /** The largest rate over the first, 25 if left out. */
  readonly divFactor?: number;
  /** The first rate over the last, 1e4 if left out. */
  readonly finalDivFactor?: number;
  /** Whether it goes along cosines or in lines; `"cosine"` if left out. */
  readonly anneal?: "cosine" | "linear";
}

/**
 * Up to the largest step size and down to a very small one, once.
 *
 * @param rate The largest step size. @param steps How many steps it takes, 2 or more; the last one's rate stays.
 * @param options `warmupShare`, `divFactor`, `finalDivFactor`, `anneal`.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Smith & Topin, Super-convergence, 2018, https://arxiv.org/abs/1708.07120
 *
 * @example From a 25th
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { oneCycle } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rate = oneCycle(1, 101), at = (t: number) => rate(tensor(t, { dtype: "i32" })).item();
 * assertAlmostEquals(at(0), 1 / 25, 1e-6);
 * assertAlmostEquals(at(100), 1 / 25e4, 1e-6);
 * ```
 */
export function oneCycle(rate: number, steps: number, options: OneCycleOptions = {}): StepSchedule {
  const { warmupShare = 0.3, divFactor = 25, finalDivFactor = 1e4, anneal = "cosine" } = options;
  requireNonNegative("oneCycle", "the rate", rate);
  requireWhole("oneCycle", "steps", steps, 2);
  requireShare("oneCycle", "warmupShare", warmupShare);
  requirePositive("oneCycle", "divFactor", divFactor);
  requirePositive("oneCycle", "finalDivFactor", finalDivFactor);
  requireChoice("oneCycle", "anneal", anneal, ["cosine", "linear"]);
  // PyTorch's OneCycleLR peaks at warmupShare·steps − 1 and ends at steps − 1.
  const first = rate / divFactor, last = first / finalDivFactor, top = warmupShare * steps - 1;
  const between = (from: number, to: number, share: Value): Value => {
    const left = anneal === "cosine" ? halfCosine(share) : sub(1, share);
    return add(mul(left, from - to), to);
  };
  return scheduleOf((t) => {
    const down = between(rate, last, minimum(maximum(div(sub(t, top), steps - 1 - top), 0), 1));
    return top > 0 ? where(less(t, top), between(first, rate, div(t, top)), down) : down;
  });
}

/** Options of `cyclicRate`. */
export interface CyclicRateOptions {
  /** How many steps it falls, as many as it rises if left out. */
  readonly down?: number;
  /** `"triangular"`: all cycles alike; `"triangular2"`: each half as high; `"expRange"`: height·γᵗ. */
  readonly mode?: "triangular" | "triangular2" | "expRange";
  /** γ of `"expRange"`, 1 if left out. */
  readonly gamma?: number;
}

/**
 * Up and down in lines, again and again.
 *
 * @param base The least step size. @param peak The largest. @param up How many steps it rises, 2000 if left out.
 * @param options `down`, `mode` (`"triangular"` if left out), `gamma`.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Smith, Cyclical learning rates for training neural networks, 2017, https://arxiv.org/abs/1506.01186
 *
 * @example The second peak is half as high
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cyclicRate } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const rate = cyclicRate(0, 1, 4, { mode: "triangular2" });
 * assertEquals([4, 8, 12].map((t) => rate(tensor(t, { dtype: "i32" })).item()), [1, 0, 0.5]);
 * ```
 */
export function cyclicRate(base: number, peak: number, up = 2000, options: CyclicRateOptions = {}): StepSchedule {
  const { down = up, mode = "triangular", gamma = 1 } = options;
  requireNonNegative("cyclicRate", "the least rate", base);
  requireNonNegative("cyclicRate", "the largest rate", peak);
  requireWhole("cyclicRate", "up", up, 1);
  requireWhole("cyclicRate", "down", down, 1);
  requireChoice("cyclicRate", "mode", mode, ["triangular", "triangular2", "expRange"]);
  requirePositive("cyclicRate", "gamma", gamma);
  return scheduleOf((t, step) => {
    const at = cast(mod(step, up + down), "f32");
    const height = mul(minimum(div(at, up), div(sub(up + down, at), down)), peak - base);
    const cycle = cast(floorDiv(step, up + down), "f32");
    const lower = mode === "triangular2" ? pow(0.5, cycle) : mode === "expRange" ? pow(gamma, t) : 1;
    return add(mul(height, lower), base);
  });
}
