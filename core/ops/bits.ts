/** The bits of integers. */
import type { DType } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { bitAndP, bitNotP, bitOrP, bitXorP, shiftLeftP, shiftRightLogicalP, shiftRightP } from "../primitives/bits.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { BinaryOp } from "./binary_op.ts";
import { binary, dual, requireTensor } from "./operands.ts";

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
