/** Determinants, inverses and factors of matrices. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { abs, add, log, mul, sign, sub } from "../primitives/arithmetic.ts";
import { and, equal, greaterEqual, less, notEqual, or, select } from "../primitives/compare.ts";
import { cast, full, fullLike, iota, onesLike, zerosLike } from "../primitives/create.ts";
import { matmul } from "../primitives/dot_general.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { takeAlong } from "../primitives/gather.ts";
import {
  alongColumns,
  columnsOf,
  diagonal,
  everywhere,
  eyeLike,
  lead,
  requireMatrix,
  requireSquare,
  rowsOf,
  triangle,
} from "../primitives/linalg_matrix.ts";
import { qr as qrOf } from "../primitives/linalg_orthogonal.ts";
import { pinv as pinvOf, roundingTolerance } from "../primitives/linalg_svd.ts";
import { cholesky as choleskyOf, lu as luOf, permuteRows, triangularSolve } from "../primitives/linalg_triangular.ts";
import { argMax, reduceAny, reduceProd } from "../primitives/reduce.ts";
import { broadcastRight, reduceSum, reshape } from "../primitives/reshape.ts";
import { slice } from "../primitives/slice.ts";
import { broadcastShapes, type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { flag, promoted, requireOptions, requireTensor } from "./operands.ts";

// What the operations of linear algebra share: their arguments checked, their result types, factors put to use.

/** The axes before the last two, in types. */
export type LeadOf<S extends Shape> = S extends readonly [...infer L extends Shape, unknown, unknown] ? L : Shape;

/** The smaller of two sizes in types: known where they are the same. */
export type MinOf<M, N> = [M, N] extends [N, M] ? M : number;

/** Options of what depends on the rank of a matrix. */
export interface RankOptions {
  /** Singular values up to this share of the largest count as 0; max(m, n) units in the last place if left out. */
  readonly tolerance?: number;
}

/** A float matrix, or a stack of them. */
export function matrixOf(op: string, x: unknown, what?: string): Value {
  const a = requireTensor(op, x, what);
  requireMatrix(op, a);
  return a;
}

/** A square float matrix, or a stack of them. */
export function squareOf(op: string, x: unknown, what?: string): Value {
  const a = requireTensor(op, x, what);
  requireSquare(op, a);
  return a;
}

/** A tolerance, checked. */
export function toleranceOf(op: string, x: unknown, otherwise: number): number {
  if (x === undefined) return otherwise;
  if (typeof x !== "number" || !(x >= 0)) {
    throw new ArgumentError(`${op}: tolerance is a number, 0 or more, not ${String(x)}`);
  }
  return x;
}

/** A matrix and a right-hand side in one dtype with equal leading axes, and the way back to the latter's rank. */
export interface System {
  readonly a: Value;
  readonly b: Value;
  /** A solution of the shape that a right-hand side given as a vector has. */
  readonly restore: (x: Value) => Value;
}

/** Matrices A and right-hand sides B: a vector, or matrices with as many rows as A, leading axes broadcast. */
export function systemOf(op: string, first: Value, given: unknown): System {
  const second = requireTensor(op, given, "right-hand side"), vector = second.shape.length === 1;
  if (second.shape.length === 0) {
    throw new ShapeError(
      `${op}: the right-hand side is a scalar; give a vector or a matrix with ${rowsOf(first)} rows`,
    );
  }
  const column = vector ? reshape(second, [...second.shape, 1]) : second;
  requireMatrix(op, column);
  const [a, b] = promoted(op, first, column) as [Value, Value], m = rowsOf(a);
  if (rowsOf(b) !== m) {
    throw new ShapeError(
      `${op}: ${show(a.shape)} does not fit the right-hand side ${
        show(second.shape)
      }; it needs ${m} rows, one for each of the matrix's`,
    );
  }
  const leading = broadcastShapes(op, lead(a), lead(b));
  const stack = (x: Value) => broadcastRight(x, [...leading, ...x.shape.slice(-2)]);
  return { a: stack(a), b: stack(b), restore: (x) => vector ? reshape(x, x.shape.slice(0, -1)) : x };
}

