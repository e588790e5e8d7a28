/** Step sizes that fall, step by step or all the way. */
import { ArgumentError, cast, full, type Tensor, tensor, type Value } from "../mod.ts";
import { add, div, floorDiv, greaterEqual, minimum, mul, type Operand, pow, rsqrt, sub, sum } from "./loose.ts";
import type { StepSchedule } from "./schedule.ts";
import { requireNonNegative, requirePositive, requireWhole } from "./settings.ts";

/** A schedule from a function of the step as an f32 and as an i32 scalar. */
export const scheduleOf = (f: (t: Value, step: Value) => Operand): StepSchedule => (step) => {
  if (typeof step === "number") requireWhole("schedule", "the step", step, 0);
  const now = (typeof step === "number" ? full([], step, { dtype: "i32" }) : step) as unknown as Value;
  const rate = f(cast(now, "f32"), now);
  return (typeof rate === "number" ? full([], rate) : cast(rate, "f32")) as unknown as Tensor<readonly []>;
};

/** How much of `steps` is done, 0 to 1. */
export const shareOf = (t: Value, steps: number): Value => minimum(div(t, steps), 1);

/** How many of the boundaries, in rising order, the step has reached. */
function reached(step: Value, boundaries: readonly number[]): Value {
  const all = tensor(Int32Array.from(boundaries)) as Value;
  return sum(cast(greaterEqual(step, all), "i32"));
}

/** Throws unless steps are whole numbers that rise. */
export function requireRising(op: string, name: string, steps: readonly number[]): void {
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
export function constantSchedule(rate: number): StepSchedule {
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
export function stepDecay(rate: number, every: number, gamma = 0.1): StepSchedule {
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
export function multiStepDecay(rate: number, milestones: readonly number[], gamma = 0.1): StepSchedule {
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
export function exponentialDecay(rate: number, gamma: number, every = 1): StepSchedule {
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
export function polynomialDecay(rate: number, steps: number, options: PolynomialDecayOptions = {}): StepSchedule {
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
export function linearSchedule(from: number, to: number, steps: number): StepSchedule {
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
export function inverseSquareRoot(rate: number, warmup = 1): StepSchedule {
  requireNonNegative("inverseSquareRoot", "the rate", rate);
  requireWhole("inverseSquareRoot", "warmup", warmup, 1);
  return scheduleOf((t) => {
    const n = add(t, 1);
    return mul(minimum(div(n, warmup), mul(rsqrt(n), Math.sqrt(warmup))), rate);
  });
}
