/** Sums along a diagonal. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { diagonalOf } from "../primitives/diagonal.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { type SumOf, sumOf } from "./reduction.ts";
import { shown } from "./whole_numbers.ts";
import { requireOptions } from "./options.ts";

/**
 * Sum along a diagonal of two axes.
 *
 * @param x Any tensor of rank 2 or more; truth values count as 0 and 1.
 * @param options `axes`: the two axes of the matrices, the first two if left out; `offset`: 0 is the main diagonal,
 *   positive ones are above it.
 * @returns The sum without those axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or both are the same.
 * @throws {ArgumentError} If `axes` is no pair, or `offset` not a whole number.
 *
 * @example A matrix
 * ```ts
 * import { tensor, trace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trace(tensor([[1, 2], [3, 4]])).item(), 5);
 * ```
 */
export function trace<S extends Shape, D extends DType, const A extends readonly [number, number] = readonly [0, 1]>(
  x: Tensor<S, D> & ReduceOk<"trace", S, A>,
  options: { readonly axes?: A; readonly offset?: number } = {},
): Tensor<Reduce<S, A>, SumOf<D>> {
  requireOptions("trace", options, "{ axes: [0, 1] }", ["axes", "offset"]);
  const v = requireTensor("trace", x), rank = v.shape.length, { axes = [0, 1] as const, offset = 0 } = options;
  if (rank < 2) throw new ShapeError(`trace: ${show(v.shape)} has no diagonal; use a tensor of rank 2 or more`);
  if (!Number.isInteger(offset)) throw new ArgumentError(`trace: offset ${offset} is not a whole number`);
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(`trace: axes are a pair, not ${shown(axes)}; write { axes: [0, 1] }`);
  }
  const [row, column] = axes.map((a) => normalizeAxis("trace", a, rank)) as [number, number];
  if (row === column) throw new ShapeError(`trace: axes [${axes}] name the same axis twice`);
  const down = Math.max(0, -offset), right = Math.max(0, offset);
  const n = Math.max(0, Math.min(v.shape[row]! - down, v.shape[column]! - right));
  const from = (start: number, size: number) => Math.min(start, size - n);
  const rows = sliceAxis(v, row, from(down, v.shape[row]!), from(down, v.shape[row]!) + n);
  const square = sliceAxis(rows, column, from(right, v.shape[column]!), from(right, v.shape[column]!) + n);
  const total = reduceSum(cast(diagonalOf(square, row, column), sumOf(v.dtype)), [rank - 2]);
  return total as unknown as Tensor<Reduce<S, A>, SumOf<D>>;
}
