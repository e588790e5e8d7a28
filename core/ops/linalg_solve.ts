/** Systems of equations, spectra and norms. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { abs, mul, scale, sub } from "../primitives/arithmetic.ts";
import { equal, greater, select } from "../primitives/compare.ts";
import { cast, full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { matmul, transposeLast } from "../primitives/dot_general.ts";
import { powConstant } from "../primitives/elementary.ts";
import { columnsOf, everywhere, lead, rowsOf } from "../primitives/linalg_matrix.ts";
import { eigh as eighOf } from "../primitives/linalg_orthogonal.ts";
import { pinv, roundingTolerance, svd as svdOf } from "../primitives/linalg_svd.ts";
import { triangularSolve as solveTriangle } from "../primitives/linalg_triangular.ts";
import { checkNotEmpty, reduceMax, reduceMin } from "../primitives/reduce.ts";
import { reduceSum } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import type { Matmul } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  type LeadOf,
  luSolve,
  matrixOf,
  type MinOf,
  type RankOptions,
  squareOf,
  systemOf,
  toleranceOf,
} from "./linalg.ts";
import { asFloat, dualOptions, flag, requireOptions, requireTensor } from "./operands.ts";
import { type ReduceOp, reducing, sqrtFlatAtZero } from "./reduce.ts";

// Systems of linear equations: triangular, square, and solved in the least-squares sense.

/** Options of `triangularSolve`. */
export interface TriangularSolveOptions<Side extends "left" | "right" = "left" | "right"> {
  /** Whether the lower triangle is read, or the upper; false (upper) if left out. */
  readonly lower?: boolean;
  /** Whether the triangle is transposed first; false if left out. */
  readonly transpose?: boolean;
  /** Whether the diagonal is taken for ones and not read; false if left out. */
  readonly unitDiagonal?: boolean;
  /** "left" solves A·X = B, "right" X·A = B; "left" if left out. */
  readonly side?: Side;
}

/** `triangularSolve(a, b, options?)`, or data last, `pipe(a, triangularSolve(b, options?))`. */
export interface TriangularSolveOp {
  /** Solves for the unknown beside `a`. */
  <
    SA extends Shape,
    DA extends DType,
    SB extends Shape,
    DB extends DType,
    const Side extends "left" | "right" = "left",
  >(
    a: Tensor<SA, DA>,
    b: Tensor<SB, DB>,
    options?: TriangularSolveOptions<Side>,
  ): Tensor<Side extends "left" ? Matmul<SA, SB> : Matmul<SB, SA>, Promote<DA, DB>>;
  /** Data last. */
  <SB extends Shape, DB extends DType, const Side extends "left" | "right" = "left">(
    b: Tensor<SB, DB>,
    options?: TriangularSolveOptions<Side>,
  ): <SA extends Shape, DA extends DType>(
    a: Tensor<SA, DA>,
  ) => Tensor<Side extends "left" ? Matmul<SA, SB> : Matmul<SB, SA>, Promote<DA, DB>>;
}

/**
 * Solves equations with a triangular matrix by substitution.
 *
 * @param a f32 or f64, `[…, n, n]`; the other triangle is not read.
 * @param b Right-hand sides: a vector `[n]`, or `[…, n, k]` (`[…, k, n]` for side "right"); leading axes broadcast.
 * @param options `lower`, `transpose`, `unitDiagonal`, `side`.
 * @returns X of the shape of `b`. A zero on the diagonal gives infinities or NaN.
 * @throws {ShapeError} If `a` is not square or the sizes differ. @throws {DTypeError} If either is not of floats.
 *
 * @example Two unknowns
 * ```ts
 * import { tensor, triangularSolve } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = triangularSolve(tensor([[2, 0], [1, 4]]), tensor([2, 9]), { lower: true });
 * assertEquals(x.toArray(), [1, 2]);
 * ```
 */
