/** Triangular systems, and triangular factors. */
import { ShapeError } from "../errors.ts";
import { bind, bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, show } from "../shape.ts";
import type { Spec, Value } from "../tensor.ts";
import { abs, add, div, mul, neg, scale, sub } from "./arithmetic.ts";
import { and, equal, greater, greaterEqual, less, select } from "./compare.ts";
import { fullLike, iota, onesLike, zerosLike } from "./create.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { sqrt } from "./elementary.ts";
import { floating, inferDType } from "./elementwise.ts";
import { takeAlong, takeAxis } from "./gather.ts";
import {
  alongColumns,
  alongRows,
  at,
  columnsOf,
  diagonal,
  eachMatrix,
  everywhere,
  eyeLike,
  lead,
  onDiagonal,
  orNaN,
  outer,
  outputsOf,
  places,
  programOf,
  requireMatrix,
  requireSquare,
  rowsOf,
  stackedBatch,
  steps,
  symmetric,
  triangle,
} from "./linalg_matrix.ts";
import { argMax, reduceAll } from "./reduce.ts";
import { broadcastInFront, moveAxis, reduceSum, reshape } from "./reshape.ts";

// Systems of equations with a triangular matrix.

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
  lower: ([a, b], p) => programOf("triangularSolve", [a!, b!], [b!], ([m, x]) => [solveProgram(m!, x!, p)]),
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
function solveProgram(a: Value, b: Value, p: TriangularParams): Value {
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

// The Cholesky factor of symmetric positive definite matrices.

/**
 * L with L·Lᵀ = (A + Aᵀ)/2, lower triangular. The symmetric part is read, so the derivative in A is symmetric. All of L's
 * triangle is NaN where the symmetric part is not positive definite.
 */
export const choleskyP: Primitive<undefined> = {
  name: "cholesky",
  infer: ([a]) => {
    requireSquare("cholesky", a!);
    return [{ shape: a!.shape, dtype: a!.dtype }];
  },
  reference: ([a]) => {
    const n = columnsOf(a!), [l] = outputsOf([a!]);
    eachMatrix(a!, (m, k) => l!.data.set(factor(m, n), k * n * n));
    return [l!];
  },
  // Murray 2016, "Differentiation of the Cholesky decomposition", eq. 8: dL = L·Φ(L⁻¹·dA·L⁻ᵀ), Φ halves the diagonal.
  jvp: ([a], [da]) => {
    const l = cholesky(a!), solved = { lower: true, transpose: false, unitDiagonal: false };
    const half = triangularSolve(l, symmetric(da!), solved);
    const whole = triangularSolve(l, transposeLast(half), solved);
    const phi = triangle(select(onDiagonal(whole), scale(whole, 0.5), whole), true);
    return [[l], [matmul(l, phi)]];
  },
  batch: stackedBatch(() => choleskyP),
  lower: ([a]) => programOf("cholesky", [a!], [a!], ([x]) => [choleskyProgram(x!)]),
};

function factor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  let definite = true;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = (a[i * n + j]! + a[j * n + i]!) / 2;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!;
    }
    definite &&= l[j * n + j]! > 0;
  }
  if (!definite) { for (let i = 0; i < n; i++) l.fill(NaN, i * n, i * n + i + 1); }
  return l;
}

/** Right-looking: each step takes a column and its outer product away from what is left. */
function choleskyProgram(a: Value): Value {
  const n = columnsOf(a), { shape } = a, vector = shape.slice(0, -1), last = shape.length - 1;
  const [[, l]] = steps(n, [symmetric(a), zerosLike(a)], [], ([m, l], j) => {
    const column = takeAxis(m!, j, last), root = sqrt(takeAxis(column, j, last - 1));
    const index = places.along(column), from = greaterEqual(index, at(j, vector));
    const v = select(from, div(column, everywhere(root, vector)), zerosLike(column));
    return [[
      sub(m!, outer(v, v)),
      select(equal(places.columns(m!), at(j, shape)), alongRows(v, shape), l!),
    ], []];
  });
  const d = diagonal(l!), ok = reduceAll(greater(d, zerosLike(d)), [last - 1]);
  return triangle(orNaN(ok, l!), true);
}

/** The lower factor of the symmetric part. */
export const cholesky = (a: Value): Value => bind1(choleskyP, [a], undefined);

// Gaussian elimination with partial pivoting.

const infer = (a: Spec): Spec[] => {
  requireSquare("lu", a);
  const places = { shape: a.shape.slice(0, -1), dtype: "i32" } as const;
  return [{ shape: a.shape, dtype: a.dtype }, places, places];
};

/**
 * Rows of A in another order are L·U. Outputs: L (its unit diagonal left out) and U in one matrix; the row of A that each
 * row comes from; the row that each step's row was exchanged with. The first of the largest candidates is the pivot. A
 * pivot of zero leaves its column as it is, and a zero on U's diagonal.
 */
