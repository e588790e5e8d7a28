/** Angles. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, div, mul, neg, shift, sub } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { onesLike, zerosLike } from "./create.ts";
import { elementwise, floating, unary } from "./elementwise.ts";
import { sqrt } from "./power.ts";
import { select } from "./select.ts";

/** √(1 − x²), exact also next to ±1. */
const cosineOfSine = (x: Value): Value => sqrt(mul(sub(onesLike(x), x), shift(x, 1)));

/** Sine. */
export const sinP: Primitive<undefined> = unary("sin", Math.sin, (x) => cos(x), mul);
/** Cosine. */
export const cosP: Primitive<undefined> = unary("cos", Math.cos, (x) => neg(sin(x)), mul);
/** Tangent. */
export const tanP: Primitive<undefined> = unary("tan", Math.tan, (_, y) => shift(mul(y, y), 1), mul);
/** Inverse sine. */
export const asinP: Primitive<undefined> = unary("asin", Math.asin, (x) => cosineOfSine(x), div);
/** Inverse cosine. */
export const acosP: Primitive<undefined> = unary("acos", Math.acos, (x) => neg(cosineOfSine(x)), div);
/** Inverse tangent. */
export const atanP: Primitive<undefined> = unary("atan", Math.atan, (x) => shift(mul(x, x), 1), div);

/** The angle of the point (x, y), the ordinate y given first. */
export const atan2P: Primitive<undefined> = elementwise("atan2", {
  arity: 2,
  scalar: () => Math.atan2,
  accepts: floating,
  // Divided by the radius twice: its square may overflow.
  tangent: ([y, x], [dy, dx]) => {
    const r = hypot(x!, y!);
    const l = dy ? mul(dy, div(div(x!, r), r)) : null, m = dx ? neg(mul(dx, div(div(y!, r), r))) : null;
    return l && m ? add(l, m) : l ?? m;
  },
});

/** √(x² + y²) without overflow; its derivative at the origin is 0. */
export const hypotP: Primitive<undefined> = elementwise("hypot", {
  arity: 2,
  scalar: () => Math.hypot,
  accepts: floating,
  tangent: ([x, y], [dx, dy], r) => {
    const safe = select(equal(r, zerosLike(r)), onesLike(r), r);
    const l = dx ? mul(dx, div(x!, safe)) : null, m = dy ? mul(dy, div(y!, safe)) : null;
    return l && m ? add(l, m) : l ?? m;
  },
});

/** Sine. */
export const sin = (x: Value): Value => bind1(sinP, [x], undefined);
/** Cosine. */
export const cos = (x: Value): Value => bind1(cosP, [x], undefined);
/** Tangent. */
export const tan = (x: Value): Value => bind1(tanP, [x], undefined);
/** Inverse sine. */
export const asin = (x: Value): Value => bind1(asinP, [x], undefined);
/** Inverse cosine. */
export const acos = (x: Value): Value => bind1(acosP, [x], undefined);
/** Inverse tangent. */
export const atan = (x: Value): Value => bind1(atanP, [x], undefined);
/** The angle of the point (x, y). */
export const atan2 = (y: Value, x: Value): Value => bind1(atan2P, [y, x], undefined);
/** √(x² + y²). */
export const hypot = (x: Value, y: Value): Value => bind1(hypotP, [x, y], undefined);
