/** What all reductions share: which axes go, and whether a 1 stays in their place. */
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { reshape } from "../primitives/reshape.ts";
import { keepAxes, normalizeAxes, normalizeAxis, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { flag, requireOptions } from "./options.ts";

/** One axis, several, or `undefined` for all of them; negative ones count from the end. */
export type AxesOption = number | readonly number[] | undefined;

/** Over which axes to reduce, and whether each leaves an axis of size 1. */
export interface ReduceOptions<A extends AxesOption = AxesOption, K extends boolean = boolean> {
  /** One axis or several; all if left out. */
  readonly axis?: A;
  /** Whether the axes stay, with size 1; false if left out. */
  readonly keepDims?: K;
}

/** The dtype of sums and products: truth values are counted in i32, and u8 is widened to u32, too narrow for a sum. */
export type SumOf<D extends DType> = D extends "bool" ? "i32" : D extends "u8" ? "u32" : D;

/** `SumOf` of values. */
export const sumOf = (d: DType): DType => d === "bool" ? "i32" : d === "u8" ? "u32" : d;

/** Options as an object of known names whose axis is one number or several, or an error that says how to write them. */
export function checkOptions(op: string, options: unknown, ...names: readonly string[]): void {
  requireOptions(op, options, "{ axis: 0 }", names);
  const { axis } = options as { readonly axis?: unknown };
  if (axis === undefined || typeof axis === "number") return;
  if (Array.isArray(axis) && axis.every((a) => typeof a === "number")) return;
  throw new ArgumentError(`${op}: axis is ${JSON.stringify(axis) ?? String(axis)}; use a number, such as 0 or -1`);
}

/** The one axis of an operation that works along one, from the front. */
export function oneAxis(op: string, axis: unknown, rank: number): number {
  if (typeof axis === "number") return normalizeAxis(op, axis, rank);
  throw new ArgumentError(`${op}: takes one axis, not [${String(axis)}]; use a number, such as 0 or -1`);
}

/** A tensor and its axes to reduce, checked, with the names of `more` options; `f` takes the axes away. */
export function reduceOver(
  op: string,
  given: unknown,
  options: ReduceOptions,
  f: (x: Value, axes: readonly number[]) => Value,
  ...more: readonly string[]
): Value {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "keepDims", ...more);
  const keepDims = flag(op, "keepDims", options.keepDims);
  const axes = normalizeAxes(op, options.axis, x.shape.length), y = f(x, axes);
  return keepDims ? reshape(y, keepAxes(x.shape, axes)) : y;
}

/** A tensor that is not bool, or an error with what to do instead. */
export function requireNumbers(op: string, x: Value, instead: string): Value {
  if (x.dtype !== "bool") return x;
  throw new DTypeError(`${op}: takes numbers, not bool of shape ${show(x.shape)}; ${instead}`);
}
