/** Tensors anywhere inside what a user's function takes or gives; all else is passed through as it is. */
import { TransformError } from "../errors.ts";
import { Tensor, type Value } from "../tensor.ts";

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
