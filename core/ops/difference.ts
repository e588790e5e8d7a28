/** Differences of neighbours. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { sub } from "../primitives/arithmetic.ts";
import { sliceAxis } from "../primitives/slice.ts";
import type { Shape } from "../shape.ts";
import type { AxisOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis, requireNumbers } from "./reduction.ts";

/** Options of `diff`. */
export interface DiffOptions<A extends number = number> {
  /** Along which axis; the last if left out. */
  readonly axis?: A;
  /** How many times; 1 if left out. */
  readonly n?: number;
}

/** The shape of differences: one axis is shorter, and sizes are not computed in types. */
export type DiffShape<S extends Shape> = { readonly [I in keyof S]: number };

/**
 * Differences of neighbours along an axis, `x[i + 1] − x[i]`, taken `n` times.
 *
 * @param x Any numeric tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `n`: how many times, 1 if left out.
 * @returns The differences, in the dtype of `x`, with `n` elements fewer along the axis (none if there are too few).
 * @throws {ShapeError} If the axis is out of range.
 * @throws {DTypeError} If `x` is bool.
 * @throws {ArgumentError} If `n` is not a whole number, 0 or more.
 *
 * @example Odd numbers are the differences of squares
 * ```ts
 * import { diff, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(diff(tensor([0, 1, 4, 9])).toArray(), [1, 3, 5]);
 * ```
 */
export function diff<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"diff", S, A>,
  options: DiffOptions<A> = {},
): Tensor<DiffShape<S>, D> {
  let y = requireNumbers("diff", requireTensor("diff", x), "cast it to i32 first");
  checkOptions("diff", options, "axis", "n");
  const axis = oneAxis("diff", options.axis ?? -1, y.shape.length), n: unknown = options.n ?? 1;
  if (!(typeof n === "number" && Number.isInteger(n) && n >= 0)) {
    throw new ArgumentError(`diff: n is ${String(n)}, not a whole number, 0 or more`);
  }
  for (let i = 0; i < n && y.shape[axis]! > 0; i++) {
    const size = y.shape[axis]!;
    y = sub(sliceAxis(y, axis, 1, size), sliceAxis(y, axis, 0, size - 1));
  }
  return y as Tensor<DiffShape<S>, D>;
}
