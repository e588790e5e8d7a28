/** Inverses. */
import type { DType } from "../dtype.ts";
import { eyeLike } from "../primitives/linalg_matrix.ts";
import { pinv as pinvOf, roundingTolerance } from "../primitives/linalg_pinv.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { luSolve, matrixOf, type RankOptions, squareOf, toleranceOf } from "./linalg_operands.ts";
import { requireOptions } from "./options.ts";

/**
 * The inverse of square matrices. To solve equations, `solve` is faster and more accurate.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns A⁻¹, `[…, n, n]`; a singular matrix gives infinities or NaN.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { inv, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inv(tensor([[0, 2], [4, 0]])).toArray(), [[0, 0.25], [0.5, 0]]);
 * ```
 */
export function inv<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<S, D> {
  const x = squareOf("inv", a);
  return luSolve(x, eyeLike(x)) as Tensor<S, D>;
}

/** The shape of the inverse of matrices of a shape. */
export type Pinv<S extends Shape> = S extends
  readonly [...infer L extends Shape, infer M extends number, infer N extends number] ? readonly [...L, N, M] : Shape;

/**
 * The Moore–Penrose inverse of matrices of any size and rank.
 *
 * Its derivative (Golub and Pereyra's) is right as long as the rank stays the same.
 *
 * @param a f32 or f64, `[…, m, n]`.
 * @param options `tolerance`: the share of the largest singular value up to which others count as 0.
 * @returns A⁺, `[…, n, m]`.
 * @throws {ShapeError} If `a` has fewer than two axes. @throws {DTypeError} If it is not of floats.
 *
 * @example A column
 * ```ts
 * import { pinv, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pinv(tensor([[2], [0]])).toArray(), [[0.5, 0]]);
 * ```
 */
export function pinv<S extends Shape, D extends DType>(a: Tensor<S, D>, options: RankOptions = {}): Tensor<Pinv<S>, D> {
  const x = matrixOf("pinv", a);
  requireOptions("pinv", options, "{ tolerance: 1e-3 }", ["tolerance"]);
  return pinvOf(x, { tolerance: toleranceOf("pinv", options.tolerance, roundingTolerance(x)) }) as Tensor<Pinv<S>, D>;
}
