/** Systems of equations with a triangular matrix. */
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { div, mul, neg, sub } from "./arithmetic.ts";
import { broadcastInFront } from "./broadcast.ts";
import { equal, greater, less } from "./compare.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { floating, inferDType } from "./elementwise.ts";
import { takeAxis } from "./gather.ts";
import { steps } from "./linalg_loops.ts";
import {
  alongColumns,
  alongRows,
  at,
  columnsOf,
  eachMatrix,
  everywhere,
  lead,
  outputsOf,
  places,
  programOf,
  requireMatrix,
  requireSquare,
  rowsOf,
  triangle,
} from "./linalg_matrix.ts";
import { reshape } from "./reshape.ts";
import { select } from "./select.ts";
import { moveAxis } from "./transpose.ts";

/** Which triangle is read, whether it is transposed, and whether its diagonal is taken for ones unread. */
export interface TriangularParams {
  readonly lower: boolean;
  readonly transpose: boolean;
  readonly unitDiagonal: boolean;
}

/**
 * X with A·X = B, or Aᵀ·X = B, for A `[…, n, n]` and B `[…, n, k]` with equal leading axes. The other triangle is not
 * read. Linear in B. A zero on the diagonal divides: infinities and NaN.
 */
export const triangularSolveP: Primitive<TriangularParams> = {
  name: "triangularSolve",
  infer: ([a, b]) => {
    requireSquare("triangularSolve", a!);
    requireMatrix("triangularSolve", b!);
    const dtype = inferDType("triangularSolve", [a!, b!], floating);
    if (rowsOf(a!) !== rowsOf(b!) || !sameShape(lead(a!), lead(b!))) {
      throw new ShapeError(
        `triangularSolve: ${show(a!.shape)} does not fit the right-hand side ${
          show(b!.shape)
        }; leading axes and rows must be equal`,
      );
    }
    return [{ shape: b!.shape, dtype }];
  },
  reference: ([a, b], p) => {
    const n = rowsOf(b!), k = columnsOf(b!), [x] = outputsOf([b!]), matrices: Float64Array[] = [];
    eachMatrix(a!, (m) => matrices.push(m));
    eachMatrix(b!, (right, i) => {
      substitute(matrices[i]!, right, n, k, p);
      x!.data.set(right, i * n * k);
    });
    return [x!];
  },
  jvp: ([a, b], [da, db], p) => {
    const x = triangularSolve(a!, b!, p);
    if (da === null || da === undefined) return [[x], [db ? triangularSolve(a!, db, p) : null]];
    const read = triangle(da, p.lower, p.unitDiagonal), moved = matmul(p.transpose ? transposeLast(read) : read, x);
    return [[x], [triangularSolve(a!, db ? sub(db, moved) : neg(moved), p)]];
  },
  transpose: ([ct], [a], _, p) => [null, triangularSolve(a!, ct!, { ...p, transpose: !p.transpose })],
  batch: ([a, b], [ma, mb], p, { size }) => {
    if (ma) return { outputs: [triangularSolve(a!, mb ? b! : broadcastInFront(b!, size), p)], mapped: [true] };
    // One matrix for all: the examples are more right-hand sides.
    const last = b!.shape.length - 1, many = moveAxis(b!, 0, last);
    const x = triangularSolve(a!, reshape(many, [...many.shape.slice(0, -2), columnsOf(b!) * size]), p);
    return { outputs: [moveAxis(reshape(x, many.shape), last, 0)], mapped: [true] };
  },
  lower: ([a, b], p) => programOf("triangularSolve", [a!, b!], [b!], ([m, x]) => [program(m!, x!, p)]),
};

/** Forward or back substitution, in place. */
function substitute(a: Float64Array, x: Float64Array, n: number, k: number, p: TriangularParams): void {
  const forward = p.lower !== p.transpose, [down, across] = p.transpose ? [1, n] : [n, 1];
  for (let s = 0; s < n; s++) {
    const i = forward ? s : n - 1 - s;
    for (let t = 0; t < s; t++) {
      const j = forward ? t : n - 1 - t, f = a[i * down + j * across]!;
      for (let c = 0; c < k; c++) x[i * k + c]! -= f * x[j * k + c]!;
    }
    if (!p.unitDiagonal) { for (let c = 0; c < k; c++) x[i * k + c]! /= a[i * n + i]!; }
  }
}

/** Column by column: each solved unknown is taken away from the equations still to come. */
function program(a: Value, b: Value, p: TriangularParams): Value {
  const forward = p.lower !== p.transpose, { shape } = b, rows = shape.length - 2;
  const columns = moveAxis(p.transpose ? transposeLast(a) : a, a.shape.length - 1, 0);
  const [[x]] = steps(rowsOf(b), [b], [columns], ([x], j, [column]) => {
    const right = takeAxis(x!, j, rows), pivot = takeAxis(column!, j, column!.shape.length - 1);
    const solved = p.unitDiagonal ? right : div(right, everywhere(pivot, right.shape));
    const here = at(j, shape), row = places.rows(x!), known = alongColumns(solved, shape);
    const ahead = forward ? greater(row, here) : less(row, here);
    const reduced = sub(x!, mul(alongRows(column!, shape), known));
    return [[select(equal(row, here), known, select(ahead, reduced, x!))], []];
  }, !forward);
  return x!;
}

/** X with op(A)·X = B. */
export const triangularSolve = (a: Value, b: Value, p: TriangularParams): Value => bind1(triangularSolveP, [a, b], p);
