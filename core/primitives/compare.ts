/** Comparisons: bool results, no derivatives. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { anyKind, elementwise, type Scalar } from "./elementwise.ts";

const comparison = (name: string, f: Scalar): Primitive<undefined> =>
  elementwise(name, { arity: 2, scalar: () => f, accepts: anyKind, output: () => "bool" });

/** x = y. */
export const equalP: Primitive<undefined> = comparison("equal", (a, b) => +(a === b));
/** x ≠ y; NaN differs from everything. */
export const notEqualP: Primitive<undefined> = comparison("notEqual", (a, b) => +(a !== b));
/** x < y. */
export const lessP: Primitive<undefined> = comparison("less", (a, b) => +(a < b));
/** x ≤ y. */
export const lessEqualP: Primitive<undefined> = comparison("lessEqual", (a, b) => +(a <= b));
/** x > y. */
export const greaterP: Primitive<undefined> = comparison("greater", (a, b) => +(a > b));
/** x ≥ y. */
export const greaterEqualP: Primitive<undefined> = comparison("greaterEqual", (a, b) => +(a >= b));

/** x = y. */
export const equal = (x: Value, y: Value): Value => bind1(equalP, [x, y], undefined);
/** x ≠ y. */
export const notEqual = (x: Value, y: Value): Value => bind1(notEqualP, [x, y], undefined);
/** x < y. */
export const less = (x: Value, y: Value): Value => bind1(lessP, [x, y], undefined);
/** x ≤ y. */
export const lessEqual = (x: Value, y: Value): Value => bind1(lessEqualP, [x, y], undefined);
/** x > y. */
export const greater = (x: Value, y: Value): Value => bind1(greaterP, [x, y], undefined);
/** x ≥ y. */
export const greaterEqual = (x: Value, y: Value): Value => bind1(greaterEqualP, [x, y], undefined);
