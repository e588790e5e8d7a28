/** Forward and reverse mode on flat values. */
import { Var } from "../compiler/program.ts";
import { isFloat } from "../dtype.ts";
import { LeakedTracerError, TransformError } from "../errors.ts";
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import { addTangents } from "../primitives/arithmetic.ts";
import { zerosLike } from "../primitives/create.ts";
import { type Spec, Tracer, type Value } from "../tensor.ts";

// Forward mode on flat values: each traced value carries its tangent.

/** A value and its tangent. */
export class Dual extends Tracer {
  constructor(override readonly interpreter: Interpreter, readonly x: Value, readonly dx: Value) {
    super();
  }
  override get shape(): Value["shape"] {
    return this.x.shape;
  }
  override get dtype(): Value["dtype"] {
    return this.x.dtype;
  }
  // A host `if` may look: forward and reverse mode both run on the real values.
  protected override primal(): Value {
    return this.x;
  }
}

/** How one primitive, some of whose inputs have tangents, is pushed forward. */
export type Push = <P>(
  prim: Primitive<P>,
  inputs: readonly Value[],
  tangents: readonly MaybeZero[],
  params: P,
) => readonly [readonly Value[], readonly MaybeZero[]];

/** Unwraps the duals that it made, pushes them through, and wraps the results. */
export class DualInterpreter implements Interpreter {
  readonly outer: Interpreter = currentInterpreter();
  readonly #push: Push;

  constructor(readonly name: string, push: Push) {
    this.#push = push;
  }

  run<P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
    let active = false;
    const values: Value[] = [], tangents: MaybeZero[] = [];
    for (const a of inputs) {
      const mine = a instanceof Dual && a.interpreter === this;
      values.push(mine ? a.x : a);
      tangents.push(mine ? a.dx : null);
      active ||= mine;
    }
    return withInterpreter(this.outer, () => {
      if (!active) return bind(prim, values, params);
      const [ys, dys] = this.#push(prim, values, tangents, params);
      return ys.map((y, i) => this.wrap(y, dys[i] ?? null));
    });
  }

  wrap(x: Value, dx: MaybeZero): Value {
    return dx === null || !isFloat(x.dtype) ? x : new Dual(this, x, dx);
  }

  unwrap(y: Value): readonly [Value, MaybeZero] {
    return y instanceof Dual && y.interpreter === this ? [y.x, y.dx] : [y, null];
  }
}

const push: Push = (prim, inputs, tangents, params) => prim.jvp(inputs, tangents, params);

/** Outputs and tangents of the outputs of `f` at `xs` in the direction `dxs`. */
export function jvpFlat(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  dxs: readonly MaybeZero[],
): readonly [Value[], MaybeZero[]] {
  const self = new DualInterpreter("jvp", push);
  const ys = withInterpreter(self, () => f(xs.map((x, i) => self.wrap(x, dxs[i] ?? null)))).map((y) => self.unwrap(y));
  return [ys.map(([y]) => y), ys.map(([, dy]) => dy)];
}

// The tape: writes down only what depends on its own variables, all of it linear; read backwards it is reverse mode.

/** One linear step. Inputs that are not the tape's own variables are residuals. */
export interface TapeEquation {
  readonly prim: Primitive;
  readonly inputs: readonly Value[];
  readonly params: unknown;
  readonly outputs: readonly Var[];
}

/** The recorder of linear work. */
export class Tape implements Interpreter {
  readonly name = "reverse mode";
  readonly outer: Interpreter = currentInterpreter();
  readonly equations: TapeEquation[] = [];

  run<P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
    if (!inputs.some((x) => this.owns(x))) return withInterpreter(this.outer, () => bind(prim, inputs, params));
    const outputs = prim.infer(inputs, params).map((s) => this.variable(s));
    this.equations.push({ prim: prim as Primitive, inputs, params, outputs });
    return outputs;
  }

  /**
   * Records what a user's rule does with values and tangents. A call there may mix the two: its outputs that depend on
   * values alone belong outside the tape, so it is linearized, at zero tangents, and only the linear part recorded.
   */
  readonly splitting: Interpreter = {
    name: this.name,
    outer: this,
    run: (prim, inputs, params) => {
      const linear = inputs.map((x) => this.owns(x));
      const split = prim.linearize;
      if (split === undefined || !linear.includes(true)) return this.run(prim, inputs, params);
      const [ys, push] = withInterpreter(
        this.outer,
        () => split(inputs.map((x, i) => linear[i] ? zerosLike(x) : x), linear, params),
      );
      const dys = withInterpreter(this, () => push(inputs.map((x, i) => linear[i] ? x : null)));
      return ys.map((y, i) => dys[i] ?? y);
    },
  };

  owns(x: Value): x is Var {
    return x instanceof Var && x.interpreter === this;
  }

  variable(s: Spec): Var {
    return new Var(this, s.shape, s.dtype);
  }
}

