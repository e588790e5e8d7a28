/** Batching on flat values: one run of a function does the work of many. */
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import { meetsAxis } from "../compiler/nested.ts";
import type { MappedAxis, Primitive } from "../primitive.ts";
import { Tracer, unreadable, type Value } from "../tensor.ts";

/** One example's view of a value whose first axis is the mapped one. */
export class BatchTracer extends Tracer {
  override readonly shape: Value["shape"];
  constructor(override readonly interpreter: Interpreter, readonly x: Value) {
    super();
    this.shape = Object.freeze(x.shape.slice(1));
  }
  override get dtype(): Value["dtype"] {
    return this.x.dtype;
  }
  protected override primal(reader: string): Value {
    throw unreadable(
      reader,
      "vmap",
      "it differs from example to example: branch with where or cond instead of a host `if`",
    );
  }
}

/** Unwraps the examples' views, applies each primitive's batching rule, and wraps what is mapped. */
export class BatchInterpreter implements Interpreter {
  readonly name = "vmap";
  readonly outer: Interpreter = currentInterpreter();

  readonly mappedAxis: string | undefined;

  constructor(readonly axis: MappedAxis) {
    this.mappedAxis = axis.name === undefined ? undefined : `${JSON.stringify(axis.name)}${axis.size}`;
  }

  axisSize(name: string): number | undefined {
    return name === this.axis.name ? this.axis.size : undefined;
  }

  run<P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
    const mapped = inputs.map((a) => a instanceof BatchTracer && a.interpreter === this);
    const values = inputs.map((a, i) => mapped[i] ? (a as BatchTracer).x : a);
    const concerned = mapped.includes(true) || this.axis.name !== undefined &&
        meetsAxis({ prim: prim as Primitive, params }, this.axis.name);
    return withInterpreter(this.outer, () => {
      if (!concerned) return bind(prim, values, params);
      const out = prim.batch(values, mapped, params, this.axis);
      return out.outputs.map((y, i) => out.mapped[i] ? new BatchTracer(this, y) : y);
    });
  }

  unwrap(y: Value): readonly [Value, boolean] {
    return y instanceof BatchTracer && y.interpreter === this ? [y.x, true] : [y, false];
  }
}

/** Runs `f` over the first axis of the inputs marked `mapped`; says which outputs carry the axis, also in front. */
export function batchFlat(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  mapped: readonly boolean[],
  axis: MappedAxis,
): readonly [Value[], boolean[]] {
  const self = new BatchInterpreter(axis);
  const ys = withInterpreter(self, () => f(xs.map((x, i) => mapped[i] ? new BatchTracer(self, x) : x)))
    .map((y) => self.unwrap(y));
  return [ys.map(([y]) => y), ys.map(([, m]) => m)];
}
