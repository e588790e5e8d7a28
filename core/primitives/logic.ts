/** Truth values among themselves. */
import type { Kind } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { elementwise, type Scalar } from "./elementwise.ts";

const truth: readonly Kind[] = ["bool"];
const logical = (name: string, arity: 1 | 2, f: Scalar): Primitive<undefined> =>
  elementwise(name, { arity, scalar: () => f, accepts: truth });

/** x ∧ y. */
export const andP: Primitive<undefined> = logical("and", 2, (a, b) => a & b);
/** x ∨ y. */
export const orP: Primitive<undefined> = logical("or", 2, (a, b) => a | b);
/** x ≠ y. */
export const xorP: Primitive<undefined> = logical("xor", 2, (a, b) => a ^ b);
/** ¬x. */
export const notP: Primitive<undefined> = logical("not", 1, (a) => 1 - a);

/** x ∧ y. */
export const and = (x: Value, y: Value): Value => bind1(andP, [x, y], undefined);
/** x ∨ y. */
export const or = (x: Value, y: Value): Value => bind1(orP, [x, y], undefined);
/** x ≠ y. */
export const xor = (x: Value, y: Value): Value => bind1(xorP, [x, y], undefined);
/** ¬x. */
export const not = (x: Value): Value => bind1(notP, [x], undefined);
