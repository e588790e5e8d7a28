/** Programs made of programs, and calls of them. */
import {
  type Equation,
  evalProgram,
  hasEffect,
  outputSpecs,
  Program,
  runProgram,
  trace,
  type TraceInterpreter,
  Var,
} from "../compiler/program.ts";
import { deadCode } from "../compiler/simplify.ts";
import { bytesOf } from "../dtype.ts";
import { bind, withInterpreter } from "../interpreter.ts";
import type { Donation, MappedAxis, MaybeZero, Primitive } from "../primitive.ts";
import { zerosLike } from "../primitives/create.ts";
import { broadcastInFront } from "../primitives/reshape.ts";
import { sizeOf } from "../shape.ts";
import { Concrete, type Spec, type Value } from "../tensor.ts";
import { Flow } from "./flow.ts";
import { jvpFlat, linearizeFlat, stageLinear, transposeTape } from "./linearize.ts";
import { batchFlat } from "./vmap.ts";

// Programs derived from programs: forward mode, linear part, transpose and batch of one, each itself a program.
//
// They are what calls and control flow are transformed by. A derived program is kept, weakly, with the program it comes
// from, unless it captured a traced value of the moment. Its captured values come first among its inputs.

const kept = new WeakMap<Program, Map<string, { readonly programs: readonly Program[] }>>();

/** What `make` derives from a program, made once for each key. */
export function derive<A extends { readonly programs: readonly Program[] }>(
  program: Program,
  key: string,
  make: () => A,
): A {
  let mine = kept.get(program);
  if (mine === undefined) kept.set(program, mine = new Map());
  const known = mine.get(key);
  if (known !== undefined) return known as A;
  const made = make();
  if (made.programs.every((p) => p.captured.every((c) => c instanceof Concrete))) mine.set(key, made);
  return made;
}

/** A program without dead code. */
export const traceLive: typeof trace = (...args) => deadCode(trace(...args));

/** Flags as a key. */
export const bits = (flags: readonly boolean[]): string => flags.map(Number).join("");

/** Keeps the present entries and says which they were. */
export function present<A>(xs: readonly (A | null)[]): readonly [A[], boolean[]] {
  return [xs.filter((x): x is A => x !== null), xs.map((x) => x !== null)];
}

/** Puts entries back to where `mask` says they belong. */
export function spread<A>(xs: readonly A[], mask: readonly boolean[]): (A | null)[] {
  let at = 0;
  return mask.map((m) => (m ? xs[at++]! : null));
}

/** Zeros where `wanted` and nothing is present; the others as they are. */
const instantiate = (xs: readonly MaybeZero[], like: readonly Spec[], wanted: readonly boolean[]): MaybeZero[] =>
  xs.map((x, i) => x ?? (wanted[i] ? zerosLike(like[i]!) : null));

/** A derived program, and which of its optional outputs it has. */
export interface Derived {
  readonly program: Program;
  readonly programs: readonly Program[];
  readonly mask: readonly boolean[];
}

/**
 * Inputs: the program's, then tangents of those marked `active`. Outputs: the program's, then the tangents present per
 * `mask`; those of outputs marked in `wanted` always are.
 */
export function jvpProgram(program: Program, active: readonly boolean[], wanted: readonly boolean[] = []): Derived {
  return derive(program, `jvp ${bits(active)} ${bits(wanted)}`, () => {
    const n = program.inputs.length;
    let mask: boolean[] = [];
    const specs = [...program.inputs, ...program.inputs.filter((_, i) => active[i])];
    const made = traceLive("jvp", (ins) => {
      const tangents = spread(ins.slice(n), active);
      const [ys, dys] = jvpFlat((xs) => evalProgram(program, xs), ins.slice(0, n), tangents);
      const [some, which] = present(instantiate(dys, ys, wanted));
      mask = which;
      return [...ys, ...some];
    }, specs);
    return { program: made, programs: [made], mask };
  });
}

/** A program split in two: what reverse mode computes now, and the linear map it keeps. */
export interface LinearizedProgram {
  /** Inputs: the program's. Outputs: the program's, then the computed residuals. */
  readonly forward: Program;
  /** Inputs: residuals taken from inputs, computed residuals, tangents of active inputs. Outputs: tangents per `mask`. */
  readonly linear: Program;
  /** Which of the program's inputs the linear map needs. */
  readonly fromInputs: readonly number[];
  readonly programs: readonly Program[];
  readonly mask: readonly boolean[];
}