export const triangularSolve: TriangularSolveOp = dualOptions((first, second, given) => {
  const op = "triangularSolve", options = given as TriangularSolveOptions, square = squareOf(op, first, "matrix");
  requireOptions(op, options, "{ lower: true }", ["lower", "transpose", "unitDiagonal", "side"]);
  const { side = "left" } = options;
  if (side !== "left" && side !== "right") {
    throw new ArgumentError(`${op}: side is "left" or "right", not ${String(side)}`);
  }
  const params = {
    lower: flag(op, "lower", options.lower),
    transpose: flag(op, "transpose", options.transpose),
    unitDiagonal: flag(op, "unitDiagonal", options.unitDiagonal),
  };
  if (side === "left") {
    const { a, b, restore } = systemOf(op, square, second);
    return restore(solveTriangle(a, b, params));
  }
  // X·A = B is Aᵀ·Xᵀ = Bᵀ; a vector stays a vector.
  const right = requireTensor(op, second, "right-hand side"), turned = right.shape.length > 1;
  if (right.shape.at(-1) !== rowsOf(square)) {
    throw new ShapeError(
      `${op}: ${show(square.shape)} does not fit the right-hand side ${show(right.shape)}; on the right it needs ${
        rowsOf(square)
      } columns, one for each row of the matrix`,
    );
  }
  const { a, b, restore } = systemOf(op, square, turned ? transposeLast(right) : right);
  const x = restore(solveTriangle(a, b, { ...params, transpose: !params.transpose }));
  return turned ? transposeLast(x) : x;
}) as TriangularSolveOp;

/** `solve(a, b)`, or data last, `pipe(a, solve(b))`. */
export interface SolveOp {
  /** A⁻¹·B. */
  <SA extends Shape, DA extends DType, SB extends Shape, DB extends DType>(
    a: Tensor<SA, DA>,
    b: Tensor<SB, DB>,
  ): Tensor<Matmul<SA, SB>, Promote<DA, DB>>;
  /** Data last. */
  <SB extends Shape, DB extends DType>(
    b: Tensor<SB, DB>,
  ): <SA extends Shape, DA extends DType>(a: Tensor<SA, DA>) => Tensor<Matmul<SA, SB>, Promote<DA, DB>>;
}

/**
 * Solves A·X = B by elimination with partial pivoting.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @param b A vector `[n]`, or `[…, n, k]`; leading axes broadcast.
 * @returns X, `[…, n]` for a vector, else `[…, n, k]`. A singular matrix gives infinities or NaN.
 * @throws {ShapeError} If `a` is not square or the sizes differ. @throws {DTypeError} If either is not of floats.
 *
 * @example Two unknowns
 * ```ts
 * import { solve, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(solve(tensor([[0, 2], [4, 0]]), tensor([6, 8])).toArray(), [2, 3]);
 * ```
 */
export const solve: SolveOp = dualOptions((first, second) => {
  const { a, b, restore } = systemOf("solve", squareOf("solve", first, "matrix"), second);
  return restore(luSolve(a, b));
}) as SolveOp;

/** What `lstsq` finds. */
export interface Lstsq<SA extends Shape, SB extends Shape, D extends DType> {
  /** The shortest X that minimises ‖A·X − B‖, `[…, n]` or `[…, n, k]`. */
  readonly solution: Tensor<
    SA extends readonly [...infer L extends Shape, infer M extends number, infer N extends number]
      ? Matmul<readonly [...L, N, M], SB>
      : Shape,
    D
  >;
  /** ‖A·X − B‖² of each right-hand side, `[…]` or `[…, k]`. */
  readonly residuals: Tensor<Shape, D>;
  /** How many singular values count, `[…]`. */
  readonly rank: Tensor<LeadOf<SA>, "i32">;
  /** Singular values of A, descending, `[…, min(m, n)]`. */
  readonly singularValues: Tensor<SingularValues<SA>, D>;
}

/** `lstsq(a, b, options?)`, or data last, `pipe(a, lstsq(b, options?))`. */
export interface LstsqOp {
  /** The solution and how good it is. */
  <SA extends Shape, DA extends DType, SB extends Shape, DB extends DType>(
    a: Tensor<SA, DA>,
    b: Tensor<SB, DB>,
    options?: RankOptions,
  ): Lstsq<SA, SB, Promote<DA, DB>>;
  /** Data last. */
  <SB extends Shape, DB extends DType>(
    b: Tensor<SB, DB>,
    options?: RankOptions,
  ): <SA extends Shape, DA extends DType>(a: Tensor<SA, DA>) => Lstsq<SA, SB, Promote<DA, DB>>;
}

