/** Constant folding: what can be computed from constants alone, and is small, is computed now. */
import { fullP } from "../primitives/create.ts";
import { sizeOf } from "../shape.ts";
import type { NdArray, Spec } from "../tensor.ts";
import { hasEffect, programsIn } from "./nested.ts";
import { type Equation, Program, type Var } from "./program.ts";

/** Elements up to which a value is small. */
const small = 16;

/** The program with small values of constants replaced by constants, where one number says all of their elements. */
export function fold(program: Program): Program {
  const known = new Map<Var, NdArray>();
  let changed = false;
  const equations = program.equations.flatMap((e): Equation[] => {
    const outputs = foldable(e, known) ? valuesOf(e, known) : null;
    if (outputs === null) return [e];
    e.outputs.forEach((v, i) => known.set(v, outputs[i]!));
    if (e.prim === fullP) return [e];
    changed = true;
    return e.outputs.map((v, i) => constantEquation(v, outputs[i]!.data[0]!));
  });
  return changed ? new Program(program.inputs, equations, program.outputs, program.captured) : program;
}

const isSmall = (s: Spec): boolean => {
  const n = sizeOf(s.shape);
  return n >= 1 && n <= small;
};

/** Whether an equation takes and gives few elements, all of them known, by work that few elements bound. */
const foldable = (e: Equation, known: ReadonlyMap<Var, NdArray>): boolean =>
  e.inputs.every((v) => known.has(v)) && e.outputs.length > 0 && e.outputs.every(isSmall) &&
  programsIn(e.params).length === 0 && !hasEffect(e) && e.prim.axisName === undefined;

/** The outputs, if each is one number everywhere. */
function valuesOf(e: Equation, known: ReadonlyMap<Var, NdArray>): readonly NdArray[] | null {
  const outputs = e.prim.reference(e.inputs.map((v) => known.get(v)!), e.params);
  return outputs.every(({ data }) => data.every((x) => Object.is(x, data[0]))) ? outputs : null;
}

const constantEquation = (v: Var, value: number): Equation => ({
  prim: fullP as Equation["prim"],
  inputs: [],
  params: { value, shape: v.shape, dtype: v.dtype },
  outputs: [v],
});
