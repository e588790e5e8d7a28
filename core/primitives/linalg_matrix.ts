/** Matrices inside programs: loops over columns, products, rotations, scales. */
import type { Lowering } from "../compiler/kernel.ts";
import { trace } from "../compiler/program.ts";
import { whileP } from "../control/loops.ts";
import { scanP } from "../control/scan_primitive.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { abs, add, div, exp2, floor, log2, minimum, mul, neg, scale, sub } from "./arithmetic.ts";
import { and, equal, greater, greaterEqual, isFinite, less, lessEqual, select } from "./compare.ts";
import { cast, full, fullLike, iota, onesLike, zerosLike } from "./create.ts";
import { transposeLast } from "./dot_general.ts";
import { sqrt } from "./elementary.ts";
import { takeAlong } from "./gather.ts";
import { argMax, reduceMax } from "./reduce.ts";
import { broadcast, reduceSum, reshape } from "./reshape.ts";
import { concat, sliceAxis } from "./slice.ts";

// Loops on flat values, in which the programs of linear algebra are written.

/** What a step of `steps` makes: the next carry, and what is stacked. */
export type Step = readonly [carry: readonly Value[], results: readonly Value[]];

/**
 * Applies `body` to the carry, to the step's index (an i32 scalar) and to the slices of `xs` for the indices below
 * `length`, or from the last to the first.
 */
export function steps(
  length: number,
  init: readonly Value[],
  xs: readonly Value[],
  body: (carry: readonly Value[], j: Value, slices: readonly Value[]) => Step,
  reverse = false,
): Step {
  const n = init.length, scanned = [iota([length], 0), ...xs];
  const slices = scanned.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }));
  const program = trace("linear algebra", (ins) => {
    const [carry, results] = body(ins.slice(0, n), ins[n]!, ins.slice(n + 1));
    return [...carry, ...results];
  }, [...init, ...slices]);
  const { captured } = program;
  const outs = bind(scanP, [...captured, ...init, ...scanned], {
    program,
    consts: captured.length,
    carry: n,
    length,
    reverse,
  });
  return [outs.slice(0, n), outs.slice(n)];
}

