/** Watching values, and recomputing them. */
import { loops, withBackend } from "../backend.ts";
import { trace, Var, watchPrograms } from "../compiler/program.ts";
import { isFloat } from "../dtype.ts";
import { NonFiniteError, TransformError } from "../errors.ts";
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { show } from "../shape.ts";
import { arrayOf, Concrete, fromArray, type NdArray, Tensor, type Value } from "../tensor.ts";
import { checkpointP, withCaptured } from "./derived.ts";
import { Dual } from "./linearize.ts";
import { requireFunction, synchronous, type Template, template } from "./stage.ts";
import { BatchTracer } from "./vmap.ts";

// Looking inside a transformed function: `debugPrint` and `checkNaN`.

/** Prints when it is run. */
const printP: Primitive<{ readonly text: string }> = {
  name: "debugPrint",
  infer: () => [],
  reference: (xs, { text }) => {
    let at = 0;
    console.log(text.replaceAll("{}", () => at < xs.length ? fromArray(xs[at++]!).toString() : "{}"));
    return [];
  },
  jvp: (xs, _, p) => [bind(printP, xs, p), []],
  batch: (xs, _, p) => ({ outputs: bind(printP, xs, p), mapped: [] }),
  lower: (_, p) => ({ kind: "host", run: (xs) => void printP.reference(xs, p) }),
  effect: true,
};

/**
 * Prints tensors while the function runs, in program order, also inside `jit` and `scan`, where `console.log` would see
 * tracers once. Under `vmap` one line shows all examples; under `grad` the values are the primal ones.
 *
 * @param text The line; each `{}` is replaced by the next value.
 * @param values Tensors to print.
 *
 * @example A look inside a jitted function
 * ```ts
 * import { debugPrint, jit, mul, tensor, type Tensor } from "@adjoint/adjoint";
 *
 * const f = jit((x: Tensor) => {
 *   debugPrint("x is {}", x);
 *   return mul(x, 2);
 * });
 * f(tensor([1, 2]));
 * ```
 */
export function debugPrint(text: string, ...values: readonly unknown[]): void {
  const tensors = values.filter((v): v is Value => v instanceof Tensor);
  // What is no tensor is known now.
  let at = 0;
  const line = text.replaceAll("{}", () => {
    const v = values[at++];
    return v === undefined || v instanceof Tensor ? "{}" : String(v);
  });
  bind(printP, tensors, { text: line });
}

const library = new URL("../", import.meta.url).href;

/** The first line of the stack that is not the library's own. */
function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100; // the library's own frames come first
  const lines = (new Error().stack ?? "").split("\n").slice(1).map((l) => l.trim());
  Error.stackTraceLimit = limit;
  return lines.find((l) => l.startsWith("at ") && !l.includes(library)) ?? "a place the engine does not name";
}

/** The elements behind a value, all examples' and without tangents. */
function behind(x: Value): NdArray {
  let v = x;
  while (v instanceof Dual || v instanceof BatchTracer) v = v.x;
  if (v instanceof Concrete) return arrayOf(v);
  const name = v instanceof Var ? v.interpreter.name : "another transform";
  throw new TransformError(
    `checkNaN: inside ${name} there are no elements to look at; put checkNaN outside, as in checkNaN(jit(f))`,
  );
}

const hasNaN = (x: NdArray): boolean => isFloat(x.dtype) && (x.data as Float64Array).some((v) => v !== v);

function complain(name: string, inputs: readonly NdArray[], where: string): NonFiniteError {
  const shapes = inputs.map((x) => `${x.dtype} ${show(x.shape)}${hasNaN(x) ? " (holding NaN)" : ""}`).join(", ");
  return new NonFiniteError(`checkNaN: ${name} gave NaN from ${shapes || "no inputs"}, ${where}`);
}

/**
 * The same function, checked: every operation is run on its own on the reference backend, jitted functions included, and
 * the first that gives NaN throws.
 *
 * @param f Any function of tensors, transformed or not.
 * @returns A function with the same signature and results.
 * @throws {TransformError} If it is called where values are only traced; it goes around `jit`, not into it.
 * @throws {NonFiniteError} Naming the primitive that gave NaN first, what it was given, and the line that called it.
 *
 * @example The logarithm of a negative number
 * ```ts
 * import { checkNaN, log, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkNaN((x: Tensor) => log(sub(x, 2)))(tensor([1])), Error, "log gave NaN");
 * ```
 */
export function checkNaN<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  requireFunction("checkNaN", f);
  return (...args) => {
    const outer = currentInterpreter();
    const checker: Interpreter = {
      name: "checkNaN",
      outer,
      stepwise: true,
      run: (prim, inputs, params) => {
        const ys = withInterpreter(outer, () => bind(prim, inputs, params));
        const arrays = (xs: readonly Value[]) => xs.map(behind);
        if (arrays(ys).some(hasNaN)) throw complain(prim.name, arrays(inputs), callSite());
        return ys;
      },
    };
    return watchPrograms(
      (prim, inputs, outputs) => {
        if (outputs.some(hasNaN)) throw complain(prim.name, inputs, `inside control flow called ${callSite()}`);
      },
      () => withBackend(loops, () => withInterpreter(checker, () => f(...args))),
    );
  };
}

// `checkpoint`: memory for time in reverse mode.

/**
 * The same function, for which reverse mode keeps only the arguments and computes everything inside again when it needs it.
 *
 * @param f A pure function of trees of tensors.
 * @returns A function with the same signature and derivatives.
 * @throws {TransformError} If `f` reads a traced value or is async.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 12
 *
 * @example The same gradient, less memory
 * ```ts
 * import { checkpoint, grad, sin, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [2]>) => sum(sin(sin(x)));
 * const x = tensor([1, 2]);
 * assertEquals(grad(checkpoint(f))(x).toArray(), grad(f)(x).toArray());
 * ```
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  requireFunction("checkpoint", f);
  return (...args) => {
    const given = template(args);
    let result: Template | undefined;
    const program = trace("checkpoint", (ins) => {
      result = template(synchronous("checkpoint", f(...given.fill(ins) as unknown as A)));
      return result.tensors;
    }, given.tensors);
    const outs = bind(checkpointP, withCaptured(program, given.tensors), { name: f.name, program });
    return result!.fill(outs) as R;
  };
}
