/** The logistic function and its relatives. */
import type { DType, FloatOf } from "../dtype.ts";
import { logAddExpP, logitP, logSigmoidP, sigmoidP, softplusP } from "../primitives/logistic.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { BinaryFloatOp } from "./binary_op.ts";
import { binaryFloat, dual, unaryFloat } from "./operands.ts";

/**
 * The logistic function, elementwise, finite with its derivative for every x.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / (1 + e⁻ˣ)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example From 0 to 1
 * ```ts
 * import { sigmoid, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sigmoid(tensor([-1000, 0, 1000])).toArray(), [0, 0.5, 1]);
 * ```
 */
export function sigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sigmoid", sigmoidP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of the logistic function, elementwise, precise where that underflows.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `-log(1 + e⁻ˣ)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Far out
 * ```ts
 * import { logSigmoid, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logSigmoid(tensor([-1000, 1000])).toArray(), [-1000, 0]);
 * ```
 */
export function logSigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("logSigmoid", logSigmoidP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * A smooth form of `relu`, elementwise, without overflow.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(1 + eˣ)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Far out
 * ```ts
 * import { softplus, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softplus(tensor([-1000, 1000])).toArray(), [0, 1000]);
 * ```
 */
export function softplus<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("softplus", softplusP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The inverse of the logistic function, elementwise: the logarithm of the odds.
 *
 * @param x Probabilities, any tensor; integers and bool are taken as f32.
 * @returns `log(p / (1 - p))`, in the shape of `x`; float. Infinite at 0 and 1, NaN outside.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Even odds
 * ```ts
 * import { logit, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logit(tensor([0, 0.5, 1])).toArray(), [-Infinity, 0, Infinity]);
 * ```
 */
export function logit<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("logit", logitP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The logarithm of a sum of exponentials, elementwise, without overflow.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `log(eᵃ + eᵇ)`, in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Adding nothing, and doubling
 * ```ts
 * import { logAddExp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logAddExp(tensor([1000, -Infinity]), -Infinity).toArray(), [1000, -Infinity]);
 * ```
 */
export const logAddExp: BinaryFloatOp<"logAddExp"> = dual((a, b) =>
  binaryFloat("logAddExp", logAddExpP, a, b)
) as BinaryFloatOp<"logAddExp">;
