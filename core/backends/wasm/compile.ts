/** Programs as WebAssembly modules. */
import { type Buffer, lowerProgram } from "../../compiler/graph.ts";
import { Program } from "../../compiler/program.ts";
import { bytesOf } from "../../dtype.ts";
import { arrayOf, type Concrete, fromArray } from "../../tensor.ts";
import { Func } from "./function.ts";
import { HostFunctions } from "./host.ts";
import { arenaBase, memory, pages, slotBase } from "./memory.ts";
import { assemble } from "./module.ts";
import { copyOut, emitPiece, type Place } from "./orchestrate.ts";
import { bytesOfBuffer, functionsOf, pieceOf } from "./piece.ts";

/** A program ready to run. */
export interface Compiled {
  readonly run: (inputs: readonly Concrete[]) => Concrete[];
  /** Bytes of the module, and of the memory that its intermediate results take. */
  readonly codeBytes: number;
  readonly scratchBytes: number;
}

/** Compiles a program. */
export function compile(program: Program): Compiled {
  // What a program only passes on, or gives twice, is computed not at all, or once.
  const computed = [...new Set(program.outputs)].filter((v) => !program.inputs.includes(v));
  const graph = lowerProgram(new Program(program.inputs, program.equations, computed, program.captured));
  const host = new HostFunctions(), piece = pieceOf(graph, host);
  const f = new Func("run", []), places = new Map<Buffer, Place>();
  const given = [...graph.inputs, ...graph.captured.keys()], slots = [...given, ...graph.outputs];
  slots.forEach((b, i) => places.set(b, () => f.i32(slotBase + 4 * i).memory("i32.load")));
  emitPiece({ f, host, memory: () => memory().buffer }, piece, arenaBase, places);
  const bytes = assemble({
    imports: host.imports,
    functions: [f, ...functionsOf(piece)],
    exports: [f],
    table: [],
    memory: { initial: 1, maximum: pages, shared: true },
  });
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { host: { ...host.implementations, memory: memory() } });
  const entry = exports["run"] as () => void, captured = [...graph.captured.values()].map((v) => v as Concrete);
  const sources = program.outputs.map((v) => ({ input: program.inputs.indexOf(v), output: computed.indexOf(v) }));
  const offsets: number[] = [];
  let at = arenaBase + piece.bytes;
  for (const b of slots) {
    offsets.push(at);
    at += bytesOfBuffer(b);
  }
  const run = (inputs: readonly Concrete[]): Concrete[] => {
    const { buffer } = memory(), table = new Int32Array(buffer, slotBase, slots.length);
    [...inputs, ...captured].forEach((x, i) => {
      const { data } = arrayOf(x), n = data.length * bytesOf(x.dtype);
      new Uint8Array(buffer, offsets[i]!, n).set(new Uint8Array(data.buffer, data.byteOffset, n));
    });
    offsets.forEach((o, i) => table[i] = o);
    entry();
    const results = graph.outputs.map((b, i) => fromArray(copyOut(buffer, b, offsets[given.length + i]!)));
    return sources.map(({ input, output }) => input >= 0 ? inputs[input]! : results[output]!);
  };
  return { run, codeBytes: bytes.length, scratchBytes: piece.bytes };
}
