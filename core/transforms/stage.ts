/** Tracing functions of trees of tensors into programs. */
import { type Program, trace } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import { TransformError } from "../errors.ts";
import type { Shape } from "../shape.ts";
import { type Spec, Tensor, type Value } from "../tensor.ts";

// Tensors anywhere inside what a user's function takes or gives; all else is passed through as it is.

/** What a function returned, with its tensors taken out. */
export interface Template {
  readonly tensors: readonly Value[];
  /** The same value with other tensors in their places. */
  readonly fill: (tensors: readonly Value[]) => unknown;
}

function isContainer(x: unknown): x is object {
  if (typeof x !== "object" || x === null) return false;
  const p = Object.getPrototypeOf(x);
  return Array.isArray(x) || p === Object.prototype || p === null;
}

/** The keys of a container in the order its tensors are taken: as trees have it, sorted, however it was written. */
export const keysOf = (x: object): readonly string[] => Array.isArray(x) ? Object.keys(x) : Object.keys(x).sort();

/** Takes the tensors out of plain objects and arrays, in order; numbers, strings and class instances stay. */
export function template(x: unknown): Template {
  const tensors: Value[] = [];
  const collect = (y: unknown): void => {
    if (y instanceof Tensor) tensors.push(y as Value);
    else if (isContainer(y)) { for (const k of keysOf(y)) collect((y as Record<string, unknown>)[k]); }
  };
  collect(x);
  const fill = (ts: readonly Value[]): unknown => {
    let at = 0;
    const build = (y: unknown): unknown => {
      if (y instanceof Tensor) return ts[at++];
      if (Array.isArray(y)) return y.map(build);
      if (!isContainer(y)) return y;
      const built = new Map(keysOf(y).map((k) => [k, build((y as Record<string, unknown>)[k])]));
      return Object.fromEntries(Object.keys(y).map((k) => [k, built.get(k)]));
    };
    return build(x);
  };
  return { tensors, fill };
}

/** The function's result, unless it is a promise: a transform watches one synchronous run. */
export function synchronous<A>(op: string, result: A): A {
  if (typeof result === "object" && result !== null && "then" in result && typeof result.then === "function") {
    // What runs after the `await` would touch tracers that are gone; its failure is reported here, once.
    result.then(undefined, () => {});
    throw new TransformError(
      `${op}: the function is async, and a transform sees only what runs before its first await; ` +
        "await the data outside and pass it in as an argument",
    );
  }
  return result;
}

/** `f`, or an error naming the transform that was given something else. */
export function requireFunction(op: string, f: unknown): void {
  if (typeof f !== "function") {
    throw new TransformError(`${op}: expected a function, got ${f instanceof Tensor ? "a tensor" : typeof f}`);
  }
}

// `makeProgram` and `evalShape`: what a function would compute, without computing it.

/** A tree with shape and dtype in the place of each tensor. */
export type SpecsOf<T> = T extends Tensor<infer S extends Shape, infer D extends DType>
  ? { readonly shape: S; readonly dtype: D }
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { readonly [K in keyof T]: SpecsOf<T[K]> }
  : T;

/** The program of a function for example arguments, and its result with the places of the program's outputs. */
export function stage(
  op: string,
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
): readonly [Program, Template] {
  requireFunction(op, f);
  const given = template(args);
  let result: Template | undefined;
  const program = trace(op, (ins) => {
    result = template(synchronous(op, f(...given.fill(ins) as never[])));
    return result.tensors;
  }, given.tensors);
  return [program, result!];
}

/**
 * The program of a function: what it computes, as typed equations.
 *
 * @param f A function of trees of tensors.
 * @returns A function of example arguments (only shapes and dtypes matter) giving the printable `Program`.
 * @throws {TransformError} If `f` reads a traced value or is async.
 *
 * @example A program in text
 * ```ts
 * import { add, makeProgram, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const program = makeProgram((x: Tensor) => add(mul(x, x), x))(tensor([1, 2]));
 * assertEquals(program.toString().split("\n")[1], "  b:f32[2] = mul a a");
 * ```
 */
export function makeProgram<A extends readonly unknown[]>(f: (...args: A) => unknown): (...args: A) => Program {
  return (...args) => stage("makeProgram", f as never, args)[0];
}

/**
 * Shapes and dtypes of a function's result, found without computing it.
 *
 * @param f A function of trees of tensors.
 * @param args Example arguments; only their shapes and dtypes matter.
 * @returns The result's tree with `{ shape, dtype }` in the place of each tensor.
 * @throws {ShapeError} Whatever the function itself would throw for these shapes.
 *
 * @example The shape of a product
 * ```ts
 * import { evalShape, matmul, type Tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [1000, 20]>, w: Tensor<readonly [20, 3]>) => matmul(x, w);
 * assertEquals(evalShape(f, zeros([1000, 20]), zeros([20, 3])), { shape: [1000, 3], dtype: "f32" });
 * ```
 */
export function evalShape<A extends readonly unknown[], R>(f: (...args: A) => R, ...args: A): SpecsOf<R> {
  const [program, result] = stage("evalShape", f as never, args);
  const specs = program.outputs.map((v): Spec => ({ shape: v.shape, dtype: v.dtype }));
  return result.fill(specs as unknown as readonly Value[]) as SpecsOf<R>;
}
