/** Operands of products. */
import { type DType, kindOf } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import type { Value } from "../tensor.ts";
import { promoted, requireTensor } from "./operands.ts";

/** Two tensors of numbers in their common dtype. */
export function factors(op: string, a: unknown, b: unknown): readonly [Value, Value] {
  const [x, y] = promoted(op, requireTensor(op, a, "first operand"), requireTensor(op, b, "second operand"));
  requireProducts(op, x!.dtype);
  return [x!, y!];
}

/** Truth values have no products here. */
export function requireProducts(op: string, dtype: DType): void {
  if (kindOf(dtype) === "bool") throw new DTypeError(`${op}: takes numbers, not bool; cast one of the operands first`);
}
