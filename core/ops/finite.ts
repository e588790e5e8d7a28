/** Numbers that are no numbers, or infinite. */
import { type DType, isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { equal } from "../primitives/compare.ts";
import { fullLike } from "../primitives/create.ts";
import { isFiniteP, isInfP, isNaN as isNaNValue, isNaNP } from "../primitives/finite.ts";
import { select } from "../primitives/select.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { requireOptions } from "./options.ts";

/** The largest number of each float dtype. */
const largest: { readonly [d: string]: number } = { f32: (2 - 2 ** -23) * 2 ** 127, f64: Number.MAX_VALUE };

/**
 * Whether x is NaN, elementwise.
 *
 * @param x Any tensor; integers and bool are always finite.
 * @returns Truth values, in the same shape; bool.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Four numbers
 * ```ts
 * import { isNaN, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isNaN(tensor([1, NaN, Infinity, -Infinity])).toArray(), [false, true, false, false]);
 * ```
 */
export function isNaN<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return bind1(isNaNP, [requireTensor("isNaN", x)], undefined) as Tensor<S, "bool">;
}

/**
 * Whether x is neither NaN nor infinite, elementwise.
 *
 * @param x Any tensor; integers and bool are always finite.
 * @returns Truth values, in the same shape; bool.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Four numbers
 * ```ts
 * import { isFinite, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isFinite(tensor([1, NaN, Infinity, -Infinity])).toArray(), [true, false, false, false]);
 * ```
 */
export function isFinite<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return bind1(isFiniteP, [requireTensor("isFinite", x)], undefined) as Tensor<S, "bool">;
}

/**
 * Whether x is ∞ or -∞, elementwise.
 *
 * @param x Any tensor; integers and bool are always finite.
 * @returns Truth values, in the same shape; bool.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Four numbers
 * ```ts
 * import { isInf, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isInf(tensor([1, NaN, Infinity, -Infinity])).toArray(), [false, false, true, true]);
 * ```
 */
export function isInf<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return bind1(isInfP, [requireTensor("isInf", x)], undefined) as Tensor<S, "bool">;
}

/** What takes the place of what is not finite. */
export interface NanToNumOptions {
  /** For NaN; 0 if left out. */
  readonly nan?: number;
  /** For ∞; the largest number of the dtype if left out. */
  readonly posInf?: number;
  /** For -∞; the least number of the dtype if left out. */
  readonly negInf?: number;
}

/**
 * Finite numbers for NaN and infinities, elementwise; the derivative is 0 where something was replaced.
 *
 * @param x Any tensor; integers and bool stay as they are.
 * @param options `nan`, `posInf` and `negInf`: what to put in their places.
 * @returns The numbers, in the same shape and dtype.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Cleaned up
 * ```ts
 * import { nanToNum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nanToNum(tensor([NaN, 1, Infinity]), { posInf: 9 }).toArray(), [0, 1, 9]);
 * ```
 */
export function nanToNum<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: NanToNumOptions = {},
): Tensor<S, D> {
  let y: Value = requireTensor("nanToNum", x);
  requireOptions("nanToNum", options, "{ nan: 0 }", ["nan", "posInf", "negInf"]);
  if (!isFloat(y.dtype)) return y as Tensor<S, D>;
  const value = y, big = largest[y.dtype]!, { nan = 0, posInf = big, negInf = -big } = options;
  y = select(isNaNValue(value), fullLike(value, nan), y);
  y = select(equal(value, fullLike(value, Infinity)), fullLike(value, posInf), y);
  y = select(equal(value, fullLike(value, -Infinity)), fullLike(value, negInf), y);
  return y as Tensor<S, D>;
}
