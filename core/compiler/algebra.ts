/** Algebraic simplification: equations replaced by what the rules in their primitives' records say is simpler. */
import { type DType, rounded } from "../dtype.ts";
import { fullP } from "../primitives/create.ts";
import type { Shape } from "../shape.ts";
import { type Equation, Program, type Var } from "./program.ts";
import type { Application, Operand, Replacement } from "./rule.ts";

/** A value of the program that is being written. */
class Place implements Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly constant: number | null;

  constructor(readonly variable: Var, readonly from: Application | null) {
    this.shape = variable.shape;
    this.dtype = variable.dtype;
    this.constant = from !== null && from.prim === fullP
      ? rounded((from.params as { readonly value: number }).value, variable.dtype)
      : null;
  }
}

/** The program with every rule applied until none applies. */
export function algebra(program: Program): Program {
  const places = new Map<Var, Place>(program.inputs.map((v) => [v, new Place(v, null)]));
  const equations: Equation[] = [];
  let changed = false;
  for (const e of program.equations) {
    const inputs = e.inputs.map((v) => places.get(v)!), [output] = e.outputs;
    const single = e.outputs.length === 1 ? output! : null;
    const given: Application = { prim: e.prim, inputs, params: e.params };
    const made = single === null ? given : settled(given, single);
    if (made instanceof Place) {
      places.set(single!, made);
      changed = true;
      continue;
    }
    const moved = made !== given || inputs.some((x, i) => x.variable !== e.inputs[i]);
    changed ||= moved;
    equations.push(moved ? equationOf(made, e.outputs) : e);
    for (const v of e.outputs) places.set(v, new Place(v, single === null ? null : made));
  }
  if (!changed) return program;
  return new Program(
    program.inputs,
    equations,
    program.outputs.map((v) => places.get(v)!.variable),
    program.captured,
  );
}

const equationOf = ({ prim, inputs, params }: Application, outputs: readonly Var[]): Equation => ({
  prim,
  inputs: inputs.map((x) => (x as Place).variable),
  params,
  outputs,
});

/** What an application becomes: a value there already, or the simplest application. */
function settled(a: Application, output: Var): Place | Application {
  for (let now = a;;) {
    const next: Replacement | null = now.prim.simplify?.(now.inputs, now.params, output) ?? null;
    if (next === null) return now;
    if (next instanceof Place) return next;
    if (typeof next === "number") return constantApplication(next, output);
    now = next as Application;
  }
}

const constantApplication = (value: number, { shape, dtype }: Var): Application => ({
  prim: fullP as Equation["prim"],
  inputs: [],
  params: { value, shape, dtype },
});
