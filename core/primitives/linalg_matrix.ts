/** What the records of linear algebra share: checks, triangles, diagonals, and how matrices of a batch are walked. */
import type { Lowering } from "../compiler/kernel.ts";
import { trace } from "../compiler/program.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, mul, scale } from "./arithmetic.ts";
import { broadcast } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { equal, greater, greaterEqual, less, lessEqual } from "./compare.ts";
import { full, iota, zerosLike } from "./create.ts";
import { transposeLast } from "./dot_general.ts";
import { reduceSum } from "./reduce_sum.ts";
import { select } from "./select.ts";

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