/**
 * Splits a program for reverse mode; output tangents marked in `wanted` are present even when zero. The prices are the same
 * at every call for one program.
 */
export function linearizeProgram(
  program: Program,
  active: readonly boolean[],
  wanted: readonly boolean[] = [],
  prices: Prices = (_, bytes) => bytes,
): LinearizedProgram {
  return derive(program, `linearize ${bits(active)} ${bits(wanted)}`, () => {
    const tangentSpecs = program.inputs.filter((_, i) => active[i]);
    let linear!: Program, fromInputs: number[] = [], mask: boolean[] = [];
    const forward = traceLive("linearize", (ins, tracer) => {
      const { outputs, tape, inputs, tangents } = linearizeFlat((xs) => evalProgram(program, xs), ins, active);
      const needed = tape.equations.flatMap((e) => e.inputs.filter((x): x is Var => ownedBy(tracer, x)));
      const isInput = new Map(ins.map((v, i) => [v, i]));
      const { kept, rebuilt } = chooseResiduals(tracer, needed, (v) => prices(isInput.get(v) ?? -1, bytesIn(v)));
      const given = kept.filter((v) => isInput.has(v)), computed = kept.filter((v) => !isInput.has(v));
      fromInputs = given.map((v) => isInput.get(v)!);
      mask = tangents.map((t, i) => t !== null || wanted[i] === true);
      // The linear program stands on its own: it is traced outside the forward one.
      linear = withInterpreter(tracer.outer, () =>
        traceLive("linearize", (args) => {
          const env = new Map<Value, Value>();
          [...given, ...computed, ...present(inputs)[0]].forEach((v, i) => env.set(v, args[i]!));
          const look = (x: Value): Value => env.get(x) ?? (ownedBy(tracer, x) ? rebuild(tracer, x, rebuilt, env) : x);
          for (const e of tape.equations) {
            const ys = bind(e.prim, e.inputs.map(look), e.params);
            e.outputs.forEach((v, i) => env.set(v, ys[i]!));
          }
          const out = tangents.map((t) => (t === null ? null : env.get(t)!));
          return present(instantiate(out, outputs, wanted))[0];
        }, [...given, ...computed, ...tangentSpecs]));
      return [...outputs, ...computed];
    }, program.inputs);
    return { forward, linear, fromInputs, programs: [forward, linear], mask };
  });
}

const ownedBy = (tracer: TraceInterpreter, x: Value): x is Var => x instanceof Var && x.interpreter === tracer;

/** What keeping a value costs: of an input its number, of others −1, and the bytes it has. */
export type Prices = (input: number, bytes: number) => number;

const bytesIn = (s: Spec): number => sizeOf(s.shape) * bytesOf(s.dtype);

/** What reverse mode keeps, and how the rest of what it needs is computed again of that. */
interface Residuals {
  readonly kept: readonly Var[];
  readonly rebuilt: ReadonlyMap<Var, Equation>;
}

/**
 * The fewest bytes that make all that is needed, the work of computing some again counted in. Where two choices cost the
 * same, the one with less to compute.
 *
 * It is a minimal cut, as of He and Yu, "Transcending runtime-memory tradeoffs in checkpointing by being fusion aware"
 * (MLSys 2023): each value is a pipe as wide as its price, from those that only the forward part can make to those needed.
 */
