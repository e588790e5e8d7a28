/** The WebAssembly backend: what is traced runs as compiled modules, and so do large operations called one by one. */
import { type Backend, referenceBackend } from "../../backend.ts";
import { type Program, trace } from "../../compiler/program.ts";
import { bind } from "../../interpreter.ts";
import type { Primitive } from "../../primitive.ts";
import { settingKey } from "../../setting_key.ts";
import { sizeOf } from "../../shape.ts";
import type { Concrete } from "../../tensor.ts";
import { compile, type Compiled } from "./compile.ts";
import { exactlyRounded } from "./exact.ts";

/** Elements up to which an operation that rounds like the reference is left to it: a call costs more than they do. */
const small = 1024;
/** Operations called one by one for which compiled programs are kept; the least recently used goes first. */
const kept = 512;

const compiled = new WeakMap<Program, Compiled>();
const single = new Map<string, Program>();

function codeOf(program: Program): Compiled {
  let code = compiled.get(program);
  if (code === undefined) compiled.set(program, code = compile(program));
  return code;
}

/** The program of one operation, the same object each time. */
function programOf<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): Program {
  const key = `${prim.name} ${inputs.map((x) => `${x.dtype}${x.shape.join("x")}`)} ${settingKey(params)}`;
  let program = single.get(key);
  if (program === undefined) program = trace(prim.name, (xs) => bind(prim, xs, params), inputs);
  else single.delete(key);
  single.set(key, program);
  if (single.size > kept) single.delete(single.keys().next().value!);
  return program;
}

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
export const wasmBackend: Backend = {
  name: "wasm",
  apply: (prim, inputs, params) => {
    const program = prim.calls?.(params);
    if (program === undefined && (prim.effect === true || plain(prim, inputs, params))) {
      return referenceBackend.apply(prim, inputs, params);
    }
    const code = codeOf(program ?? programOf(prim, inputs, params));
    return code.run(inputs);
  },
};

function plain<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): boolean {
  for (const x of inputs) if (x.size > small) return false;
  return exactlyRounded(prim, inputs, params) && prim.infer(inputs, params).every((s) => sizeOf(s.shape) <= small);
}
