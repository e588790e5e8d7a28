/** Tensors from nothing: constants, ranges, grids and masks. */
import { alloc, type DType, kindOf, rangeOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add } from "../primitives/arithmetic.ts";
import { broadcast, broadcastRight } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { equal, greaterEqual, lessEqual } from "../primitives/compare.ts";
import { full as fullValue, fullLike as fullLikeValue, iota } from "../primitives/create.ts";
import { pad } from "../primitives/pad.ts";
import { select } from "../primitives/select.ts";
import { checkShape, type Shape } from "../shape.ts";
import { Concrete, type Tensor, type Value } from "../tensor.ts";
import { requireDType, requireTensor, scalarOf } from "./operands.ts";
import { requireWhole, shown } from "./whole_numbers.ts";

/** The element type of what is made; f32 if left out. */
export interface CreateOptions<D extends DType> {
  /** The element type. */
  readonly dtype?: D;
}

const dtypeOf = (op: string, o: { readonly dtype?: DType }): DType => requireDType(op, o.dtype ?? "f32");

/**
 * Zeros.
 *
 * @param shape Sizes of the axes. @param options `dtype`, f32 if left out.
 * @returns A tensor of zeros (false for bool).
 * @throws {ShapeError} If a size is not a whole number, 0 or more.
 *
 * @example A matrix of zeros
 * ```ts
 * import { zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zeros([2, 3]).toArray(), [[0, 0, 0], [0, 0, 0]]);
 * ```
 */
export function zeros<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<S, D> {
  return fullValue(checkShape("zeros", shape), 0, dtypeOf("zeros", options)) as Tensor<S, D>;
}

/**
 * Ones.
 *
 * @param shape Sizes of the axes. @param options `dtype`, f32 if left out.
 * @returns A tensor of ones (true for bool).
 * @throws {ShapeError} If a size is not a whole number, 0 or more.
 *
 * @example Three ones
 * ```ts
 * import { ones } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ones([3], { dtype: "i32" }).toArray(), [1, 1, 1]);
 * ```
 */
export function ones<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<S, D> {
  return fullValue(checkShape("ones", shape), 1, dtypeOf("ones", options)) as Tensor<S, D>;
}

/**
 * One value everywhere.
 *
 * @param shape Sizes of the axes. @param value The value. @param options `dtype`; f32 for numbers, bool for booleans.
 * @returns A tensor of that value.
 * @throws {DTypeError} If a fraction is to fill an integer tensor.
 *
 * @example Sevens
 * ```ts
 * import { full } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(full([2], 7).toArray(), [7, 7]);
 * ```
 */
export function full<
  const S extends Shape,
  V extends number | boolean,
  D extends DType = V extends boolean ? "bool" : "f32",
>(
  shape: S,
  value: V,
  options: CreateOptions<D> = {},
): Tensor<S, D> {
  const dtype = requireDType("full", options.dtype ?? (typeof value === "boolean" ? "bool" : "f32"));
  return broadcastRight(
    scalarOf("full", value, dtype, "the result", "choose another dtype"),
    checkShape("full", shape),
  ) as Tensor<S, D>;
}

const like = (op: string, value: number) =>
<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  options: CreateOptions<E> = {},
): Tensor<S, E> =>
  fullValue(requireTensor(op, x).shape, value, requireDType(op, options.dtype ?? x.dtype)) as Tensor<S, E>;

/** The type of `zerosLike` and `onesLike`. */
export type LikeOp = <S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  options?: CreateOptions<E>,
) => Tensor<S, E>;

/**
 * Zeros in the shape of another tensor, and in its dtype unless one is given.
 *
 * @example Zeros for a vector
 * ```ts
 * import { tensor, zerosLike } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zerosLike(tensor([1, 2])).toArray(), [0, 0]);
 * ```
 */
export const zerosLike: LikeOp = like("zerosLike", 0);

/**
 * Ones in the shape of another tensor, and in its dtype unless one is given.
 *
 * @example Ones for a vector
 * ```ts
 * import { onesLike, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(onesLike(tensor([5, 2])).toArray(), [1, 1]);
 * ```
 */
export const onesLike: LikeOp = like("onesLike", 1);

/**
 * One value in the shape and dtype of another tensor.
 *
 * @param x Any tensor. @param value The value. @param options `dtype`, that of `x` if left out.
 * @throws {DTypeError} If a fraction is to fill an integer tensor.
 *
 * @example Minus ones for a vector
 * ```ts
 * import { fullLike, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fullLike(tensor([5, 2]), -1).toArray(), [-1, -1]);
 * ```
 */
