/** Products of vectors and matrices. */
import type { DType, Promote } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { mul, sub } from "../primitives/arithmetic.ts";
import { dotGeneral, matmul as product } from "../primitives/dot_general.ts";
import { reshape, transpose } from "../primitives/reshape.ts";
import { concat, sliceAxis } from "../primitives/slice.ts";
import { broadcastShapes, normalizeAxis, sameShape, type Shape, show } from "../shape.ts";
import type { Broadcast, BroadcastOk, Matmul, MatmulOk } from "../shape_types.ts";
import type { Dot, DotOk } from "../shape_types/products.ts";
import type { Tensor, Value } from "../tensor.ts";
import { broadcasted, contractAll, dual, dualOptions, factors, requireOptions } from "./operands.ts";

// Dot products.

export type { Dot, DotOk };

/** The type of {@linkcode dot}: `dot(a, b)`, or `pipe(a, dot(b))`. */
export interface DotOp {
  /** `dot(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB> & DotOk<A, B>,
  ): Tensor<Dot<A, B>, Promote<DA, DB>>;
  /** `pipe(a, dot(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA> & DotOk<A, B>) => Tensor<Dot<A, B>, Promote<DA, DB>>;
}

/**
 * Dot product, as NumPy's: over the last axis of `a` and the last but one of `b` (the only one of a vector), for every
 * pair of the other axes; of a scalar and anything the plain product.
 *
 * @param a Any numeric tensor, `[…, K]`.
 * @param b Any numeric tensor, `[…, K, N]` or `[K]`.
 * @returns The sums of products, `[…a, …b, N]`, in the common dtype.
 * @throws {ShapeError} If the inner sizes differ.
 * @throws {DTypeError} If both are bool.
 *
 * @example Two vectors
 * ```ts
 * import { dot, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dot(tensor([1, 2, 3]), tensor([4, 5, 6])).item(), 32);
 * ```
 */
export const dot: DotOp = dual((given, other) => {
  const [a, b] = factors("dot", given, other), m = a.shape.length, n = b.shape.length, at = Math.max(n - 2, 0);
  if (m === 0 || n === 0) return dotGeneral(a, b, { contract: [[], []], batch: [[], []] });
  if (a.shape[m - 1] !== b.shape[at]) {
    throw new ShapeError(
      `dot: inner sizes differ, ${show(a.shape)} · ${show(b.shape)}; ` +
        `the last axis of the first meets ${n === 1 ? "the axis" : "the last but one"} of the second`,
    );
  }
  return dotGeneral(a, b, { contract: [[m - 1], [at]], batch: [[], []] });
}) as DotOp;

/** The type of {@linkcode vdot}: `vdot(a, b)`, or `pipe(a, vdot(b))`. */
export interface VdotOp {
  /** `vdot(a, b)`. */
  <DA extends DType, DB extends DType>(
    a: Tensor<Shape, DA>,
    b: Tensor<Shape, DB>,
  ): Tensor<readonly [], Promote<DA, DB>>;
  /** `pipe(a, vdot(b))`. */
  <DB extends DType>(
    b: Tensor<Shape, DB>,
  ): <DA extends DType>(a: Tensor<Shape, DA>) => Tensor<readonly [], Promote<DA, DB>>;
}

/**
 * Dot product of all elements of two tensors, in row-major order.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor with as many elements.
 * @returns The sum of the products, a scalar in the common dtype.
 * @throws {ShapeError} If the numbers of elements differ.
 *
 * @example Two matrices
 * ```ts
 * import { tensor, vdot } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(vdot(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]])).item(), 5);
 * ```
 */
export const vdot: VdotOp = dual((given, other) => {
  const [a, b] = factors("vdot", given, other);
  if (a.size !== b.size) {
    throw new ShapeError(
      `vdot: ${show(a.shape)} has ${a.size} elements and ${show(b.shape)} has ${b.size}; their numbers must be equal`,
    );
  }
  return dotGeneral(reshape(a, [a.size]), reshape(b, [b.size]), { contract: [[0], [0]], batch: [[], []] });
}) as VdotOp;

// The matrix product.

/** The type of {@linkcode matmul}: `matmul(a, b)`, or data last in a pipe, `pipe(a, matmul(b))`, which means a · b. */
export interface MatmulOp {
  /** `matmul(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB> & MatmulOk<A, B>,
  ): Tensor<Matmul<A, B>, Promote<DA, DB>>;
  /** `pipe(a, matmul(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(
    a: Tensor<A, DA> & MatmulOk<A, B>,
  ) => Tensor<Matmul<A, B>, Promote<DA, DB>>;
}

function checkSizes(a: Value, b: Value): void {
  const both = `${show(a.shape)} · ${show(b.shape)}`, m = a.shape.length, n = b.shape.length;
  if (m === 0 || n === 0) {
    throw new ShapeError(`matmul: a scalar has no axis to contract, ${both}; use mul`);
  }
  if (a.shape[m - 1] !== b.shape[Math.max(n - 2, 0)]) {
    throw new ShapeError(`matmul: inner sizes differ, ${both}; transpose one of them or check the layer widths`);
  }
  try {
    broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  } catch {
    throw new ShapeError(
      `matmul: batch axes do not broadcast, ${both}; sizes before the last two must be equal or 1`,
    );
  }
}

function multiply(given: unknown, other: unknown): Value {
  const [a, b] = factors("matmul", given, other), m = a.shape.length, n = b.shape.length;
  checkSizes(a, b);
  if (n <= 2) return dotGeneral(a, b, { contract: [[m - 1], [Math.max(n - 2, 0)]], batch: [[], []] });
  if (m === n && sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) return product(a, b);
  // Batch axes are labelled by their distance from the matrix, so that they meet as in broadcasting.
  const lead = (rank: number) => Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => `${rank - 3 - i}`);
  const row = m === 1 ? [] : ["row"];
  return contractAll([
    { value: a, labels: [...lead(m), ...row, "inner"] },
    { value: b, labels: [...lead(n), "inner", "column"] },
  ], [...lead(Math.max(m, n)), ...row, "column"]);
}

/**
 * Matrix product, as NumPy's: over the last axis of `a` and the last but one of `b` (the only one of a vector), with all
 * axes before the last two broadcast.
 *
 * @param a Any numeric tensor of rank 1 or more, `[…, M, K]`.
 * @param b Any numeric tensor of rank 1 or more, `[…, K, N]`.
 * @returns `a · b`, `[…, M, N]`, in the common dtype; a vector's missing axis is missing in the result too.
 * @throws {ShapeError} If inner sizes differ, batch axes do not broadcast, or an operand is a scalar.
 * @throws {DTypeError} If both are bool.
 *
 * @example A matrix and a vector
 * ```ts
 * import { matmul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(matmul(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(), [21, 43]);
 * ```
 */
export const matmul: MatmulOp = dual(multiply) as MatmulOp;

// Products of every pair of elements.

/** The shape of {@linkcode outer}`(a, b)`. */
export type Outer<A extends Shape, B extends Shape> = readonly [
  A extends readonly [infer M extends number] ? M : number,
  B extends readonly [infer N extends number] ? N : number,
];

/** The type of {@linkcode outer}: `outer(a, b)`, or `pipe(a, outer(b))`. */
export interface OuterOp {
  /** `outer(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
  ): Tensor<Outer<A, B>, Promote<DA, DB>>;
  /** `pipe(a, outer(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Outer<A, B>, Promote<DA, DB>>;
}

/**
 * The product of every element of one tensor with every element of another.
 *
 * @param a Any numeric tensor, taken as a vector of its M elements.
 * @param b Any numeric tensor, taken as a vector of its N elements.
 * @returns The products, `[M, N]`, in the common dtype.
 * @throws {DTypeError} If both are bool.
 *
 * @example A multiplication table
 * ```ts
 * import { outer, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(outer(tensor([1, 2]), tensor([1, 2, 3])).toArray(), [[1, 2, 3], [2, 4, 6]]);
 * ```
 */
export const outer: OuterOp = dual((given, other) => {
  const [a, b] = factors("outer", given, other);
  return dotGeneral(reshape(a, [a.size]), reshape(b, [b.size]), { contract: [[], []], batch: [[], []] });
}) as OuterOp;

// The Kronecker product.

/** The shape of {@linkcode kron}`(a, b)`: the rank of the longer; sizes are products, which types do not compute. */
export type Kron<A extends Shape, B extends Shape> = [A["length"], B["length"]] extends [B["length"], A["length"]]
  ? { readonly [I in keyof A]: number }
  : Shape;

/** The type of {@linkcode kron}: `kron(a, b)`, or `pipe(a, kron(b))`. */
export interface KronOp {
  /** `kron(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
  ): Tensor<Kron<A, B>, Promote<DA, DB>>;
  /** `pipe(a, kron(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Kron<A, B>, Promote<DA, DB>>;
}

/**
 * Kronecker product: a copy of `b` for every element of `a`, scaled by it.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor; the shorter shape is filled up with 1 in front.
 * @returns The blocks side by side, every size the product of the two, in the common dtype.
 * @throws {DTypeError} If both are bool.
 *
 * @example A block for every element
 * ```ts
 * import { kron, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kron(tensor([1, 10]), tensor([1, 2])).toArray(), [1, 2, 10, 20]);
 * ```
 */
export const kron: KronOp = dual((given, other) => {
  const xs = factors("kron", given, other), rank = Math.max(...xs.map((x) => x.shape.length));
  const [a, b] = xs.map((x) => reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]));
  const products: Value = dotGeneral(a!, b!, { contract: [[], []], batch: [[], []] });
  const between = a!.shape.flatMap((_, i) => [i, rank + i]);
  return reshape(transpose(products, between), a!.shape.map((d, i) => d * b!.shape[i]!));
}) as KronOp;

// The cross product.

/** The type of {@linkcode cross}: `cross(a, b, options?)`, or `pipe(a, cross(b, options?))`. */
export interface CrossOp {
  /** `cross(a, b, options?)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB> & BroadcastOk<"cross", A, B>,
    options?: { readonly axis?: number },
  ): Tensor<Broadcast<A, B>, Promote<DA, DB>>;
  /** `pipe(a, cross(b, options?))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
    options?: { readonly axis?: number },
  ): <A extends Shape, DA extends DType>(
    a: Tensor<A, DA> & BroadcastOk<"cross", A, B>,
  ) => Tensor<Broadcast<A, B>, Promote<DA, DB>>;
}

/**
 * Cross product of vectors of three.
 *
 * @param a Any numeric tensor with an axis of size 3.
 * @param b Any numeric tensor that broadcasts with `a`, with the same axis of size 3.
 * @param options `axis`: which axis of the broadcast shape the vectors lie along; the last if left out.
 * @returns `a × b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast or the axis has another size.
 *
 * @example The third axis from the first two
 * ```ts
 * import { cross, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray(), [0, 0, 1]);
 * ```
 */
export const cross: CrossOp = dualOptions((given, other, options) => {
  requireOptions("cross", options, "{ axis: 0 }", ["axis"]);
  const { axis = -1 } = options;
  const factor = factors("cross", given, other), [a, b] = broadcasted("cross", factor);
  const at = normalizeAxis("cross", axis as number, a!.shape.length);
  if (factor.some((x) => x.shape[at - a!.shape.length + x.shape.length] !== 3)) {
    throw new ShapeError(
      `cross: ${show(factor[0].shape)} × ${
        show(factor[1].shape)
      } along axis ${axis}; vectors must have 3 elements there`,
    );
  }
  // cᵢ₊₂ = aᵢ·bᵢ₊₁ − aᵢ₊₁·bᵢ, indices modulo 3.
  const next = (x: Value) => concat([sliceAxis(x, at, 1, 3), sliceAxis(x, at, 0, 1)], at);
  return next(sub(mul(a!, next(b!)), mul(next(a!), b!)));
}) as CrossOp;
