/** Hyperbolic functions and their inverses. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { div, mul, shift, sub } from "./arithmetic.ts";
import { onesLike } from "./create.ts";
import { unary } from "./elementwise.ts";
import { sqrt } from "./power.ts";
import { hypot } from "./trigonometric.ts";

/** Hyperbolic sine. */
export const sinhP: Primitive<undefined> = unary("sinh", Math.sinh, (x) => cosh(x), mul);
/** Hyperbolic cosine. */
export const coshP: Primitive<undefined> = unary("cosh", Math.cosh, (x) => sinh(x), mul);
/** Hyperbolic tangent. */
export const tanhP: Primitive<undefined> = unary("tanh", Math.tanh, (_, y) => sub(onesLike(y), mul(y, y)), mul);
/** Inverse hyperbolic sine. */
export const asinhP: Primitive<undefined> = unary("asinh", Math.asinh, (x) => hypot(x, onesLike(x)), div);
/** Inverse hyperbolic cosine. */
export const acoshP: Primitive<undefined> = unary(
  "acosh",
  Math.acosh,
  (x) => mul(sqrt(shift(x, -1)), sqrt(shift(x, 1))),
  div,
);
/** Inverse hyperbolic tangent. */
export const atanhP: Primitive<undefined> = unary(
  "atanh",
  Math.atanh,
  (x) => mul(sub(onesLike(x), x), shift(x, 1)),
  div,
);

/** Hyperbolic sine. */
export const sinh = (x: Value): Value => bind1(sinhP, [x], undefined);
/** Hyperbolic cosine. */
export const cosh = (x: Value): Value => bind1(coshP, [x], undefined);
/** Hyperbolic tangent. */
export const tanh = (x: Value): Value => bind1(tanhP, [x], undefined);
/** Inverse hyperbolic sine. */
export const asinh = (x: Value): Value => bind1(asinhP, [x], undefined);
/** Inverse hyperbolic cosine. */
export const acosh = (x: Value): Value => bind1(acoshP, [x], undefined);
/** Inverse hyperbolic tangent. */
export const atanh = (x: Value): Value => bind1(atanhP, [x], undefined);
