/** Exponentials and logarithms. */
import type { DType, FloatOf } from "../dtype.ts";
import { exp2P, expm1P, expP, log1pP, log2P, logP } from "../primitives/exponential.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { unaryFloat } from "./operands.ts";

/**
 * Natural exponential, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `eˣ`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example One at zero
 * ```ts
 * import { exp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp(tensor([0, -Infinity])).toArray(), [1, 0]);
 * ```
 */
export function exp<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("exp", expP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Powers of two, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `2ˣ`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Three bits
 * ```ts
 * import { exp2, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exp2(tensor([3, -1])).toArray(), [8, 0.5]);
 * ```
 */
export function exp2<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("exp2", exp2P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * `exp(x) - 1`, elementwise, precise where x is near 0.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `eˣ - 1`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A digit that exp would lose
 * ```ts
 * import { expm1, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expm1(tensor([1e-30], { dtype: "f64" })).toArray(), [1e-30]);
 * ```
 */
export function expm1<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("expm1", expm1P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Natural logarithm, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log x`, in the shape of `x`; float. -Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The inverse of exp
 * ```ts
 * import { log, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log(tensor([1, 0])).toArray(), [0, -Infinity]);
 * ```
 */
export function log<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log", logP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Logarithm of base 2, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log₂ x`, in the shape of `x`; float. -Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Bits needed
 * ```ts
 * import { log2, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log2(tensor([8, 0.5])).toArray(), [3, -1]);
 * ```
 */
export function log2<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log2", log2P, x) as Tensor<S, FloatOf<D>>;
}

/**
 * `log(1 + x)`, elementwise, precise where x is near 0.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(1 + x)`, in the shape of `x`; float. -Infinity at -1, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A digit that log would lose
 * ```ts
 * import { log1p, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(log1p(tensor([1e-30], { dtype: "f64" })).toArray(), [1e-30]);
 * ```
 */
export function log1p<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("log1p", log1pP, x) as Tensor<S, FloatOf<D>>;
}
