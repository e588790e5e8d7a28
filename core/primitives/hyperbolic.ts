/** Hyperbolic functions and their inverses. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { div, mul, shift, sub } from "./arithmetic.ts";
import { onesLike } from "./create.ts";
import { elementwise, floating, type Scalar, unary } from "./elementwise.ts";
import { sqrt } from "./power.ts";
import { hypot } from "./trigonometric.ts";

const inverse = (name: string, f: Scalar, slope: (x: Value) => Value): Primitive<undefined> =>
  elementwise(name, { arity: 1, scalar: () => f, accepts: floating, tangent: ([x], [dx]) => div(dx!, slope(x!)) });

/** Hyperbolic sine. */
export const sinhP: Primitive<undefined> = unary("sinh", Math.sinh, (x) => cosh(x), mul);
/** Hyperbolic cosine. */
export const coshP: Primitive<undefined> = unary("cosh", Math.cosh, (x) => sinh(x), mul);
/** Hyperbolic tangent. */
export const tanhP: Primitive<undefined> = unary("tanh", Math.tanh, (_, y) => sub(onesLike(y), mul(y, y)), mul);
/** Inverse hyperbolic sine. */
export const asinhP: Primitive<undefined> = inverse("asinh", Math.asinh, (x) => hypot(x, onesLike(x)));
/** Inverse hyperbolic cosine. */
export const acoshP: Primitive<undefined> = inverse(
  "acosh",
  Math.acosh,
  (x) => mul(sqrt(shift(x, -1)), sqrt(shift(x, 1))),
);
/** Inverse hyperbolic tangent. */
export const atanhP: Primitive<undefined> = inverse(
  "atanh",
  Math.atanh,
  (x) => mul(sub(onesLike(x), x), shift(x, 1)),
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
