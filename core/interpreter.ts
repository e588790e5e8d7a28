/**
 * Who answers when a primitive is applied.
 *
 * `bind` hands the application to the current interpreter. Each transformation runs the user's function under an
 * interpreter of its own that unwraps the tracers it made, says what the primitive means there, and works in the
 * interpreter outside it; the outermost evaluates. Because dispatch follows this nesting and not the data, nested
 * transformations cannot confuse one another's tangents.
 */
import { currentBackend } from "./backend.ts";
import { LeakedTracerError } from "./errors.ts";
import type { Primitive } from "./primitive.ts";
import { show } from "./shape.ts";
import { Concrete, type Value } from "./tensor.ts";

/** One meaning of applying a primitive. */
export interface Interpreter {
  /** What messages call it. */
  readonly name: string;
  readonly run: <P>(prim: Primitive<P>, inputs: readonly Value[], params: P) => readonly Value[];
  /** The interpreter around it; `null` outermost. */
  readonly outer: Interpreter | null;
  /** Size of the mapped axis of that name, where this interpreter maps one. */
  readonly axisSize?: (name: string) => number | undefined;
  /** That axis's name and size as text. */
  readonly mappedAxis?: string | undefined;
  /** Every operation is run on its own, so jitted functions are called plainly. */
  readonly stepwise?: boolean;
}

/** Evaluates on the current backend. */
const evaluate: Interpreter = {
  name: "evaluation",
  outer: null,
  run: (prim, inputs, params) => {
    const tensors = inputs.map((x) => concrete(prim.name, x));
    // Traced programs find mistakes when `infer` is asked for shapes; eagerly it is asked only whether there are any.
    prim.infer(tensors, params);
    return currentBackend().apply(prim, tensors, params);
  },
};

/** An operand at the outermost level, where only concrete tensors belong. */
function concrete(op: string, x: Value): Concrete {
  if (x instanceof Concrete) return x;
  throw new LeakedTracerError(
    `${op}: a traced value of shape ${show(x.shape)} was used outside the transformation that made it; ` +
      "return it from the transformed function instead of storing it",
  );
}

let current: Interpreter = evaluate;

/** The interpreter in force. */
export const currentInterpreter = (): Interpreter => current;

/** Runs `f` with another interpreter in force. */
export function withInterpreter<A>(interpreter: Interpreter, f: () => A): A {
  const before = current;
  current = interpreter;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** Applies a primitive. */
export const bind = <P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] =>
  current.run(prim, inputs, params);

/** Applies a primitive that has one output. */
export const bind1 = <P>(prim: Primitive<P>, inputs: readonly Value[], params: P): Value =>
  current.run(prim, inputs, params)[0]!;

/** The mapped axis of a name, looked for from the innermost transformation out. */
export function axisSize(name: string): number | undefined {
  for (let i: Interpreter | null = current; i !== null; i = i.outer) {
    const n = i.axisSize?.(name);
    if (n !== undefined) return n;
  }
  return undefined;
}

/** Names and sizes of the mapped axes in force, innermost first: part of what a traced program depends on. */
export function axisEnvironment(): string {
  let text = "";
  for (let i: Interpreter | null = current; i !== null; i = i.outer) {
    if (i.mappedAxis !== undefined) text += i.mappedAxis;
  }
  return text;
}

/** Whether some interpreter in force wants every operation on its own. */
export function insideStepwise(): boolean {
  for (let i: Interpreter | null = current; i !== null; i = i.outer) if (i.stepwise === true) return true;
  return false;
}
