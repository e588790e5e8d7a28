/** Orthogonal factors: QR, and eigenvectors of symmetric matrices. */
import { TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import type { Spec, Value } from "../tensor.ts";
import { add, div, mul, neg, scale, sub } from "./arithmetic.ts";
import { and, equal, greater, greaterEqual, less, or, select } from "./compare.ts";
import { cast, full, fullLike, iota, onesLike, zerosLike } from "./create.ts";
import { argSort } from "./cumulative.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { sqrt } from "./elementary.ts";
import { takeAlong, takeAxis } from "./gather.ts";
import {
  addEverywhere,
  alongColumns,
  alongRows,
  at,
  columnsOf,
  diagonal,
  eachMatrix,
  evenRows,
  everywhere,
  eyeLike,
  halves,
  lead,
  mostSweeps,
  nextPairs,
  normalize,
  normalized,
  onDiagonal,
  outer,
  outputsOf,
  places,
  poison,
  programOf,
  repeatWhile,
  requireMatrix,
  requireSquare,
  rotate,
  rotateRows,
  rotation,
  rotations,
  rowsOf,
  scaleColumns,
  scaleRows,
  signOf,
  signsOf,
  stackedBatch,
  steps,
  symmetric,
  triangle,
} from "./linalg_matrix.ts";
import { triangularSolve } from "./linalg_triangular.ts";
import { reduceAny } from "./reduce.ts";
import { reduceSum } from "./reshape.ts";
import { concat, sliceAxis } from "./slice.ts";

// Orthogonal times triangular, by Householder's reflections.

/** Whether Q is square, or has only as many columns as A has rank at most. */
export interface QrParams {
  readonly complete: boolean;
}

function qrShapes(a: Spec, { complete }: QrParams): Spec[] {
  requireMatrix("qr", a);
  const m = rowsOf(a),
    n = columnsOf(a),
    k = complete ? m : Math.min(m, n),
    shape = (r: number, c: number): Shape => [
      ...lead(a),
      r,
      c,
    ];
  return [{ shape: shape(m, k), dtype: a.dtype }, { shape: shape(k, n), dtype: a.dtype }];
}

/**
 * A = Q·R with orthonormal columns in Q and R upper triangular, its diagonal not negative: what makes both unique for
 * matrices of full rank.
 */
export const qrP: Primitive<QrParams> = {
  name: "qr",
  infer: ([a], p) => qrShapes(a!, p),
  reference: ([a], p) => {
    const out = outputsOf(qrShapes(a!, p)), m = rowsOf(a!), n = columnsOf(a!), k = columnsOf(out[0]!);
    eachMatrix(a!, (x, i) => {
      const size = normalize(x), { q, r } = householder(x, m, n, k);
      out[0]!.data.set(q, i * m * k);
      out[1]!.data.set(r.map((e) => e * size), i * k * n);
    });
    return out;
  },
  jvp: ([a], [da], p) => {
    const m = rowsOf(a!), n = columnsOf(a!), k = Math.min(m, n), [q, r] = qr(a!, p);
    if (columnsOf(q!) > n) {
      throw new TransformError(
        `qr: columns of Q beyond the first ${n} are not determined by a ${
          show(a!.shape)
        } matrix and have no derivative; use the reduced form`,
      );
    }
    // The first k columns determine Q; with C = dA·R⁻¹: QᵀC = Ω + T, Ω antisymmetric, T upper; dQ = C − Q·T, dR = T·R.
    const last = a!.shape.length - 1, square = sliceAxis(r!, last, 0, k), first = sliceAxis(da!, last, 0, k);
    const c = transposeLast(
      triangularSolve(square, transposeLast(first), { lower: false, transpose: true, unitDiagonal: false }),
    );
    const mixed = matmul(transposeLast(q!), c), below = triangle(mixed, true, true);
    const t = sub(mixed, sub(below, transposeLast(below)));
    const dq = sub(c, matmul(q!, t)), dr = triangle(matmul(t, square), false);
    if (k === n) return [[q!, r!], [dq, dr]];
    const rest = sub(sliceAxis(da!, last, k, n), matmul(dq, sliceAxis(r!, last, k, n)));
    return [[q!, r!], [dq, concat([dr, matmul(transposeLast(q!), rest)], last)]];
  },
  batch: stackedBatch(() => qrP),
  lower: ([a], p) => programOf("qr", [a!], qrShapes(a!, p), ([x]) => qrProgram(x!, p)),
};

/** Q `[m, k]` and R `[k, n]` of a matrix `[m, n]`, which is overwritten. */
export function householder(a: Float64Array, m: number, n: number, k: number): { q: Float64Array; r: Float64Array } {
  const q = new Float64Array(m * k), r = new Float64Array(k * n), reflections: (readonly [Float64Array, number])[] = [];
  for (let i = 0; i < k; i++) q[i * k + i] = 1;
  for (let j = 0; j < Math.min(m, n); j++) {
    const v = new Float64Array(m);
    for (let i = j; i < m; i++) v[i] = a[i * n + j]!;
    const size = Math.sqrt(v.reduce((s, x) => s + x * x, 0));
    v[j]! += v[j]! < 0 ? -size : size;
    const squares = v.reduce((s, x) => s + x * x, 0);
    const f = squares === 0 ? 0 : 2 / squares;
    reflect(v, f, a, m, n);
    reflections.push([v, f]);
  }
  for (const [v, f] of reflections.reverse()) reflect(v, f, q, m, k);
  for (let i = 0; i < k; i++) {
    const sign = i < n && a[i * n + i]! < 0 ? -1 : 1;
    for (let j = i; j < n; j++) r[i * n + j] = sign * a[i * n + j]!;
    for (let j = 0; j < m; j++) q[j * k + i]! *= sign;
  }
  return { q, r };
}

/** x − f·v·(vᵀ·x), in place. */
function reflect(v: Float64Array, f: number, x: Float64Array, m: number, n: number): void {
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += v[i]! * x[i * n + j]!;
    for (let i = 0; i < m; i++) x[i * n + j]! -= f * v[i]! * sum;
  }
}

