/** Step sizes that may depend on the step. */
import { add, ArgumentError, cast, type DType, type Shape, Tensor, zeros } from "../mod.ts";

/** A step size for each step: from its number, an i32 scalar that starts at 0, to a float scalar. */
export type Schedule = (step: Tensor<readonly [], "i32">) => Tensor<readonly []>;

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
export const nextStep = (step: Tensor<readonly [], "i32">): Tensor<readonly [], "i32"> => add(step, 1);

/** The rate at a step, for a tensor of some dtype. */
export function rateAt(
  rate: LearningRate,
  step: Tensor<readonly [], "i32">,
  dtype: DType,
): number | Tensor<Shape, DType> {
  if (typeof rate === "number") return rate;
  return cast((typeof rate === "function" ? rate(step) : rate) as Tensor<Shape, DType>, dtype);
}
