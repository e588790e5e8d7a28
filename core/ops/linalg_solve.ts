/** Systems of linear equations: triangular, square, and solved in the least-squares sense. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { mul, scale, sub } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/cast.ts";
import { greater } from "../primitives/compare.ts";
import { matmul, transposeLast } from "../primitives/dot_general.ts";
import { columnsOf, everywhere, lead, rowsOf } from "../primitives/linalg_matrix.ts";
import { pinv, roundingTolerance } from "../primitives/linalg_pinv.ts";
import { svd } from "../primitives/linalg_svd.ts";
import { triangularSolve as solveTriangle } from "../primitives/linalg_triangular_solve.ts";
import { full } from "../primitives/create.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import type { Matmul } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import {
  type LeadOf,
  luSolve,
  matrixOf,
  type RankOptions,
  squareOf,
  systemOf,
  toleranceOf,
} from "./linalg_operands.ts";
import { requireTensor } from "./operands.ts";
import { flag, requireOptions } from "./options.ts";
import type { SingularValues } from "./linalg_spectrum.ts";

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
  const own = cast(matrix, a.dtype), values = svd(own)[1]!, last = values.shape.length - 1;
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