export function fullLike<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  value: number | boolean,
  options: CreateOptions<E> = {},
): Tensor<S, E> {
  const dtype = requireDType("fullLike", options.dtype ?? requireTensor("fullLike", x).dtype);
  return broadcastRight(scalarOf("fullLike", value, dtype, "the result", "choose another dtype"), x.shape) as Tensor<
    S,
    E
  >;
}

function requireCount(op: string, n: number, what: string): void {
  if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${op}: ${what} is a whole number, 0 or more, not ${n}`);
}

/**
 * Ones on a diagonal, zeros elsewhere.
 *
 * @param rows Number of rows. @param options `columns` (as many as rows if left out), `offset` (0 is the main diagonal,
 *   positive ones are above), `dtype`.
 * @returns A matrix, `[rows, columns]`.
 *
 * @example The identity
 * ```ts
 * import { eye } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eye(2).toArray(), [[1, 0], [0, 1]]);
 * ```
 */
export function eye<const N extends number, const M extends number = N, D extends DType = "f32">(
  rows: N,
  options: CreateOptions<D> & { readonly columns?: M; readonly offset?: number } = {},
): Tensor<readonly [N, M], D> {
  const columns = options.columns ?? rows, offset = options.offset ?? 0;
  requireCount("eye", rows, "the number of rows");
  requireCount("eye", columns, "the number of columns");
  requireWhole("eye", "offset", offset);
  const test = equal(
    add(iota([rows, columns], 0), fullValue([rows, columns], offset, "i32")),
    iota([rows, columns], 1),
  );
  return cast(test, dtypeOf("eye", options)) as Tensor<readonly [N, M], D>;
}

/**
 * A square matrix with a vector on a diagonal. (The diagonal of a matrix is `diagonal`.)
 *
 * @param x A vector, `[n]`. @param options `offset`: 0 is the main diagonal, positive ones are above.
 * @returns A matrix, `[n + |offset|, n + |offset|]`, of the vector's dtype.
 * @throws {ShapeError} If `x` is no vector.
 *
 * @example A diagonal matrix
 * ```ts
 * import { diag, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(diag(tensor([1, 2])).toArray(), [[1, 0], [0, 2]]);
 * ```
 */
export function diag<D extends DType>(
  x: Tensor<Shape, D>,
  options: { readonly offset?: number } = {},
): Tensor<readonly [number, number], D> {
  const v = requireTensor("diag", x), offset = requireWhole("diag", "offset", options.offset ?? 0);
  if (v.shape.length !== 1) {
    throw new ShapeError(
      `diag: expected a vector, got rank ${v.shape.length}; use diagonal to read a matrix's diagonal`,
    );
  }
  const n = v.shape[0]!, k = Math.abs(offset), m = n + k;
  // Column j of the result holds element j − offset (above) or j (below), where row and column fit.
  const rows = iota([m, m], 0), columns = iota([m, m], 1), shift = fullValue([m, m], offset, "i32");
  const padded = padTo(v, m, Math.max(offset, 0));
  return select(
    equal(add(rows, shift), columns),
    broadcast(padded, [m, m], [1]),
    fullValue([m, m], 0, v.dtype),
  ) as Tensor<
    readonly [number, number],
    D
  >;
}

/** A vector with zeros before and after it. */
const padTo = (v: Value, length: number, before: number): Value => pad(v, [before], [length - before - v.shape[0]!]);

/** The dtype of a range: i32 of whole numbers, f32 if one has a fraction, either where they are only `number`. */
export type RangeDType<N extends number> = number extends N ? "i32" | "f32"
  : [`${N}`] extends [`${bigint}`] ? "i32"
  : "f32";

/**
 * Evenly spaced numbers from `start` up to, without, `stop`.
 *
 * @param start First number, or with one argument the end (the start is 0). @param stop The end. @param step The spacing.
 * @param options `dtype`: i32 if all three are whole numbers, else f32.
 * @returns A vector of ⌈(stop − start) / step⌉ elements.
 * @throws {ArgumentError} If the step is 0, or one of the three is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example Indices and a countdown
 * ```ts
 * import { arange } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(3).toArray(), [0, 1, 2]);
 * assertEquals(arange(3, 0, -1).toArray(), [3, 2, 1]);
 * ```
 */
