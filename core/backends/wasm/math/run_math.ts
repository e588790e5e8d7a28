/** Runs vector code on arrays, for the tests beside it. */
import { Func } from "../function.ts";
import { assemble } from "../module.ts";
import type { Float } from "./lanes.ts";
import type { Emit } from "./mod.ts";
import type { Floats } from "./precision.ts";

/** Vector code as a function of arrays whose length is a multiple of 4. */
export function onArrays(emit: Emit, dtype: Float, arity: number): (...xs: readonly Floats[]) => Floats {
  const f = new Func("f", ["i32", "i32"]), [bytes, stride] = f.args, at = f.local("i32");
  const args = Array.from({ length: arity }, () => f.local("v128"));
  f.while(at, () => f.get(bytes!), 16, () => {
    args.forEach((a, i) => f.get(at).get(stride!).i32(i + 1).op("i32.mul", "i32.add").memory("v128.load").set(a));
    f.get(at);
    emit(f, args);
    f.memory("v128.store");
  });
  const pages = 64, memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const parts = { imports: [], functions: [f], table: [], memory: { initial: 1, maximum: pages, shared: false } };
  const module = new WebAssembly.Module(assemble(parts));
  const call = new WebAssembly.Instance(module, { host: { memory } }).exports.f as (n: number, stride: number) => void;
  const Array_ = dtype === "f32" ? Float32Array : Float64Array, buffer = memory.buffer as ArrayBuffer;
  return (...xs) => {
    const n = xs[0]!.length, size = n * Array_.BYTES_PER_ELEMENT;
    xs.forEach((x, i) => new Array_(buffer, (i + 1) * size, n).set(x));
    call(size, size);
    return new Array_(buffer, 0, n).slice();
  };
}
