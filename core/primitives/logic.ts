/** Truth values among themselves. */
import { is, madeBy, type Rule } from "../compiler/rule.ts";
import type { Kind } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { elementwise, type Scalar } from "./elementwise.ts";

const truth: readonly Kind[] = ["bool"];
const logical = (name: string, arity: 1 | 2, f: Scalar, simplify: Rule<undefined>): Primitive<undefined> =>
  elementwise(name, { arity, scalar: () => f, accepts: truth, simplify });
/** The other operand beside one that changes nothing. */
const without = (nothing: 0 | 1): Rule<undefined> => ([x, y]) => is(y!, nothing) ? x! : is(x!, nothing) ? y! : null;

/** x ∧ y. */
export const andP: Primitive<undefined> = logical("and", 2, (a, b) => a & b, without(1));
/** x ∨ y. */
export const orP: Primitive<undefined> = logical("or", 2, (a, b) => a | b, without(0));
/** x ≠ y. */
export const xorP: Primitive<undefined> = logical("xor", 2, (a, b) => a ^ b, without(0));
/** ¬x. */
export const notP: Primitive<undefined> = logical("not", 1, (a) => 1 - a, ([x]) => madeBy(x!, notP)?.inputs[0] ?? null);

/** x ∧ y. */
export const and = (x: Value, y: Value): Value => bind1(andP, [x, y], undefined);
/** x ∨ y. */
export const or = (x: Value, y: Value): Value => bind1(orP, [x, y], undefined);
/** x ≠ y. */
export const xor = (x: Value, y: Value): Value => bind1(xorP, [x, y], undefined);
/** ¬x. */
export const not = (x: Value): Value => bind1(notP, [x], undefined);
