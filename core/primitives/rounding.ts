/** Magnitude, sign, and whole numbers near a number: piecewise linear functions. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { numeric, unary } from "./elementwise.ts";

/** To the nearest whole number, halves to the even one, the sign of zero kept. */
function roundHalfEven(x: number): number {
  // From 2^52 on there are no fractions; NaN and infinities stay too.
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const low = Math.floor(x), over = x - low;
  const y = over < 0.5 || (over === 0.5 && low % 2 === 0) ? low : low + 1;
  return y === 0 ? x * 0 : y;
}

/** |x|; its derivative at 0 is 0. */
export const absP: Primitive<undefined> = unary("abs", Math.abs, (x) => sign(x), mul, numeric);
/** −1, 0 or 1. */
export const signP: Primitive<undefined> = unary("sign", Math.sign, null, mul, numeric);
/** The largest whole number not above x. */
export const floorP: Primitive<undefined> = unary("floor", Math.floor, null, mul, numeric);
/** The smallest whole number not below x. */
export const ceilP: Primitive<undefined> = unary("ceil", Math.ceil, null, mul, numeric);
/** The nearest whole number, halves to the even one. */
export const roundP: Primitive<undefined> = unary("round", roundHalfEven, null, mul, numeric);
/** x without its fraction. */
export const truncP: Primitive<undefined> = unary("trunc", Math.trunc, null, mul, numeric);

/** |x|. */
export const abs = (x: Value): Value => bind1(absP, [x], undefined);
/** −1, 0 or 1. */
export const sign = (x: Value): Value => bind1(signP, [x], undefined);
/** The largest whole number not above x. */
export const floor = (x: Value): Value => bind1(floorP, [x], undefined);
/** The smallest whole number not below x. */
export const ceil = (x: Value): Value => bind1(ceilP, [x], undefined);
/** The nearest whole number, halves to the even one. */
export const round = (x: Value): Value => bind1(roundP, [x], undefined);
/** x without its fraction. */
export const trunc = (x: Value): Value => bind1(truncP, [x], undefined);
