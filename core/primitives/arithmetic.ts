/** Sums, products and their kin: what derivatives are written with. */
import { type Application, applied, is, madeBy, type Operand } from "../compiler/rule.ts";
import { type DType, isFloat, kindOf } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { fullLike } from "./create.ts";
import { elementwise, numeric } from "./elementwise.ts";

/** −x. */
export const negP: Primitive<undefined> = elementwise("neg", {
  arity: 1,
  scalar: () => (x) => -x,
  accepts: numeric,
  tangent: (_, [dx]) => neg(dx!),
  transpose: (ct) => [neg(ct)],
  simplify: ([x]) => madeBy(x!, negP)?.inputs[0] ?? null,
});

/** x + y. */
export const addP: Primitive<undefined> = elementwise("add", {
  arity: 2,
  scalar: () => (a, b) => a + b,
  accepts: numeric,
  tangent: (_, [dx, dy]) => dx && dy ? add(dx, dy) : dx ?? dy!,
  transpose: (ct) => [ct, ct],
  simplify: ([x, y]) => {
    // Among floats only −0 leaves every sum as it is: −0 + 0 is 0. a + (−b) is a − b.
    const nothing = isFloat(x!.dtype) ? -0 : 0;
    return is(y!, nothing) ? x! : is(x!, nothing) ? y! : negatedIn(subP, x!, y!) ?? negatedIn(subP, y!, x!);
  },
});

/** `prim` of a and b, if the second operand is −b. */
function negatedIn(prim: Primitive<undefined>, a: Operand, second: Operand): Application | null {
  const b = madeBy(second, negP)?.inputs[0];
  return b === undefined ? null : applied(prim, [a, b], undefined);
}

/** x − y. */
export const subP: Primitive<undefined> = elementwise("sub", {
  arity: 2,
  scalar: () => (a, b) => a - b,
  accepts: numeric,
  tangent: (_, [dx, dy]) => dx && dy ? sub(dx, dy) : dx ?? neg(dy!),
  transpose: (ct, _, [lx, ly]) => [lx ? ct : null, ly ? neg(ct) : null],
  // a − (−b) is a + b.
  simplify: ([x, y]) => is(y!, 0) ? x! : negatedIn(addP, x!, y!),
});

/** How two numbers of a dtype are multiplied: integers wrap around, which f64 alone would do wrongly beyond 2⁵³. */
export const product = (dtype: DType): (a: number, b: number) => number =>
  kindOf(dtype) === "int" ? Math.imul : (a, b) => a * b;

/** x · y; integers wrap around. */
export const mulP: Primitive<undefined> = elementwise("mul", {
  arity: 2,
  scalar: product,
  accepts: numeric,
  tangent: ([x, y], [dx, dy]) => {
    const l = dx ? mul(dx, y!) : null, r = dy ? mul(x!, dy) : null;
    return l && r ? add(l, r) : l ?? r;
  },
  transpose: (ct, [x, y], [lx]) => lx ? [mul(ct, y!), null] : [null, mul(x!, ct)],
  simplify: ([x, y]) => is(y!, 1) ? x! : is(x!, 1) ? y! : null,
});

/** x / y on floats. */
export const divP: Primitive<undefined> = elementwise("div", {
  arity: 2,
  scalar: () => (a, b) => a / b,
  accepts: ["float"],
  tangent: ([, y], [dx, dy], q) => {
    const l = dx ? div(dx, y!) : null, r = dy ? neg(mul(div(q, y!), dy)) : null;
    return l && r ? add(l, r) : l ?? r;
  },
  transpose: (ct, [, y]) => [div(ct, y!), null],
  simplify: ([x, y]) => is(y!, 1) ? x! : null,
});

/** −x. */
export const neg = (x: Value): Value => bind1(negP, [x], undefined);
/** x + y. */
export const add = (x: Value, y: Value): Value => bind1(addP, [x, y], undefined);
/** x − y. */
export const sub = (x: Value, y: Value): Value => bind1(subP, [x, y], undefined);
/** x · y. */
export const mul = (x: Value, y: Value): Value => bind1(mulP, [x, y], undefined);
/** x / y. */
export const div = (x: Value, y: Value): Value => bind1(divP, [x, y], undefined);
/** x · c. */
export const scale = (x: Value, c: number): Value => mul(x, fullLike(x, c));
/** x + c. */
export const shift = (x: Value, c: number): Value => add(x, fullLike(x, c));
/** The sum of two contributions to one cotangent. */
export const addTangents: (x: Value, y: Value) => Value = add;
