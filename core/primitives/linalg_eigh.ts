/** Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's rotations. */
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Spec, Value } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal, greater, less } from "./compare.ts";
import { full, fullLike, onesLike, zerosLike } from "./create.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { takeAlong } from "./gather.ts";
import { repeatWhile, steps } from "./linalg_loops.ts";
import {
  alongColumns,
  alongRows,
  columnsOf,
  diagonal,
  eachMatrix,
  everywhere,
  eyeLike,
  onDiagonal,
  outputsOf,
  places,
  programOf,
  requireSquare,
  scaleColumns,
  stackedBatch,
  symmetric,
} from "./linalg_matrix.ts";
import {
  addEverywhere,
  evenRows,
  halves,
  mostSweeps,
  nextPairs,
  poison,
  rotate,
  rotateRows,
  rotation,
  rotations,
  signOf,
  signsOf,
} from "./linalg_rotations.ts";
import { normalize, normalized } from "./linalg_scaling.ts";
import { and, or } from "./logic.ts";
import { reduceAny } from "./reduce_logic.ts";
import { reduceSum } from "./reduce_sum.ts";
import { select } from "./select.ts";
import { sliceAxis } from "./slice.ts";
import { argSort } from "./sort.ts";

const infer = (a: Spec): Spec[] => {
  requireSquare("eigh", a);
  return [{ shape: a.shape.slice(0, -1), dtype: a.dtype }, { shape: a.shape, dtype: a.dtype }];
};

/**
 * w ascending and V orthogonal with (A + Aᵀ)/2 = V·diag(w)·Vᵀ. The symmetric part is read, so the derivative in A is
 * symmetric. In each column of V the first element within 1 % of the largest magnitude is positive.
 *
 * Vectors of a repeated eigenvalue are not determined and have no derivative; the terms that would divide by zero are
 * left out, which is right for what does not depend on the choice of vectors (to first order).
 */
export const eighP: Primitive<undefined> = {
  name: "eigh",
  infer: ([a]) => infer(a!),
  reference: ([a]) => {
    const out = outputsOf(infer(a!)), n = columnsOf(a!);
    eachMatrix(a!, (x, i) => {
      const size = normalize(x), { values, vectors } = jacobi(x, n);
      out[0]!.data.set(values.map((w) => w * size), i * n);
      out[1]!.data.set(vectors, i * n * n);
    });
    return out;
  },
  // Giles 2008, §3.1: with P = Vᵀ·dA·V, dw = diag P and dV = V·(F∘P), F[i, j] = 1/(w[j] − w[i]) off the diagonal.
  jvp: ([a], [da]) => {
    const [w, v] = eigh(a!), p = matmul(transposeLast(v!), matmul(symmetric(da!), v!));
    const gap = sub(alongColumns(w!, p.shape), alongRows(w!, p.shape));
    return [[w!, v!], [diagonal(p), matmul(v!, safeDivide(p, gap))]];
  },
  batch: stackedBatch(() => eighP),
  lower: ([a]) => programOf("eigh", [a!], infer(a!), ([x]) => program(x!)),
};

/** x / y, and 0 where y is 0. */
export function safeDivide(x: Value, y: Value): Value {
  const none = equal(y, zerosLike(y));
  return select(none, zerosLike(x), div(x, select(none, onesLike(y), y)));
}

/** Sweeps over all pairs until what is off the diagonal is below the roundoff of the whole. */
function jacobi(given: Float64Array, n: number): { values: number[]; vectors: number[] } {
  const a = given.map((x, i) => (x + given[i % n * n + Math.floor(i / n)]!) / 2), v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const size = Math.sqrt(a.reduce((s, x) => s + x * x, 0)), small = size * 2 ** -60;
  const unfit = size - size;
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (!(Math.abs(a[p * n + q]!) > small)) continue;
        rotated = true;
        const by = rotation(a[p * n + p]!, a[q * n + q]!, a[p * n + q]!);
        rotate(a, by, [p * n, q * n], n, 1);
        rotate(a, by, [p, q], n, n);
        rotate(v, by, [p * n, q * n], n, 1);
        // What the rotation was for; rounding alone would leave some of it where two eigenvalues are close.
        a[p * n + q] = a[q * n + p] = 0;
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]! || i - j);
  const vectors = new Array<number>(n * n);
  order.forEach((from, to) => {
    const row = [...v.subarray(from * n, (from + 1) * n)], sign = signOf(row);
    row.forEach((x, i) => vectors[i * n + to] = sign * x + unfit);
  });
  return { values: order.map((i) => a[i * n + i]! + unfit), vectors };
}

/** The same with all disjoint pairs of a round at once, n − 1 rounds a sweep. */
function program(given: Value): readonly Value[] {
  const [scaled, size] = normalized(given), a = symmetric(scaled), n = columnsOf(a), last = a.shape.length - 1;
  const both = (x: Value, f: (rows: Value) => Value) => transposeLast(f(transposeLast(f(x))));
  const padded = both(a, evenRows), even = columnsOf(padded), h = even / 2;
  const norm = reduceSum(mul(a, a), [last - 1, last]);
  const small = mul(norm, full(norm.shape, a.dtype === "f32" ? 2 ** -52 : 2 ** -112, a.dtype));
  const [rotated, vectors] = repeatWhile(
    [padded, eyeLike(padded), full([], 0, "i32"), small],
    ([x, , sweep, small]) => {
      const off = select(onDiagonal(x!), zerosLike(x!), x!), left = reduceSum(mul(off, off), [last - 1, last]);
      const going = reduceAny(greater(left, small!), left.shape.map((_, i) => i));
      return and(going, less(sweep!, full([], mostSweeps, "i32")));
    },
    ([x, v, sweep, small]) => {
      const [[y, w]] = steps(Math.max(1, even - 1), [x!, v!], [], ([x, v]) => {
        const [top, bottom] = halves(x!),
          part = (rows: Value, from: number) => diagonal(sliceAxis(rows, last, from, from + h));
        const by = rotations(part(top, 0), part(bottom, h), part(top, h));
        const turned = both(x!, (m) => rotateRows(m, by));
        const cleared = select(pairs(turned, h), zerosLike(turned), turned);
        return [[both(cleared, nextPairs), nextPairs(rotateRows(v!, by))], []];
      });
      return [y!, w!, add(sweep!, full([], 1, "i32")), small!];
    },
  );
  const found = sliceAxis(diagonal(rotated!), last - 1, 0, n), order = argSort(found, last - 1);
  const rows = sliceAxis(sliceAxis(vectors!, last - 1, 0, n), last, 0, n);
  const columns = takeAlong(transposeLast(rows), alongColumns(order, rows.shape), last), unfit = poison(a);
  const values = takeAlong(found, order, last - 1);
  return [
    addEverywhere(mul(values, everywhere(size, values.shape)), unfit),
    addEverywhere(scaleColumns(columns, signsOf(columns)), unfit),
  ];
}

/** Where the rows and columns of a pair meet, h apart. */
function pairs(x: Value, h: number): Value {
  const r = places.rows(x), c = places.columns(x), apart = fullLike(r, h);
  return or(equal(add(r, apart), c), equal(add(c, apart), r));
}

/** Eigenvalues, ascending, and eigenvectors in columns. */
export const eigh = (a: Value): readonly Value[] => bind(eighP, [a], undefined);
