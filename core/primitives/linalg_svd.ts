/** Singular values, and the inverse made of them. */
import { bytesOf } from "../dtype.ts";
import { bind, bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { abs, add, div, maximum, mul, neg, scale, sub } from "./arithmetic.ts";
import { and, greater, less, lessEqual, select } from "./compare.ts";
import { full, fullLike, onesLike, zerosLike } from "./create.ts";
import { argSort } from "./cumulative.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import { sqrt } from "./elementary.ts";
import { takeAlong } from "./gather.ts";
import {
  addEverywhere,
  alongColumns,
  alongRows,
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
  outputsOf,
  poison,
  programOf,
  repeatWhile,
  requireMatrix,
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
} from "./linalg_matrix.ts";
import { householder, qr, safeDivide } from "./linalg_orthogonal.ts";
import { reduceMax } from "./reduce.ts";
import { reduceSum } from "./reshape.ts";
import { sliceAxis } from "./slice.ts";

// Singular values and vectors, by one-sided Jacobi rotations (Hestenes 1958).

const svdShapes = (a: Spec): Spec[] => {
  requireMatrix("svd", a);
  const m = rowsOf(a), n = columnsOf(a), k = Math.min(m, n), shapes = [[m, k], [k], [k, n]];
  return shapes.map((s) => ({ shape: [...lead(a), ...s], dtype: a.dtype }));
};

/**
 * A = U·diag(s)·Vᵀ: orthonormal columns in U, s descending and not negative, orthonormal rows in Vᵀ, min(m, n) of each.
 * In each column of U (of V where A has fewer rows than columns) the first element within 1 % of the largest magnitude is
 * positive.
 *
 * Vectors of a repeated singular value, or of 0, are not determined and have no derivative; the terms that would divide
 * by zero are left out. Singular values are differentiable also then, except where they are 0.
 */
export const svdP: Primitive<undefined> = {
  name: "svd",
  infer: ([a]) => svdShapes(a!),
  reference: ([a]) => {
    const out = outputsOf(svdShapes(a!)), m = rowsOf(a!), n = columnsOf(a!), k = Math.min(m, n), wide = m < n;
    eachMatrix(a!, (x, i) => {
      const size = normalize(x);
      // Lines are the columns of a tall matrix, the rows of a wide one.
      const { left, values, right } = oneSidedJacobi(wide ? x : transposed(x, m, n), k, Math.max(m, n));
      out[0]!.data.set(wide ? right : left, i * m * k);
      out[1]!.data.set(values.map((s) => s * size), i * k);
      out[2]!.data.set(wide ? transposed(left, n, k) : transposed(right, n, k), i * k * n);
    });
    return out;
  },
  // Townsend 2016, "Differentiating the singular value decomposition", with P = Uᵀ·dA·V.
  jvp: ([a], [da]) => {
    const [u, s, vt] = svd(a!), v = transposeLast(vt!), ut = transposeLast(u!), dat = transposeLast(da!);
    const p = matmul(ut, matmul(da!, v)), pt = transposeLast(p);
    const sj = alongColumns(s!, p.shape), si = alongRows(s!, p.shape), gap = mul(sub(sj, si), add(sj, si));
    const turnU = safeDivide(add(scaleColumns(p, s!), scaleRows(s!, pt)), gap);
    const turnV = safeDivide(add(scaleRows(s!, p), scaleColumns(pt, s!)), gap);
    const du = add(matmul(u!, turnU), outside(u!, matmul(da!, v), s!));
    const dv = add(matmul(v, turnV), outside(v, matmul(dat, u!), s!));
    return [[u!, s!, vt!], [du, diagonal(p), transposeLast(dv)]];
  },
  batch: stackedBatch(() => svdP),
  lower: ([a]) => programOf("svd", [a!], svdShapes(a!), ([x]) => svdProgram(x!)),
};

/** (x − q·qᵀ·x)·diag(s)⁻¹: what moves out of the span of q's columns; nothing can where q is square. */
function outside(q: Value, x: Value, s: Value): Value {
  if (rowsOf(q) === columnsOf(q)) return zerosLike(q);
  return safeDivide(sub(x, matmul(q, matmul(transposeLast(q), x))), alongColumns(s, x.shape));
}

function transposed(x: ArrayLike<number>, m: number, n: number): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) y[j * m + i] = x[i * n + j]!;
  return y;
}

