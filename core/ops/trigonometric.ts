/** Trigonometric and hyperbolic functions, and their inverses. */
import type { DType, FloatOf } from "../dtype.ts";
import {
  acoshP,
  acosP,
  asinhP,
  asinP,
  atan2P,
  atanhP,
  atanP,
  coshP,
  cosP,
  hypotP,
  sinhP,
  sinP,
  tanhP,
  tanP,
} from "../primitives/elementary.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { BinaryFloatOp } from "./arithmetic.ts";
import { binaryFloat, dual, unaryFloat } from "./operands.ts";

// Angles.

/**
 * Sine, elementwise.
 *
 * @param x Angles in radians, any tensor; integers and bool are taken as f32.
 * @returns `sin x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A right angle
 * ```ts
 * import { sin, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(sin(tensor(Math.PI / 2)).item(), 1, 1e-6);
 * ```
 */
export function sin<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sin", sinP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Cosine, elementwise.
 *
 * @param x Angles in radians, any tensor; integers and bool are taken as f32.
 * @returns `cos x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Half a turn
 * ```ts
 * import { cos, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cos(tensor(Math.PI)).item(), -1, 1e-6);
 * ```
 */
export function cos<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("cos", cosP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Tangent, elementwise.
 *
 * @param x Angles in radians, any tensor; integers and bool are taken as f32.
 * @returns `tan x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example An eighth of a turn
 * ```ts
 * import { tan, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(tan(tensor(Math.PI / 4)).item(), 1, 1e-6);
 * ```
 */
export function tan<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("tan", tanP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse sine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns Angles in [-π/2, π/2], in the shape of `x`; float. NaN outside [-1, 1].
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example A right angle
 * ```ts
 * import { asin, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(asin(tensor(1)).item(), Math.PI / 2, 1e-6);
 * ```
 */
export function asin<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("asin", asinP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse cosine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns Angles in [0, π], in the shape of `x`; float. NaN outside [-1, 1].
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Half a turn
 * ```ts
 * import { acos, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(acos(tensor(-1)).item(), Math.PI, 1e-6);
 * ```
 */
export function acos<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("acos", acosP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse tangent, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns Angles in [-π/2, π/2], in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example An eighth of a turn
 * ```ts
 * import { atan, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(atan(tensor(1)).item(), Math.PI / 4, 1e-6);
 * ```
 */
export function atan<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("atan", atanP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * The angle of the point (x, y), elementwise; its derivative at the origin is NaN.
 *
 * @param y Ordinates, any tensor, or a number.
 * @param x Abscissas, any tensor that broadcasts with `y`, or a number.
 * @returns Angles in [-π, π], in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Three quarters of half a turn
 * ```ts
 * import { atan2, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(atan2(tensor(1), -1).item(), 0.75 * Math.PI, 1e-6);
 * ```
 */
export const atan2: BinaryFloatOp<"atan2"> = dual((a, b) => binaryFloat("atan2", atan2P, a, b)) as BinaryFloatOp<
  "atan2"
>;

/**
 * `√(a² + b²)`, elementwise, without overflow on the way; its derivative at the origin is 0.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns The hypotenuse, in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Three, four, five
 * ```ts
 * import { hypot, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hypot(tensor([3, 5]), tensor([4, 12])).toArray(), [5, 13]);
 * ```
 */
export const hypot: BinaryFloatOp<"hypot"> = dual((a, b) => binaryFloat("hypot", hypotP, a, b)) as BinaryFloatOp<
  "hypot"
>;

// Hyperbolic functions and their inverses.

/**
 * Hyperbolic sine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `(eˣ - e⁻ˣ) / 2`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example At one
 * ```ts
 * import { sinh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(sinh(tensor(1)).item(), (Math.E - 1 / Math.E) / 2, 1e-6);
 * ```
 */
export function sinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sinh", sinhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Hyperbolic cosine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `(eˣ + e⁻ˣ) / 2`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example At one
 * ```ts
 * import { cosh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cosh(tensor(1)).item(), (Math.E + 1 / Math.E) / 2, 1e-6);
 * ```
 */
export function cosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("cosh", coshP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Hyperbolic tangent, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `sinh x / cosh x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Saturated on both sides
 * ```ts
 * import { tanh, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tanh(tensor([-50, 0, 50])).toArray(), [-1, 0, 1]);
 * ```
 */
export function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("tanh", tanhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic sine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(x + √(x² + 1))`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Half of log 2 twice over
 * ```ts
 * import { asinh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(asinh(tensor(0.75)).item(), Math.LN2, 1e-6);
 * ```
 */
export function asinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("asinh", asinhP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic cosine, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log(x + √(x² - 1))`, in the shape of `x`; float. NaN below 1.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The logarithm of two
 * ```ts
 * import { acosh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(acosh(tensor(1.25)).item(), Math.LN2, 1e-6);
 * ```
 */
export function acosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("acosh", acoshP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Inverse hyperbolic tangent, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `log((1 + x) / (1 - x)) / 2`, in the shape of `x`; float. NaN outside [-1, 1].
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example The logarithm of two
 * ```ts
 * import { atanh, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(atanh(tensor(0.6)).item(), Math.LN2, 1e-6);
 * ```
 */
export function atanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("atanh", atanhP, x) as Tensor<S, FloatOf<D>>;
}
