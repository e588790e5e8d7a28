/** Sums and extremes over sliding windows. */
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { reduceWindow as reduce, type ReduceWindowParams, windowShape } from "../primitives/reduce_window.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { type SumOf, sumOf } from "./reduction.ts";
import { type Padding, padding, type PerAxis, perAxis, samePadding } from "./window_options.ts";
import { requireOptions } from "./options.ts";

/** What is made of windows of which size, and how they slide; lists have an entry for each axis of the tensor. */
export interface ReduceWindowOptions<O extends "max" | "min" | "sum" = "max" | "min" | "sum"> {
  /** The sum, or the largest or smallest element. */
  readonly op: O;
  /** The size of a window on every axis; 1 where it does not slide. */
  readonly window: readonly number[];
  /** Distances between neighbouring windows; 1 if left out. */
  readonly strides?: PerAxis;
  /** Room at the borders; none if left out. It adds nothing to sums, and is never the largest or smallest. */
  readonly padding?: Padding;
  /** Distances between neighbouring elements of a window; 1 if left out. */
  readonly dilation?: PerAxis;
}

/**
 * The sum, or the largest or smallest element, of every window that slides over a tensor: what pooling is made of.
 *
 * The derivative of an extreme goes to the first element of the window that attains it; a NaN in a window wins.
 *
 * @param x Any numeric tensor.
 * @param options `op`, `window`, and how it slides: `strides`, `padding`, `dilation`.
 * @returns One element a window, in the dtype of `x` (sums of u8 in u32). An extreme of padding alone is the end of the
 *   dtype's range.
 * @throws {ShapeError} If the window is wider than the padded tensor, or of another rank.
 * @throws {ArgumentError} If an option is out of its range.
 *
 * @example The larger of every two neighbours
 * ```ts
 * import { reduceWindow, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reduceWindow(tensor([1, 3, 2, 0]), { op: "max", window: [2] }).toArray(), [3, 3, 2]);
 * ```
 */
export function reduceWindow<S extends Shape, D extends DType, O extends "max" | "min" | "sum">(
  x: Tensor<S, D>,
  options: ReduceWindowOptions<O>,
): Tensor<{ readonly [I in keyof S]: number }, O extends "sum" ? SumOf<D> : D> {
  const name = "reduceWindow", given = requireTensor(name, x), rank = given.shape.length;
  const names = ["op", "window", "strides", "padding", "dilation"];
  requireOptions(name, options, '{ op: "max", window: [2, 2] }', names);
  const { op, window } = options;
  if (op !== "max" && op !== "min" && op !== "sum") {
    throw new ArgumentError(`${name}: op ${JSON.stringify(op)} must be "max", "min" or "sum"`);
  }
  if (kindOf(given.dtype) === "bool") throw new DTypeError(`${name}: takes numbers, not bool; cast it first`);
  if (!Array.isArray(window) || window.length !== rank) {
    throw new ShapeError(
      `${name}: window ${JSON.stringify(window)} must have a size for each of the ${rank} axes of ${show(given.shape)}`,
    );
  }
  const size = perAxis(name, "window", window, rank);
  const strides = perAxis(name, "strides", options.strides, rank);
  const dilation = perAxis(name, "dilation", options.dilation, rank);
  const same = samePadding(given.shape, size, strides, new Array<number>(rank).fill(1), dilation);
  const p: ReduceWindowParams = {
    op,
    window: size,
    strides,
    dilation,
    padding: padding(name, options.padding, same, rank),
  };
  windowShape(name, given, p);
  const y = reduce(op === "sum" ? cast(given, sumOf(given.dtype)) : given, p);
  return y as unknown as Tensor<{ readonly [I in keyof S]: number }, O extends "sum" ? SumOf<D> : D>;
}