export const luP: Primitive<undefined> = {
  name: "lu",
  infer: ([a]) => infer(a!),
  reference: ([a]) => {
    const n = columnsOf(a!), out = outputsOf(infer(a!));
    eachMatrix(a!, (m, k) => {
      const { order, pivots } = eliminate(m, n);
      out[0]!.data.set(m, k * n * n);
      out[1]!.data.set(order, k * n);
      out[2]!.data.set(pivots, k * n);
    });
    return out;
  },
  // With F = L⁻¹·P·dA·U⁻¹: dL = L·(F below the diagonal), dU = (F on and above it)·U.
  jvp: ([a], [da]) => {
    const [packed, order, pivots] = lu(a!);
    const half = triangularSolve(packed!, permuteRows(da!, order!), {
      lower: true,
      transpose: false,
      unitDiagonal: true,
    });
    const f = transposeLast(
      triangularSolve(packed!, transposeLast(half), { lower: false, transpose: true, unitDiagonal: false }),
    );
    const l = add(triangle(packed!, true, true), eyeLike(packed!)), u = triangle(packed!, false);
    const tangent = add(matmul(l, triangle(f, true, true)), matmul(triangle(f, false), u));
    return [[packed!, order!, pivots!], [tangent, null, null]];
  },
  batch: stackedBatch(() => luP),
  lower: ([a]) => programOf("lu", [a!], infer(a!), ([x]) => luProgram(x!)),
};

/** Eliminates in place. */
function eliminate(m: Float64Array, n: number): { order: number[]; pivots: number[] } {
  const order = Array.from({ length: n }, (_, i) => i), pivots: number[] = [];
  for (let k = 0; k < n; k++) {
    let p = k, best = Math.abs(m[k * n + k]!);
    for (let i = k + 1; i < n && best === best; i++) {
      const size = Math.abs(m[i * n + k]!);
      if (size > best || size !== size) [p, best] = [i, size];
    }
    pivots.push(p);
    if (p !== k) {
      [order[k], order[p]] = [order[p]!, order[k]!];
      for (let j = 0; j < n; j++) [m[k * n + j], m[p * n + j]] = [m[p * n + j]!, m[k * n + j]!];
    }
    if (best === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const f = m[i * n + k]! / m[k * n + k]!;
      m[i * n + k] = f;
      for (let j = k + 1; j < n; j++) m[i * n + j]! -= f * m[k * n + j]!;
    }
  }
  return { order, pivots };
}

/** The same, the rows and columns already done being kept by masks. */
function luProgram(a: Value): readonly Value[] {
  const { shape } = a, rows = shape.length - 2, vector = shape.slice(0, -1);
  const order = iota(vector, rows);
  const [[packed, rowsFrom], [pivots]] = steps(columnsOf(a), [a, order], [], ([m, order], j) => {
    const column = takeAxis(m!, j, rows + 1), along = places.along(column), j1 = at(j, vector), j2 = at(j, shape);
    const p = argMax(select(greaterEqual(along, j1), abs(column), fullLike(column, -1)), rows);
    const isP = equal(along, everywhere(p, vector)), isJ = equal(along, j1);
    const swap = (x: Value, test: (v: Value) => Value, spread: (v: Value) => Value) => {
      const rowJ = takeAxis(x, j, rows), rowP = reduceSum(select(test(isP), x, zerosLike(x)), [rows]);
      return { rowP, x: select(test(isJ), spread(rowP), select(test(isP), spread(rowJ), x)) };
    };
    const { rowP, x } = swap(m!, (v) => alongRows(v, shape), (v) => alongColumns(v, shape));
    const pivot = everywhere(takeAxis(rowP, j, rows), vector), zero = equal(pivot, zerosLike(pivot));
    const factor = div(takeAxis(x, j, rows + 1), select(zero, onesLike(pivot), pivot));
    const below = greater(places.rows(x), j2),
      right = greater(places.columns(x), j2),
      there = equal(places.columns(x), j2);
    const reduced = select(and(below, right), sub(x, outer(factor, rowP)), x);
    const next = select(and(below, there), alongRows(factor, shape), reduced);
    return [[next, swap(order!, (v) => v, (v) => everywhere(v, vector)).x], [p]];
  });
  return [packed!, rowsFrom!, moveAxis(pivots!, 0, rows)];
}

/** The rows of `x` in the order that `order` names. */
export const permuteRows = (x: Value, order: Value): Value =>
  takeAlong(x, alongRows(order, [...order.shape, columnsOf(x)]), x.shape.length - 2);

/** L and U in one, the order of the rows, and the exchanges. */
export const lu = (a: Value): readonly Value[] => bind(luP, [a], undefined);
