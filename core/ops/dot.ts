/** Dot products. */
import type { DType, Promote } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { reshape } from "../primitives/reshape.ts";
import { type Shape, show } from "../shape.ts";
import type { Dot, DotOk } from "../shape_types/dot.ts";
import type { Tensor } from "../tensor.ts";
import { factors } from "./factors.ts";
import { dual } from "./operands.ts";

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
