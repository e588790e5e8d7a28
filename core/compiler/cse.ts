/** Common subexpressions: the same primitive of the same inputs under equal parameters is applied once. */
import { settingKey } from "../setting_key.ts";
import { hasEffect, mapPrograms, programsIn } from "./nested.ts";
import { eqProgram, type Equation, Program, type Var } from "./program.ts";

/** The program with equal equations made one; those run for their effect all stay. */
export function commonSubexpressions(program: Program): Program {
  const firsts = new Map<string, Equation[]>(), same = new Map<Var, Var>(), ids = new Map<object, number>();
  const id = (x: object): number => {
    let n = ids.get(x);
    if (n === undefined) ids.set(x, n = ids.size);
    return n;
  };
  const kept: Equation[] = [];
  for (const e of program.equations) {
    const moved = e.inputs.some((v) => same.has(v));
    const equation = moved ? { ...e, inputs: e.inputs.map((v) => same.get(v) ?? v) } : e;
    if (hasEffect(e)) {
      kept.push(equation);
      continue;
    }
    const key = `${id(e.prim)}:${equation.inputs.map(id)}:${outline(e.params)}`;
    const alike = firsts.get(key), first = alike?.find((f) => samePrograms(f.params, e.params));
    if (first !== undefined) {
      e.outputs.forEach((v, i) => same.set(v, first.outputs[i]!));
      continue;
    }
    if (alike === undefined) firsts.set(key, [equation]);
    else alike.push(equation);
    kept.push(equation);
  }
  if (same.size === 0 && kept.length === program.equations.length) return program;
  return new Program(program.inputs, kept, program.outputs.map((v) => same.get(v) ?? v), program.captured);
}

const outlines = new WeakMap<object, string>(), blank = new Program([], [], []);

/** Parameters as text, whatever programs they hold. */
function outline(params: unknown): string {
  if (typeof params !== "object" || params === null) return settingKey(params);
  let text = outlines.get(params);
  if (text === undefined) outlines.set(params, text = settingKey(mapPrograms(params, () => blank)));
  return text;
}

function samePrograms(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const ps = programsIn(a), qs = programsIn(b);
  return ps.length === qs.length && ps.every((p, i) => eqProgram.equals(p, qs[i]!));
}
