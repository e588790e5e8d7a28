/** Runs vector code on arrays, for the tests beside it. */
import { Func } from "../function.ts";
import { assemble } from "../module.ts";
import type { Float } from "./lanes.ts";
import type { Emit } from "./mod.ts";

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A function of `n` vectors as one of arrays whose length is a multiple of 4. */
export function onArrays(emit: Emit, dtype: Float, arity: number): (...xs: readonly Floats[]) => Floats {
  const f = new Func("f", ["i32", "i32"]), args = [...Array(arity).keys()].map(() => f.local("v128"));
  const [bytes, at] = [f.args[0]!, f.local("i32")], [stride] = [f.args[1]!];
  f.while(at, () => f.get(bytes), 16, () => {
    args.forEach((a, i) => f.get(at).get(stride).i32(i + 1).op("i32.mul", "i32.add").memory("v128.load").set(a));
    f.get(at);
    emit(f, args);
    f.memory("v128.store");
  });
  const pages = 1024, memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const parts = { imports: [], functions: [f], table: [], memory: { initial: 1, maximum: pages, shared: false } };
  const module = new WebAssembly.Module(assemble(parts));
  const call = new WebAssembly.Instance(module, { host: { memory } }).exports.f as (n: number, stride: number) => void;
  const Floats = dtype === "f32" ? Float32Array : Float64Array;
  const buffer = memory.buffer as ArrayBuffer;
  return (...xs) => {
    const n = xs[0]!.length, size = n * Floats.BYTES_PER_ELEMENT;
    xs.forEach((x, i) => new Floats(buffer, (i + 1) * size, n).set(x));
    call(size, size);
    return new Floats(buffer, 0, n).slice();
  };
}