/** Rotates k lines of `length` elements until they are orthogonal: their lengths are the singular values. */
function oneSidedJacobi(
  x: Float64Array,
  k: number,
  length: number,
): { left: Float64Array; values: Float64Array; right: Float64Array } {
  const v = new Float64Array(k * k),
    dot = (p: number, q: number): number => {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += x[p * length + i]! * x[q * length + i]!;
      return sum;
    };
  for (let i = 0; i < k; i++) v[i * k + i] = 1;
  const whole = x.reduce((s, e) => s + e * e, 0), unfit = whole - whole;
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < k; p++) {
      for (let q = p + 1; q < k; q++) {
        const pp = dot(p, p), qq = dot(q, q), pq = dot(p, q);
        if (!(Math.abs(pq) > (length + 8) * 2 ** -53 * Math.sqrt(pp * qq))) continue;
        rotated = true;
        const by = rotation(pp, qq, pq);
        rotate(x, by, [p * length, q * length], length, 1);
        rotate(v, by, [p * k, q * k], k, 1);
      }
    }
  }
  const sizes = Array.from({ length: k }, (_, i) => Math.sqrt(dot(i, i)));
  const order = sizes.map((_, i) => i).sort((i, j) => sizes[j]! - sizes[i]! || i - j);
  const lines = new Float64Array(k * length), right = new Float64Array(k * k);
  order.forEach((from, to) => {
    lines.set(x.subarray(from * length, (from + 1) * length), to * length);
    for (let i = 0; i < k; i++) right[i * k + to] = v[from * k + i]!;
  });
  // Orthogonalising once more gives unit vectors, also in place of lines that are 0.
  const { q } = householder(transposed(lines, k, length), length, k, k);
  for (let j = 0; j < k; j++) {
    const sign = signOf(Array.from({ length }, (_, i) => q[i * k + j]!));
    for (let i = 0; i < length; i++) q[i * k + j] = sign * q[i * k + j]! + unfit;
    for (let i = 0; i < k; i++) right[i * k + j] = sign * right[i * k + j]! + unfit;
  }
  return { left: q, values: Float64Array.from(order, (i) => sizes[i]! + unfit), right };
}

/** The same with all disjoint pairs of a round at once, n − 1 rounds a sweep. */
function svdProgram(a: Value): readonly Value[] {
  const [scaled, scale] = normalized(a), wide = rowsOf(a) < columnsOf(a);
  const x = wide ? scaled : transposeLast(scaled), last = x.shape.length - 1;
  const k = rowsOf(x),
    lines = evenRows(x),
    size = rowsOf(lines),
    identity = eyeLike({
      shape: [...lead(x), size, size],
      dtype: a.dtype,
    });
  const near = (columnsOf(x) + 8) * (a.dtype === "f32" ? 2 ** -24 : 2 ** -53);
  const zero = full([], 0, a.dtype);
  const [orthogonal, turns] = repeatWhile(
    [lines, identity, full([], 0, "i32"), fullLike(zero, 1)],
    ([, , sweep, worst]) => and(greater(worst!, fullLike(worst!, near)), less(sweep!, full([], mostSweeps, "i32"))),
    ([x, v, sweep]) => {
      const [[y, w, worst]] = steps(Math.max(1, size - 1), [x!, v!, zero], [], ([x, v, worst]) => {
        const [top, bottom] = halves(x!), dot = (p: Value, q: Value) => reduceSum(mul(p, q), [last]);
        const pp = dot(top, top), qq = dot(bottom, bottom), pq = dot(top, bottom);
        const cosine = safeDivide(abs(pq), mul(sqrt(pp), sqrt(qq)));
        const skip = lessEqual(cosine, fullLike(cosine, near));
        const by = rotations(pp, qq, select(skip, zerosLike(pq), pq));
        const most = reduceMax(cosine, cosine.shape.map((_, i) => i));
        return [[nextPairs(rotateRows(x!, by)), nextPairs(rotateRows(v!, by)), maximum(worst!, most)], []];
      });
      return [y!, w!, add(sweep!, full([], 1, "i32")), worst!];
    },
  );
  const found = sliceAxis(orthogonal!, last - 1, 0, k), sizes = sqrt(reduceSum(mul(found, found), [last]));
  const order = argSort(neg(sizes), last - 1), unfit = poison(a);
  const sorted = (rows: Value) => takeAlong(rows, alongRows(order, rows.shape), last - 1);
  const [q] = qr(transposeLast(sorted(found)), { complete: false }), signs = signsOf(q!);
  const left = scaleColumns(q!, signs);
  const right = scaleColumns(transposeLast(sorted(sliceAxis(sliceAxis(turns!, last - 1, 0, k), last, 0, k))), signs);
  const [u, v] = wide ? [right, left] : [left, right];
  const values = takeAlong(sizes, order, last - 1);
  return [u, mul(values, everywhere(scale, values.shape)), transposeLast(v)].map((y) => addEverywhere(y, unfit));
}