/** Applies `body` to the carry while `test` (a bool scalar) holds of it. */
export function repeatWhile(
  init: readonly Value[],
  test: (carry: readonly Value[]) => Value,
  body: (carry: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const going = trace("linear algebra", (ins) => [test(ins)], init), next = trace("linear algebra", body, init);
  return bind(whileP, [...going.captured, ...next.captured, ...init], {
    test: going,
    body: next,
    testConsts: going.captured.length,
    bodyConsts: next.captured.length,
  });
}

// What the records of linear algebra share: checks, triangles, diagonals, and how matrices of a batch are walked.

/** The axes before the matrix axes. */
export const lead = (s: Spec): Shape => s.shape.slice(0, -2);
/** Number of rows. */
export const rowsOf = (s: Spec): number => s.shape.at(-2)!;
/** Number of columns. */
export const columnsOf = (s: Spec): number => s.shape.at(-1)!;

/** Throws unless a value is a matrix, or a stack of them, of floats. */
export function requireMatrix(op: string, x: Spec): void {
  if (x.shape.length < 2) {
    throw new ShapeError(`${op}: takes matrices, at least 2 axes, not ${show(x.shape)}; reshape it`);
  }
  if (!isFloat(x.dtype)) throw new DTypeError(`${op}: takes f32 or f64, not ${x.dtype}; cast it first`);
}

/** Throws unless a value is a square matrix, or a stack of them, of floats. */
export function requireSquare(op: string, x: Spec): void {
  requireMatrix(op, x);
  if (rowsOf(x) !== columnsOf(x)) {
    throw new ShapeError(`${op}: takes square matrices, not ${show(x.shape)}; the last two axes must be equal`);
  }
}

/** Each matrix of a stack in turn, copied to f64. */
export function eachMatrix(x: NdArray, visit: (a: Float64Array, at: number) => void): void {
  const n = rowsOf(x) * columnsOf(x), count = sizeOf(lead(x));
  for (let i = 0; i < count; i++) visit(Float64Array.from(x.data.subarray(i * n, (i + 1) * n)), i);
}

/** Arrays for the outputs that `infer` gives. */
export const outputsOf = (specs: readonly Spec[]): NdArray[] => specs.map((s) => emptyArray(s.shape, s.dtype));

/** The batching rule of a primitive of one stack of matrices: the mapped axis is one more leading axis. */
export const stackedBatch = <P>(prim: () => Primitive<P>): Primitive<P>["batch"] => (inputs, _, params) => {
  const outputs = bind(prim(), inputs, params);
  return { outputs, mapped: outputs.map(() => true) };
};

/** A lowering to a program. Matrices without elements need no loops: an orthogonal factor that is left is the identity. */
export function programOf(
  name: string,
  inputs: readonly Spec[],
  outputs: readonly Spec[],
  f: (inputs: readonly Value[]) => readonly Value[],
): Lowering {
  const empty = sizeOf(inputs[0]!.shape) === 0;
  const left = () => outputs.map((s) => s.shape.length < 2 ? zerosLike(s) : eyeLike(s));
  return { kind: "program", program: trace(name, empty ? left : f, inputs) };
}

const rowIndex = (s: Spec): Value => iota(s.shape, s.shape.length - 2);
const columnIndex = (s: Spec): Value => iota(s.shape, s.shape.length - 1);

/** The elements of `x` on and below the diagonal, or on and above it; without the diagonal where `strict`. */
export function triangle(x: Value, lower: boolean, strict = false): Value {
  const r = rowIndex(x), c = columnIndex(x);
  const inside = lower ? (strict ? greater(r, c) : greaterEqual(r, c)) : (strict ? less(r, c) : lessEqual(r, c));
  return select(inside, x, zerosLike(x));
}

/** Where row and column are the same. */
export const onDiagonal = (s: Spec): Value => equal(rowIndex(s), columnIndex(s));

/** Ones on the diagonal, zeros elsewhere. */
export const eyeLike = (s: Spec): Value => cast(onDiagonal(s), s.dtype);

/** The diagonal of square matrices. */
export const diagonal = (x: Value): Value => reduceSum(select(onDiagonal(x), x, zerosLike(x)), [x.shape.length - 1]);

/** A vector per matrix as its rows' values: `v[…, i]` at every `[…, i, j]`. */
export const alongRows = (v: Value, shape: Shape): Value =>
  broadcast(v, shape, shape.map((_, i) => i).filter((i) => i !== shape.length - 1));

/** A vector per matrix as its columns' values: `v[…, j]` at every `[…, i, j]`. */
export const alongColumns = (v: Value, shape: Shape): Value =>
  broadcast(v, shape, shape.map((_, i) => i).filter((i) => i !== shape.length - 2));

/** A number per matrix at each of its elements, or per vector. */
export const everywhere = (v: Value, shape: Shape): Value => broadcast(v, shape, v.shape.map((_, i) => i));

/** diag(v) · x. */
export const scaleRows = (v: Value, x: Value): Value => mul(alongRows(v, x.shape), x);
/** x · diag(v). */
export const scaleColumns = (x: Value, v: Value): Value => mul(x, alongColumns(v, x.shape));
/** v · wᵀ. */
export function outer(v: Value, w: Value): Value {
  const shape = [...v.shape, w.shape.at(-1)!];
  return mul(alongRows(v, shape), alongColumns(w, shape));
}
/** (x + xᵀ) / 2. */
export const symmetric = (x: Value): Value => scale(add(x, transposeLast(x)), 0.5);

/** A scalar index at each of a vector's places, for comparison with the places. */
export const at = (j: Value, shape: Shape): Value => broadcast(j, shape, []);

/** The row or the column that each element of a matrix stands in; the place of each element of a vector. */
export const places: Record<"rows" | "columns" | "along", (s: Spec) => Value> = {
  rows: rowIndex,
  columns: columnIndex,
  along: columnIndex,
};

/** NaN where `ok` does not hold, `x` elsewhere; `ok` is one truth value a matrix. */
export const orNaN = (ok: Value, x: Value): Value => select(everywhere(ok, x.shape), x, full(x.shape, NaN, x.dtype));

// Matrices brought to magnitudes near 1, for methods that sum squares: those would overflow, or vanish, from about the
// square root of a dtype's range on. Powers of two change no digit.

// The largest exponents: the logarithm of the largest numbers rounds up to the next.
const most = { f32: 127, f64: 1023 } as const;

/** Divides a matrix, in place, by the power of two next to its largest magnitude, which is returned; 1 if there is none. */
export function normalize(x: Float64Array): number {
  const largest = x.reduce((m, e) => Math.max(m, Math.abs(e)), 0);
  if (!(largest > 0 && largest < Infinity)) return 1;
  const size = 2 ** Math.min(Math.floor(Math.log2(largest)), most.f64);
  for (let i = 0; i < x.length; i++) x[i]! /= size;
  return size;
}

/** The same for every matrix of a stack: the quotients, and one divisor a matrix. */
export function normalized(x: Value): readonly [quotients: Value, size: Value] {
  const n = x.shape.length, largest = reduceMax(abs(x), [n - 2, n - 1]);
  const exponent = minimum(floor(log2(largest)), fullLike(largest, x.dtype === "f32" ? most.f32 : most.f64));
  const ok = and(greater(largest, zerosLike(largest)), isFinite(largest));
  const size = select(ok, exp2(exponent), onesLike(largest));
  return [div(x, everywhere(size, x.shape)), size];
}

// Jacobi's rotations: of two rows at a time in plain loops, of all rows in disjoint pairs in programs.

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
