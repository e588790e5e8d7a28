/** The tape: writes down only what depends on its own variables, all of it linear; read backwards it is reverse mode. */
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import { Var } from "../compiler/program.ts";
import { LeakedTracerError, TransformError } from "../errors.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import { addTangents } from "../primitives/arithmetic.ts";
import { zerosLike } from "../primitives/create.ts";
import type { Spec, Value } from "../tensor.ts";

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