/** U, s descending, Vᵀ. */
export const svd = (a: Value): readonly Value[] => bind(svdP, [a], undefined);

// The Moore–Penrose inverse.

/** Singular values up to this share of the largest count as 0. */
export interface PinvParams {
  readonly tolerance: number;
}

const pinvShapes = (a: Spec): Spec => {
  requireMatrix("pinv", a);
  return { shape: [...lead(a), columnsOf(a), rowsOf(a)], dtype: a.dtype };
};

/** A⁺ through the singular values. */
export const pinvP: Primitive<PinvParams> = {
  name: "pinv",
  infer: ([a]) => [pinvShapes(a!)],
  reference: ([a], { tolerance }) => {
    const y = emptyArray(pinvShapes(a!).shape, a!.dtype), m = rowsOf(a!), n = columnsOf(a!), k = Math.min(m, n);
    // In f64 throughout: rounding the factors to f32 would be most of the error.
    const wide = { shape: a!.shape, dtype: "f64", data: Float64Array.from(a!.data) } as const;
    const [u, s, vt] = svdP.reference([wide], undefined);
    for (let b = 0; b < sizeOf(lead(a!)); b++) {
      const cut = tolerance * (s!.data[b * k] ?? 0);
      for (let r = 0; r < k; r++) {
        const size = s!.data[b * k + r]!;
        // Not `size <= cut`: NaN goes on.
        if (size <= cut) continue;
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < m; i++) {
            y.data[(b * n + j) * m + i]! += vt!.data[(b * k + r) * n + j]! * u!.data[(b * m + i) * k + r]! / size;
          }
        }
      }
    }
    return [y];
  },
  // Golub and Pereyra 1973, eq. 4.12; right as long as the rank stays the same.
  jvp: ([a], [da], p) => {
    const y = pinv(a!, p), yt = transposeLast(y), dat = transposeLast(da!);
    const moved = matmul(y, matmul(da!, y)), left = matmul(matmul(y, yt), dat), right = matmul(matmul(dat, yt), y);
    const tall = sub(left, matmul(matmul(left, a!), y)), wide = sub(right, matmul(y, matmul(a!, right)));
    return [[y], [add(sub(tall, moved), wide)]];
  },
  batch: stackedBatch(() => pinvP),
  lower: ([a], p) => programOf("pinv", [a!], [pinvShapes(a!)], ([x]) => [pinvProgram(x!, p)]),
};

function pinvProgram(a: Value, { tolerance }: PinvParams): Value {
  const [u, s, vt] = svd(a), last = s!.shape.length - 1, largest = reduceMax(s!, [last]);
  const counts = greater(s!, everywhere(scale(largest, tolerance), s!.shape)), one = onesLike(s!);
  const unfit = sub(largest, largest);
  const inverse = add(select(counts, div(one, select(counts, s!, one)), zerosLike(s!)), everywhere(unfit, s!.shape));
  return matmul(scaleColumns(transposeLast(vt!), inverse), transposeLast(u!));
}

/** The share of the largest singular value up to which rounding alone explains one: max(m, n) units in the last place. */
export const roundingTolerance = (a: Spec): number =>
  Math.max(rowsOf(a), columnsOf(a)) * (bytesOf(a.dtype) === 4 ? 2 ** -23 : 2 ** -52);

/** A⁺. */
export const pinv = (a: Value, p: PinvParams): Value => bind1(pinvP, [a], p);
