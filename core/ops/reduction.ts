/** What all reductions share: which axes go, and whether a 1 stays in their place. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import type { Ties } from "../primitives/reduce_extreme.ts";
import { reshape } from "../primitives/reshape.ts";
import { keepAxes, normalizeAxes, normalizeAxis, type Shape, show } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
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

/** Who has the derivative at ties: the first along one axis that was named alone, else all evenly, as in PyTorch. */
export const tiesOf = (options: ReduceOptions): Ties => typeof options.axis === "number" ? "first" : "split";

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

/** The dtype of a reduction's result, by what it does: keep that of `x`, sum up, average, ask or count. */
export interface ReducedDType<D extends DType> {
  /** That of `x`. */
  readonly same: D;
  /** Wide enough for a sum. */
  readonly sum: SumOf<D>;
  /** Float. */
  readonly float: FloatOf<D>;
  /** Truth values. */
  readonly bool: "bool";
  /** Numbers of elements. */
  readonly count: "i32";
}

/** The type of reductions over axes: `f(x, options?)`, with options `More` beside `axis` and `keepDims`. */
export interface ReduceOp<Name extends string, R extends keyof ReducedDType<DType>, More = unknown> {
  /** `f(x, options?)`. */
  <
    S extends Shape,
    D extends DType,
    const A extends AxesOption = undefined,
    const K extends boolean = false,
  >(
    x: Tensor<S, D> & ReduceOk<Name, S, A>,
    options?: ReduceOptions<A, K> & More,
  ): Tensor<Reduce<S, A, K>, ReducedDType<D>[R]>;
}

/** A reduction by what it does to a value and its axes, taking the names of `more` options; its type is the caller's. */
export function reducing<Op, More>(
  op: string,
  f: (x: Value, axes: readonly number[], options: ReduceOptions & More) => Value,
  ...more: readonly (keyof More & string)[]
): Op {
  const reduce = (x: unknown, options = {} as ReduceOptions & More) =>
    reduceOver(op, x, options, (v, axes) => f(v, axes, options), ...more);
  return reduce as Op;
}

/** A tensor that is not bool, or an error with what to do instead. */
export function requireNumbers(op: string, x: Value, instead: string): Value {
  if (x.dtype !== "bool") return x;
  throw new DTypeError(`${op}: takes numbers, not bool of shape ${show(x.shape)}; ${instead}`);
}
