/** Programs as WebAssembly modules. */
import { type Buffer, lowerProgram } from "../../compiler/graph.ts";
import { Program } from "../../compiler/program.ts";
import { simplify } from "../../compiler/simplify.ts";
import { bytesOf } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { copyOf } from "../../storage.ts";
import { Concrete, storageOf } from "../../tensor.ts";
import { crewOf } from "./crew.ts";
import { Func } from "./function.ts";
import { large, largeBytes, nursery, Place, smallBytes, storageAt, viewAt } from "./heap.ts";
import { HostFunctions } from "./host.ts";
import { Kernels } from "./kernels.ts";
import { arenaBase, memory, mostPages, mostSlots, nurseryBytes, shared, slotBase } from "./memory.ts";
import { assemble } from "./module.ts";
import { emitPiece, type Place as Address } from "./orchestrate.ts";
import { bytesOfBuffer, functionsOf, pieceOf, workOf } from "./piece.ts";
import { aboutToShare, nextModule, publish, threads } from "./threads.ts";

/** A program ready to run. */
export interface Compiled {
  readonly run: (inputs: readonly Concrete[]) => Concrete[];
  /** Bytes of the module, and of the memory that its intermediate results take. */
  readonly codeBytes: number;
  readonly scratchBytes: number;
}

/** How an argument or result is kept between programs. */
type Size = "small" | "middling" | "large";

/** Sizes of a program's arguments and results; what is middling must fit the nursery all at once, or is large. */
function sizesOf(buffers: readonly Buffer[]): Size[] {
  const bytes = buffers.map((b) => b.size * bytesOf(b.dtype)),
    isMiddling = (n: number) => n > smallBytes && n <= largeBytes;
  const fits = bytes.filter(isMiddling).reduce((a, n) => a + n, 0) <= nurseryBytes / 2;
  return bytes.map((n) => n <= smallBytes ? "small" : fits && isMiddling(n) ? "middling" : "large");
}

/** Compiles a program. */
export function compile(program: Program): Compiled {
  const built = build(program), compiled = runner(built);
  if (built.forks) publish(built.id, built.module, compiled);
  return compiled;
}

/** A module, and what its call needs to know. */
interface Built {
  readonly module: WebAssembly.Module;
  readonly host: WebAssembly.ModuleImports;
  readonly id: number;
  readonly forks: boolean;
  /** Nanoseconds of a run that threads can share, about. */
  readonly work: number;
  readonly inputs: readonly Buffer[];
  readonly captured: readonly Concrete[];
  readonly outputs: readonly Buffer[];
  /** Where each of the program's results comes from: an argument, or else an output. */
  readonly sources: readonly { readonly input: number; readonly output: number }[];
  readonly codeBytes: number;
  readonly scratchBytes: number;
}

function build(given: Program): Built {
  const program = simplify(given);
  // What a program only passes on, or gives twice, is computed not at all, or once.
  const computed = [...new Set(program.outputs)].filter((v) => !program.inputs.includes(v));
  const graph = lowerProgram(new Program(program.inputs, program.equations, computed, program.captured));
  const host = new HostFunctions(), tasks: Func[] = [], most = threads(), id = nextModule();
  const piece = pieceOf(graph, { host, kernels: new Kernels(), threads: most, tasks, shares: new Map() });
  const f = new Func("run", []), places = new Map<Buffer, Address>(), crew = crewOf(id, most);
  const inputs = [...graph.inputs, ...graph.captured.keys()], slots = inputs.length + graph.outputs.length;
  if (slots > mostSlots) {
    throw new ArgumentError(
      `a program has ${slots} tensors as arguments and results, and ${mostSlots} at most; stack some of them`,
    );
  }
  [...inputs, ...graph.outputs].forEach((b, i) => places.set(b, () => f.i32(slotBase + 4 * i).memory("i32.load")));
  emitPiece({ f, host, crew, memory: () => memory().buffer }, piece, arenaBase, places);
  const forks = tasks.length > 0;
  const bytes = assemble({
    imports: host.imports,
    functions: [f, ...functionsOf(piece), ...tasks, ...forks ? crew.functions : []],
    exports: forks ? [f, crew.join] : [f],
    table: tasks,
    memory: { initial: 1, maximum: mostPages, shared },
  });
  return {
    module: new WebAssembly.Module(bytes),
    host: { ...host.implementations, memory: memory() },
    id,
    forks,
    work: workOf(piece),
    inputs,
    captured: [...graph.captured.values()] as Concrete[],
    outputs: graph.outputs,
    sources: program.outputs.map((v) => ({ input: program.inputs.indexOf(v), output: computed.indexOf(v) })),
    codeBytes: bytes.length,
    scratchBytes: piece.bytes,
  };
}

