/** Backends: what computes a primitive's outputs once nothing is traced any more. */
import { ArgumentError } from "./errors.ts";
import type { Primitive } from "./primitive.ts";
import { arrayOf, type Concrete, wrapResults } from "./tensor.ts";

/** Where and how primitives are computed. A backend is a value: `jit(f, { backend })`, `setBackend(backend)`. */
export interface Backend {
  /** What messages and benchmarks call it. */
  readonly name: string;
}

/** A backend as the library sees it. */
export interface Computing extends Backend {
  /** The outputs of a primitive; its inputs fit it. */
  readonly apply: <P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P) => readonly Concrete[];
}

/** Plain loops over typed arrays, in the precision of the dtypes, sums in f64. */
export const loops: Computing = {
  name: "reference",
  apply: (prim, inputs, params) => {
    const arrays = inputs.map(arrayOf);
    return wrapResults(prim.reference(arrays, params), inputs, arrays);
  },
};

/**
 * Plain loops over typed arrays, in the precision of the dtypes, sums in f64: the oracle that every other backend is held
 * against. Slow.
 *
 * @example A function on the oracle
 * ```ts
 * import { jit, mul, referenceBackend, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const square = jit((x: Tensor) => mul(x, x), { backend: referenceBackend });
 * assertEquals(square(tensor([3])).toArray(), [9]);
 * ```
 */
export const referenceBackend: Backend = loops;

let current: Computing = loops;

/** The backend that computes. */
export const currentBackend = (): Computing => current;

/**
 * Makes a backend the default of everything computed from now on.
 *
 * @returns The default until now.
 * @throws {ArgumentError} If it is none of the library's backends.
 *
 * @example The oracle's sum beside the default's
 * ```ts
 * import { referenceBackend, setBackend, sum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const before = setBackend(referenceBackend);
 * assertEquals(sum(tensor([1, 2])).item(), 3);
 * setBackend(before);
 * ```
 */
export function setBackend(backend: Backend): Backend {
  const before = current;
  current = computing("setBackend", backend);
  return before;
}

/** A backend, or an error that names the library's. */
export function computing(op: string, backend: unknown): Computing {
  if (typeof backend === "object" && backend !== null && "apply" in backend) return backend as Computing;
  throw new ArgumentError(`${op}: ${String(backend)} is no backend; use wasmBackend or referenceBackend`);
}

/** Runs `f` with a backend as the default. */
export function withBackend<A>(backend: Computing | undefined, f: () => A): A {
  if (backend === undefined) return f();
  const before = current;
  current = backend;
  try {
    return f();
  } finally {
    current = before;
  }
}