/** The same: the reflections are stacked by one loop and applied to the identity by another, from the last to the first. */
function qrProgram(given: Value, p: QrParams): readonly Value[] {
  const [a, size] = normalized(given),
    m = rowsOf(a),
    n = columnsOf(a),
    last = a.shape.length - 1,
    vector = a.shape.slice(0, -1);
  const [[reduced], [vs, fs]] = steps(Math.min(m, n), [a], [], ([x], j) => {
    const column = takeAxis(x!, j, last), along = places.along(column), here = at(j, vector);
    const v = select(greaterEqual(along, here), column, zerosLike(column));
    const head = takeAxis(v, j, last - 1), size = sqrt(sumSquares(v));
    const moved = add(head, select(less(head, zerosLike(head)), neg(size), size));
    const w = select(equal(along, here), everywhere(moved, vector), v), squares = sumSquares(w);
    const none = equal(squares, zerosLike(squares));
    const f = select(none, squares, div(scale(onesLike(squares), 2), select(none, onesLike(squares), squares)));
    return [[reflected(w, f, x!)], [w, f]];
  });
  const k = p.complete ? m : Math.min(m, n), shape = [...lead(a), m, k];
  const eye = cast(equal(iota(shape, last - 1), iota(shape, last)), a.dtype);
  const [[q]] = steps(Math.min(m, n), [eye], [vs!, fs!], ([x], _, [v, f]) => [[reflected(v!, f!, x!)], []], true);
  const r = triangle(sliceAxis(reduced!, last - 1, 0, k), false);
  const square = sliceAxis(r, last, 0, Math.min(k, n)), d = diagonal(sliceAxis(square, last - 1, 0, Math.min(k, n)));
  const few = select(less(d, zerosLike(d)), neg(onesLike(d)), onesLike(d));
  const rest = [...lead(a), k - few.shape.at(-1)!];
  const signs = rest.at(-1) === 0 ? few : concat([few, onesLike({ shape: rest, dtype: a.dtype })], last - 1);
  return [scaleColumns(q!, signs), mul(scaleRows(signs, r), everywhere(size, r.shape))];
}

const sumSquares = (v: Value): Value => reduceSum(mul(v, v), [v.shape.length - 1]);

/** x − f·v·(vᵀ·x). */
function reflected(v: Value, f: Value, x: Value): Value {
  const along = reduceSum(scaleRows(v, x), [x.shape.length - 2]);
  return sub(x, outer(mul(v, everywhere(f, v.shape)), along));
}

/** Q and R. */
export const qr = (a: Value, p: QrParams): readonly Value[] => bind(qrP, [a], p);

// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's rotations.

const eighShapes = (a: Spec): Spec[] => {
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
  infer: ([a]) => eighShapes(a!),
  reference: ([a]) => {
    const out = outputsOf(eighShapes(a!)), n = columnsOf(a!);
    eachMatrix(a!, (x, i) => {
      const size = normalize(x), { values, vectors } = symmetricJacobi(x, n);
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
  lower: ([a]) => programOf("eigh", [a!], eighShapes(a!), ([x]) => eighProgram(x!)),
};

/** x / y, and 0 where y is 0. */
export function safeDivide(x: Value, y: Value): Value {
  const none = equal(y, zerosLike(y));
  return select(none, zerosLike(x), div(x, select(none, onesLike(y), y)));
}

/** Sweeps over all pairs until what is off the diagonal is below the roundoff of the whole. */
function symmetricJacobi(given: Float64Array, n: number): { values: number[]; vectors: number[] } {
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
function eighProgram(given: Value): readonly Value[] {
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
