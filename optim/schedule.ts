/** Step sizes that may depend on the step. */
import { ArgumentError, cast, type DType, Tensor, type Value, zeros } from "../mod.ts";
import { add } from "./loose.ts";

/** A step size for each step: from its number, an i32 scalar that starts at 0, to a float scalar. */
export type Schedule = (step: Tensor<readonly [], "i32">) => Tensor<readonly []>;

/** A schedule that takes the step's number as a JavaScript number too, to print or draw it: `rate(10).item()`. */
export type StepSchedule = (step: number | Tensor<readonly [], "i32">) => Tensor<readonly []>;

/** A step size: a number, a scalar tensor (so that a jitted step need not be traced again when it changes), or a schedule. */
export type LearningRate = number | Tensor<readonly []> | Schedule;

/** Throws unless a rate is usable. */
export function requireRate(op: string, rate: LearningRate): void {
  if (
    typeof rate === "number"
      ? !(rate >= 0 && Number.isFinite(rate))
      : typeof rate !== "function" && !(rate instanceof Tensor)
  ) {
    throw new ArgumentError(
      `${op}: the learning rate is a number of 0 or more, a scalar tensor or a schedule, not ${String(rate)}`,
    );
  }
}

/** The number of the first step. */
export const firstStep = (): Tensor<readonly [], "i32"> => zeros([], { dtype: "i32" });

/** The number of the next step. */
export const nextStep = (step: Tensor<readonly [], "i32">): Tensor<readonly [], "i32"> =>
  add(step as unknown as Value, 1) as unknown as Tensor<readonly [], "i32">;

/** The rate at a step, for tensors of any dtype: a schedule is asked once. */
export function rateAt(rate: LearningRate, step: Tensor<readonly [], "i32">): (dtype: DType) => number | Value {
  if (typeof rate === "number") return () => rate;
  const now = (typeof rate === "function" ? rate(step) : rate) as unknown as Value;
  return (dtype) => cast(now, dtype);
}
