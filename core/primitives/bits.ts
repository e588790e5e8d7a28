/** The bits of integers. Results wrap around to the dtype when they are stored. */
import { bytesOf, type DType, type Kind } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { elementwise, type Scalar } from "./elementwise.ts";

const integers: readonly Kind[] = ["int"];
const bitwise = (name: string, arity: 1 | 2, scalar: (d: DType) => Scalar): Primitive<undefined> =>
  elementwise(name, { arity, scalar, accepts: integers });

/**
 * A shift by n places. JavaScript takes n modulo 32; here a shift by the width or more, or by a negative number (a large
 * one, read without sign), gives what shifting one place at a time would: `beyond`.
 */
const shifting = (shift: Scalar, beyond: (x: number) => number) => (d: DType): Scalar => {
  const width = 8 * bytesOf(d);
  return (x, n) => n! >= 0 && n! < width ? shift(x!, n!) : beyond(x!);
};

/** Bits set in both. */
export const bitAndP: Primitive<undefined> = bitwise("bitAnd", 2, () => (a, b) => a & b);
/** Bits set in either. */
export const bitOrP: Primitive<undefined> = bitwise("bitOr", 2, () => (a, b) => a | b);
/** Bits that differ. */
export const bitXorP: Primitive<undefined> = bitwise("bitXor", 2, () => (a, b) => a ^ b);
/** Every bit turned over. */
export const bitNotP: Primitive<undefined> = bitwise("bitNot", 1, () => (a) => ~a);
/** Bits moved up, zeros moved in. */
export const shiftLeftP: Primitive<undefined> = bitwise("shiftLeft", 2, shifting((x, n) => x << n, () => 0));
/** Bits moved down, zeros moved in. */
export const shiftRightLogicalP: Primitive<undefined> = bitwise(
  "shiftRightLogical",
  2,
  shifting((x, n) => x >>> n, () => 0),
);
/** Bits moved down, the sign moved in; integers without a sign take in zeros. */
export const shiftRightP: Primitive<undefined> = bitwise(
  "shiftRight",
  2,
  (d) => d === "i32" ? shifting((x, n) => x >> n, (x) => x >> 31)(d) : shifting((x, n) => x >>> n, () => 0)(d),
);

/** Bits set in both. */
export const bitAnd = (x: Value, y: Value): Value => bind1(bitAndP, [x, y], undefined);
/** Bits set in either. */
export const bitOr = (x: Value, y: Value): Value => bind1(bitOrP, [x, y], undefined);
/** Bits that differ. */
export const bitXor = (x: Value, y: Value): Value => bind1(bitXorP, [x, y], undefined);
/** Every bit turned over. */
export const bitNot = (x: Value): Value => bind1(bitNotP, [x], undefined);
/** x · 2ⁿ, modulo the width. */
export const shiftLeft = (x: Value, n: Value): Value => bind1(shiftLeftP, [x, n], undefined);
/** Bits moved down, the sign moved in. */
export const shiftRight = (x: Value, n: Value): Value => bind1(shiftRightP, [x, n], undefined);
/** Bits moved down, zeros moved in. */
export const shiftRightLogical = (x: Value, n: Value): Value => bind1(shiftRightLogicalP, [x, n], undefined);
