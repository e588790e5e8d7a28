/** Division with a remainder, by Python's convention: the quotient is rounded down, the remainder has the divisor's sign. */
import { type DType, isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import { elementwise, numeric, type Scalar } from "./elementwise.ts";

/** The remainder; a zero one has the divisor's sign too. `%` is exact. */
function floatRemainder(a: number, b: number): number {
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return (r < 0) !== (b < 0) ? r + b : r;
}

/** ⌊a/b⌋ from the exact remainder, so that a quotient that rounds up to a whole number is not one too large. */
function floatQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const r = a % b, q = (a - r) / b, whole = Math.round(q);
  if (r !== 0 && (r < 0) !== (b < 0)) return whole - 1;
  return whole === 0 ? a / b * 0 : whole;
}

/** Integers have no infinity: anything divided by 0 is 0, as in NumPy. */
const integerQuotient: Scalar = (a, b) => b === 0 ? 0 : Math.floor(a / b);
const integerRemainder: Scalar = (a, b) => b === 0 ? 0 : floatRemainder(a, b);

/** ⌊x / y⌋. */
export const floorDivP: Primitive<undefined> = elementwise("floorDiv", {
  arity: 2,
  scalar: (d: DType) => isFloat(d) ? floatQuotient : integerQuotient,
  accepts: numeric,
});

/** x − y·⌊x / y⌋. */
export const modP: Primitive<undefined> = elementwise("mod", {
  arity: 2,
  scalar: (d: DType) => isFloat(d) ? floatRemainder : integerRemainder,
  accepts: numeric,
  tangent: ([x, y], [dx, dy]) => {
    const r = dy ? mul(dy, floorDiv(x!, y!)) : null;
    return dx && r ? sub(dx, r) : dx ?? neg(r!);
  },
});

/** ⌊x / y⌋. */
export const floorDiv = (x: Value, y: Value): Value => bind1(floorDivP, [x, y], undefined);
/** x − y·⌊x / y⌋. */
export const mod = (x: Value, y: Value): Value => bind1(modP, [x, y], undefined);
