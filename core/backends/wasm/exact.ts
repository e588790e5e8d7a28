/** Which primitives every correct implementation computes alike, bit for bit. */
import type { Expr, Kernel } from "../../compiler/kernel.ts";
import { visit } from "../../compiler/nest.ts";
import { isFloat } from "../../dtype.ts";
import type { Primitive } from "../../primitive.ts";
import type { Spec } from "../../tensor.ts";

const exact = new Set(
  ("add sub mul div neg abs sqrt rsqrt floor ceil trunc round maximum minimum relu sign cast stopGradient " +
    "fusedMultiplyAdd equal notEqual less lessEqual greater greaterEqual and or xor not mod floorDiv").split(" "),
);

function exactExpression(e: Expr): boolean {
  let ok = true;
  visit([e], (x) => {
    if (x.kind === "apply" && isFloat(x.dtype) && !exact.has(x.name)) ok = false;
  });
  return ok;
}

function exactKernel(k: Kernel): boolean {
  if (k.kind === "sort") return true;
  const summed = k.combine === "sum" || k.combine === "prod" || k.combine === "logSumExp" || k.kind === "cumulative";
  return exactExpression(k.body) && !(isFloat(k.dtype) && summed);
}

const known = new WeakMap<Primitive, Map<boolean, boolean>>();

/** Whether a primitive's kernels only move, compare and round exactly, so that the reference gives the same bits. */
export function exactlyRounded<P>(prim: Primitive<P>, inputs: readonly Spec[], params: P): boolean {
  const float = inputs.some((x) => isFloat(x.dtype));
  let found = known.get(prim as Primitive);
  if (found === undefined) known.set(prim as Primitive, found = new Map());
  let answer = found.get(float);
  if (answer === undefined) {
    const lowering = prim.lower(inputs, params);
    answer = lowering.kind === "kernels" && lowering.kernels.every(exactKernel);
    found.set(float, answer);
  }
  return answer;
}
