/** Eigenvalues of symmetric matrices and singular values of all. */
import type { DType } from "../dtype.ts";
import { eigh as eighOf } from "../primitives/linalg_eigh.ts";
import { svd as svdOf } from "../primitives/linalg_svd.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matrixOf, type MinOf, squareOf } from "./linalg_operands.ts";

/** The shape of the eigenvalues of matrices of a shape. */
export type Eigenvalues<S extends Shape> = S extends readonly [...infer L extends Shape, unknown] ? L : Shape;

/** Eigenvalues and eigenvectors. */
export interface Eigh<S extends Shape, D extends DType> {
  /** Eigenvalues, ascending, `[…, n]`. */
  readonly values: Tensor<Eigenvalues<S>, D>;
  /** Eigenvectors in columns, `[…, n, n]`, in the order of the values. */
  readonly vectors: Tensor<S, D>;
}

/**
 * Eigenvalues and orthonormal eigenvectors of symmetric matrices: A·V = V·diag(w).
 *
 * What is read is the symmetric part (A + Aᵀ)/2, so the gradient in A is symmetric. Of each vector the element of largest
 * magnitude is positive (the first within 1 % of it). Vectors of a repeated eigenvalue are not determined and have no
 * derivative: the terms that would divide by zero are left out, which gives the right first derivative of whatever does
 * not depend on their choice.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `{ values, vectors }`; NaN for a matrix that has NaN or an infinity in it.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example A mirror
 * ```ts
 * import { eigh, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eigh(tensor([[0, 1], [1, 0]])).values.toArray().map(Math.round), [-1, 1]);
 * ```
 */
export function eigh<S extends Shape, D extends DType>(a: Tensor<S, D>): Eigh<S, D> {
  const [values, vectors] = eighOf(squareOf("eigh", a));
  return { values, vectors } as unknown as Eigh<S, D>;
}

/**
 * Eigenvalues of symmetric matrices, ascending; the symmetric part is read, as in `eigh`.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `[…, n]`.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example A diagonal
 * ```ts
 * import { eigvalsh, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eigvalsh(tensor([[3, 0], [0, 1]])).toArray(), [1, 3]);
 * ```
 */
export function eigvalsh<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<Eigenvalues<S>, D> {
  return eighOf(squareOf("eigvalsh", a))[0] as Tensor<Eigenvalues<S>, D>;
}

/** The shape of the singular values of matrices of a shape. */
export type SingularValues<S extends Shape> = S extends
  readonly [...infer L extends Shape, infer M extends number, infer N extends number]
  ? readonly [...L, MinOf<M, N> & number]
  : Shape;

/** Singular values and vectors. */
export interface Svd<S extends Shape, D extends DType> {
  /** Left singular vectors in columns, `[…, m, k]`. */
  readonly u: S extends readonly [...infer L extends Shape, infer M extends number, infer N extends number]
    ? Tensor<readonly [...L, M, MinOf<M, N> & number], D>
    : Tensor<Shape, D>;
  /** Singular values, descending, `[…, k]`. */
  readonly s: Tensor<SingularValues<S>, D>;
  /** Right singular vectors in rows, `[…, k, n]`. */
  readonly vt: S extends readonly [...infer L extends Shape, infer M extends number, infer N extends number]
    ? Tensor<readonly [...L, MinOf<M, N> & number, N], D>
    : Tensor<Shape, D>;
}

/**
 * Singular value decomposition, A = U·diag(s)·Vᵀ, with k = min(m, n) values.
 *
 * Of each column of U (of V, where m < n) the element of largest magnitude is positive (the first within 1 % of it).
 * Vectors of a repeated singular value, or of 0, are not determined and have no derivative: the terms that would divide
 * by zero are left out, which gives the right first derivative of whatever does not depend on their choice.
 *
 * @param a f32 or f64, `[…, m, n]`.
 * @returns `{ u, s, vt }`, `[…, m, k]`, `[…, k]` descending, `[…, k, n]`; NaN for a matrix that has NaN or an infinity.
 * @throws {ShapeError} If `a` has fewer than two axes. @throws {DTypeError} If it is not of floats.
 *
 * @example Axes stretched
 * ```ts
 * import { svd, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { s, vt } = svd(tensor([[3, 0], [0, 4], [0, 0]]));
 * assertEquals([s.toArray(), vt.toArray()], [[4, 3], [[0, 1], [1, 0]]]);
 * ```
 */
export function svd<S extends Shape, D extends DType>(a: Tensor<S, D>): Svd<S, D> {
  const [u, s, vt] = svdOf(matrixOf("svd", a));
  return { u, s, vt } as unknown as Svd<S, D>;
}

/**
 * Singular values, descending.
 *
 * @param a f32 or f64, `[…, m, n]`.
 * @returns `[…, min(m, n)]`.
 * @throws {ShapeError} If `a` has fewer than two axes. @throws {DTypeError} If it is not of floats.
 *
 * @example Of a row
 * ```ts
 * import { svdvals, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(svdvals(tensor([[3, 4]])).toArray(), [5]);
 * ```
 */
export function svdvals<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<SingularValues<S>, D> {
  return svdOf(matrixOf("svdvals", a))[1] as Tensor<SingularValues<S>, D>;
}
