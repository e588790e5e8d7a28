import { cbrt } from "../../core/ops/arithmetic.ts";
import {
  digamma,
  erf,
  erfc,
  erfInv,
  expm1,
  lgamma,
  log1p,
  logSigmoid,
  sigmoid,
  softplus,
} from "../../core/ops/exponential.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "../../core/ops/trigonometric.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { jvpFlat } from "../../core/transforms/linearize.ts";
import { elementsOf, roundoff64 } from "../laws/compare.ts";
import { f64 } from "../laws/values.ts";
import { numberOf, readGolden } from "./read.ts";
import { assert, assertEquals } from "@std/assert";

type F = (x: Tensor<Shape, "f64">) => Tensor<Shape, "f64">;
const functions: { readonly [name: string]: F } = {
  expm1,
  log1p,
  erf,
  erfc,
  erfinv: erfInv,
  lgamma,
  digamma,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  cbrt,
  sigmoid,
  log_sigmoid: logSigmoid,
  softplus,
};

/** Units in the last place that a scalar function may be off by: its own arithmetic is some ten operations of ½ each. */
const units = 8;

const valueAndSlope = (f: F, at: readonly number[]): readonly [ArrayLike<number>, ArrayLike<number>] => {
  const ones = f64([at.length], () => 1);
  const [[y], [dy]] = jvpFlat(([x]) => [f(x as Tensor<Shape, "f64">)], [f64([at.length], at)], [ones]);
  return [elementsOf(y!), elementsOf(dy!)];
};

for (const golden of readGolden("special").scalars) {
  const f = functions[golden.name]!;
  const x = golden.x.map(numberOf), value = golden.value.map(numberOf), derivative = golden.derivative.map(numberOf);

  Deno.test(`${golden.name}() is precise to ${units} units in the last place`, () => {
    const [y] = valueAndSlope(f, x);
    x.forEach((at, i) => {
      // The argument is as good as its last place: |x·f′(x)| roundings of it, and of a reflected one 1 − x likewise.
      const argument = Math.abs(at * derivative[i]!) + (at < 0 ? Math.abs(derivative[i]!) : 0);
      const slack = Number.isFinite(argument) ? argument : 0;
      close(y[i]!, value[i]!, Math.abs(value[i]!) + slack, `${golden.name}(${at})`);
    });
  });

  Deno.test(`${golden.name}() has its exact limits`, () => {
    for (const limit of golden.limits) {
      const at = numberOf(limit.x);
      assertEquals(valueAndSlope(f, [at])[0][0], numberOf(limit.value), `${golden.name}(${at})`);
    }
  });

  Deno.test(`${golden.name}() has a derivative as precise`, () => {
    const [, dy] = valueAndSlope(f, x);
    x.forEach((at, i) => {
      const d = derivative[i]!, y = value[i]!;
      close(dy[i]!, d, slopeSize(golden.name, at, y, d), `derivative of ${golden.name} at ${at}`);
    });
  });
}

/** What a derivative's rounding errors are relative to. */
function slopeSize(name: string, x: number, y: number, d: number): number {
  switch (name) {
    // 1 − y² cancels, by design: it costs no exponential.
    case "tanh":
      return 1;
    // √π/2·exp(y²): errors of y² are absolute in the exponent.
    case "erfinv":
      return d * (1 + 2 * y * y);
    // exp(−x²), likewise.
    case "erf":
    case "erfc":
      return Math.abs(d) * (1 + x * x);
    // ψ and ψ′, near zeros and by reflection.
    case "lgamma":
    case "digamma":
      return x < 0 ? Math.abs(d) + 10 : Math.abs(d) + Math.abs(y);
    default:
      return Math.abs(d);
  }
}

function close(actual: number, expected: number, size: number, what: string): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const off = Math.abs(actual - expected);
  // Results below 2^−1022 have fewer places: their last is 2^−1074.
  assert(off <= units * Math.max(2 * roundoff64 * size, 2 ** -1074), `${what} is ${actual}, not ${expected}`);
}
