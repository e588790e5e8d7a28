/** Powers and roots. */
import { applied } from "../compiler/rule.ts";
import { type DType, isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, div, mul, mulP, scale, shift } from "./arithmetic.ts";
import { equal, greaterEqual } from "./compare.ts";
import { onesLike, zerosLike } from "./create.ts";
import { elementwise, numeric, type Scalar, unary } from "./elementwise.ts";
import { log } from "./exponential.ts";
import { and } from "./logic.ts";
import { select } from "./select.ts";

/** √x; its derivative at 0 is ∞. */
export const sqrtP: Primitive<undefined> = unary("sqrt", Math.sqrt, (_, y) => scale(y, 2), div);
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