function chooseResiduals(tracer: TraceInterpreter, needed: readonly Var[], priceOf: (v: Var) => number): Residuals {
  const { equations, producers } = tracer, rebuilt = new Map<Var, Equation>();
  // What is made of constants alone is computed again where it is used.
  for (const e of equations) {
    if (!hasEffect(e) && e.inputs.every((x) => rebuilt.has(x))) { for (const v of e.outputs) rebuilt.set(v, e); }
  }
  const reached = new Set(needed.filter((v) => !rebuilt.has(v)));
  for (const e of equations.toReversed()) {
    if (e.prim.again === undefined || hasEffect(e) || !e.outputs.some((v) => reached.has(v))) continue;
    for (const x of e.inputs) if (!rebuilt.has(x)) reached.add(x);
  }
  const flow = new Flow(), places = new Map<Var, number>(), made: (readonly [Var, Equation])[] = [];
  /** The place of a value that could be kept, joined with what it can be made of. */
  const placeOf = (v: Var): number => {
    const known = places.get(v);
    if (known !== undefined) return known;
    const place = flow.place(priceOf(v)), e = producers.get(v), again = e?.prim.again;
    places.set(v, place);
    if (e === undefined || again === undefined || hasEffect(e)) flow.fill(place, Infinity);
    else {
      flow.fill(place, again * bytesIn(v));
      for (const x of e.inputs) if (reached.has(x)) flow.join(placeOf(x), place);
      made.push([v, e]);
    }
    return place;
  };
  for (const e of equations) for (const v of e.outputs) if (reached.has(v)) placeOf(v);
  for (const v of needed) if (reached.has(v)) flow.drain(placeOf(v));
  const cut = flow.cut();
  for (const [v, e] of made) rebuilt.set(v, e);
  return { kept: [...reached].filter((v) => cut.has(placeOf(v))), rebuilt };
}

/** Computes a value again, and before that what it is made of. */
function rebuild(
  tracer: TraceInterpreter,
  v: Var,
  rebuilt: ReadonlyMap<Var, Equation>,
  env: Map<Value, Value>,
): Value {
  for (const open = [v]; open.length > 0;) {
    const x = open.at(-1)!;
    if (env.has(x)) {
      open.pop();
      continue;
    }
    const e = rebuilt.get(x)!, missing = e.inputs.filter((y) => ownedBy(tracer, y) && !env.has(y));
    open.push(...missing);
    if (missing.length > 0) continue;
    const ys = bind(e.prim, e.inputs.map((y) => env.get(y) ?? y), e.params);
    e.outputs.forEach((o, i) => env.set(o, ys[i]!));
  }
  return env.get(v)!;
}

/**
 * Inputs: the program's non-linear inputs, then the cotangents of outputs marked in `given`. Outputs: cotangents of the
 * linear inputs, present per `mask`; those marked in `wanted` (over all inputs) always are.
 */
export function transposeProgram(
  program: Program,
  linear: readonly boolean[],
  given: readonly boolean[],
  wanted: readonly boolean[] = [],
): Derived {
  return derive(program, `transpose ${bits(linear)} ${bits(given)} ${bits(wanted)}`, () => {
    const fixed = program.inputs.filter((_, i) => !linear[i]);
    let mask: boolean[] = [];
    const made = traceLive("transpose", (args) => {
      const values = spread(args.slice(0, fixed.length), linear.map((l) => !l));
      const xs = program.inputs.map((v, i) => values[i] ?? v);
      const { tape, inputs, outputs } = stageLinear((ins) => evalProgram(program, ins), xs, linear);
      const cts = transposeTape(tape, inputs, outputs, spread(args.slice(fixed.length), given));
      const [some, which] = present(instantiate(cts, program.inputs, wanted));
      mask = which;
      return some;
    }, [...fixed, ...program.outputs.filter((_, i) => given[i])]);
    return { program: made, programs: [made], mask };
  });
}

/** The program over an axis in front of the inputs marked `mapped`; outputs marked in `wanted` always carry it. */
export function batchProgram(
  program: Program,
  mapped: readonly boolean[],
  axis: MappedAxis,
  wanted: readonly boolean[] = [],
): Derived {
  // An axis's name reaches collectives inside, so it is part of the key.
  return derive(program, `batch ${bits(mapped)} ${bits(wanted)} ${axis.size} ${JSON.stringify(axis.name)}`, () => {
    const specs = program.inputs.map((v, i) => mapped[i] ? { shape: [axis.size, ...v.shape], dtype: v.dtype } : v);
    let mask: boolean[] = [];
    const made = traceLive("vmap", (ins) => {
      const [ys, which] = batchFlat((xs) => evalProgram(program, xs), ins, mapped, axis);
      mask = which.map((m, i) => m || wanted[i] === true);
      return ys.map((y, i) => which[i] || wanted[i] !== true ? y : broadcastInFront(y, axis.size));
    }, specs);
    return { program: made, programs: [made], mask };
  });
}

