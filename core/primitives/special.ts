/** Special functions: errors, gammas and Bessel's, each family closed under differentiation. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, mul, neg, scale } from "./arithmetic.ts";
import { elementwise, floating, unary } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import * as bessel from "./special/bessel.ts";
import * as error from "./special/error_function.ts";
import * as gamma from "./special/gamma.ts";

/** Which member of a family of functions. */
export interface Order {
  readonly order: number;
}

const normal = (x: Value, factor: number): Value => scale(exp(neg(mul(x, x))), factor);

/** The error function. */
export const erfP: Primitive<undefined> = unary("erf", error.erf, (x) => normal(x, 2 / Math.sqrt(Math.PI)), mul);
/** 1 − erf(x). */
export const erfcP: Primitive<undefined> = unary("erfc", error.erfc, (x) => normal(x, -2 / Math.sqrt(Math.PI)), mul);
/** The inverse of the error function. */
export const erfInvP: Primitive<undefined> = unary(
  "erfInv",
  error.erfInv,
  (_, y) => scale(exp(mul(y, y)), Math.sqrt(Math.PI) / 2),
  mul,
);
/** log |Γ(x)|. */
export const lgammaP: Primitive<undefined> = unary("lgamma", gamma.lgamma, (x) => polygamma(x, 0), mul);

/** The derivative of order n + 1 of log |Γ(x)|; digamma is order 0. */
export const polygammaP: Primitive<Order> = elementwise("polygamma", {
  arity: 1,
  scalar: () => gamma.polygamma,
  constants: ({ order }) => [order],
  accepts: floating,
  tangent: ([x], [dx], _, { order }) => mul(dx!, polygamma(x!, order + 1)),
});

/** The modified Bessel function Iₙ. Its derivative is the mean of its neighbours, of which I₋₁ is I₁ (DLMF 10.29.1). */
export const besselIP: Primitive<Order> = elementwise("besselI", {
  arity: 1,
  scalar: () => bessel.besselI,
  constants: ({ order }) => [order],
  accepts: floating,
  tangent: ([x], [dx], _, { order }) =>
    mul(dx!, order === 0 ? besselI(x!, 1) : scale(add(besselI(x!, order - 1), besselI(x!, order + 1)), 0.5)),
});

/** The error function. */
export const erf = (x: Value): Value => bind1(erfP, [x], undefined);
/** 1 − erf(x). */
export const erfc = (x: Value): Value => bind1(erfcP, [x], undefined);
/** The inverse of the error function. */
export const erfInv = (x: Value): Value => bind1(erfInvP, [x], undefined);
/** log |Γ(x)|. */
export const lgamma = (x: Value): Value => bind1(lgammaP, [x], undefined);
/** The derivative of order n + 1 of log |Γ(x)|. */
export const polygamma = (x: Value, order: number): Value => bind1(polygammaP, [x], { order });
/** The modified Bessel function Iₙ. */
export const besselI = (x: Value, order: number): Value => bind1(besselIP, [x], { order });