function runner({ module, host, work, inputs, captured, outputs, sources, codeBytes, scratchBytes }: Built): Compiled {
  const { exports } = new WebAssembly.Instance(module, { host });
  const call = caller(exports["run"] as () => void, inputs, outputs, arenaBase + scratchBytes);
  const run = (args: readonly Concrete[]): Concrete[] => {
    if (work > 0) aboutToShare(work);
    const results = call(captured.length === 0 ? args : [...args, ...captured]);
    return sources.map(({ input, output }) => input >= 0 ? args[input]! : results[output]!);
  };
  return { run, codeBytes, scratchBytes };
}

/** The call of a module's function: arguments brought into its memory, results left there. */
function caller(
  entry: () => void,
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  top: number,
): (args: readonly Concrete[]) => Concrete[] {
  const all = [...inputs, ...outputs], allSizes = sizesOf(all);
  // Small arguments and results have places of their own behind the scratch memory.
  let end = top;
  const own = all.map((b, i) => {
    const at = end;
    if (allSizes[i] === "small") end += bytesOfBuffer(b);
    return at;
  });
  const sizes = allSizes.slice(0, inputs.length), outSizes = allSizes.slice(inputs.length);
  const middling = outputs.filter((_, i) => outSizes[i] === "middling").map(bytesOfBuffer);
  const n = inputs.length, keepsLarge = outSizes.includes("large") || sizes.includes("large");
  let slots: Int32Array | null = null;
  return (args) => {
    const table = slots ??= new Int32Array(memory().buffer, slotBase, n + outputs.length);
    const incoming = [...middling], pinned = new Set<unknown>();
    args.forEach((x, i) => {
      const { block } = storageOf(x).cell;
      if (block !== null) pinned.add(block);
      else if (sizes[i] === "middling") incoming.push(bytesOfBuffer(inputs[i]!));
    });
    nursery.reserve(incoming);
    large.clear(end);
    for (let i = 0; i < n; i++) {
      const cell = storageOf(args[i]!).cell, { dtype, size } = inputs[i]!;
      const { block } = cell;
      if (block instanceof Place) {
        table[i] = block.address;
        if (keepsLarge && block.space === large) large.touch(block);
      } else if (sizes[i] === "small") {
        viewAt(dtype, own[i]!, size).set(cell.array!);
        table[i] = own[i]!;
      } else {
        const place = sizes[i] === "large" ? large.take(dtype, size, pinned, end) : nursery.take(dtype, size);
        place.view().set(cell.array!);
        place.adopt(cell);
        pinned.add(place);
        table[i] = place.address;
      }
    }
    const made = outputs.map(({ dtype, size }, i) => {
      if (outSizes[i] === "small") {
        table[n + i] = own[n + i]!;
        return null;
      }
      const place = outSizes[i] === "large" ? large.take(dtype, size, pinned, end) : nursery.take(dtype, size);
      pinned.add(place);
      table[n + i] = place.address;
      return place;
    });
    entry();
    return outputs.map(({ shape, dtype, size }, i) => {
      const place = made[i];
      return new Concrete(shape, dtype, place == null ? copyOf(viewAt(dtype, own[n + i]!, size)) : storageAt(place));
    });
  };
}
