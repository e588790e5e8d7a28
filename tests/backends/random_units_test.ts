/** Kernels of random programs: any split of their units, in any order, gives the same bits. */
import { HostFunctions, Kernels } from "../../core/backends/wasm/kernels.ts";
import { type Tile, tiles } from "../../core/backends/wasm/contraction/mod.ts";
import { Func } from "../../core/backends/wasm/function.ts";
import type { KernelCode } from "../../core/backends/wasm/loop_nest.ts";
import { assemble } from "../../core/backends/wasm/module.ts";
import { fuse } from "../../core/compiler/fuse.ts";
import { type Buffer, lowerProgram } from "../../core/compiler/graph.ts";
import { alloc, bytesOf, isFloat } from "../../core/dtype.ts";
import { makeProgram } from "../../mod.ts";
import { programs, type RandomProgram } from "./random_programs.ts";
import { soaked } from "./soaked.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64 + 64;
const pages = 64;

/** Elements of a buffer's dtype, whole numbers. */
function fill(memory: WebAssembly.Memory, at: number, { dtype, size }: Buffer): void {
  const data = alloc(dtype, size);
  for (let i = 0; i < size; i++) data[i] = dtype === "bool" ? i % 3 & 1 : (i * 7) % 11 - (isFloat(dtype) ? 5 : 0);
  new Uint8Array(memory.buffer, at, data.byteLength).set(new Uint8Array(data.buffer));
}

function check(p: RandomProgram, tile: Tile): void {
  const { nodes, buffers, interner } = fuse(lowerProgram(makeProgram(p.f)(...p.inputs)));
  const host = new HostFunctions(), kernels = new Kernels();
  const codes: KernelCode[] = nodes.flatMap((n) =>
    n.kind === "other" ? [] : [kernels.of(n, { buffers, interner, host, tile })]
  );
  const entries = codes.map((code, i) => {
    const f = new Func(`k${i}`, code.entry.params);
    f.args.forEach((a) => f.get(a));
    return f.call(code.entry);
  });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const functions = [...new Set(codes.flatMap((c) => [...c.functions])), ...entries];
  const parts = { imports: host.imports, functions, exports: entries, table: [] };
  const bytes = assemble({ ...parts, memory: { initial: pages, maximum: pages, shared: false } });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    host: { ...host.implementations, memory },
  });
  codes.forEach((code, k) => {
    let end = 64;
    const place = (bytes: number): number => (end += aligned(bytes)) - aligned(bytes);
    const inputs = code.inputs.map((b) => ({
      b: buffers[b]!,
      at: place(buffers[b]!.size * bytesOf(buffers[b]!.dtype)),
    }));
    const outputs = code.outputs.map((b) => ({
      bytes: b.size * bytesOf(b.dtype),
      at: place(b.size * bytesOf(b.dtype)),
    }));
    const work = place(code.workBytes);
    if (end > pages * 65536 || code.units === 0) return;
    for (const { b, at } of inputs) fill(memory, at, b);
    const pointers = [...[...inputs, ...outputs].map((x) => x.at), ...code.workBytes > 0 ? [work] : []];
    const run = (ranges: readonly (readonly [number, number])[]): Uint8Array[] => {
      for (const { at, bytes } of outputs) new Uint8Array(memory.buffer, at, bytes).fill(0xa5);
      new Uint8Array(memory.buffer, work, code.workBytes).fill(0xff);
      for (const [from, to] of ranges) (exports[`k${k}`] as (...xs: number[]) => void)(...pointers, from, to);
      return outputs.map(({ at, bytes }) => new Uint8Array(memory.buffer, at, bytes).slice());
    };
    const { units } = code, middle = units >> 1, singly = Array.from({ length: units }, (_, i) => [i, i + 1] as const);
    const whole = run([[0, units]]);
    assertEquals(run([[middle, units], [0, middle]]), whole, `kernel ${k}, halves, of\n${p}`);
    if (units <= 64) assertEquals(run(singly.reverse()), whole, `kernel ${k}, one by one, of\n${p}`);
  });
}

Deno.test("any split of a kernel's units gives the same bits", () => {
  fc.assert(fc.property(programs, fc.constantFrom(...tiles), check), soaked(100, 5000));
});
