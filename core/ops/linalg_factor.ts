/** Factorisations by elimination and reflection: Cholesky, LU, QR. */
import type { DType } from "../dtype.ts";
import { add } from "../primitives/arithmetic.ts";
import { cholesky as choleskyOf } from "../primitives/linalg_cholesky.ts";
import { lu as luOf } from "../primitives/linalg_lu.ts";
import { eyeLike, triangle } from "../primitives/linalg_matrix.ts";
import { qr as qrOf } from "../primitives/linalg_qr.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matrixOf, type MinOf, squareOf } from "./linalg_operands.ts";
import { flag, requireOptions } from "./options.ts";

export type { LeadOf, MinOf, RankOptions } from "./linalg_operands.ts";

/**
 * The Cholesky factor of symmetric positive definite matrices: L lower triangular with L·Lᵀ = A.
 *
 * What is read is the symmetric part (A + Aᵀ)/2, so the gradient in A is symmetric, and a matrix that is not quite
 * symmetric is not an error.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns L, `[…, n, n]`; all of its triangle is NaN where the symmetric part is not positive definite.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { cholesky, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cholesky(tensor([[4, 2], [2, 10]])).toArray(), [[2, 0], [1, 3]]);
 * ```
 */
export function cholesky<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<S, D> {
  return choleskyOf(squareOf("cholesky", a)) as Tensor<S, D>;
}

/** Factors of a matrix whose rows have been put in another order. */
export interface Lu<S extends Shape, D extends DType> {
  /** L, `[…, n, n]`, with ones on its diagonal. */
  readonly lower: Tensor<S, D>;
  /** U, `[…, n, n]`. */
  readonly upper: Tensor<S, D>;
  /** The row of the matrix that each row of L·U is, `[…, n]`. */
  readonly order: Tensor<S extends readonly [...infer L extends Shape, unknown] ? L : Shape, "i32">;
}

/**
 * Gaussian elimination with partial pivoting: the rows of A, in the order found, are L·U.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `{ lower, upper, order }`; singular matrices have a zero on U's diagonal, and infinite or NaN derivatives.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Rows exchanged
 * ```ts
 * import { lu, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { lower, upper, order } = lu(tensor([[1, 3], [2, 4]]));
 * assertEquals([lower.toArray(), upper.toArray()], [[[1, 0], [0.5, 1]], [[2, 4], [0, 1]]]);
 * assertEquals(order.toArray(), [1, 0]);
 * ```
 */
export function lu<S extends Shape, D extends DType>(a: Tensor<S, D>): Lu<S, D> {
  const [packed, order] = luOf(squareOf("lu", a));
  const lower = add(triangle(packed!, true, true), eyeLike(packed!)), upper = triangle(packed!, false);
  return { lower, upper, order: order! } as unknown as Lu<S, D>;
}

/** Options of `qr`. */
export interface QrOptions<C extends boolean = boolean> {
  /** Whether Q is square, `[…, m, m]`; if false or left out it has min(m, n) columns. */
  readonly complete?: C;
}

/** Number of columns of Q. */
export type QrSize<M, N, C> = C extends true ? M : MinOf<M, N> & number;

/** Orthogonal and triangular factor. */
export interface Qr<S extends Shape, D extends DType, C extends boolean = false> {
  /** Q, `[…, m, k]`, with orthonormal columns. */
  readonly q: S extends readonly [...infer L extends Shape, infer M extends number, infer N extends number]
    ? Tensor<readonly [...L, M, QrSize<M, N, C>], D>
    : Tensor<Shape, D>;
  /** R, `[…, k, n]`, upper triangular, its diagonal not negative. */
  readonly r: S extends readonly [...infer L extends Shape, infer M extends number, infer N extends number]
    ? Tensor<readonly [...L, QrSize<M, N, C>, N], D>
    : Tensor<Shape, D>;
}

/**
 * A = Q·R: orthonormal columns times an upper triangle.
 *
 * The diagonal of R is not negative, which makes the factors of a matrix of full rank unique; LAPACK, and so NumPy, may
 * differ in signs.
 *
 * @param a f32 or f64, `[…, m, n]`.
 * @param options `complete`: Q square. The columns that complete it (m > n) are not determined by `a`, so that form is
 *   not differentiable.
 * @returns `{ q, r }`, `[…, m, k]` and `[…, k, n]` with k = min(m, n), or m if complete.
 * @throws {ShapeError} If `a` has fewer than two axes. @throws {DTypeError} If it is not of floats.
 * @throws {TransformError} If the complete form with m > n is differentiated.
 *
 * @example A column's direction and length
 * ```ts
 * import { qr, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { q, r } = qr(tensor([[3], [4]]));
 * assertAlmostEquals(r.item(), 5, 1e-6);
 * assertAlmostEquals(q.toArray()[0]![0]!, 0.6, 1e-6);
 * ```
 */
export function qr<S extends Shape, D extends DType, const C extends boolean = false>(
  a: Tensor<S, D>,
  options: QrOptions<C> = {},
): Qr<S, D, C> {
  const x = matrixOf("qr", a);
  requireOptions("qr", options, "{ complete: true }", ["complete"]);
  const [q, r] = qrOf(x, { complete: flag("qr", "complete", options.complete) });
  return { q: q!, r: r! } as unknown as Qr<S, D, C>;
}
