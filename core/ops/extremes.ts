/** The larger and the smaller of two, and values held between bounds. */
import { alloc, type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { greater, less } from "../primitives/compare.ts";
import { fullLike } from "../primitives/create.ts";
import { maximumP, minimumP, reluP } from "../primitives/extremes.ts";
import { select } from "../primitives/select.ts";
import { broadcastShapes, sameShape, type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { BinaryOp } from "./binary_op.ts";
import { binary, dual, requireNumeric, requireTensor } from "./operands.ts";
import { requireOptions } from "./options.ts";

/**
 * The larger of two, elementwise; NaN where either is. Ties share the derivative evenly.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns The larger, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Against a number
 * ```ts
 * import { maximum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maximum(tensor([1, 5]), 3).toArray(), [3, 5]);
 * ```
 */
export const maximum: BinaryOp<"maximum"> = dual((a, b) => binary("maximum", maximumP, a, b)) as BinaryOp<"maximum">;

/**
 * The smaller of two, elementwise; NaN where either is. Ties share the derivative evenly.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns The smaller, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Against a number
 * ```ts
 * import { minimum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(minimum(tensor([1, 5]), 3).toArray(), [1, 3]);
 * ```
 */
export const minimum: BinaryOp<"minimum"> = dual((a, b) => binary("minimum", minimumP, a, b)) as BinaryOp<"minimum">;

/**
 * The part above 0, elementwise; its derivative at 0 is 0.
 *
 * @param x Any numeric tensor.
 * @returns `max(x, 0)`, in the same shape and dtype; NaN stays.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Rectified
 * ```ts
 * import { relu, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(relu(tensor([-2, 3])).toArray(), [0, 3]);
 * ```
 */
export function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(reluP, [requireTensor("relu", x)], undefined) as Tensor<S, D>;
}

/** What `clamp` keeps values between. A bound is a number, or a tensor of the same dtype that broadcasts to the shape. */
export interface ClampBounds {
  /** Nothing is below it; no bound if left out. */
  readonly min?: number | Tensor<Shape, DType>;
  /** Nothing is above it; no bound if left out. */
  readonly max?: number | Tensor<Shape, DType>;
}

function boundLike(which: "min" | "max", bound: unknown, x: Value): Value {
  if (typeof bound === "number") {
    if (Number.isNaN(bound)) throw new ArgumentError(`clamp: ${which} is NaN; give a number, or leave it out`);
    const box = alloc(x.dtype, 1);
    box[0] = bound;
    if (kindOf(x.dtype) === "int" && box[0] !== bound) {
      throw new DTypeError(
        `clamp: ${which} ${bound} is no ${x.dtype}; round it into the range, leave it out, or cast x first`,
      );
    }
    return fullLike(x, bound);
  }
  const b = requireTensor("clamp", bound, which);
  if (b.dtype !== x.dtype) throw new DTypeError(`clamp: ${which} is ${b.dtype} and x is ${x.dtype}; cast one of them`);
  if (!sameShape(broadcastShapes("clamp", x.shape, b.shape), x.shape)) {
    throw new ShapeError(
      `clamp: ${which} of shape ${show(b.shape)} does not broadcast to ${show(x.shape)}; broadcast x first`,
    );
  }
  return broadcastRight(b, x.shape);
}

/**
 * Values held between bounds, elementwise. The derivative is 1 from bound to bound, both included, and 0 outside.
 *
 * @param x Any numeric tensor.
 * @param bounds `min`, `max` or both. Where they cross, `max` holds.
 * @returns The values, in the same shape and dtype; NaN stays.
 * @throws {ArgumentError} If neither bound is given, one is NaN, or `min` is above `max`.
 * @throws {ShapeError} If a bound does not broadcast to the shape of `x`.
 * @throws {DTypeError} If `x` is bool, or a bound is not of its dtype.
 *
 * @example Between 0 and 1
 * ```ts
 * import { clamp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clamp(tensor([-2, 0.5, 3]), { min: 0, max: 1 }).toArray(), [0, 0.5, 1]);
 * ```
 */
export function clamp<S extends Shape, D extends DType>(x: Tensor<S, D>, bounds: ClampBounds): Tensor<S, D> {
  const value = requireNumeric("clamp", x), { min, max } = bounds ?? {};
  if (min === undefined && max === undefined) {
    throw new ArgumentError("clamp: neither min nor max is given; pass { min }, { max } or both");
  }
  requireOptions("clamp", bounds, "{ min: 0, max: 1 }", ["min", "max"]);
  if (typeof min === "number" && typeof max === "number" && min > max) {
    throw new ArgumentError(`clamp: min ${min} is above max ${max}; exchange them`);
  }
  let y = value;
  if (min !== undefined) {
    const low = boundLike("min", min, value);
    y = select(less(y, low), low, y);
  }
  if (max !== undefined) {
    const high = boundLike("max", max, value);
    y = select(greater(y, high), high, y);
  }
  return y as Tensor<S, D>;
}
