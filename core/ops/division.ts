/** Division with a remainder. */
import { floorDivP, modP } from "../primitives/division.ts";
import type { BinaryOp } from "./binary_op.ts";
import { binary, dual } from "./operands.ts";

/**
 * Quotient rounded down, elementwise, as `//` in Python; its derivative is 0.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `⌊a / b⌋`, in the broadcast shape and the common dtype. Integers divided by 0 give 0.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example Rounded down on both sides of zero
 * ```ts
 * import { floorDiv, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(floorDiv(tensor([7, -7]), 2).toArray(), [3, -4]);
 * ```
 */
export const floorDiv: BinaryOp<"floorDiv"> = dual((a, b) => binary("floorDiv", floorDivP, a, b)) as BinaryOp<
  "floorDiv"
>;

/**
 * Remainder with the sign of the divisor, elementwise, as `%` in Python (not as in JavaScript).
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a - b·⌊a / b⌋`, in the broadcast shape and the common dtype. Integers modulo 0 give 0, floats NaN.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example Around a clock
 * ```ts
 * import { mod, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mod(tensor([14, -1]), 12).toArray(), [2, 11]);
 * ```
 */
export const mod: BinaryOp<"mod"> = dual((a, b) => binary("mod", modP, a, b)) as BinaryOp<"mod">;
