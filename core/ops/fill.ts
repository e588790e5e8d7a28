/** Tensors from nothing: constants, grids and masks. */
import type { DType } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { add } from "../primitives/arithmetic.ts";
import { equal, greaterEqual, lessEqual, select } from "../primitives/compare.ts";
import { cast, full as fullValue, fullLike as fullLikeValue, iota } from "../primitives/create.ts";
import { broadcast, broadcastRight } from "../primitives/reshape.ts";
import { pad } from "../primitives/slice.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type CreateOptions, dtypeOf, requireCount } from "./create.ts";
import { requireOptions, requireTensor, requireWhole, scalarOf } from "./operands.ts";

export type { CreateOptions } from "./create.ts";

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
  const dtype = dtypeOf("full", options, typeof value === "boolean" ? "bool" : "f32");
  return broadcastRight(
    scalarOf("full", value, dtype, "the result", "choose another dtype"),
    checkShape("full", shape),
  ) as Tensor<S, D>;
}

const like = (op: string, value: number) =>
<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  options: CreateOptions<E> = {},
): Tensor<S, E> => fullValue(requireTensor(op, x).shape, value, dtypeOf(op, options, x.dtype)) as Tensor<S, E>;

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
  const dtype = dtypeOf("fullLike", options, requireTensor("fullLike", x).dtype);
  return broadcastRight(scalarOf("fullLike", value, dtype, "the result", "choose another dtype"), x.shape) as Tensor<
    S,
    E
  >;
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
  return cast(test, dtypeOf("eye", options, "f32", "columns", "offset")) as Tensor<readonly [N, M], D>;
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
  const v = requireTensor("diag", x), offset = offsetOf("diag", options);
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

function offsetOf(op: string, options: { readonly offset?: number }): number {
  requireOptions(op, options, "{ offset: 1 }", ["offset"]);
  return requireWhole(op, "offset", options.offset ?? 0);
}

/** A vector with zeros before and after it. */
const padTo = (v: Value, length: number, before: number): Value => pad(v, [before], [length - before - v.shape[0]!]);

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

function triangle(
  op: string,
  x: unknown,
  options: { readonly offset?: number },
  keep: (columns: Value, rows: Value) => Value,
): Value {
  const v = requireTensor(op, x), rank = v.shape.length, offset = offsetOf(op, options);
  if (rank < 2) throw new ShapeError(`${op}: expected rank 2 or more, got rank ${rank}`);
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
  return triangle("tril", x, options, (c, r) => lessEqual(c, r)) as Tensor<S, D>;
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
  return triangle("triu", x, options, (c, r) => greaterEqual(c, r)) as Tensor<S, D>;
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