export function arange<const N extends number, D extends DType = RangeDType<N>>(
  stop: N,
  options?: CreateOptions<D>,
): Tensor<readonly [number], D>;
/** From `start` to before `stop`, `step` apart; 1 if left out. */
export function arange<const N extends number, D extends DType = RangeDType<N>>(
  start: N,
  stop: N,
  step?: N,
  options?: CreateOptions<D>,
): Tensor<readonly [number], D>;
export function arange(
  first: number,
  second?: number | CreateOptions<DType>,
  third?: number,
  last: CreateOptions<DType> = {},
): Value {
  const [start, stop, options] = typeof second === "number" ? [first, second, last] : [0, first, second ?? {}];
  const step = third ?? 1;
  if (!(Number.isFinite(start) && Number.isFinite(stop) && Number.isFinite(step)) || step === 0) {
    throw new ArgumentError(
      `arange: start, stop and step are finite numbers and step is not 0, got ${start}, ${stop}, ${step}`,
    );
  }
  const whole = [start, stop, step].every(Number.isInteger),
    dtype = requireDType("arange", options.dtype ?? (whole ? "i32" : "f32"));
  const n = Math.max(0, Math.ceil((stop - start) / step));
  return computed("arange", n, dtype, (i) => start + i * step);
}

/** A vector computed in f64 and rounded once, which no chain of operations would. */
function computed(op: string, n: number, dtype: DType, f: (i: number) => number): Value {
  const data = alloc(dtype, n), [low, high] = rangeOf(dtype), kind = kindOf(dtype);
  for (let i = 0; i < n; i++) {
    const x = f(i);
    if (kind === "int" && !(Math.trunc(x) >= low && Math.trunc(x) <= high)) {
      throw new DTypeError(`${op}: ${x} is out of range for ${dtype}; choose another dtype`);
    }
    data[i] = kind === "bool" ? +(x !== 0) : x;
  }
  return new Concrete([n], dtype, data);
}

function requireFinite(op: string, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, x] of Object.entries(numbers)) {
    if (!Number.isFinite(x)) throw new ArgumentError(`${op}: ${name} is ${shown(x)}, not a finite number`);
  }
}

/**
 * Evenly spaced numbers, both ends included.
 *
 * @param start First number. @param stop Last number. @param count How many.
 * @param options `endpoint: false` leaves `stop` out; `dtype`, f32 if left out.
 * @returns A vector, `[count]`.
 * @throws {ArgumentError} If an end is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example A unit interval in quarters
 * ```ts
 * import { linspace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace<const N extends number, D extends DType = "f32">(
  start: number,
  stop: number,
  count: N,
  options: CreateOptions<D> & { readonly endpoint?: boolean } = {},
): Tensor<readonly [N], D> {
  requireFinite("linspace", { start, stop });
  requireCount("linspace", count, "the count");
  const parts = options.endpoint === false ? count : count - 1;
  // The last is exactly `stop`, which start + i·step may miss by a rounding.
  const at = (i: number) => parts <= 0 ? start : i === parts ? stop : start + (stop - start) * (i / parts);
  return computed("linspace", count, dtypeOf("linspace", options), at) as Tensor<readonly [N], D>;
}

/**
 * Numbers whose logarithms are evenly spaced, from `base`^start to `base`^stop.
 *
 * @param start First exponent. @param stop Last exponent. @param count How many.
 * @param options `base`, 10 if left out; `endpoint: false` leaves the last out; `dtype`, f32 if left out.
 * @returns A vector, `[count]`.
 * @throws {ArgumentError} If an exponent or the base is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example Powers of ten
 * ```ts
 * import { logspace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logspace(0, 3, 4).toArray(), [1, 10, 100, 1000]);
 * ```
 */
export function logspace<const N extends number, D extends DType = "f32">(
  start: number,
  stop: number,
  count: N,
  options: CreateOptions<D> & { readonly base?: number; readonly endpoint?: boolean } = {},
): Tensor<readonly [N], D> {
  const base = options.base ?? 10;
  requireFinite("logspace", { start, stop, base });
  requireCount("logspace", count, "the count");
  const parts = options.endpoint === false ? count : count - 1;
  const at = (i: number) => base ** (parts <= 0 ? start : i === parts ? stop : start + (stop - start) * (i / parts));
  return computed("logspace", count, dtypeOf("logspace", options), at) as Tensor<readonly [N], D>;
}