/**
 * Least squares: the X of least norm among those that minimise ‖A·X − B‖.
 *
 * Its derivative is right as long as the rank of A stays the same. Unlike NumPy's, residuals are given for every rank.
 *
 * @param a f32 or f64, `[…, m, n]`.
 * @param b A vector `[m]`, or `[…, m, k]`; leading axes broadcast.
 * @param options `tolerance`: the share of the largest singular value up to which others count as 0.
 * @returns `{ solution, residuals, rank, singularValues }`.
 * @throws {ShapeError} If the rows differ in number. @throws {DTypeError} If either is not of floats.
 *
 * @example A line through three points
 * ```ts
 * import { lstsq, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { solution } = lstsq(tensor([[1, 0], [1, 1], [1, 2]]), tensor([1, 3, 5]));
 * assertAlmostEquals(solution.toArray()[1]!, 2, 1e-5);
 * ```
 */
export const lstsq: LstsqOp = dualOptions((first, second, given) => {
  const op = "lstsq", options = given as RankOptions, matrix = matrixOf(op, first, "matrix");
  requireOptions(op, options, "{ tolerance: 1e-3 }", ["tolerance"]);
  const { a, b, restore } = systemOf(op, matrix, second);
  const share = toleranceOf(op, options.tolerance, roundingTolerance(a));
  // Leading axes that only `b` has would be repeated work: values and rank are the matrix's own.
  const own = cast(matrix, a.dtype), values = svdOf(own)[1]!, last = values.shape.length - 1;
  const x = matmul(pinv(a, { tolerance: share }), b), missed = sub(matmul(a, x), b);
  const residuals = reduceSum(mul(missed, missed), [missed.shape.length - 2]);
  const few = Math.min(rowsOf(own), columnsOf(own)) === 0;
  const rank = few ? full(lead(own), 0, "i32") : reduceSum(
    cast(
      greater(values, everywhere(reduceSum(scale(sliceAxis(values, last, 0, 1), share), [last]), values.shape)),
      "i32",
    ),
    [last],
  );
  return { solution: restore(x), residuals: restore(residuals), rank, singularValues: values };
}) as LstsqOp;

// Eigenvalues of symmetric matrices and singular values of all.

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

// Lengths of vectors.

/** What a norm takes beside `axis` and `keepDims`. */
export interface NormOptions {
  /** The order p of (Σ|x|ᵖ)^(1/p), 2 if left out; ∞ and −∞ are the largest and smallest |x|, 0 counts what is not 0. */
  readonly ord?: number;
}

/** x^p for x ≥ 0, its derivative 0 at x = 0. */
function powerFlatAtZero(x: Value, p: number): Value {
  const none = equal(x, zerosLike(x));
  return select(none, fullLike(x, p > 0 ? 0 : Infinity), powConstant(select(none, onesLike(x), x), p));
}

function normOver(x: Value, axes: readonly number[], ord: number): Value {
  switch (ord) {
    case 0:
      return reduceSum(cast(cast(x, "bool"), x.dtype), axes);
    case 1:
      return reduceSum(abs(x), axes);
    case 2:
      return sqrtFlatAtZero(reduceSum(mul(x, x), axes));
    case Infinity:
      checkNotEmpty("norm", x.shape, axes, "the largest of nothing is no number");
      return reduceMax(abs(x), axes, "split");
    case -Infinity:
      checkNotEmpty("norm", x.shape, axes, "the smallest of nothing is no number");
      return reduceMin(abs(x), axes, "split");
    default:
      return powerFlatAtZero(reduceSum(powerFlatAtZero(abs(x), ord), axes), 1 / ord);
  }
}

/**
 * Norm of vectors along axes, (Σ|x|ᵖ)^(1/p). Its derivative at the zero vector is 0.
 *
 * @param x Any tensor; all axes named together hold one vector (a matrix gives its Frobenius norm).
 * @param options `ord`: the order p, 2 if left out; `Infinity` and `-Infinity` give the largest and the smallest |x|, 0 the
 * number of elements that are not 0. `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The norm without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice, or an infinite order meets no elements.
 * @throws {ArgumentError} If `ord` is not a number.
 *
 * @example Three, four, five
 * ```ts
 * import { norm, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(norm(tensor([[3, 4], [0, -2]]), { axis: 1 }).toArray(), [5, 2]);
 * ```
 */
export const norm: ReduceOp<"norm", "float", NormOptions> = reducing("norm", (v, axes, options: NormOptions) => {
  const ord: unknown = options.ord ?? 2;
  if (typeof ord !== "number" || Number.isNaN(ord)) {
    throw new ArgumentError(
      `norm: ord ${String(ord)} is not a number; use 0, 1, 2, Infinity, -Infinity or another order`,
    );
  }
  return normOver(asFloat(v), axes, ord);
}, "ord");
