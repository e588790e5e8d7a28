/**
 * Programs: what tracing leaves, and their text.
 *
 * @internal
 */
import type { DType } from "../dtype.ts";
import { LeakedTracerError } from "../errors.ts";
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import { type NdArray, type Spec, Tracer, unreadable, type Value } from "../tensor.ts";

// Programs as text: one equation a line, values named a, b, …, z, aa, … in order of appearance.

/** The name of the value number `i`: a, b, …, z, aa, … */
export function letters(i: number): string {
  const last = String.fromCharCode(97 + i % 26);
  return i < 26 ? last : letters(Math.floor(i / 26) - 1) + last;
}

/** `f32[2,3]`. */
export const showSpec = (s: { readonly shape: Shape; readonly dtype: DType }): string =>
  `${s.dtype}[${s.shape.join(",")}]`;

/** The text of a program, every line after the first indented by `indent`. */
function printProgram(program: Program, indent = ""): string {
  const names = new Map<Var, string>();
  const name = (v: Var): string => {
    let n = names.get(v);
    if (n === undefined) names.set(v, n = letters(names.size));
    return n;
  };
  const typed = (v: Var) => `${name(v)}:${showSpec(v)}`;
  const hidden = program.captured.length;
  const captured = program.inputs.slice(0, hidden).map(typed), args = program.inputs.slice(hidden).map(typed);
  const head = `{ ${captured.length > 0 ? `(${captured.join(" ")}) ` : ""}${args.join(" ")} ->`;
  const line = (e: Equation) =>
    `${indent}  ${e.outputs.map(typed).join(" ")}${e.outputs.length > 0 ? " = " : ""}${e.prim.name}${
      printParams(e.params, indent + "    ")
    }${e.inputs.map((v) => " " + name(v)).join("")}`;
  return [head, ...program.equations.map(line), `${indent}  -> ${program.outputs.map(name).join(" ")} }`].join("\n");
}

const isProgram = (x: unknown): x is Program =>
  typeof x === "object" && x !== null && "equations" in x && "captured" in x;

// Functions in parameters (custom rules) are told apart by identity, for equal text must mean equal structure.
const functionIds = new WeakMap<object, number>();
let functionCount = 0;
function functionId(f: object): number {
  let id = functionIds.get(f);
  if (id === undefined) functionIds.set(f, id = ++functionCount);
  return id;
}

function printParams(params: unknown, indent: string): string {
  if (typeof params !== "object" || params === null) return "";
  const parts = Object.entries(params).filter(([, v]) => v !== undefined && !(typeof v === "boolean" && !v))
    .map(([k, v]) => `${k}=${printParam(v, indent)}`);
  return parts.length > 0 ? `[${parts.join(" ")}]` : "";
}

function printParam(v: unknown, indent: string): string {
  if (isProgram(v)) return "\n" + indent + printProgram(v, indent);
  if (typeof v === "function") return `<function ${v.name}#${functionId(v)}>`;
  if (Array.isArray(v)) {
    return v.some(isProgram)
      ? v.map((x) => printParam(x, indent)).join("")
      : `(${v.map((x) => printParam(x, indent)).join(",")})`;
  }
  if (typeof v === "object" && v !== null) {
    return `{${Object.entries(v).map(([k, x]) => `${k}:${printParam(x, indent)}`).join(",")}}`;
  }
  return Object.is(v, -0) ? "-0" : String(v);
}

// Programs: what a function computes, written down as typed equations, each value named once.
//
// A `Program` is a value. It prints readably, is compared by structure, runs under any interpreter (so it can be
// differentiated, batched and traced again) and runs on the reference backend without one.

/** A named value of a program that is being written. */
export class Var extends Tracer {
  constructor(
    override readonly interpreter: Interpreter,
    override readonly shape: Shape,
    override readonly dtype: DType,
  ) {
    super();
  }

  protected override primal(reader: string): Value {
    throw unreadable(
      reader,
      this.interpreter.name,
      "branch with where or cond instead of a host `if`, loop with scan, or make the argument static",
    );
  }
}

/** One application of a primitive. */
export interface Equation {
  /** What is applied; `prim.name` is its name. */
  readonly prim: Primitive;
  /** The values it is applied to. */
  readonly inputs: readonly Var[];
  /** What it is told besides: axes, options, the programs of a loop. */
  readonly params: unknown;
  /** The values that it gives, each with a shape and a dtype. */
  readonly outputs: readonly Var[];
}

/** Equations in order, from inputs to outputs. */
export class Program {
  /**
   * A program as written.
   *
   * @param inputs The captured values' names first, then the arguments'.
   * @param captured Tensors of the surroundings that the function used: hidden inputs, read when it was traced.
   */
  constructor(
    readonly inputs: readonly Var[],
    readonly equations: readonly Equation[],
    readonly outputs: readonly Var[],
    readonly captured: readonly Value[] = [],
  ) {}