/** Applies a derived program: its captured values, then `args`. */
export const withCaptured = (program: Program, args: readonly Value[]): Value[] => [...program.captured, ...args];

/**
 * Inputs: the program's, then tangents of those marked `active`. Outputs: the tangents present per `mask`. Each of its
 * equations is either free of tangents or linear in them, so it can be transposed; `jvpProgram`'s calls mix both.
 */
function tangentProgram(program: Program, active: readonly boolean[]): Derived {
  return derive(program, `tangent ${bits(active)}`, () => {
    const { forward, linear, fromInputs, mask } = linearizeProgram(program, active);
    const n = program.inputs.length, outputs = program.outputs.length;
    const made = traceLive("checkpoint", (ins) => {
      const xs = ins.slice(0, n), all = evalProgram(forward, withCaptured(forward, xs));
      return evalProgram(
        linear,
        withCaptured(linear, [...fromInputs.map((i) => xs[i]!), ...all.slice(outputs), ...ins.slice(n)]),
      );
    }, [...program.inputs, ...program.inputs.filter((_, i) => active[i])]);
    return { program: made, programs: [made], mask };
  });
}

// Calls: primitives that apply a program, transformed by transforming the program.

/** The program, and the name of the function it was traced from. */
export interface CallParams {
  readonly name: string;
  readonly program: Program;
  /** Inputs given away, where it is called outermost. */
  readonly donated?: Donation;
}

const apply = (prim: Primitive<CallParams>, name: string, program: Program, args: readonly Value[]): readonly Value[] =>
  bind(prim, withCaptured(program, args), { name, program });

/** A program applied as one step. Its linear part is a call too. */
export const jitP: Primitive<CallParams> = {
  name: "jit",
  infer: (_, { program }) => outputSpecs(program),
  reference: (xs, { program }) => runProgram(program, xs),
  jvp: (xs, dxs, { name, program }) => {
    const [tangents, active] = present(dxs);
    const { program: pushed, mask } = jvpProgram(program, active);
    const outs = apply(jitP, name, pushed, [...xs, ...tangents]), n = program.outputs.length;
    return [outs.slice(0, n), spread(outs.slice(n), mask)];
  },
  linearize: (xs, active, { name, program }) => {
    const { forward, linear, fromInputs, mask } = linearizeProgram(program, active);
    const outs = apply(jitP, name, forward, xs), n = program.outputs.length;
    const residuals = [...fromInputs.map((i) => xs[i]!), ...outs.slice(n)];
    return [outs.slice(0, n), (dxs) => spread(apply(jitP, name, linear, [...residuals, ...present(dxs)[0]]), mask)];
  },
  transpose: (cts, xs, linear, { name, program }) => {
    const [some, given] = present(cts);
    const { program: back, mask } = transposeProgram(program, linear, given);
    return spread(apply(jitP, name, back, [...xs.filter((_, i) => !linear[i]), ...some]), mask);
  },
  batch: (xs, mapped, { name, program }, axis) => {
    const { program: batched, mask } = batchProgram(program, mapped, axis);
    return { outputs: apply(jitP, name, batched, xs), mapped: mask };
  },
  calls: ({ program }) => program,
  donated: ({ donated }) => donated,
  lower: (_, { program }) => ({
    kind: "program",
    program: new Program(program.inputs, program.equations, program.outputs),
  }),
};

/** A call that keeps nothing but its inputs for reverse mode: the transpose computes the inside again. */
export const checkpointP: Primitive<CallParams> = {
  ...jitP,
  name: "checkpoint",
  apart: true,
  linearize: (xs, active, { name, program }) => {
    const { program: tangents, mask } = tangentProgram(program, active);
    return [
      bind(checkpointP, xs, { name, program }),
      (dxs) => spread(apply(jitP, name, tangents, [...xs, ...present(dxs)[0]]), mask),
    ];
  },
  batch: (xs, mapped, { name, program }, axis) => {
    const { program: batched, mask } = batchProgram(program, mapped, axis);
    return { outputs: apply(checkpointP, name, batched, xs), mapped: mask };
  },
};
