/** The logistic function and its relatives, finite with their derivatives over the whole range. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { onesLike, zerosLike } from "./create.ts";
import { elementwise, floating, unary } from "./elementwise.ts";
import { isInf } from "./finite.ts";
import { and } from "./logic.ts";
import { select } from "./select.ts";

// Each exponential is of a number not above 0, so that none overflows.
const logistic = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};
const plus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + e^−x). The derivative is σ(x)·σ(−x); in 1 − σ(x) all digits would cancel from x = 37 on. */
export const sigmoidP: Primitive<undefined> = unary("sigmoid", logistic, (x, y) => mul(y, sigmoid(neg(x))), mul);
/** log(1 + eˣ). */
export const softplusP: Primitive<undefined> = unary("softplus", plus, (x) => sigmoid(x), mul);
/** log σ(x) = −log(1 + e^−x). */
export const logSigmoidP: Primitive<undefined> = unary("logSigmoid", (x) => -plus(-x), (x) => sigmoid(neg(x)), mul);

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
