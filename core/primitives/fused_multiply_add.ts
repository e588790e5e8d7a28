/** a · b + c with one rounding. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { elementwise, floating } from "./elementwise.ts";

/**
 * a · b + c, for f32 rounded once: the product is exact in f64 (24 + 24 bits), the sum is rounded there and then to f32.
 * On f64 it is a product and a sum. Scaling a random number must round the same way on every backend, whether or not its
 * compiler contracts the two.
 */
export const fusedMultiplyAddP: Primitive<undefined> = elementwise("fusedMultiplyAdd", {
  arity: 3,
  scalar: () => (a, b, c) => a * b + c,
  accepts: floating,
  tangent: ([a, b], [da, db, dc]) => {
    const terms = [da ? mul(da, b!) : null, db ? mul(a!, db) : null, dc!].filter((t) => t !== null);
    return terms.reduce(add);
  },
});

/** a · b + c. */
export const fusedMultiplyAdd = (a: Value, b: Value, c: Value): Value => bind1(fusedMultiplyAddP, [a, b, c], undefined);
