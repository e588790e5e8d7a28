/** Blocks of fixed size at places known only when a program runs. */
import { type DType, promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { dynamicSlice as sliceAt, dynamicUpdateSlice as updateAt } from "../primitives/dynamic_slice.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import { fixed, fromEnd, requireIndices } from "./index_values.ts";
import { requireTensor } from "./operands.ts";
import { requireWhole, requireWholes, shown } from "./whole_numbers.ts";

/** Where a block starts: for each axis a number or an integer scalar, or one integer vector with an element an axis. */
export type Starts = readonly (number | Tensor<Shape, DType>)[] | Tensor<Shape, DType>;

/** The type of `dynamicSlice`. */
export interface DynamicSliceOp {
  /** `dynamicSlice(x, starts, sizes)`. */
  <D extends DType, const B extends Shape>(x: Tensor<Shape, D>, starts: Starts, sizes: B): Tensor<B, D>;
  /** `pipe(x, dynamicSlice(starts, sizes))`. */
  <const B extends Shape>(starts: Starts, sizes: B): <D extends DType>(x: Tensor<Shape, D>) => Tensor<B, D>;
}

/**
 * A block of a tensor, of known size, whose place may be computed: `dynamicSlice(x, starts, sizes)`, or
 * `pipe(x, dynamicSlice(starts, sizes))`.
 *
 * @param x Any tensor.
 * @param starts Where the block starts: a number or integer scalar an axis, or an integer vector. Negative ones count from
 * the end; then the block is moved, where needed, to lie within `x`.
 * @param sizes The block's shape.
 * @returns The block.
 * @throws {ShapeError} If there is not one start and one size an axis, or the block is larger than `x`.
 * @throws {DTypeError} If a start is not an integer.
 *
 * @example A window at a computed place
 * ```ts
 * import { argmax, dynamicSlice, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2, 9, 4]);
 * assertEquals(dynamicSlice(x, [argmax(x)], [2]).toArray(), [9, 4]);
 * ```
 */
export const dynamicSlice: DynamicSliceOp = ofTwo((x, starts, sizes) => {
  const v = requireTensor("dynamicSlice", x), block = requireWholes("dynamicSlice", "a size", sizes, 0);
  checkBlock("dynamicSlice", v.shape, block);
  return sliceAt(v, startsOf("dynamicSlice", starts, v.shape), Object.freeze(block));
}) as DynamicSliceOp;

/** The type of `dynamicUpdateSlice`. */
export interface DynamicUpdateSliceOp {
  /** `dynamicUpdateSlice(x, update, starts)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, update: Tensor<Shape, DType>, starts: Starts): Tensor<S, D>;
  /** `pipe(x, dynamicUpdateSlice(update, starts))`. */
  (
    update: Tensor<Shape, DType>,
    starts: Starts,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

/**
 * The tensor with a block replaced whose place may be computed: `dynamicUpdateSlice(x, update, starts)`, or
 * `pipe(x, dynamicUpdateSlice(update, starts))`.
 *
 * @param x Any tensor.
 * @param update The new block, of the same rank and no larger.
 * @param starts Where the block starts: a number or integer scalar an axis, or an integer vector. Negative ones count from
 * the end; then the block is moved, where needed, to lie within `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If there is not one start an axis, or the block does not fit in `x`.
 * @throws {DTypeError} If a start is not an integer, or the update does not fit the dtype of `x`.
 *
 * @example An entry of a buffer
 * ```ts
 * import { dynamicUpdateSlice, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dynamicUpdateSlice(zeros([4]), tensor([5, 6]), [1]).toArray(), [0, 5, 6, 0]);
 * ```
 */
export const dynamicUpdateSlice: DynamicUpdateSliceOp = ofTwo((x, update, starts) => {
  const v = requireTensor("dynamicUpdateSlice", x), u = requireTensor("dynamicUpdateSlice", update, "update");
  checkBlock("dynamicUpdateSlice", v.shape, u.shape);
  if (promote(v.dtype, u.dtype) !== v.dtype) {
    throw new DTypeError(
      `dynamicUpdateSlice: the tensor is ${v.dtype}, which does not take a ${u.dtype} update; cast one of them`,
    );
  }
  return updateAt(v, cast(u, v.dtype), startsOf("dynamicUpdateSlice", starts, v.shape));
}) as DynamicUpdateSliceOp;

function checkBlock(op: string, shape: Shape, block: Shape): void {
  if (block.length !== shape.length || block.some((n, a) => n > shape[a]!)) {
    throw new ShapeError(`${op}: a block of ${show(block)} does not fit in ${show(shape)}; give a size for each axis`);
  }
}

/** Starts as one i32 scalar an axis, counted from the front. */
function startsOf(op: string, starts: unknown, shape: Shape): Value[] {
  const list = starts instanceof Tensor ? elementsOf(op, starts as Value) : starts;
  if (!Array.isArray(list)) throw new ArgumentError(`${op}: starts are an array, one an axis, not ${shown(starts)}`);
  if (list.length !== shape.length) {
    throw new ShapeError(
      `${op}: ${list.length} starts for the ${shape.length} axes of ${show(shape)}; give one for each`,
    );
  }
  return list.map((s, a) => {
    if (!(s instanceof Tensor)) {
      const i = requireWhole(op, "a start", s);
      return fixed([], [i < 0 ? i + shape[a]! : i]);
    }
    const v = requireIndices(op, s, "starts");
    if (v.shape.length > 0) {
      throw new ShapeError(`${op}: the start of axis ${a} has shape ${show(v.shape)}, not scalar`);
    }
    return fromEnd(v, shape[a]!);
  });
}

function elementsOf(op: string, starts: Value): Value[] {
  const v = requireIndices(op, starts, "starts");
  if (v.shape.length !== 1) {
    throw new ShapeError(`${op}: starts of shape ${show(v.shape)}; give a vector with an element an axis, or an array`);
  }
  return Array.from({ length: v.shape[0]! }, (_, i) => reshape(sliceAxis(v, 0, i, i + 1), []));
}

/** `f(x, a, b)`, also data last, `f(a, b)(x)`: the arity tells. */
function ofTwo(f: (x: unknown, a: unknown, b: unknown) => unknown): (...args: unknown[]) => unknown {
  return (...args) => args.length >= 3 ? f(args[0], args[1], args[2]) : (x: unknown) => f(x, args[0], args[1]);
}
