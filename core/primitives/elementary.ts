/** Elementary functions: powers, trigonometric, hyperbolic and logistic functions. */
import { type DType, isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { applied, type Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, div, exp, log, mul, mulP, neg, scale, shift, sub } from "./arithmetic.ts";
import { and, equal, greaterEqual, isInf, select } from "./compare.ts";
import { onesLike, zerosLike } from "./create.ts";
import { elementwise, floating, numeric, type Scalar, unary } from "./elementwise.ts";
import * as bessel from "./special_functions.ts";
import * as error from "./special_functions.ts";
import * as gamma from "./special_functions.ts";

// Powers and roots.

/** √x; its derivative at 0 is ∞. */
export const sqrtP: Primitive<undefined> = unary("sqrt", Math.sqrt, (_, y) => scale(y, 2), div, { again: 1 / 4 });
/** 1/√x. */
export const rsqrtP: Primitive<undefined> = unary(
  "rsqrt",
  (x) => 1 / Math.sqrt(x),
  (x, y) => scale(div(y, x), -0.5),
  mul,
);
/** ∛x. */
export const cbrtP: Primitive<undefined> = unary("cbrt", Math.cbrt, (_, y) => scale(mul(y, y), 3), div);

/** As IEEE 754 has it; JavaScript gives NaN for 1^∞ and 1^NaN. */
const floatPower: Scalar = (x, y) => x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;

/** Squares and multiplies, wrapping around; 1/xⁿ for negative exponents, truncated, with 1/0 = 0. */
function integerPower(x: number, n: number): number {
  if (n < 0) return x === 1 ? 1 : x === -1 ? (n % 2 === 0 ? 1 : -1) : 0;
  let y = 1;
  for (let base = x, left = n; left > 0; left = Math.floor(left / 2), base = Math.imul(base, base)) {
    if (left % 2 === 1) y = Math.imul(y, base);
  }
  return y;
}

const power = (d: DType): Scalar => isFloat(d) ? floatPower : integerPower;

/** x to the power y. */
export const powP: Primitive<undefined> = elementwise("pow", {
  arity: 2,
  scalar: power,
  accepts: numeric,
  tangent: ([x, y], [dx, dy], z) => {
    const l = dx ? mul(dx, baseDerivative(x!, y!)) : null, r = dy ? mul(dy, exponentDerivative(x!, y!, z)) : null;
    return l && r ? add(l, r) : l ?? r;
  },
  simplify: ([x, y]) => y!.constant === null ? null : applied(powConstantP, [x!], { exponent: y!.constant }),
});

/** y·x^(y−1), which is 0 for y = 0 also at x = 0, where the power alone would be infinite. */
function baseDerivative(x: Value, y: Value): Value {
  const zero = zerosLike(x), bothZero = and(equal(x, zero), equal(y, zero));
  return mul(y, pow(x, shift(select(bothZero, onesLike(y), y), -1)));
}

/** x^y·log x, which at x = 0 is 0 for y ≥ 0. */
function exponentDerivative(x: Value, y: Value, z: Value): Value {
  const zero = zerosLike(x), vanishes = and(equal(x, zero), greaterEqual(y, zero));
  return mul(z, log(select(vanishes, onesLike(x), x)));
}

/** x to the power of one number. */
export const powConstantP: Primitive<{ readonly exponent: number }> = elementwise("powConstant", {
  arity: 1,
  scalar: power,
  constants: ({ exponent }) => [exponent],
  accepts: numeric,
  tangent: ([x], [dx], _, { exponent }) => {
    if (exponent === 0) return null;
    return exponent === 1 ? dx! : mul(dx!, scale(powConstant(x!, exponent - 1), exponent));
  },
  // Of an exponent 2 every `Math.pow` derived from FDLIBM makes x·x.
  simplify: ([x], { exponent }) => exponent === 1 ? x! : exponent === 2 ? applied(mulP, [x!, x!], undefined) : null,
});

/** √x. */
export const sqrt = (x: Value): Value => bind1(sqrtP, [x], undefined);
/** 1/√x. */
export const rsqrt = (x: Value): Value => bind1(rsqrtP, [x], undefined);
/** ∛x. */
export const cbrt = (x: Value): Value => bind1(cbrtP, [x], undefined);
/** x². */
export const square = (x: Value): Value => mul(x, x);
/** 1/x. */
export const reciprocal = (x: Value): Value => div(onesLike(x), x);
/** x to the power y. */
export const pow = (x: Value, y: Value): Value => bind1(powP, [x, y], undefined);
/** x to the power of one number. */
export const powConstant = (x: Value, exponent: number): Value => bind1(powConstantP, [x], { exponent });

// Angles.

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

// Hyperbolic functions and their inverses.

/** Hyperbolic sine. */
export const sinhP: Primitive<undefined> = unary("sinh", Math.sinh, (x) => cosh(x), mul);
/** Hyperbolic cosine. */
export const coshP: Primitive<undefined> = unary("cosh", Math.cosh, (x) => sinh(x), mul);
/** Hyperbolic tangent. */
export const tanhP: Primitive<undefined> = unary("tanh", Math.tanh, (_, y) => sub(onesLike(y), mul(y, y)), mul, {
  again: 1 / 4,
});
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

// The logistic function and its relatives, finite with their derivatives over the whole range.

// Each exponential is of a number not above 0, so that none overflows.
const logistic = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};
const plus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + e^−x). The derivative is σ(x)·σ(−x); in 1 − σ(x) all digits would cancel from x = 37 on. */
export const sigmoidP: Primitive<undefined> = unary("sigmoid", logistic, (x, y) => mul(y, sigmoid(neg(x))), mul, {
  again: 1 / 4,
});
/** log(1 + eˣ). */
export const softplusP: Primitive<undefined> = unary("softplus", plus, (x) => sigmoid(x), mul, { again: 1 / 2 });
/** log σ(x) = −log(1 + e^−x). */
export const logSigmoidP: Primitive<undefined> = unary("logSigmoid", (x) => -plus(-x), (x) => sigmoid(neg(x)), mul, {
  again: 1 / 2,
});

