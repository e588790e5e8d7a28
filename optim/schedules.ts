/** Step sizes that fall, step by step or all the way, and how schedules are put together. */
import { ArgumentError, cast, full, type Tensor, tensor, type Value } from "../mod.ts";
import {
  add,
  div,
  floorDiv,
  greaterEqual,
  less,
  maximum,
  minimum,
  mul,
  type Operand,
  pow,
  rsqrt,
  sub,
  sum,
  where,
} from "./loose.ts";
import type { Schedule } from "./schedule.ts";
import { requireNonNegative, requirePositive, requireWhole } from "./settings.ts";

/** A schedule from a function of the step as an f32 and as an i32 scalar. */
export const scheduleOf = (f: (t: Value, step: Value) => Operand): Schedule => (step) => {
  const now = step as unknown as Value, rate = f(cast(now, "f32"), now);
  return (typeof rate === "number" ? full([], rate) : cast(rate, "f32")) as unknown as Tensor<readonly []>;
};

/** How much of `steps` is done, 0 to 1. */
export const shareOf = (t: Value, steps: number): Value => minimum(div(t, steps), 1);

/** How many of the boundaries, in rising order, the step has reached. */
function reached(step: Value, boundaries: readonly number[]): Value {
  const all = tensor(Int32Array.from(boundaries)) as Value;
  return sum(cast(greaterEqual(step, all), "i32"));
}

function requireRising(op: string, name: string, steps: readonly number[]): void {
  steps.forEach((s, i) => {
    requireWhole(op, name, s, i === 0 ? 0 : steps[i - 1]! + 1);
    if (s >= 2 ** 31) throw new ArgumentError(`${op}: steps are counted to 2^31, which ${name} ${s} is above`);
  });
}

/**
 * The same step size at every step.
 *
 * @param rate The step size. @returns A schedule.
 * @throws {ArgumentError} If it is negative.
 *
 * @example Any step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { constantSchedule } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantSchedule(0.5)(tensor(9, { dtype: "i32" })).item(), 0.5);
 * ```
 */
export function constantSchedule(rate: number): Schedule {
  requireNonNegative("constantSchedule", "the rate", rate);
  return scheduleOf(() => rate);
}

/**
 * η·γ^⌊t / every⌋: a fall every so many steps.
 *
 * @param rate η. @param every How many steps apart. @param gamma γ, 0.1 if left out.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 *
 * @example A tenth after ten steps
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { stepDecay } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(stepDecay(1, 10)(tensor(10, { dtype: "i32" })).item(), 0.1, 1e-7);
 * ```
 */
export function stepDecay(rate: number, every: number, gamma = 0.1): Schedule {
  requireNonNegative("stepDecay", "the rate", rate);
  requireWhole("stepDecay", "every", every, 1);
  requirePositive("stepDecay", "gamma", gamma);
  return scheduleOf((_, step) => mul(pow(gamma, cast(floorDiv(step, every), "f32")), rate));
}

/**
 * η·γᵏ, where k is how many of the milestones the step has reached.
 *
 * @param rate η. @param milestones Steps in rising order. @param gamma γ, 0.1 if left out.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 *
 * @example Past one of two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { multiStepDecay } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(multiStepDecay(1, [5, 10], 0.5)(tensor(7, { dtype: "i32" })).item(), 0.5);
 * ```
 */
export function multiStepDecay(rate: number, milestones: readonly number[], gamma = 0.1): Schedule {
  requireNonNegative("multiStepDecay", "the rate", rate);
  requireRising("multiStepDecay", "a milestone", milestones);
  requirePositive("multiStepDecay", "gamma", gamma);
  return scheduleOf((_, step) => mul(pow(gamma, cast(reached(step, milestones), "f32")), rate));
}

/**
 * η·γ^(t / every), falling a little at each step.
 *
 * @param rate η. @param gamma γ. @param every In how many steps it falls by γ, 1 if left out.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 *
 * @example Half a step is √γ
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { exponentialDecay } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(exponentialDecay(1, 0.25, 2)(tensor(1, { dtype: "i32" })).item(), 0.5, 1e-7);
 * ```
 */