/** A⁻¹·B by A's triangular factors. */
export function luSolve(a: Value, b: Value): Value {
  const [packed, order] = luOf(a);
  const half = triangularSolve(packed!, permuteRows(b, order!), { lower: true, transpose: false, unitDiagonal: true });
  return triangularSolve(packed!, half, { lower: false, transpose: false, unitDiagonal: false });
}

// Determinants and their logarithms.

/** −1 for every place where `odd` holds, multiplied along the last axis. */
const signOf = (odd: Value, dtype: DType): Value =>
  reduceProd(select(odd, full(odd.shape, -1, dtype), full(odd.shape, 1, dtype)), [odd.shape.length - 1]);

/** 1 or −1 a matrix, by the number of exchanges. */
const parity = (pivots: Value, dtype: DType): Value =>
  signOf(notEqual(pivots, iota(pivots.shape, pivots.shape.length - 1)), dtype);

/**
 * The columns of each matrix with the first that depends on those before it moved to the end, so that elimination meets
 * the zero of a matrix of rank n − 1 last; and the sign of that move.
 */
function dependentLast(x: Value): readonly [Value, Value] {
  const pivots = diagonal(luOf(stopGradient(x))[0]!), last = pivots.shape.length - 1, place = iota(pivots.shape, last);
  const end = fullLike(place, columnsOf(x) - 1);
  const first = argMax(cast(or(equal(pivots, zerosLike(pivots)), equal(place, end)), "i32"), last);
  const from = everywhere(first, place.shape), inner = less(place, end);
  const order = select(less(place, from), place, select(inner, add(place, onesLike(place)), from));
  return [takeAlong(x, alongColumns(order, x.shape), last + 1), signOf(and(greaterEqual(place, from), inner), x.dtype)];
}

/**
 * ±det(B)·(e − r·B⁻¹·c), where B is all but the last row r and column c of the matrix with its rows and columns in the
 * order of elimination: at rank n − 1 it divides by nothing that is zero. At lower rank B is replaced, and the value 0.
 */
function determinant(given: Value): Value {
  const n = columnsOf(given), leading = lead(given);
  if (n === 0) return full(leading, 1, given.dtype);
  if (n === 1) return reshape(given, leading);
  const [x, moved] = dependentLast(given),
    [packed, order, pivots] = luOf(stopGradient(x)),
    ordered = permuteRows(x, order!);
  const part = (r: readonly [number, number], c: readonly [number, number]) =>
    slice(ordered, [...leading.map(() => 0), r[0], c[0]], [...leading, r[1], c[1]]);
  const block = part([0, n - 1], [0, n - 1]), vector = leading.length;
  const before = slice(diagonal(packed!), [...leading.map(() => 0), 0], [...leading, n - 1]);
  const low = reduceAny(equal(before, zerosLike(before)), [vector]);
  const safe = select(everywhere(low, block.shape), eyeLike(block), block), [factors, , exchanges] = luOf(safe);
  const minor = mul(parity(exchanges!, x.dtype), reduceProd(diagonal(factors!), [vector]));
  const product = matmul(part([n - 1, n], [0, n - 1]), luSolve(safe, part([0, n - 1], [n - 1, n])));
  const rest = sub(part([n - 1, n], [n - 1, n]), product);
  const whole = mul(mul(mul(moved, parity(pivots!, x.dtype)), minor), reshape(rest, leading));
  return select(low, zerosLike(whole), whole);
}

/**
 * Determinants.
 *
 * Derivatives are right also at singular matrices of rank n − 1; at lower rank the first one, 0, is right, and higher
 * ones are given as 0.
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
  return determinant(squareOf("det", a)) as Tensor<LeadOf<S>, D>;
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
  const [packed, , pivots] = luOf(squareOf("slogdet", a)), d = diagonal(packed!), last = d.shape.length - 1;
  return {
    sign: mul(parity(pivots!, d.dtype), reduceProd(sign(d), [last])),
    logAbsDet: reduceSum(log(abs(d)), [last]),
  } as unknown as Slogdet<S, D>;
}

// Inverses.

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

// Factorisations by elimination and reflection: Cholesky, LU, QR.

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