/** log(p / (1 − p)), the inverse of the logistic function. */
export const logitP: Primitive<undefined> = unary(
  "logit",
  // Near ½ the two logarithms would cancel; 2p − 1 is exact there.
  (p) => p > 0.25 && p < 0.75 ? 2 * Math.atanh(2 * p - 1) : Math.log(p) - Math.log1p(-p),
  (p) => mul(p, sub(onesLike(p), p)),
  div,
);

/** log(eˣ + eʸ). */
export const logAddExpP: Primitive<undefined> = elementwise("logAddExp", {
  arity: 2,
  // Equal operands are apart because ∞ − ∞ has no value.
  scalar: () => (x, y) => x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
  accepts: floating,
  tangent: ([x, y], [dx, dy]) => {
    const apart = difference(x!, y!);
    const l = dx ? mul(dx, sigmoid(apart)) : null, r = dy ? mul(dy, sigmoid(neg(apart))) : null;
    return l && r ? add(l, r) : l ?? r;
  },
});

/** x − y, and 0 where both are the same infinity. */
function difference(x: Value, y: Value): Value {
  const alike = and(isInf(x), equal(x, y)), zero = zerosLike(x);
  return sub(select(alike, zero, x), select(alike, zero, y));
}

/** 1 / (1 + e^−x). */
export const sigmoid = (x: Value): Value => bind1(sigmoidP, [x], undefined);
/** log(1 + eˣ). */
export const softplus = (x: Value): Value => bind1(softplusP, [x], undefined);
/** log σ(x). */
export const logSigmoid = (x: Value): Value => bind1(logSigmoidP, [x], undefined);
/** log(p / (1 − p)). */
export const logit = (p: Value): Value => bind1(logitP, [p], undefined);
/** log(eˣ + eʸ). */
export const logAddExp = (x: Value, y: Value): Value => bind1(logAddExpP, [x, y], undefined);

// Special functions: errors, gammas and Bessel's, each family closed under differentiation.

/** Which member of a family of functions. */
export interface Order {
  readonly order: number;
}

const normal = (x: Value, factor: number): Value => scale(exp(neg(mul(x, x))), factor);

/** The error function. */
export const erfP: Primitive<undefined> = unary("erf", error.erf, (x) => normal(x, 2 / Math.sqrt(Math.PI)), mul, {
  again: 1 / 2,
});
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