function transposed(e: TapeEquation, cts: readonly MaybeZero[], linear: readonly boolean[]): readonly MaybeZero[] {
  if (e.prim.transpose === undefined) {
    throw new TransformError(`${e.prim.name}: not linear, so it has no transpose and no reverse mode here`);
  }
  try {
    return e.prim.transpose(cts, e.inputs, linear, e.params);
  } catch (error) {
    // A transpose that asks for the value of an input that it is linear in: it was linear in each, not in both together.
    if (!(error instanceof LeakedTracerError) || linear.filter(Boolean).length < 2) throw error;
    throw new TransformError(
      `${e.prim.name}: not linear where more than one operand depends on the arguments, so it has no transpose here`,
      { cause: error },
    );
  }
}

/** Cotangents of `inputs` from those of `outputs`, by transposing the tape's equations from the last to the first. */
export function transposeTape(
  tape: Tape,
  inputs: readonly MaybeZero[],
  outputs: readonly MaybeZero[],
  cotangents: readonly MaybeZero[],
): MaybeZero[] {
  const sums = new Map<Value, Value>();
  const give = (to: Value, ct: MaybeZero): void => {
    if (ct === null || !tape.owns(to)) return;
    const before = sums.get(to);
    sums.set(to, before === undefined ? ct : addTangents(before, ct));
  };
  outputs.forEach((y, i) => {
    if (y !== null) give(y, cotangents[i] ?? null);
  });
  for (let i = tape.equations.length - 1; i >= 0; i--) {
    const e = tape.equations[i]!;
    const cts = e.outputs.map((v) => sums.get(v) ?? null);
    for (const v of e.outputs) sums.delete(v);
    if (cts.every((c) => c === null)) continue;
    const linear = e.inputs.map((x) => tape.owns(x));
    transposed(e, cts, linear).forEach((ct, j) => {
      if (linear[j]) give(e.inputs[j]!, ct);
    });
  }
  return inputs.map((v) => (v === null ? null : sums.get(v) ?? null));
}

/** Pushes tangents through a tape. */
export function evalTape(
  tape: Tape,
  inputs: readonly MaybeZero[],
  outputs: readonly MaybeZero[],
  tangents: readonly MaybeZero[],
): MaybeZero[] {
  const env = new Map<Value, MaybeZero>();
  inputs.forEach((v, i) => {
    if (v !== null) env.set(v, tangents[i] ?? null);
  });
  for (const e of tape.equations) {
    const ins = e.inputs.map((x) => tape.owns(x) ? env.get(x) ?? zerosLike(x) : x);
    const outs = bind(e.prim, ins, e.params);
    e.outputs.forEach((v, i) => env.set(v, outs[i]!));
  }
  return outputs.map((y) => (y === null ? null : env.get(y) ?? null));
}

// Reverse mode on flat values: forward mode with its tangents on a tape.

/** A function's outputs at a point, and the linear map of its tangents there. */
export interface Linearized {
  readonly outputs: Value[];
  readonly tape: Tape;
  /** The tape's variables for the tangents of the inputs; `null` where none was asked for. */
  readonly inputs: MaybeZero[];
  /** Tangents of the outputs, on the tape; `null` where nothing active reaches them. */
  readonly tangents: MaybeZero[];
}

/** Runs `f` at `xs`, writing down how tangents of the inputs marked `active` move through it. */
export function linearizeFlat(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  active: readonly boolean[],
): Linearized {
  const tape = new Tape();
  const self = new DualInterpreter("reverse mode", (prim, values, tangents, params) => {
    if (prim.linearize === undefined) return withInterpreter(tape.splitting, () => prim.jvp(values, tangents, params));
    const [ys, linear] = prim.linearize(values, tangents.map((t) => t !== null), params);
    return [ys, withInterpreter(tape, () => linear(tangents))];
  });
  const inputs = xs.map((x, i) => active[i] ? tape.variable(x) : null);
  const ys = withInterpreter(self, () => f(xs.map((x, i) => self.wrap(x, inputs[i]!)))).map((y) => self.unwrap(y));
  return { outputs: ys.map(([y]) => y), tape, inputs, tangents: ys.map(([, dy]) => dy) };
}

/** Outputs of `f`, and the function from their cotangents to the active inputs'. */
export function vjpFlat(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  active: readonly boolean[],
): readonly [Value[], (cotangents: readonly MaybeZero[]) => MaybeZero[]] {
  const { outputs, tape, inputs, tangents } = linearizeFlat(f, xs, active);
  return [outputs, (cotangents) => transposeTape(tape, inputs, tangents, cotangents)];
}

/** A linear function's operations on a tape: its inputs and outputs there. */
export function stageLinear(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  linear: readonly boolean[],
): { readonly tape: Tape; readonly inputs: MaybeZero[]; readonly outputs: Value[] } {
  const tape = new Tape();
  const inputs = xs.map((x, i) => linear[i] ? tape.variable(x) : null);
  const outputs = withInterpreter(tape, () => [...f(xs.map((x, i) => inputs[i] ?? x))]);
  return { tape, inputs, outputs };
}