  /** The program as text. Equal text means equal structure. */
  toString(): string {
    return printProgram(this);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

/** When two values are equal: fp-ts's `Eq` written out, so that its functions take it. */
export interface Eq<A> {
  /** Whether `x` and `y` are. */
  readonly equals: (x: A, y: A) => boolean;
}

/**
 * Programs are equal when their equations are, whatever their values are called, and capture the same tensors.
 *
 * @example The same function twice
 * ```ts
 * import { add, eqProgram, makeProgram, mul, type Tensor, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const twice = (x: Tensor) => add(x, x), square = (x: Tensor) => mul(x, x), x = tensor([1, 2]);
 * const [a, b, c] = [makeProgram(twice)(x), makeProgram(twice)(x), makeProgram(square)(x)];
 * assertEquals([eqProgram.equals(a, b), eqProgram.equals(a, c)], [true, false]);
 * ```
 */
export const eqProgram: Eq<Program> = {
  equals: (a, b) =>
    a === b ||
    (a.captured.length === b.captured.length && a.captured.every((c, i) => c === b.captured[i]) &&
      a.toString() === b.toString()),
};

/** Writes down every operation, whether or not it depends on the inputs. */
export class TraceInterpreter implements Interpreter {
  readonly outer: Interpreter = currentInterpreter();
  readonly equations: Equation[] = [];
  /** The equation a value comes from. */
  readonly producers: Map<Var, Equation> = new Map();
  readonly captured: Map<Value, Var> = new Map();
  #open = true;

  constructor(readonly name: string) {}

  run<P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
    if (!this.#open) throw new LeakedTracerError(`${prim.name}: the ${this.name} around it has already returned`);
    const vars = inputs.map((x) => this.name_(prim.name, x));
    const outputs = prim.infer(vars, params).map((s) => new Var(this, s.shape, s.dtype));
    const equation: Equation = { prim: prim as Primitive, inputs: vars, params, outputs };
    this.equations.push(equation);
    for (const v of outputs) this.producers.set(v, equation);
    return outputs;
  }

  /** The name of a value in this program; a value from outside becomes a hidden input. */
  name_(op: string, x: Value): Var {
    if (x instanceof Var && x.interpreter === this) return x;
    const known = this.captured.get(x);
    if (known !== undefined) return known;
    if (x instanceof Tracer && !encloses(x.interpreter, this.outer)) {
      throw new LeakedTracerError(
        `${op}: a traced value of shape ${show(x.shape)} was used outside the transformation that made it; ` +
          "return it from the transformed function instead of storing it",
      );
    }
    const v = new Var(this, x.shape, x.dtype);
    this.captured.set(x, v);
    return v;
  }

  close(): void {
    this.#open = false;
  }
}

function encloses(owner: object, from: Interpreter | null): boolean {
  for (let i = from; i !== null; i = i.outer) if (i === owner) return true;
  return false;
}

/** The program of a function of flat values, for inputs of the given shapes and dtypes. */
export function trace(
  name: string,
  f: (inputs: readonly Value[], tracer: TraceInterpreter) => readonly Value[],
  specs: readonly Spec[],
): Program {
  const tracer = new TraceInterpreter(name);
  const inputs = specs.map((s) => new Var(tracer, s.shape, s.dtype));
  try {
    const results = withInterpreter(tracer, () => f(inputs, tracer));
    const outputs = results.map((y) => tracer.name_(name, y));
    return new Program(
      [...tracer.captured.values(), ...inputs],
      tracer.equations,
      outputs,
      [...tracer.captured.keys()],
    );
  } finally {
    tracer.close();
  }
}

/** Applies a program's equations under the current interpreter; `args` are for all its inputs, captured ones included. */
export function evalProgram(program: Program, args: readonly Value[]): Value[] {
  const env = new Map<Var, Value>();
  program.inputs.forEach((v, i) => env.set(v, args[i]!));
  for (const e of program.equations) {
    const outs = bind(e.prim, e.inputs.map((v) => env.get(v)!), e.params);
    e.outputs.forEach((v, i) => env.set(v, outs[i]!));
  }
  return program.outputs.map((v) => env.get(v)!);
}

/** An equation by numbered places, with the places that nobody reads after it. */
interface Step {
  readonly prim: Primitive;
  readonly params: unknown;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly done: readonly number[];
}

interface Plan {
  readonly places: number;
  readonly steps: readonly Step[];
  readonly results: readonly number[];
}

const plans = new WeakMap<Program, Plan>();

function planOf(program: Program): Plan {
  const known = plans.get(program);
  if (known !== undefined) return known;
  const place = new Map<Var, number>();
  const at = (v: Var): number => {
    let p = place.get(v);
    if (p === undefined) place.set(v, p = place.size);
    return p;
  };
  program.inputs.forEach(at);
  const drafts = program.equations.map((e) => ({
    prim: e.prim,
    params: e.params,
    from: e.inputs.map(at),
    to: e.outputs.map(at),
    done: [] as number[],
  }));
  const results = program.outputs.map(at), seen = new Set(results);
  for (let i = drafts.length - 1; i >= 0; i--) {
    const d = drafts[i]!;
    for (const p of [...d.from, ...d.to]) {
      if (!seen.has(p)) {
        seen.add(p);
        d.done.push(p);
      }
    }
  }
  const plan: Plan = { places: place.size, steps: drafts, results };
  plans.set(program, plan);
  return plan;
}

type Watcher = (prim: Primitive, inputs: readonly NdArray[], outputs: readonly NdArray[]) => void;
let watcher: Watcher | null = null;

/** Runs `f`, showing `watch` every equation that a program runs meanwhile. */
export function watchPrograms<A>(watch: Watcher, f: () => A): A {
  const before = watcher;
  watcher = watch;
  try {
    return f();
  } finally {
    watcher = before;
  }
}

/** Runs a program on the reference backend, letting go of every value after its last use. */
export function runProgram(program: Program, args: readonly NdArray[]): NdArray[] {
  const { places, steps, results } = planOf(program);
  const env = new Array<NdArray | undefined>(places).fill(undefined);
  for (let i = 0; i < args.length; i++) env[i] = args[i];
  for (const s of steps) {
    const ins = s.from.map((p) => env[p]!), outs = s.prim.reference(ins, s.params);
    if (watcher !== null) watcher(s.prim, ins, outs);
    for (let i = 0; i < outs.length; i++) env[s.to[i]!] = outs[i]!;
    for (const p of s.done) env[p] = undefined;
  }
  return results.map((p) => env[p]!);
}

/** Shape and dtype of a program's outputs. */
export const outputSpecs = (program: Program): Spec[] =>
  program.outputs.map((v) => ({ shape: v.shape, dtype: v.dtype }));

// Programs inside programs: what an equation's parameters hold, and questions asked of all equations down there.

/** The programs among an equation's parameters: the body of a loop, the branches of a choice. */
export function programsIn(params: unknown): Program[] {
  if (params instanceof Program) return [params];
  if (Array.isArray(params)) return params.flatMap(programsIn);
  if (typeof params !== "object" || params === null) return [];
  return Object.values(params).flatMap((p) => p instanceof Program || Array.isArray(p) ? programsIn(p) : []);
}

/** Parameters with every program they hold replaced; the same object where none is. */
export function mapPrograms(params: unknown, f: (program: Program) => Program): unknown {
  if (params instanceof Program) return f(params);
  if (typeof params !== "object" || params === null) return params;
  if (Array.isArray(params)) {
    const mapped = params.map((p) => mapPrograms(p, f));
    return mapped.some((p, i) => p !== params[i]) ? mapped : params;
  }
  let changed = false;
  const mapped = Object.entries(params).map(([k, p]) => {
    const q = p instanceof Program || Array.isArray(p) ? mapPrograms(p, f) : p;
    changed ||= q !== p;
    return [k, q] as const;
  });
  return changed ? Object.fromEntries(mapped) : params;
}

/** What is known of a program as a whole, found once. */
interface Facts {
  /** Something in it is run for its effect. */
  readonly effect: boolean;
  /** Names of the mapped axes that its collectives run over. */
  readonly axes: ReadonlySet<string>;
}

const known = new WeakMap<Program, Facts>();

function factsOf(program: Program): Facts {
  let facts = known.get(program);
  if (facts === undefined) {
    const inside = program.equations.map(factsOfApplication);
    known.set(
      program,
      facts = { effect: inside.some((f) => f.effect), axes: new Set(inside.flatMap((f) => [...f.axes])) },
    );
  }
  return facts;
}

function factsOfApplication({ prim, params }: Pick<Equation, "prim" | "params">): Facts {
  const nested = programsIn(params).map(factsOf), own = prim.axisName?.(params);
  return {
    effect: prim.effect === true || nested.some((f) => f.effect),
    axes: new Set([...own === undefined ? [] : [own], ...nested.flatMap((f) => [...f.axes])]),
  };
}

/** Whether applying a primitive does something besides giving its outputs, itself or in a program it holds. */
export const hasEffect = (application: Pick<Equation, "prim" | "params">): boolean =>
  factsOfApplication(application).effect;

/** Whether applying a primitive depends on where along a mapped axis it happens, itself or in a program it holds. */
export const meetsAxis = (application: Pick<Equation, "prim" | "params">, name: string): boolean =>
  factsOfApplication(application).axes.has(name);
