/** The Cholesky factor of symmetric positive definite matrices. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { div, scale, sub } from "./arithmetic.ts";
import { equal, greater, greaterEqual } from "./compare.ts";
import { zerosLike } from "./create.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { takeAxis } from "./gather.ts";
import { steps } from "./linalg_loops.ts";
import {
  alongRows,
  at,
  columnsOf,
  diagonal,
  eachMatrix,
  everywhere,
  onDiagonal,
  orNaN,
  outer,
  outputsOf,
  places,
  programOf,
  requireSquare,
  stackedBatch,
  symmetric,
  triangle,
} from "./linalg_matrix.ts";
import { triangularSolve } from "./linalg_triangular_solve.ts";
import { reduceAll } from "./reduce_logic.ts";
import { sqrt } from "./power.ts";
import { select } from "./select.ts";

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
  lower: ([a]) => programOf("cholesky", [a!], [a!], ([x]) => [program(x!)]),
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
function program(a: Value): Value {
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
