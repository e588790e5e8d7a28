/** Orthogonal times triangular, by Householder's reflections. */
import { TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import type { Spec, Value } from "../tensor.ts";
import { add, div, mul, neg, scale, sub } from "./arithmetic.ts";
import { equal, greaterEqual, less } from "./compare.ts";
import { concat } from "./concat.ts";
import { iota, onesLike, zerosLike } from "./create.ts";
import { cast } from "./cast.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { takeAxis } from "./gather.ts";
import { steps } from "./linalg_loops.ts";
import {
  at,
  columnsOf,
  diagonal,
  eachMatrix,
  everywhere,
  lead,
  outer,
  outputsOf,
  places,
  programOf,
  requireMatrix,
  rowsOf,
  scaleColumns,
  scaleRows,
  stackedBatch,
  triangle,
} from "./linalg_matrix.ts";
import { normalize, normalized } from "./linalg_scaling.ts";
import { triangularSolve } from "./linalg_triangular_solve.ts";
import { sqrt } from "./power.ts";
import { reduceSum } from "./reduce_sum.ts";
import { select } from "./select.ts";
import { sliceAxis } from "./slice.ts";

/** Whether Q is square, or has only as many columns as A has rank at most. */
export interface QrParams {
  readonly complete: boolean;
}

function infer(a: Spec, { complete }: QrParams): Spec[] {
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
  infer: ([a], p) => infer(a!, p),
  reference: ([a], p) => {
    const out = outputsOf(infer(a!, p)), m = rowsOf(a!), n = columnsOf(a!), k = columnsOf(out[0]!);
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
  lower: ([a], p) => programOf("qr", [a!], infer(a!, p), ([x]) => program(x!, p)),
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
function program(given: Value, p: QrParams): readonly Value[] {
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