export function exponentialDecay(rate: number, gamma: number, every = 1): Schedule {
  requireNonNegative("exponentialDecay", "the rate", rate);
  requirePositive("exponentialDecay", "gamma", gamma);
  requireWhole("exponentialDecay", "every", every, 1);
  return scheduleOf((t) => mul(pow(gamma, div(t, every)), rate));
}

/** Options of `polynomialDecay`. */
export interface PolynomialDecayOptions {
  /** The exponent, 1 if left out. */
  readonly power?: number;
  /** Where it ends, 0 if left out. */
  readonly end?: number;
}

/**
 * end + (η − end)·(1 − t / steps)^power, and `end` from there on.
 *
 * @param rate η. @param steps How many steps it takes. @param options `power`, `end`.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 *
 * @example Half of the way
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { polynomialDecay } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(polynomialDecay(1, 10, { power: 2 })(tensor(5, { dtype: "i32" })).item(), 0.25);
 * ```
 */
export function polynomialDecay(rate: number, steps: number, options: PolynomialDecayOptions = {}): Schedule {
  const { power = 1, end = 0 } = options;
  requireNonNegative("polynomialDecay", "the rate", rate);
  requireWhole("polynomialDecay", "steps", steps, 1);
  requirePositive("polynomialDecay", "power", power);
  requireNonNegative("polynomialDecay", "end", end);
  return scheduleOf((t) => add(mul(pow(sub(1, shareOf(t, steps)), power), rate - end), end));
}

/**
 * In a line from one step size to another, and there from then on.
 *
 * @param from The first. @param to The last. @param steps How many steps it takes.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 *
 * @example Half of the way
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { linearSchedule } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linearSchedule(0, 1, 10)(tensor(5, { dtype: "i32" })).item(), 0.5);
 * ```
 */
export function linearSchedule(from: number, to: number, steps: number): Schedule {
  requireNonNegative("linearSchedule", "the first rate", from);
  requireNonNegative("linearSchedule", "the last rate", to);
  requireWhole("linearSchedule", "steps", steps, 1);
  return scheduleOf((t) => add(mul(shareOf(t, steps), to - from), from));
}

/**
 * η·min(n / warmup, √(warmup / n)) with n = t + 1: up in a line to η, then down with the root of the step.
 *
 * @param rate η, the largest. @param warmup The step, from 1, that has it; 1 if left out.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762, section 5.3
 *
 * @example Half of it at four times the step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { inverseSquareRoot } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(inverseSquareRoot(1, 10)(tensor(39, { dtype: "i32" })).item(), 0.5, 1e-6);
 * ```
 */
export function inverseSquareRoot(rate: number, warmup = 1): Schedule {
  requireNonNegative("inverseSquareRoot", "the rate", rate);
  requireWhole("inverseSquareRoot", "warmup", warmup, 1);
  return scheduleOf((t) => {
    const n = add(t, 1);
    return mul(minimum(div(n, warmup), mul(rsqrt(n), Math.sqrt(warmup))), rate);
  });
}

/**
 * The first step size up to the first boundary, the second from there to the second, and so on.
 *
 * @param values Step sizes, one more than there are boundaries. @param boundaries Steps in rising order.
 * @returns A schedule.
 * @throws {ArgumentError} If the numbers of both do not fit, or a setting is out of range.
 *
 * @example A boundary belongs to what follows
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { piecewiseConstant } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(piecewiseConstant([1, 0.5], [10])(tensor(10, { dtype: "i32" })).item(), 0.5);
 * ```
 */
export function piecewiseConstant(values: readonly number[], boundaries: readonly number[]): Schedule {
  requireRising("piecewiseConstant", "a boundary", boundaries);
  requireOneMore("piecewiseConstant", "values", values, boundaries);
  for (const v of values) requireNonNegative("piecewiseConstant", "a value", v);
  return scheduleOf((_, step) =>
    boundaries.reduce<Operand>(
      (rate, b, i) => where(less(step, b), asF32(rate), values[i + 1]!),
      values[0]!,
    )
  );
}

