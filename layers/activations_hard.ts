/** Piecewise linear and piecewise constant activations. At a bend the derivative is that of the constant side. */
import {
  abs,
  add,
  ArgumentError,
  clamp,
  type DType,
  type FloatOf,
  greaterEqual,
  less,
  lessEqual,
  mul,
  type Shape,
  stopGradient,
  sub,
  type Tensor,
  where,
} from "../mod.ts";
import { floats, requireNumber } from "./operands.ts";

/** x held between two bounds, with a derivative strictly between them only; NaN stays. */
const between = (x: Tensor, low: number, high: number): Tensor =>
  where(lessEqual(x, low), low, where(greaterEqual(x, high), high, x));

/**
 * The step of Heaviside, elementwise: 1 from 0 on. Its derivative is 0.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns 1 where `x ≥ 0`, 0 where `x < 0`, NaN where `x` is, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example At zero it is one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { step } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(step(tensor([-1, 0, 2])).toArray(), [0, 1, 1]);
 * ```
 */
export function step<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = stopGradient(floats("step", x));
  return where(less(v, 0), 0, where(greaterEqual(v, 0), 1, v)) as Tensor<S, FloatOf<D>>;
}

/**
 * `relu` that stops at 6, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `min(max(x, 0), 6)`, in the shape of `x`; float; the derivative is 0 at 0 and at 6.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Howard et al., MobileNets, 2017, https://arxiv.org/abs/1704.04861
 *
 * @example Both bounds
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { relu6 } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(relu6(tensor([-1, 3, 9])).toArray(), [0, 3, 6]);
 * ```
 */
export function relu6<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return between(floats("relu6", x), 0, 6) as Tensor<S, FloatOf<D>>;
}

/** Options of `hardTanh`. */
export interface HardTanhOptions {
  /** The lower bound; −1 if left out. */
  readonly min?: number;
  /** The upper bound, above the lower; 1 if left out. */
  readonly max?: number;
}

/**
 * The identity between two bounds, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `min`, `max`: −1 and 1 if left out.
 * @returns `x` held between the bounds, in its shape; float; the derivative at a bound is 0.
 * @throws {ArgumentError} If `x` is not a tensor, or `min` is not below `max`.
 *
 * @example Both bounds
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hardTanh } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hardTanh(tensor([-3, 0.5, 3])).toArray(), [-1, 0.5, 1]);
 * ```
 */
export function hardTanh<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: HardTanhOptions = {},
): Tensor<S, FloatOf<D>> {
  const { min = -1, max = 1 } = options;
  if (!(min < max)) throw new ArgumentError(`hardTanh: min ${min} is not below max ${max}`);
  return between(floats("hardTanh", x), min, max) as Tensor<S, FloatOf<D>>;
}

/**
 * A sigmoid of three straight lines, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `(x + 3) / 6` held between 0 and 1, in the shape of `x`; float; the derivative is 0 at −3 and at 3.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244
 *
 * @example From 0 to 1
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hardSigmoid } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hardSigmoid(tensor([-5, 0, 5])).toArray(), [0, 0.5, 1]);
 * ```
 */
export function hardSigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = floats("hardSigmoid", x);
  return mul(between(add(v, 3), 0, 6), 1 / 6) as Tensor<S, FloatOf<D>>;
}

/**
 * `silu` with the sigmoid of three straight lines, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `x·hardSigmoid(x)`, in the shape of `x`; float; the derivative is 0 at −3 and 1 at 3.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244
 *
 * @example Outside ±3 it is `relu`
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hardSwish } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hardSwish(tensor([-4, 0, 4])).toArray(), [0, 0, 4]);
 * ```
 */
export function hardSwish<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = floats("hardSwish", x), inside = mul(v, mul(add(v, 3), 1 / 6));
  return where(lessEqual(v, -3), 0, where(greaterEqual(v, 3), v, inside)) as Tensor<S, FloatOf<D>>;
}

/** Options of `softshrink` and `hardshrink`. */
export interface ShrinkOptions {
  /** Half the width of what becomes zero, 0 or more; 0.5 if left out. */
  readonly lambda?: number;
}

function widthOf(op: string, { lambda = 0.5 }: ShrinkOptions): number {
  requireNumber(op, "lambda", lambda, (l) => l >= 0, "a finite number, 0 or more");
  return lambda;
}

/**
 * Soft thresholding, elementwise: what is within `lambda` of zero becomes zero, and the rest moves by `lambda` towards it.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `lambda`: 0.5 if left out.
 * @returns The shrunk numbers, in the shape of `x`; float; the derivative at ±lambda is 0.
 * @throws {ArgumentError} If `x` is not a tensor or `lambda` is negative.
 *
 * @example A threshold of one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softshrink } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softshrink(tensor([-3, 0.5, 2]), { lambda: 1 }).toArray(), [-2, 0, 1]);
 * ```
 */
export function softshrink<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: ShrinkOptions = {},
): Tensor<S, FloatOf<D>> {
  const lambda = widthOf("softshrink", options), v = floats("softshrink", x);
  return sub(v, clamp(v, { min: -lambda, max: lambda })) as Tensor<S, FloatOf<D>>;
}

/**
 * Hard thresholding, elementwise: what is within `lambda` of zero becomes zero, and the rest stays.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `lambda`: 0.5 if left out.
 * @returns The numbers left, in the shape of `x`; float; the derivative at ±lambda is 0.
 * @throws {ArgumentError} If `x` is not a tensor or `lambda` is negative.
 *
 * @example A threshold of one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hardshrink } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hardshrink(tensor([-3, 0.5, 2]), { lambda: 1 }).toArray(), [-3, 0, 2]);
 * ```
 */
export function hardshrink<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: ShrinkOptions = {},
): Tensor<S, FloatOf<D>> {
  const lambda = widthOf("hardshrink", options), v = floats("hardshrink", x);
  return where(lessEqual(abs(v), lambda), 0, v) as Tensor<S, FloatOf<D>>;
}
