import { numberOf, readGolden } from "../../../../tests/golden/read.ts";
import * as reference from "../../../primitives/special_functions.ts";
import { vectorMath } from "./mod.ts";
import { type Floats, samples } from "./precision.ts";
import { onArrays } from "./run_math.ts";
import { assert } from "@std/assert";

const count = 1 << 11;

/** The derivative of order n of log |Γ(x)|. */
const scalar = (n: number) => (x: number): number => n === 0 ? reference.lgamma(x) : reference.polygamma(x, n - 1);
function vector(n: number, dtype: "f32" | "f64"): (x: Floats) => Floats {
  const emit = n === 0 ? vectorMath("lgamma", dtype) : vectorMath("polygamma", dtype, { constant: n - 1 });
  return onArrays(emit!, dtype, 1);
}

/** Some ten operations of half a unit in the last place, both in the vector function and in the scalar one. */
const units = 20 * 2 ** -53;

/** How large the roundings are relative to: the value, and what those of x, and of 1 − x by reflection, make of it. */
function magnitude(n: number, x: number): number {
  const shifted = x < 0.5 ? Math.abs(x) + 1 : 0;
  return Math.abs(scalar(n)(x)) + (Math.abs(x) + shifted) * Math.abs(scalar(n + 1)(x));
}

for (let n = 0; n < 5; n++) {
  const name = n === 0 ? "lgamma" : `polygamma (${n - 1})`;

  for (const dtype of ["f32", "f64"] as const) {
    Deno.test(`${name} on ${dtype} is what the scalar function is`, () => {
      const x = samples(dtype, count, 20), round = dtype === "f32" ? Math.fround : (v: number): number => v;
      vector(n, dtype)(x).forEach((y, i) => {
        const at = x[i]!;
        if (Number.isNaN(at)) return assert(Number.isNaN(y));
        // There the scalar function multiplies 0 by ∞.
        if (at < 0 && at > -(2 ** -200)) return;
        const exact = scalar(n)(at), rounded = round(exact);
        if (Object.is(y, rounded) || (y === 0 && rounded === 0)) return;
        const slack = units * magnitude(n, at) +
          (dtype === "f32" ? 2 ** -24 * Math.abs(exact) + 2 ** -149 : 2 ** -1074);
        assert(Math.abs(y - exact) <= slack, `${name}(${at}) = ${y}, not ${exact}`);
      });
    });
  }
}

const golden: Readonly<Record<string, string>> = {
  ...{ expm1: "expm1", log1p: "log1p", erf: "erf", erfc: "erfc", erfinv: "erfInv", lgamma: "lgamma" },
  ...{ digamma: "polygamma", sinh: "sinh", cosh: "cosh", tanh: "tanh", asinh: "asinh", acosh: "acosh", atanh: "atanh" },
  ...{ cbrt: "cbrt", sigmoid: "sigmoid", log_sigmoid: "logSigmoid", softplus: "softplus" },
};

for (const { name, x, value, derivative } of readGolden("special").scalars) {
  Deno.test(`${name} on f64 is precise to 4 units in the last place at points of the golden file`, () => {
    const points = x.map(numberOf), padded = new Float64Array(Math.ceil(points.length / 4) * 4);
    padded.set(points);
    const ys = onArrays(vectorMath(golden[name]!, "f64", { constant: 0 })!, "f64", 1)(padded);
    points.forEach((at, i) => {
      const exact = numberOf(value[i]!), slope = Math.abs(numberOf(derivative[i]!));
      // Roundings of the argument count as well, and of 1 − x by reflection.
      const argument = name === "lgamma" || name === "digamma" ? (Math.abs(at) + (at < 0 ? 1 : 0)) * slope : 0;
      const slack = 4 * 2 ** -52 * (Math.abs(exact) + argument) + 2 ** -1074;
      assert(Object.is(ys[i], exact) || Math.abs(ys[i]! - exact) <= slack, `${name}(${at}) = ${ys[i]}, not ${exact}`);
    });
  });
}
