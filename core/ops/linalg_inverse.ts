/** Inverses and determinants. */
import type { DType } from "../dtype.ts";
import { mul, sub } from "../primitives/arithmetic.ts";
import { equal, notEqual } from "../primitives/compare.ts";
import { full, iota, zerosLike } from "../primitives/create.ts";
import { matmul } from "../primitives/dot_general.ts";
import { log } from "../primitives/exponential.ts";
import { lu, permuteRows } from "../primitives/linalg_lu.ts";
import { columnsOf, diagonal, everywhere, eyeLike, lead } from "../primitives/linalg_matrix.ts";
import { pinv as pinvOf, roundingTolerance } from "../primitives/linalg_pinv.ts";
import { reduceAny } from "../primitives/reduce_logic.ts";
import { reduceProd } from "../primitives/reduce_prod.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { reshape } from "../primitives/reshape.ts";
import { abs, sign } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { slice } from "../primitives/slice.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  type LeadOf,
  luSolve,
  matrixOf,
  type RankOptions,
  requireOptions,
  squareOf,
  toleranceOf,
} from "./linalg_operands.ts";

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
  requireOptions("pinv", options, "{ tolerance: 1e-3 }");
  return pinvOf(x, { tolerance: toleranceOf("pinv", options.tolerance, roundingTolerance(x)) }) as Tensor<Pinv<S>, D>;
}

/** 1 or −1 a matrix, by the number of exchanges. */
function parity(pivots: Value, dtype: DType): Value {
  const last = pivots.shape.length - 1, exchanged = notEqual(pivots, iota(pivots.shape, last));
  const sign = select(exchanged, full(pivots.shape, -1, dtype), full(pivots.shape, 1, dtype));
  return reduceProd(sign, [last]);
}

/**
 * Determinants.
 *
 * The derivative is right also at singular matrices: what is differentiated is ±det(B)·(e − r·B⁻¹·c), B being all but the
 * last row and column after elimination, which divides by nothing that is zero at rank n − 1. At lower rank the first
 * derivative, 0, is right too; higher ones are given as 0 there.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `[…]`.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { det, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(det(tensor([[0, 2], [4, 1]])).item(), -8);
 * ```
 */
export function det<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<LeadOf<S>, D> {
  const x = squareOf("det", a), n = columnsOf(x), leading = lead(x);
  if (n === 0) return full(leading, 1, x.dtype) as Tensor<LeadOf<S>, D>;
  const [packed, order, pivots] = lu(stopGradient(x)), ordered = permuteRows(x, order!);
  const part = (r: readonly [number, number], c: readonly [number, number]) =>
    slice(ordered, [...leading.map(() => 0), r[0], c[0]], [...leading, r[1], c[1]]);
  const corner = reshape(part([n - 1, n], [n - 1, n]), leading);
  const outside = parity(pivots!, x.dtype);
  if (n === 1) return mul(outside, corner) as Tensor<LeadOf<S>, D>;
  const block = part([0, n - 1], [0, n - 1]), vector = block.shape.length - 2;
  const before = slice(diagonal(packed!), [...leading, n].map(() => 0), [...leading, n - 1]);
  const singular = reduceAny(equal(before, zerosLike(before)), [vector]);
  const safe = select(everywhere(singular, block.shape), eyeLike(block), block);
  const [factors, , exchanges] = lu(safe);
  const minor = mul(parity(exchanges!, x.dtype), reduceProd(diagonal(factors!), [vector]));
  const moved = matmul(part([n - 1, n], [0, n - 1]), luSolve(safe, part([0, n - 1], [n - 1, n])));
  const whole = mul(mul(outside, minor), sub(corner, reshape(moved, leading)));
  return select(singular, zerosLike(whole), whole) as Tensor<LeadOf<S>, D>;
}

/** The sign of a determinant and the logarithm of its magnitude. */
export interface Slogdet<S extends Shape, D extends DType> {
  /** −1, 0 or 1, `[…]`. */
  readonly sign: Tensor<LeadOf<S>, D>;
  /** log |det A|, `[…]`; −∞ for a singular matrix. */
  readonly logAbsDet: Tensor<LeadOf<S>, D>;
}

/**
 * Sign and logarithm of determinants, for those too large or too small for a float.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `{ sign, logAbsDet }`; the derivative at a singular matrix is infinite or NaN.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { slogdet, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { sign, logAbsDet } = slogdet(tensor([[0, 1], [1, 0]]));
 * assertEquals([sign.item(), logAbsDet.item()], [-1, 0]);
 * ```
 */
export function slogdet<S extends Shape, D extends DType>(a: Tensor<S, D>): Slogdet<S, D> {
  const [packed, , pivots] = lu(squareOf("slogdet", a)), d = diagonal(packed!), last = d.shape.length - 1;
  return {
    sign: mul(parity(pivots!, d.dtype), reduceProd(sign(d), [last])),
    logAbsDet: reduceSum(log(abs(d)), [last]),
  } as unknown as Slogdet<S, D>;
}
