/** Exponentials and logarithms. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { div, mul, scale, shift } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";

/** eˣ. */
export const expP: Primitive<undefined> = unary("exp", Math.exp, (_, y) => y, mul);
/** 2ˣ. */
export const exp2P: Primitive<undefined> = unary("exp2", (x) => 2 ** x, (_, y) => scale(y, Math.LN2), mul);
/** eˣ − 1. Its derivative is eˣ itself and not y + 1, which is 0 long before eˣ is. */
export const expm1P: Primitive<undefined> = unary("expm1", Math.expm1, (x) => exp(x), mul);
/** Natural logarithm. */
export const logP: Primitive<undefined> = unary("log", Math.log, (x) => x, div);
/** Logarithm of base 2. */
export const log2P: Primitive<undefined> = unary("log2", Math.log2, (x) => scale(x, Math.LN2), div);
/** log(1 + x). */
export const log1pP: Primitive<undefined> = unary("log1p", Math.log1p, (x) => shift(x, 1), div);

/** eˣ. */
export const exp = (x: Value): Value => bind1(expP, [x], undefined);
/** 2ˣ. */
export const exp2 = (x: Value): Value => bind1(exp2P, [x], undefined);
/** eˣ − 1. */
export const expm1 = (x: Value): Value => bind1(expm1P, [x], undefined);
/** Natural logarithm. */
export const log = (x: Value): Value => bind1(logP, [x], undefined);
/** Logarithm of base 2. */
export const log2 = (x: Value): Value => bind1(log2P, [x], undefined);
/** log(1 + x). */
export const log1p = (x: Value): Value => bind1(log1pP, [x], undefined);
