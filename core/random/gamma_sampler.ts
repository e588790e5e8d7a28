/** Gamma numbers by rejection, and what becomes of them when the shape parameter moves. */
import { whileLoop } from "../control/while.ts";
import { add, div, mul, neg, scale, shift } from "../primitives/arithmetic.ts";
import { greaterEqual, lessEqual } from "../primitives/compare.ts";
import { fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { log } from "../primitives/exponential.ts";
import { and } from "../primitives/logic.ts";
import { pow, reciprocal, sqrt } from "../primitives/power.ts";
import { reduceAny } from "../primitives/reduce_logic.ts";
import { select } from "../primitives/select.ts";
import type { Value } from "../tensor.ts";
import { customJvp } from "../transforms/custom_jvp.ts";
import type { FloatDType } from "./arguments.ts";
import { child, unit } from "./bits.ts";
import { logGammaSlope } from "./gamma_gradient.ts";
import { standardExponential } from "./logarithmic.ts";
import { standardNormal } from "./normal.ts";

/**
 * A gamma number for each key `[n, 2]` and shape parameter `[n]`.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000,
 * https://doi.org/10.1145/358407.358414. The derivative in the parameter is the implicit one: the number moves so that
 * its place in the distribution function stays (Figurnov, Mohamed and Mnih, 2018, https://arxiv.org/abs/1805.08498).
 */
export const gammaNumbers: (keys: Value, a: Value) => Value = customJvp(
  function gamma(keys: Value, a: Value): Value {
    const { d, v, boosted, last } = accepted(keys, a);
    const power = pow(shift(neg(unit(last, [], a.dtype as FloatDType)), 1), reciprocal(a));
    return mul(mul(d, v), select(boosted, onesLike(a), power));
  },
  ([keys, a], [, da]) => {
    const x = gammaNumbers(keys, a);
    // A number so small that it is 0 stays 0.
    const slope = select(lessEqual(x, zerosLike(x)), zerosLike(x), mul(x, logGammaSlope(a, log(x))));
    return [x, mul(slope, da)];
  },
);

/** Logarithms of gamma numbers, which do not underflow where the shape parameter is small. */
export const logGammaNumbers: (keys: Value, a: Value) => Value = customJvp(
  function logGamma(keys: Value, a: Value): Value {
    const { d, v, boosted, last } = accepted(keys, a);
    const e = neg(standardExponential(last, [], a.dtype as FloatDType)), zero = zerosLike(e);
    // 0 · ∞ where the parameter is 0 too.
    const plain = greaterEqual(e, zero);
    return add(add(log(d), log(v)), select(boosted, zero, select(plain, zero, mul(e, reciprocal(a)))));
  },
  ([keys, a], [, da]) => {
    const x = logGammaNumbers(keys, a);
    return [x, mul(logGammaSlope(a, x), da)];
  },
);

interface Accepted {
  readonly d: Value;
  /** d · v is a gamma number for the parameter, or for the parameter plus 1 where that is below 1. */
  readonly v: Value;
  readonly boosted: Value;
  /** A key of which nothing has been drawn. */
  readonly last: Value;
}

function accepted(keys: Value, a: Value): Accepted {
  const dtype = a.dtype as FloatDType, boosted = greaterEqual(a, onesLike(a));
  const d = shift(select(boosted, a, shift(a, 1)), -1 / 3), c = div(fullLike(a, 1 / 3), sqrt(d));
  type Trial = readonly [keys: Value, squared: Value, v: Value, u: Value];
  const rejected = ([, squared, v, u]: Trial): Value => {
    const squeeze = greaterEqual(u, shift(neg(scale(mul(squared, squared), 0.0331)), 1));
    const bound = add(scale(squared, 0.5), mul(d, add(shift(neg(v), 1), log(v))));
    return and(squeeze, greaterEqual(log(u), bound));
  };
  const [, , v] = whileLoop<Trial>(
    (trial) => reduceAny(rejected(trial), [0]),
    (trial) => {
      const [keys, ...before] = trial, again = rejected(trial);
      const [x, v] = positive(child(keys, 1), c, again, dtype), u = unit(child(keys, 2), [], dtype);
      const [squared, cubed] = [mul(x, x), mul(mul(v, v), v)];
      const now = [squared, cubed, u].map((y, i) => select(again, y, before[i]!)) as [Value, Value, Value];
      return [child(keys, 0), ...now];
    },
    [child(keys, 0), zerosLike(a), onesLike(a), fullLike(a, 2)],
  );
  return { d, v, boosted, last: child(keys, 1) };
}

/** Normal numbers x for which 1 + c·x is positive, and 1 + c·x, where `wanted`. */
function positive(keys: Value, c: Value, wanted: Value, dtype: FloatDType): [x: Value, v: Value] {
  type Trial = readonly [keys: Value, x: Value, v: Value];
  const rejected = (v: Value): Value => lessEqual(v, zerosLike(v));
  const [, x, v] = whileLoop<Trial>(
    ([, , v]) => reduceAny(rejected(v), [0]),
    ([keys, x, v]) => {
      const again = rejected(v), y = standardNormal(child(keys, 1), [], dtype);
      return [child(keys, 0), select(again, y, x), select(again, shift(mul(y, c), 1), v)];
    },
    [keys, zerosLike(c), select(wanted, fullLike(c, -1), onesLike(c))],
  );
  return [x, v];
}
