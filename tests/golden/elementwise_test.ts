import { add, mul, pow, reciprocal, rsqrt, sqrt, square } from "../../core/ops/arithmetic.ts";
import { clamp, maximum, relu } from "../../core/ops/compare.ts";
import { erfc, exp, expm1, i0, log1p, logAddExp, logit, sigmoid, softplus } from "../../core/ops/exponential.ts";
import { abs, sign } from "../../core/ops/rounding.ts";
import { acos, asin, cos, sin } from "../../core/ops/trigonometric.ts";
import type { Value } from "../../core/tensor.ts";
import { casesOf, checkGolden, readGolden } from "./read.ts";

type F = (...xs: Value[]) => Value;
const binary = (f: unknown): F => f as F;

/**
 * Every step here, a scalar function or a product with a cotangent, errs by at most two units in the last place, on each
 * side; no case takes more than four steps from inputs to outputs or gradients, so 4 · 2 · 2 roundings of 2 units bound
 * it: 32. Sums over broadcast axes have at most 12 terms, one rounding each.
 */
const roundings = 32 + 12;

const table: { readonly [group: string]: { readonly [name: string]: F } } = {
  ops: {
    exp,
    log1p,
    expm1,
    sqrt,
    rsqrt,
    sin,
    cos,
    erfc,
    reciprocal,
    abs,
    square,
    i0,
    asin,
    acos,
    logit,
    pow: binary(pow),
    add_broadcast: binary(add),
    mul_broadcast: binary(mul),
    maximum_ties: binary(maximum),
    logaddexp: binary(logAddExp),
  },
  activations: {
    relu,
    sigmoid,
    hardtanh: (x) => clamp(x!, { min: -1, max: 1 }),
    relu6: (x) => clamp(x!, { min: 0, max: 6 }),
  },
  kinks: {
    relu,
    abs,
    sign,
    clamp01: (x) => clamp(x!, { min: 0, max: 1 }),
    softplus: (x) => softplus(x!),
    maximum_tie: binary(maximum),
    l1: abs,
  },
};

for (const [group, functions] of Object.entries(table)) {
  for (const [name, f] of Object.entries(functions)) {
    Deno.test(`elementwise operations agree with the golden ${group}: ${name}`, () => {
      for (const c of casesOf(readGolden(group), name)) checkGolden(c, f, roundings);
    });
  }
}
