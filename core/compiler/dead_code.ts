/** Dead code: equations whose results nobody reads are left out, unless they are run for their effect. */
import { hasEffect } from "./nested.ts";
import { type Equation, Program, type Var } from "./program.ts";

/** The program without the equations that its outputs do not need. */
export function deadCode(program: Program): Program {
  const live = new Set<Var>(program.outputs), kept: Equation[] = [];
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const e = program.equations[i]!;
    if (!e.outputs.some((v) => live.has(v)) && !hasEffect(e)) continue;
    for (const v of e.inputs) live.add(v);
    kept.push(e);
  }
  if (kept.length === program.equations.length) return program;
  return new Program(program.inputs, kept.reverse(), program.outputs, program.captured);
}
