/** Backends: what computes a primitive's outputs once nothing is traced any more. */
import type { Primitive } from "./primitive.ts";
import { arrayOf, type Concrete, wrapResults } from "./tensor.ts";

/** Where and how primitives are computed. A backend is a value: `jit(f, { backend })`, `setBackend(backend)`. */
export interface Backend {
  /** What messages and benchmarks call it. */
  readonly name: string;
  /** The outputs of a primitive; its inputs fit it. */
  readonly apply: <P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P) => readonly Concrete[];
}

/**
 * Plain loops over typed arrays, in the precision of the dtypes, sums in f64: the oracle that every other backend is held
 * against. Slow.
 */
export const referenceBackend: Backend = {
  name: "reference",
  apply: (prim, inputs, params) => {
    const arrays = inputs.map(arrayOf);
    return wrapResults(prim.reference(arrays, params), inputs, arrays);
  },
};

let current: Backend = referenceBackend;

/** The backend that computes. */
export const currentBackend = (): Backend => current;

/**
 * Makes a backend the default of everything computed from now on.
 *
 * @returns The default until now.
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
  current = backend;
  return before;
}

/** Runs `f` with a backend as the default. */
export function withBackend<A>(backend: Backend | undefined, f: () => A): A {
  if (backend === undefined) return f();
  const before = setBackend(backend);
  try {
    return f();
  } finally {
    setBackend(before);
  }
}
