/** Counts of independent events. */
import { whileLoop } from "../control/while.ts";
import { add, div, mul, neg, scale, shift, sub } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/cast.ts";
import { equal, greater, greaterEqual, less, lessEqual } from "../primitives/compare.ts";
import { full, fullLike, zerosLike } from "../primitives/create.ts";
import { log } from "../primitives/exponential.ts";
import { and, not, or } from "../primitives/logic.ts";
import { sqrt } from "../primitives/power.ts";
import { reduceAny } from "../primitives/reduce_logic.ts";
import { abs, floor } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { lgamma } from "../primitives/special.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  type Domain,
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  parameters,
  type ParameterShape,
  requireKey,
} from "./arguments.ts";
import { child, unit } from "./bits.ts";

const rate: Domain = { test: (x) => x >= 0 && x < 2 ** 31, text: "must be 0 or more, and below 2^31" };

/** Below this rate a number is drawn by multiplying, from it on by rejection. */
const few = 10;

/**
 * Poisson numbers: how many events happen while `lam` do on average.
 *
 * @param key A key, u32[2].
 * @param lam Mean counts, 0 or more: a number, or a tensor that broadcasts to `shape`.
 * @param shape What to draw; the shape of `lam` if left out.
 * @returns Counts of mean and variance `lam`, i32, `shape`.
 * @throws {ArgumentError} If a number `lam` is negative.
 * @see JAX's `jax.random.poisson`, whose numbers these are up to a tie within rounding; Knuth, The Art of Computer
 *   Programming 2, 3.4.1; Hörmann, "The transformed rejection method for generating Poisson random variables", 1993
 *
 * @example Visitors in ten hours
 * ```ts
 * import { key, poisson } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(poisson(key(42), 3, [6]).toArray(), [6, 2, 2, 1, 5, 2]);
 * ```
 */
export function poisson<const P extends Parameter, const S extends Shape = ParameterShape<P>>(
  key: Key,
  lam: P,
  shape?: S,
): Tensor<S, "i32"> {
  const k = requireKey("poisson", key), given = parameters("poisson", { lam }, rate, undefined);
  const [, [mean]] = drawn("poisson", shape, given, ["lam"]);
  return cast(counts(k, mean!, lam), "i32") as Tensor<S, "i32">;
}

function counts(key: Value, mean: Value, lam: Parameter): Value {
  if (typeof lam === "number") return lam < few ? byProducts(key, mean) : byRejection(key, mean);
  // Each way sees rates that it ends soon with in place of the other's.
  const many = greaterEqual(mean, fullLike(mean, few));
  return select(
    many,
    byRejection(key, select(many, mean, fullLike(mean, 1e5))),
    byProducts(key, select(many, zerosLike(mean), mean)),
  );
}

const any = (x: Value): Value => reduceAny(x, x.shape.map((_, i) => i));

/** How many uniform numbers have a product above e⁻ᵐᵉᵃⁿ (Knuth). */
function byProducts(key: Value, mean: Value): Value {
  const bound = neg(mean);
  type State = readonly [key: Value, count: Value, logProduct: Value];
  const [, count] = whileLoop<State>(
    ([, , logProduct]) => any(greater(logProduct, bound)),
    ([key, count, logProduct]) => [
      child(key, 0),
      select(greater(logProduct, bound), shift(count, 1), count),
      add(logProduct, log(unit(child(key, 1), mean.shape, mean.dtype as FloatDType))),
    ],
    [key, zerosLike(mean), zerosLike(mean)],
  );
  return select(equal(mean, zerosLike(mean)), zerosLike(mean), shift(count, -1));
}

/** Hörmann's PTRS: a transformed uniform number, mostly accepted without a logarithm. */
function byRejection(key: Value, mean: Value): Value {
  const dtype = mean.dtype as FloatDType, logMean = log(mean), at = (x: number): Value => fullLike(mean, x);
  const b = shift(scale(sqrt(mean), 2.53), 0.931), a = shift(scale(b, 0.02483), -0.059);
  const inverseAlpha = shift(div(at(1.1328), shift(b, -3.4)), 1.1239);
  const surely = sub(at(0.9277), div(at(3.6224), shift(b, -2)));
  type State = readonly [key: Value, count: Value, accepted: Value];
  const [, count] = whileLoop<State>(
    ([, , accepted]) => any(not(accepted)),
    ([key, count, accepted]) => {
      const u = shift(unit(child(key, 1), mean.shape, dtype), -0.5), v = unit(child(key, 2), mean.shape, dtype);
      const s = sub(at(0.5), abs(u));
      const k = floor(shift(add(mul(add(div(scale(a, 2), s), b), u), mean), 0.43));
      const quick = and(greaterEqual(s, at(0.07)), lessEqual(v, surely));
      const outside = or(less(k, zerosLike(k)), and(less(s, at(0.013)), greater(v, s)));
      const height = log(div(mul(v, inverseAlpha), add(div(a, mul(s, s)), b)));
      const density = sub(add(neg(mean), mul(k, logMean)), lgamma(shift(k, 1)));
      const accept = or(quick, and(not(outside), lessEqual(height, density)));
      return [child(key, 0), select(accept, k, count), or(accept, accepted)];
    },
    [key, at(-1), full(mean.shape, 0, "bool")],
  );
  return count;
}
