/** The WebAssembly backend: what is traced runs as compiled modules, and so do large operations called one by one. */
import { type Backend, type Computing, loops } from "../../backend.ts";
import type { Primitive } from "../../primitive.ts";
import { sizeOf } from "../../shape.ts";
import type { Concrete } from "../../tensor.ts";
import { codeOf, codeOfOne } from "./cache.ts";
import { exactlyRounded } from "./exact.ts";

/** Elements up to which an operation that rounds like the reference is left to it: a call costs more than they do. */
const small = 1024;

/**
 * Compiles to WebAssembly with SIMD; needs no permission and no flag. The default.
 *
 * @example Named explicitly
 * ```ts
 * import { jit, mul, tensor, type Tensor, wasmBackend } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const square = jit((x: Tensor) => mul(x, x), { backend: wasmBackend });
 * assertEquals(square(tensor([3])).toArray(), [9]);
 * ```
 */
export const wasmBackend: Backend = { name: "wasm", apply } as Computing;

function apply<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): readonly Concrete[] {
  const program = prim.calls?.(params);
  if (program !== undefined) return codeOf(program).run(inputs);
  const plain = prim.effect === true || prim.view === true || isSmall(prim, inputs, params);
  return plain ? loops.apply(prim, inputs, params) : codeOfOne(prim, inputs, params).run(inputs);
}

function isSmall<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): boolean {
  for (const x of inputs) if (x.size > small) return false;
  return exactlyRounded(prim, inputs, params) && prim.infer(inputs, params).every((s) => sizeOf(s.shape) <= small);
}
