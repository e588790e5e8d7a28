/** Which numbers are numbers. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { anyKind, elementwise } from "./elementwise.ts";

const question = (name: string, f: (x: number) => boolean): Primitive<undefined> =>
  elementwise(name, { arity: 1, scalar: () => (x) => +f(x), accepts: anyKind, output: () => "bool" });

/** Whether x is NaN. */
export const isNaNP: Primitive<undefined> = question("isNaN", Number.isNaN);
/** Whether x is neither NaN nor infinite. */
export const isFiniteP: Primitive<undefined> = question("isFinite", Number.isFinite);
/** Whether x is ∞ or −∞. */
export const isInfP: Primitive<undefined> = question("isInf", (x) => Math.abs(x) === Infinity);

/** Whether x is NaN. */
export const isNaN = (x: Value): Value => bind1(isNaNP, [x], undefined);
/** Whether x is neither NaN nor infinite. */
export const isFinite = (x: Value): Value => bind1(isFiniteP, [x], undefined);
/** Whether x is ∞ or −∞. */
export const isInf = (x: Value): Value => bind1(isInfP, [x], undefined);