/**
 * Labels as one-hot vectors; a label outside 0 … classes − 1 gives zeros.
 *
 * @param labels Integers of any shape, `[...L]`. @param classes The number of classes. @param options `dtype`, f32 if left out.
 * @returns `[...L, classes]`.
 * @throws {DTypeError} If the labels are not integers.
 *
 * @example Two labels of three classes
 * ```ts
 * import { oneHot, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(oneHot(tensor([2, 0], { dtype: "i32" }), 3).toArray(), [[0, 0, 1], [1, 0, 0]]);
 * ```
 */
export function oneHot<const L extends Shape, const N extends number, D extends DType = "f32">(
  labels: Tensor<L, DType>,
  classes: N,
  options: CreateOptions<D> = {},
): Tensor<readonly [...L, N], D> {
  const l = requireTensor("oneHot", labels, "labels");
  requireCount("oneHot", classes, "the number of classes");
  if (!["i32", "u32", "u8"].includes(l.dtype)) {
    throw new DTypeError(`oneHot: labels are integers, not ${l.dtype}; cast them to i32`);
  }
  const shape = [...l.shape, classes], axes = l.shape.map((_, i) => i);
  const test = equal(broadcast(cast(l, "i32"), shape, axes), iota(shape, l.shape.length));
  return cast(test, dtypeOf("oneHot", options)) as Tensor<readonly [...L, N], D>;
}

function triangle(op: string, x: unknown, offset: number, keep: (columns: Value, rows: Value) => Value): Value {
  const v = requireTensor(op, x), rank = v.shape.length;
  if (rank < 2) throw new ShapeError(`${op}: expected rank 2 or more, got rank ${rank}`);
  requireWhole(op, "offset", offset);
  const rows = add(iota(v.shape, rank - 2), fullValue(v.shape, offset, "i32"));
  return select(keep(iota(v.shape, rank - 1), rows), v, fullLikeValue(v, 0));
}

/**
 * The lower triangle of a matrix, zeros above.
 *
 * @param x `[..., n, m]`. @param options `offset`: the last diagonal kept; 0 is the main one, positive ones are above.
 * @returns As `x`.
 * @throws {ShapeError} If the rank is below 2.
 *
 * @example A lower triangle
 * ```ts
 * import { ones, tril } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tril(ones([2, 2])).toArray(), [[1, 0], [1, 1]]);
 * ```
 */
export function tril<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: { readonly offset?: number } = {},
): Tensor<S, D> {
  return triangle("tril", x, options.offset ?? 0, (c, r) => lessEqual(c, r)) as Tensor<S, D>;
}

/**
 * The upper triangle of a matrix, zeros below.
 *
 * @param x `[..., n, m]`. @param options `offset`: the first diagonal kept; 0 is the main one, positive ones are above.
 * @returns As `x`.
 * @throws {ShapeError} If the rank is below 2.
 *
 * @example An upper triangle
 * ```ts
 * import { ones, triu } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(triu(ones([2, 2])).toArray(), [[1, 1], [0, 1]]);
 * ```
 */
export function triu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: { readonly offset?: number } = {},
): Tensor<S, D> {
  return triangle("triu", x, options.offset ?? 0, (c, r) => greaterEqual(c, r)) as Tensor<S, D>;
}

/**
 * Coordinates of a grid: each vector, repeated along all the others' axes.
 *
 * @param vectors Vectors of lengths n, m, …
 * @returns As many tensors, each `[n, m, …]`; the k-th varies along axis k (matrix indexing).
 * @throws {ShapeError} If one is no vector.
 *
 * @example Rows and columns
 * ```ts
 * import { meshgrid, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [rows, columns] = meshgrid(tensor([1, 2]), tensor([10, 20]));
 * assertEquals([rows?.toArray(), columns?.toArray()], [[[1, 1], [2, 2]], [[10, 20], [10, 20]]]);
 * ```
 */
export function meshgrid<D extends DType>(...vectors: readonly Tensor<Shape, D>[]): Tensor<Shape, D>[] {
  const shape = vectors.map((v, i) => {
    if (requireTensor("meshgrid", v).shape.length !== 1) {
      throw new ShapeError(`meshgrid: expected vectors, but argument ${i} has rank ${v.shape.length}`);
    }
    return v.shape[0]!;
  });
  return vectors.map((v, i) => broadcast(v, shape, [i]) as Tensor<Shape, D>);
}
