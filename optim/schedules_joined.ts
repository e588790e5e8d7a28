/** Schedules put together from parts. */
import { ArgumentError, full, type Value } from "../mod.ts";
import { add, div, less, maximum, minimum, mul, type Operand, sub, where } from "./loose.ts";
import type { Schedule, StepSchedule } from "./schedule.ts";
import { constantSchedule, requireRising, scheduleOf, shareOf } from "./schedules.ts";
import { requireNonNegative, requireWhole } from "./settings.ts";

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
export function piecewiseConstant(values: readonly number[], boundaries: readonly number[]): StepSchedule {
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
export function piecewiseLinear(points: readonly (readonly [step: number, rate: number])[]): StepSchedule {
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
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): StepSchedule {
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
export function warmup(steps: number, then: Schedule | number, options: { readonly from?: number } = {}): StepSchedule {
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
