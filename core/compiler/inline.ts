/** Inlining: calls replaced by what they call, so that other passes see across them. */
import { type Equation, Program, Var } from "./program.ts";

const known = new WeakMap<Program, Program>();

/** The program without calls, except those whose work must stay apart from equal work outside. */
export function inline(program: Program): Program {
  let done = known.get(program);
  if (done === undefined) known.set(program, done = inlined(program));
  return done;
}

function inlined(program: Program): Program {
  if (!program.equations.some((e) => callee(e) !== null)) return program;
  const equations: Equation[] = [], results = new Map<Var, Var>();
  const look = (v: Var): Var => results.get(v) ?? v;
  for (const e of program.equations) {
    const called = callee(e), inputs = e.inputs.map(look);
    if (called === null) equations.push({ ...e, inputs });
    else copy(inline(called), inputs, equations).forEach((v, i) => results.set(e.outputs[i]!, v));
  }
  return new Program(program.inputs, equations, program.outputs.map(look), program.captured);
}

const callee = ({ prim, params }: Equation): Program | null =>
  prim.apart === true ? null : prim.calls?.(params) ?? null;

/** Writes a program's equations down with values of their own, and gives its outputs' names. */
function copy({ inputs, equations, outputs }: Program, args: readonly Var[], to: Equation[]): Var[] {
  const names = new Map<Var, Var>(inputs.map((v, i) => [v, args[i]!]));
  const fresh = (v: Var): Var => {
    const made = new Var(v.interpreter, v.shape, v.dtype);
    names.set(v, made);
    return made;
  };
  for (const e of equations) {
    to.push({ ...e, inputs: e.inputs.map((v) => names.get(v)!), outputs: e.outputs.map(fresh) });
  }
  return outputs.map((v) => names.get(v)!);
}
