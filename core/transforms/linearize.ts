/** Reverse mode on flat values: forward mode with its tangents on a tape. */
import { withInterpreter } from "../interpreter.ts";
import type { MaybeZero } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { DualInterpreter } from "./jvp.ts";
import { Tape, transposeTape } from "./tape.ts";

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
