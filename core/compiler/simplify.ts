/** Passes that make a program smaller. */
import { type DType, rounded } from "../dtype.ts";
import { settingKey } from "../format.ts";
import type { Application, Operand, Replacement } from "../primitive.ts";
import { fullP } from "../primitives/create.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { NdArray, Spec } from "../tensor.ts";
import { eqProgram, type Equation, hasEffect, mapPrograms, Program, programsIn, Var } from "./program.ts";

// Inlining: calls replaced by what they call, so that other passes see across them.

const flat = new WeakMap<Program, Program>();

/** The program without calls, except those whose work must stay apart from equal work outside. */
export function inline(program: Program): Program {
  let done = flat.get(program);
  if (done === undefined) flat.set(program, done = inlined(program));
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

// Constant folding: what can be computed from constants alone, and is small, is computed now.

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

// Algebraic simplification: equations replaced by what the rules in their primitives' records say is simpler.

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

// Common subexpressions: the same primitive of the same inputs under equal parameters is applied once.

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

// Dead code: equations whose results nobody reads are left out, unless they are run for their effect.

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

// Loops made slimmer: what nobody reads of their results is computed, stacked and kept no more.

/** The program with every primitive that holds programs given, and asked for, only what is needed. */
export function slim(program: Program): Program {
  const needed = new Set<Var>(program.outputs), instead = new Map<Var, Var>();
  for (const e of program.equations) for (const v of e.inputs) needed.add(v);
  const look = (v: Var): Var => instead.get(v) ?? v;
  let changed = false;
  const equations = program.equations.map((e): Equation => {
    const inputs = e.inputs.map(look), less = e.prim.slim?.(inputs, e.params, e.outputs.map((v) => needed.has(v)));
    if (less === undefined || less === null) return instead.size === 0 ? e : { ...e, inputs };
    changed = true;
    const outputs: Var[] = [];
    less.outputs.forEach((source, i) => {
      if (source === null) return;
      if ("input" in source) instead.set(e.outputs[i]!, inputs[source.input]!);
      else if (outputs[source.output] === undefined) outputs[source.output] = e.outputs[i]!;
      else instead.set(e.outputs[i]!, outputs[source.output]!);
    });
    return { ...e, inputs: less.inputs.map((i) => inputs[i]!), params: mapPrograms(less.params, simplify), outputs };
  });
  return changed ? new Program(program.inputs, equations, program.outputs.map(look), program.captured) : program;
}

// Simplification: the passes that make a program smaller, one after another until nothing changes.

/** Rounds after which even a program that still changes is left: each is linear in its size. */
const rounds = 4;

const known = new WeakMap<Program, Program>();

/**
 * A program that computes the same, bit for bit, with fewer equations, and so in the programs it holds. Effects stay, in
 * their order. The same object for the same program.
 */
export function simplify(program: Program): Program {
  const done = known.get(program);
  if (done !== undefined) return done;
  let now = withinEquations(deadCode(inline(program)));
  for (let i = 0; i < rounds; i++) {
    const next = slim(deadCode(commonSubexpressions(algebra(fold(now)))));
    if (next === now) break;
    now = next;
  }
  known.set(program, now);
  known.set(now, now);
  return now;
}

/** Simplifies the bodies of loops, branches, and calls that stay. */
function withinEquations(program: Program): Program {
  let changed = false;
  const equations = program.equations.map((e) => {
    const params = mapPrograms(e.params, simplify);
    if (params === e.params) return e;
    changed = true;
    return { ...e, params };
  });
  return changed ? new Program(program.inputs, equations, program.outputs, program.captured) : program;
}
