/** What operations that make tensors take beside shapes and values. */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { requireDType } from "./operands.ts";
import { requireOptions } from "./options.ts";

/** The element type of what is made; f32 if left out. */
export interface CreateOptions<D extends DType> {
  /** The element type. */
  readonly dtype?: D;
}

/** The dtype that options name, or another; they may have `more` names beside it. */
export function dtypeOf(
  op: string,
  o: { readonly dtype?: DType },
  otherwise: DType = "f32",
  ...more: readonly string[]
): DType {
  requireOptions(op, o, '{ dtype: "i32" }', ["dtype", ...more]);
  return requireDType(op, o.dtype ?? otherwise);
}

/** Throws unless a count is a whole number, 0 or more. */
export function requireCount(op: string, n: number, what: string): void {
  if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${op}: ${what} is a whole number, 0 or more, not ${n}`);
}
