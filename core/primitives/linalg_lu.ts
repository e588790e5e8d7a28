/** Gaussian elimination with partial pivoting. */
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Spec, Value } from "../tensor.ts";
import { add, div, sub } from "./arithmetic.ts";
import { argMax } from "./arg_extreme.ts";
import { and } from "./logic.ts";
import { equal, greater, greaterEqual } from "./compare.ts";
import { fullLike, iota, onesLike, zerosLike } from "./create.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { takeAlong, takeAxis } from "./gather.ts";
import { steps } from "./linalg_loops.ts";
import {
  alongColumns,
  alongRows,
  at,
  columnsOf,
  eachMatrix,
  everywhere,
  eyeLike,
  outer,
  outputsOf,
  places,
  programOf,
  requireSquare,
  stackedBatch,
  triangle,
} from "./linalg_matrix.ts";
import { triangularSolve } from "./linalg_triangular_solve.ts";
import { abs } from "./rounding.ts";
import { reduceSum } from "./reduce_sum.ts";
import { select } from "./select.ts";
import { moveAxis } from "./transpose.ts";

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
  lower: ([a]) => programOf("lu", [a!], infer(a!), ([x]) => program(x!)),
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
function program(a: Value): readonly Value[] {
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
