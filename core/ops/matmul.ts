/** The matrix product. */
import type { DType, Promote } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { dotGeneral, matmul as product } from "../primitives/dot_general.ts";
import { broadcastShapes, sameShape, type Shape, show } from "../shape.ts";
import type { Matmul, MatmulOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { factors } from "./factors.ts";
import { contractAll } from "./labelled.ts";
import { dual } from "./operands.ts";

/** The type of {@linkcode matmul}: `matmul(a, b)`, or data last in a pipe, `pipe(a, matmul(b))`, which means a · b. */
export interface MatmulOp {
  /** `matmul(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB> & MatmulOk<A, B>,
  ): Tensor<Matmul<A, B>, Promote<DA, DB>>;
  /** `pipe(a, matmul(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(
    a: Tensor<A, DA> & MatmulOk<A, B>,
  ) => Tensor<Matmul<A, B>, Promote<DA, DB>>;
}

function checkSizes(a: Value, b: Value): void {
  const both = `${show(a.shape)} · ${show(b.shape)}`, m = a.shape.length, n = b.shape.length;
  if (m === 0 || n === 0) {
    throw new ShapeError(`matmul: a scalar has no axis to contract, ${both}; use mul`);
  }
  if (a.shape[m - 1] !== b.shape[Math.max(n - 2, 0)]) {
    throw new ShapeError(`matmul: inner sizes differ, ${both}; transpose one of them or check the layer widths`);
  }
  try {
    broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  } catch {
    throw new ShapeError(
      `matmul: batch axes do not broadcast, ${both}; sizes before the last two must be equal or 1`,
    );
  }
}

function multiply(given: unknown, other: unknown): Value {
  const [a, b] = factors("matmul", given, other), m = a.shape.length, n = b.shape.length;
  checkSizes(a, b);
  if (n <= 2) return dotGeneral(a, b, { contract: [[m - 1], [Math.max(n - 2, 0)]], batch: [[], []] });
  if (m === n && sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) return product(a, b);
  // Batch axes are labelled by their distance from the matrix, so that they meet as in broadcasting.
  const lead = (rank: number) => Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => `${rank - 3 - i}`);
  const row = m === 1 ? [] : ["row"];
  return contractAll([
    { value: a, labels: [...lead(m), ...row, "inner"] },
    { value: b, labels: [...lead(n), "inner", "column"] },
  ], [...lead(Math.max(m, n)), ...row, "column"]);
}

/**
 * Matrix product, as NumPy's: over the last axis of `a` and the last but one of `b` (the only one of a vector), with all
 * axes before the last two broadcast.
 *
 * @param a Any numeric tensor of rank 1 or more, `[…, M, K]`.
 * @param b Any numeric tensor of rank 1 or more, `[…, K, N]`.
 * @returns `a · b`, `[…, M, N]`, in the common dtype; a vector's missing axis is missing in the result too.
 * @throws {ShapeError} If inner sizes differ, batch axes do not broadcast, or an operand is a scalar.
 * @throws {DTypeError} If both are bool.
 *
 * @example A matrix and a vector
 * ```ts
 * import { matmul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(matmul(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(), [21, 43]);
 * ```
 */
export const matmul: MatmulOp = dual(multiply) as MatmulOp;
