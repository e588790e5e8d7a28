/** Elements in another dtype, and values that derivatives do not pass. */
import type { DType } from "../dtype.ts";
import { cast as castValue } from "../primitives/cast.ts";
import { stopGradient as stop } from "../primitives/stop_gradient.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { flattenTensors, unflattenWith } from "../tree.ts";
import { requireDType, requireTensor } from "./operands.ts";

/** The type of {@linkcode cast}: `cast(x, dtype)`, or in a pipe, `pipe(x, cast(dtype))`. */
export interface Cast {
  /** `cast(x, dtype)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D>;
  /** `pipe(x, cast(dtype))`. */
  <D extends DType>(dtype: D): <S extends Shape>(x: Tensor<S, DType>) => Tensor<S, D>;
}

const convert = (x: unknown, dtype: unknown): Value => castValue(requireTensor("cast", x), requireDType("cast", dtype));

/**
 * The same values in another dtype, elementwise. Derivatives pass between floats.
 *
 * Floats become integers without their fraction, held within the range, NaN as 0; integers among themselves wrap
 * around; everything but 0 becomes true.
 *
 * @param x Any tensor.
 * @param dtype The dtype to convert to.
 * @returns The values, in the same shape.
 * @throws {DTypeError} If `dtype` names none.
 *
 * @example Fractions cut off
 * ```ts
 * import { cast, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cast(tensor([1.7, -1.7, NaN]), "i32").toArray(), [1, -1, 0]);
 * ```
 */
export const cast: Cast =
  ((...args: unknown[]) => args.length >= 2 ? convert(args[0], args[1]) : (x: unknown) => convert(x, args[0])) as Cast;

/**
 * The same values, taken as constant by derivatives.
 *
 * @param tree A tensor, or a tree of tensors.
 * @returns The same tree.
 * @throws {ArgumentError} If a leaf is not a tensor.
 *
 * @example A constant factor
 * ```ts
 * import { grad, mul, stopGradient, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = grad((x: Tensor<readonly []>) => mul(stopGradient(x), x));
 * assertEquals(f(tensor(3)).item(), 3);
 * ```
 */
export function stopGradient<T>(tree: T): T {
  const [leaves, structure] = flattenTensors("stopGradient", tree);
  return unflattenWith(structure, leaves.map(stop)) as T;
}
