/** Jacobi's rotations: of two rows at a time in plain loops, of all rows in disjoint pairs in programs. */
import { add, div, mul, neg, scale, sub } from "./arithmetic.ts";
import { concat } from "./concat.ts";
import { equal, greaterEqual, less } from "./compare.ts";
import { full, onesLike, zerosLike } from "./create.ts";
import { argMax } from "./arg_extreme.ts";
import { cast } from "./cast.ts";
import { takeAlong } from "./gather.ts";
import { alongColumns, columnsOf, everywhere, lead, rowsOf, scaleRows } from "./linalg_matrix.ts";
import { reduceMax } from "./reduce_extreme.ts";
import { reshape } from "./reshape.ts";
import { abs } from "./rounding.ts";
import { select } from "./select.ts";
import { sliceAxis } from "./slice.ts";
import { sqrt } from "./power.ts";
import type { Value } from "../tensor.ts";

/** Sweeps after which a program gives up: Jacobi's method needs about log₂ n + 5, so only NaN gets here. */
export const mostSweeps = 40;

/**
 * Cosine and sine of the rotation that makes orthogonal what has products `pp`, `qq` with itself and `pq` with the other:
 * the smaller of the two angles (Golub and Van Loan, Matrix Computations, 4th ed., algorithm 8.5.1).
 */
export function rotation(pp: number, qq: number, pq: number): readonly [c: number, s: number] {
  const theta = (qq - pp) / (2 * pq), t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(1 + theta * theta));
  const c = 1 / Math.sqrt(1 + t * t);
  return [c, t * c];
}

/** Rotates two lines of n elements, `step` apart, that begin at p and q, in place. */
export function rotate(
  x: Float64Array,
  [c, s]: readonly [number, number],
  [p, q]: readonly [number, number],
  n: number,
  step: number,
): void {
  for (let i = 0; i < n; i++, p += step, q += step) {
    const a = x[p]!, b = x[q]!;
    x[p] = c * a - s * b;
    x[q] = s * a + c * b;
  }
}

/** −1 if the first of a vector's elements within 1 % of the largest magnitude is negative, else 1. */
export function signOf(v: readonly number[]): number {
  const largest = v.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  return (v.find((x) => Math.abs(x) >= 0.99 * largest) ?? 1) < 0 ? -1 : 1;
}

/** `rotation` for many at once. */
export function rotations(pp: Value, qq: Value, pq: Value): readonly [c: Value, s: Value] {
  const none = equal(pq, zerosLike(pq)), one = onesLike(pq);
  const theta = div(sub(qq, pp), scale(select(none, one, pq), 2));
  const sign = select(less(theta, zerosLike(theta)), neg(one), one);
  const t = select(none, zerosLike(pq), div(sign, add(abs(theta), sqrt(add(one, mul(theta, theta))))));
  const c = div(one, sqrt(add(one, mul(t, t))));
  return [c, mul(t, c)];
}

/** The upper and the lower half of the rows: row i of one is paired with row i of the other. */
export function halves(x: Value): readonly [Value, Value] {
  const rows = x.shape.length - 2, n = rowsOf(x), h = n / 2;
  return [sliceAxis(x, rows, 0, h), sliceAxis(x, rows, h, n)];
}

/** Rotates the rows of every pair. */
export function rotateRows(x: Value, [c, s]: readonly [Value, Value]): Value {
  const [top, bottom] = halves(x);
  return concat([
    sub(scaleRows(c, top), scaleRows(s, bottom)),
    add(scaleRows(s, top), scaleRows(c, bottom)),
  ], x.shape.length - 2);
}

/**
 * Rows changed round for the next pairs, as in a round-robin tournament: the first stays, the others move on by one
 * place; after n − 1 rounds every two have met and all are back (Brent and Luk 1985).
 */
export function nextPairs(x: Value): Value {
  const rows = x.shape.length - 2,
    n = rowsOf(x),
    h = n / 2,
    part = (from: number, to: number) => sliceAxis(x, rows, from, to);
  if (h === 1) return x;
  return concat([part(0, 1), part(h, h + 1), part(1, h - 1), part(h + 1, n), part(h - 1, h)], rows);
}

/** A row of zeros more where the number of rows is odd, so that all are in pairs. */
export function evenRows(x: Value): Value {
  if (rowsOf(x) % 2 === 0) return x;
  return concat([x, full([...lead(x), 1, columnsOf(x)], 0, x.dtype)], x.shape.length - 2);
}

/** `signOf` the columns of a matrix. */
export function signsOf(x: Value): Value {
  const rows = x.shape.length - 2, size = abs(x), largest = reduceMax(size, [rows]);
  const candidates = greaterEqual(size, scale(alongColumns(largest, x.shape), 0.99));
  const first = argMax(cast(candidates, "i32"), rows);
  const element = takeAlong(x, reshape(first, [...lead(x), 1, columnsOf(x)]), rows);
  const v = reshape(element, largest.shape);
  return select(less(v, zerosLike(v)), neg(onesLike(v)), onesLike(v));
}

/** 0, or NaN for a matrix that has a NaN or an infinity in it. */
export function poison(x: Value): Value {
  const n = x.shape.length, largest = reduceMax(abs(x), [n - 2, n - 1]);
  return sub(largest, largest);
}

/** Adds a number per matrix to all its elements, or to those of its vector. */
export const addEverywhere = (x: Value, v: Value): Value => add(x, everywhere(v, x.shape));
