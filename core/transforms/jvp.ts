/** Forward mode on flat values: each traced value carries its tangent. */
import { isFloat } from "../dtype.ts";
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import { Tracer, type Value } from "../tensor.ts";

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
