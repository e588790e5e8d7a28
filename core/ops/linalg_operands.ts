/** What the operations of linear algebra share: their arguments checked, their result types, factors put to use. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { lead, requireMatrix, requireSquare, rowsOf } from "../primitives/linalg_matrix.ts";
import { lu, permuteRows } from "../primitives/linalg_lu.ts";
import { triangularSolve } from "../primitives/linalg_triangular_solve.ts";
import { reshape } from "../primitives/reshape.ts";
import { broadcastShapes, type Shape, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { promoted, requireTensor } from "./operands.ts";

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
  const [packed, order] = lu(a);
  const half = triangularSolve(packed!, permuteRows(b, order!), { lower: true, transpose: false, unitDiagonal: true });
  return triangularSolve(packed!, half, { lower: false, transpose: false, unitDiagonal: false });
}
