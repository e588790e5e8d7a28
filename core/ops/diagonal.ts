/** Diagonals of matrices. */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { diagonalOf } from "../primitives/diagonal.ts";
import { slice } from "../primitives/slice.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { requireOptions } from "./options.ts";

/** The shape of the diagonals of the last two axes, of known length for the main one of a square. */
export type DiagonalShape<S extends Shape, O extends number = 0> = S extends
  readonly [...infer L extends Shape, infer N extends number, infer M]
  ? readonly [N, M, O] extends readonly [M, N, 0] ? readonly [...L, N] : readonly [...L, number]
  : Shape;

/**
 * The diagonals of the last two axes. (A matrix with a given diagonal is `diag`.)
 *
 * @param x `[..., n, m]`, any dtype.
 * @param options `offset`: 0 is the main diagonal, positive ones are above.
 * @returns `[..., k]`, k being the diagonal's length.
 * @throws {ShapeError} If the rank is below 2, or the diagonal lies outside the matrix.
 *
 * @example The main diagonal
 * ```ts
 * import { diagonal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(diagonal(tensor([[1, 2], [3, 4]])).toArray(), [1, 4]);
 * ```
 */
export function diagonal<S extends Shape, D extends DType, const O extends number = 0>(
  x: Tensor<S, D>,
  options: { readonly offset?: O } = {},
): Tensor<DiagonalShape<S, O>, D> {
  requireOptions("diagonal", options, "{ offset: 1 }", ["offset"]);
  const v = requireTensor("diagonal", x), rank = v.shape.length, offset: number = options.offset ?? 0;
  if (rank < 2) throw new ShapeError(`diagonal: expected rank 2 or more, got rank ${rank}`);
  const n = v.shape[rank - 2]!, m = v.shape[rank - 1]!, row = Math.max(0, -offset), column = Math.max(0, offset);
  if (!Number.isInteger(offset) || row > n || column > m) {
    throw new ShapeError(`diagonal: offset ${offset} lies outside a matrix of ${n}×${m}`);
  }
  const k = Math.min(n - row, m - column), lead = v.shape.slice(0, -2);
  const square = slice(v, [...lead.map(() => 0), row, column], [...lead, row + k, column + k]);
  return diagonalOf(square, rank - 2, rank - 1) as unknown as Tensor<DiagonalShape<S, O>, D>;
}