/**
 * In lines through points, the first value before the first of them and the last after the last.
 *
 * @param points `[step, rate]` pairs, steps in rising order.
 * @returns A schedule.
 * @throws {ArgumentError} If there is no point, or a setting is out of range.
 *
 * @example Up and down
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { piecewiseLinear } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const rate = piecewiseLinear([[0, 0], [10, 1], [20, 0.5]]);
 * assertEquals([5, 15].map((t) => rate(tensor(t, { dtype: "i32" })).item()), [0.5, 0.75]);
 * ```
 */
export function piecewiseLinear(points: readonly (readonly [step: number, rate: number])[]): Schedule {
  if (points.length === 0) throw new ArgumentError("piecewiseLinear: there is at least one point, not none");
  requireRising("piecewiseLinear", "a point's step", points.map(([step]) => step));
  for (const [, rate] of points) requireNonNegative("piecewiseLinear", "a point's rate", rate);
  return scheduleOf((t) =>
    // Each line adds its own rise, from 0 before it to the whole after it.
    points.slice(1).reduce<Operand>((rate, [step, to], i) => {
      const [before, from] = points[i]!;
      const share = minimum(maximum(div(sub(t, before), step - before), 0), 1);
      return add(mul(share, to - from), rate);
    }, points[0]![1])
  );
}

/**
 * Schedules one after the other: each begins, with its own step 0, where the one before ends.
 *
 * @param schedules Schedules, one more than there are boundaries. @param boundaries Steps in rising order.
 * @returns A schedule.
 * @throws {ArgumentError} If the numbers of both do not fit, or boundaries do not rise.
 *
 * @example Half a rate, then a decay
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { constantSchedule, exponentialDecay, joinSchedules } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const rate = joinSchedules([constantSchedule(0.5), exponentialDecay(1, 0.5)], [10]);
 * assertEquals([9, 10, 11].map((t) => rate(tensor(t, { dtype: "i32" })).item()), [0.5, 1, 0.5]);
 * ```
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  requireRising("joinSchedules", "a boundary", boundaries);
  requireOneMore("joinSchedules", "schedules", schedules, boundaries);
  return scheduleOf((_, step) => {
    const part = (i: number): Value => {
      const own = i === 0 ? step : maximum(sub(step, boundaries[i - 1]!), 0);
      return schedules[i]!(own as unknown as Parameters<Schedule>[0]) as unknown as Value;
    };
    return boundaries.reduce((rate, b, i) => where(less(step, b), rate, part(i + 1)), part(0));
  });
}

/**
 * In a line up to where a schedule begins, then that schedule.
 *
 * @param steps How many steps the line takes. @param then What follows: a schedule, or a step size that stays.
 * @param options `from`: where the line starts, 0 if left out.
 * @returns A schedule.
 * @throws {ArgumentError} If a setting is out of range.
 * @see Goyal et al., Accurate, large minibatch SGD, 2017, https://arxiv.org/abs/1706.02677, section 2.2
 *
 * @example Up, then down
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cosineDecay, warmup } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rate = warmup(10, cosineDecay(1, 20));
 * [0.5, 1, 0.5].forEach((r, i) => assertAlmostEquals(rate(tensor([5, 10, 20][i]!, { dtype: "i32" })).item(), r, 1e-6));
 * ```
 */
export function warmup(steps: number, then: Schedule | number, options: { readonly from?: number } = {}): Schedule {
  const { from = 0 } = options, follows = typeof then === "number" ? constantSchedule(then) : then;
  requireWhole("warmup", "steps", steps, 1);
  requireNonNegative("warmup", "from", from);
  return joinSchedules([
    scheduleOf((t, step) => {
      const peak = follows(mul(step, 0) as unknown as Parameters<Schedule>[0]) as unknown as Value;
      return add(mul(sub(peak, from), shareOf(t, steps)), from);
    }),
    follows,
  ], [steps]);
}

const asF32 = (x: Operand): Value => typeof x === "number" ? full([], x) as Value : x;

function requireOneMore(op: string, what: string, parts: readonly unknown[], boundaries: readonly number[]): void {
  if (parts.length !== boundaries.length + 1) {
    throw new ArgumentError(
      `${op}: there is one more of ${what} than of boundaries, not ${parts.length} for ${boundaries.length}`,
    );
  }
}
