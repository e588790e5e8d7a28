/** Rounding, tests of finiteness, and operations on bits. */
import { type DType, isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { absP, ceilP, floorP, roundP, signP, truncP } from "../primitives/arithmetic.ts";
import {
  bitAndP,
  bitNotP,
  bitOrP,
  bitXorP,
  equal,
  isFiniteP,
  isInfP,
  isNaN as isNaNValue,
  isNaNP,
  select,
  shiftLeftP,
  shiftRightLogicalP,
  shiftRightP,
} from "../primitives/compare.ts";
import { fullLike } from "../primitives/create.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { BinaryOp } from "./arithmetic.ts";
import { binary, dual, requireOptions, requireTensor } from "./operands.ts";

// Magnitude, sign, and whole numbers near a number.

/**
 * Magnitude, elementwise; its derivative at 0 is 0.
 *
 * @param x Any numeric tensor.
 * @returns `|x|`, in the same shape and dtype; the least i32 stays itself.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Without signs
 * ```ts
 * import { abs, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(abs(tensor([-2, 0, 3])).toArray(), [2, 0, 3]);
 * ```
 */
export function abs<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(absP, [requireTensor("abs", x)], undefined) as Tensor<S, D>;
}

/**
 * Sign, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns -1, 0 or 1, in the same shape and dtype; NaN stays.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Three signs
 * ```ts
 * import { sign, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sign(tensor([-2, 0, 3])).toArray(), [-1, 0, 1]);
 * ```
 */
export function sign<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(signP, [requireTensor("sign", x)], undefined) as Tensor<S, D>;
}

/**
 * The largest whole number not above x, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns `⌊x⌋`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Downwards
 * ```ts
 * import { floor, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(floor(tensor([-1.5, 1.5])).toArray(), [-2, 1]);
 * ```
 */
export function floor<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(floorP, [requireTensor("floor", x)], undefined) as Tensor<S, D>;
}

/**
 * The smallest whole number not below x, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns `⌈x⌉`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Upwards
 * ```ts
 * import { ceil, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ceil(tensor([-1.5, 1.5])).toArray(), [-1, 2]);
 * ```
 */
export function ceil<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(ceilP, [requireTensor("ceil", x)], undefined) as Tensor<S, D>;
}

/**
 * The nearest whole number, elementwise, halves to the even one; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns Whole numbers, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Halves
 * ```ts
 * import { round, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(round(tensor([0.5, 1.5, 2.5, 2.6])).toArray(), [0, 2, 2, 3]);
 * ```
 */
export function round<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(roundP, [requireTensor("round", x)], undefined) as Tensor<S, D>;
}

/**
 * x without its fraction, elementwise; its derivative is 0.
 *
 * @param x Any numeric tensor.
 * @returns Whole numbers, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Towards zero
 * ```ts
 * import { tensor, trunc } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trunc(tensor([-1.5, 1.5])).toArray(), [-1, 1]);
 * ```
 */
export function trunc<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(truncP, [requireTensor("trunc", x)], undefined) as Tensor<S, D>;
}

// Numbers that are no numbers, or infinite.

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

// The bits of integers.

/**
 * The bits set in both, elementwise.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b Any integer tensor that broadcasts with `a`, or a whole number.
 * @returns Integers, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example In binary
 * ```ts
 * import { bitAnd, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bitAnd(tensor([0b1100], { dtype: "i32" }), 0b1010).toArray(), [0b1000]);
 * ```
 */
export const bitAnd: BinaryOp<"bitAnd"> = dual((a, b) => binary("bitAnd", bitAndP, a, b)) as BinaryOp<"bitAnd">;

/**
 * The bits set in either, elementwise.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b Any integer tensor that broadcasts with `a`, or a whole number.
 * @returns Integers, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example In binary
 * ```ts
 * import { bitOr, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bitOr(tensor([0b1100], { dtype: "i32" }), 0b1010).toArray(), [0b1110]);
 * ```
 */
export const bitOr: BinaryOp<"bitOr"> = dual((a, b) => binary("bitOr", bitOrP, a, b)) as BinaryOp<"bitOr">;

/**
 * The bits that differ, elementwise.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b Any integer tensor that broadcasts with `a`, or a whole number.
 * @returns Integers, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example In binary
 * ```ts
 * import { bitXor, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bitXor(tensor([0b1100], { dtype: "i32" }), 0b1010).toArray(), [0b0110]);
 * ```
 */
export const bitXor: BinaryOp<"bitXor"> = dual((a, b) => binary("bitXor", bitXorP, a, b)) as BinaryOp<"bitXor">;

/**
 * Every bit turned over, elementwise.
 *
 * @param x Any integer tensor.
 * @returns Integers, in the same shape and dtype.
 * @throws {DTypeError} If `x` is not of integers.
 *
 * @example Signed and unsigned
 * ```ts
 * import { bitNot, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bitNot(tensor([0], { dtype: "i32" })).toArray(), [-1]);
 * assertEquals(bitNot(tensor([0], { dtype: "u8" })).toArray(), [255]);
 * ```
 */
export function bitNot<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(bitNotP, [requireTensor("bitNot", x)], undefined) as Tensor<S, D>;
}

/**
 * Bits moved up with zeros moved in, elementwise; a shift by the width or more, or by a negative number, gives 0.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b How many places, an integer tensor that broadcasts with `a`, or a whole number.
 * @returns `a·2ᵇ` modulo the width, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example Places moved
 * ```ts
 * import { shiftLeft, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shiftLeft(tensor([1, 3], { dtype: "i32" }), 4).toArray(), [16, 48]);
 * ```
 */
export const shiftLeft: BinaryOp<"shiftLeft"> = dual((a, b) => binary("shiftLeft", shiftLeftP, a, b)) as BinaryOp<
  "shiftLeft"
>;

/**
 * Bits moved down, elementwise: i32 keeps its sign, u32 and u8 take in zeros. Shifts by the width or more leave the
 * sign alone.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b How many places, an integer tensor that broadcasts with `a`, or a whole number.
 * @returns `⌊a / 2ᵇ⌋`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example Places moved
 * ```ts
 * import { shiftRight, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shiftRight(tensor([-16, 48], { dtype: "i32" }), 4).toArray(), [-1, 3]);
 * ```
 */
export const shiftRight: BinaryOp<"shiftRight"> = dual((a, b) => binary("shiftRight", shiftRightP, a, b)) as BinaryOp<
  "shiftRight"
>;

/**
 * Bits moved down with zeros moved in, elementwise, whatever the sign; a shift by the width or more gives 0.
 *
 * @param a Any integer tensor, or a whole number.
 * @param b How many places, an integer tensor that broadcasts with `a`, or a whole number.
 * @returns Integers, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If either is not of integers.
 *
 * @example Places moved
 * ```ts
 * import { shiftRightLogical, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shiftRightLogical(tensor([-1], { dtype: "i32" }), 28).toArray(), [15]);
 * ```
 */
export const shiftRightLogical: BinaryOp<"shiftRightLogical"> = dual((a, b) =>
  binary("shiftRightLogical", shiftRightLogicalP, a, b)
) as BinaryOp<"shiftRightLogical">;
