/** The same elements under another shape. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { reshape as reshapeValue } from "../primitives/reshape.ts";
import {
  broadcastShapes,
  checkShape,
  dropAxes,
  normalizeAxes,
  resolveReshape,
  type Shape,
  show,
  sizeOf,
} from "../shape.ts";
import type { BroadcastOk, ExpandDims, ExpandDimsOk, Flatten, Reshape, Squeeze, SqueezeOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastValue } from "./broadcast_value.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";
import { requireWholes, shown } from "./whole_numbers.ts";

/** The type of `reshape`. */
export interface ReshapeOp {
  /** `reshape(x, shape)`. */
  <const To extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: To): Tensor<Reshape<To>, D>;
  /** `pipe(x, reshape(shape))`. */
  <const To extends Shape>(shape: To): <D extends DType>(x: Tensor<Shape, D>) => Tensor<Reshape<To>, D>;
}

/**
 * The same elements, in row-major order, under another shape: `reshape(x, shape)`, or `pipe(x, reshape(shape))`.
 *
 * @param x Any tensor.
 * @param shape Sizes of the new axes; one of them may be −1, which stands for what is left.
 * @returns A tensor of that shape, in the dtype of `x`.
 * @throws {ShapeError} If the numbers of elements differ.
 * @throws {ArgumentError} If `shape` is not an array.
 *
 * @example Two rows
 * ```ts
 * import { reshape, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reshape(tensor([1, 2, 3, 4]), [2, -1]).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export const reshape: ReshapeOp = dualStatic((x, shape) => {
  const v = requireTensor("reshape", x);
  return reshapeValue(v, resolveReshape("reshape", v.shape, requireList("reshape", shape)));
}) as ReshapeOp;

/**
 * All elements in one axis, in row-major order.
 *
 * @param x Any tensor.
 * @returns A tensor of rank 1, in the dtype of `x`.
 *
 * @example A matrix as a vector
 * ```ts
 * import { flatten, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(flatten(tensor([[1, 2], [3, 4]])).toArray(), [1, 2, 3, 4]);
 * ```
 */
export function flatten<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Flatten<S>, D> {
  const v = requireTensor("flatten", x);
  return reshapeValue(v, [sizeOf(v.shape)]) as unknown as Tensor<Flatten<S>, D>;
}

/**
 * The tensor without axes of size 1.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, each of size 1; all of size 1 if left out.
 * @returns The same elements without these axes.
 * @throws {ShapeError} If an axis is out of range, named twice, or not of size 1.
 *
 * @example A column as a vector
 * ```ts
 * import { squeeze, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(squeeze(tensor([[1], [2]]), { axis: 1 }).toArray(), [1, 2]);
 * ```
 */
export function squeeze<
  S extends Shape,
  D extends DType,
  const A extends number | readonly number[] | undefined = undefined,
>(x: Tensor<S, D> & SqueezeOk<S, A>, options: { readonly axis?: A } = {}): Tensor<Squeeze<S, A>, D> {
  const v = requireTensor("squeeze", x);
  checkOptions("squeeze", options, "axis");
  const axes = options.axis === undefined
    ? v.shape.flatMap((d, a) => d === 1 ? [a] : [])
    : normalizeAxes("squeeze", options.axis, v.shape.length);
  for (const a of axes) {
    if (v.shape[a] !== 1) {
      throw new ShapeError(`squeeze: axis ${a} of ${show(v.shape)} is not 1; leave it out, or index it with at`);
    }
  }
  return reshapeValue(v, dropAxes(v.shape, axes)) as unknown as Tensor<Squeeze<S, A>, D>;
}

/** The shape with axes of size 1 inserted: one, or several. */
export type Expanded<S extends Shape, A> = A extends number ? ExpandDims<S, A> : Shape;

/** The type of `expandDims`. */
export interface ExpandDimsOp {
  /** `expandDims(x, axis)`. */
  <S extends Shape, D extends DType, const A extends number | readonly number[]>(
    x: Tensor<S, D> & (A extends number ? ExpandDimsOk<S, A> : unknown),
    axis: A,
  ): Tensor<Expanded<S, A>, D>;
  /** `pipe(x, expandDims(axis))`. */
  <const A extends number | readonly number[]>(
    axis: A,
  ): <S extends Shape, D extends DType>(
    x: Tensor<S, D> & (A extends number ? ExpandDimsOk<S, A> : unknown),
  ) => Tensor<Expanded<S, A>, D>;
}

/**
 * The tensor with new axes of size 1: `expandDims(x, axis)`, or `pipe(x, expandDims(axis))`.
 *
 * @param x Any tensor.
 * @param axis Where the new axis (or each of several) stands in the result; −1 is the last.
 * @returns The same elements with the new axes.
 * @throws {ShapeError} If an axis is out of range for the result, or named twice.
 *
 * @example A vector as a column
 * ```ts
 * import { expandDims, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expandDims(tensor([1, 2]), -1).toArray(), [[1], [2]]);
 * ```
 */
export const expandDims: ExpandDimsOp = dualStatic((x, axis) => {
  const v = requireTensor("expandDims", x), given = requireWholes("expandDims", "axis", axis);
  const rank = v.shape.length + given.length, axes = normalizeAxes("expandDims", given, rank);
  let kept = 0;
  return reshapeValue(v, Array.from({ length: rank }, (_, a) => axes.includes(a) ? 1 : v.shape[kept++]!));
}) as ExpandDimsOp;

/** The type of `broadcastTo`. */
export interface BroadcastToOp {
  /** `broadcastTo(x, shape)`. */
  <S extends Shape, D extends DType, const To extends Shape>(
    x: Tensor<S, D> & BroadcastOk<"broadcastTo", S, To>,
    shape: To,
  ): Tensor<To, D>;
  /** `pipe(x, broadcastTo(shape))`. */
  <const To extends Shape>(
    shape: To,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & BroadcastOk<"broadcastTo", S, To>) => Tensor<To, D>;
}

/**
 * The tensor repeated to a larger shape by NumPy's rule: `broadcastTo(x, shape)`, or `pipe(x, broadcastTo(shape))`.
 *
 * @param x Any tensor.
 * @param shape The shape wanted: counted from the last axis, the sizes of `x` are equal to it or 1.
 * @returns A tensor of that shape, in the dtype of `x`.
 * @throws {ShapeError} If `x` does not broadcast to it.
 *
 * @example A row for each of two
 * ```ts
 * import { broadcastTo, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(broadcastTo(tensor([1, 2]), [2, 2]).toArray(), [[1, 2], [1, 2]]);
 * ```
 */
export const broadcastTo: BroadcastToOp = dualStatic((x, shape) => {
  const v = requireTensor("broadcastTo", x), to = checkShape("broadcastTo", requireList("broadcastTo", shape));
  broadcastShapes("broadcastTo", v.shape, to);
  return broadcastValue("broadcastTo", v, to);
}) as BroadcastToOp;

function requireList(op: string, shape: unknown): Shape {
  if (Array.isArray(shape)) return shape as Shape;
  throw new ArgumentError(`${op}: a shape is an array of sizes, not ${shown(shape)}; write [2, 3]`);
}
