/** Programs compiled, and kept. */
import type { Interner } from "../../compiler/address.ts";
import { type Buffer, type Graph, type Lifetimes, lowerProgram, takeovers } from "../../compiler/graph.ts";
import { Program, programsIn, trace } from "../../compiler/program.ts";
import { simplify } from "../../compiler/simplify.ts";
import { bytesOf } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { settingKey } from "../../format.ts";
import { bind } from "../../interpreter.ts";
import type { Donation, Primitive } from "../../primitive.ts";
import { Concrete, copyOf, storageIdentity, storageOf } from "../../tensor.ts";
import { aboutToRun, type Tile, tileInUse } from "./contraction/mod.ts";
import { Func } from "./function.ts";
import {
  arenaBase,
  large,
  largeBytes,
  memory,
  mostPages,
  mostSlots,
  nursery,
  nurseryBytes,
  Place,
  shared,
  slotBase,
  smallBytes,
  storageAt,
  viewAt,
} from "./heap.ts";
import { assemble, withCallees } from "./module.ts";
import { emitPiece, type Orchestra, type Place as Address } from "./orchestrate.ts";
import { bytesOfBuffer, functionsOf, type KernelStep, type Piece, pieceOf, workOf } from "./piece.ts";
import { MathFunctions } from "./scalar_ops.ts";
import { aboutToShare, crewOf, nextModule, publish, threads } from "./threads.ts";
import { HostFunctions, Kernels } from "./kernels.ts";

// Programs as WebAssembly modules.

/** A program ready to run. */
export interface Compiled {
  readonly run: (inputs: readonly Concrete[], donation?: Donation) => Concrete[];
  /** What it was made for. */
  readonly tile: Tile;
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

/** What is told of a program's kernels as they run: before each, and after it, with its place among the kernels. */
export interface Watch {
  readonly start: () => void;
  readonly stop: (kernel: number) => void;
}

/** A kernel of a watched program; its inputs are numbers of `buffers`. */
export interface WatchedKernel {
  readonly step: KernelStep;
  readonly buffers: readonly Buffer[];
  readonly interner: Interner;
}

/** Compiles a program so that its kernels are watched: the calls are in its code, and the code is nobody else's. */
export function compileWatched(
  program: Program,
  watch: Watch,
): { readonly code: Compiled; readonly kernels: readonly WatchedKernel[] } {
  const built = build(program, watch);
  return { code: compiledOf(built), kernels: built.kernels };
}

/** Compiles a program. */
export const compile = (program: Program): Compiled => compiledOf(build(program));

function compiledOf(built: Built): Compiled {
  const compiled = runner(built);
  if (built.forks) publish(built.id, built.module, compiled);
  return compiled;
}

/** A module, and what its call needs to know. */
interface Built {
  readonly module: WebAssembly.Module;
  readonly host: WebAssembly.ModuleImports;
  readonly id: number;
  readonly forks: boolean;
  /** Nanoseconds of a run, about, and those of it that threads can share. */
  readonly work: number;
  readonly sharedWork: number;
  readonly tile: Tile;
  readonly inputs: readonly Buffer[];
  readonly captured: readonly Concrete[];
  readonly outputs: readonly Buffer[];
  readonly lives: Lifetimes;
  /** Where each of the program's results comes from: an argument, or else an output. */
  readonly sources: readonly { readonly input: number; readonly output: number }[];
  readonly codeBytes: number;
  readonly scratchBytes: number;
  /** Those that are watched. */
  readonly kernels: readonly WatchedKernel[];
}

function build(given: Program, watch?: Watch): Built {
  const program = simplify(given);
  // What a program only passes on, or gives twice, is computed not at all, or once.
  const computed = [...new Set(program.outputs)].filter((v) => !program.inputs.includes(v));
  const graph = lowerProgram(new Program(program.inputs, program.equations, computed, program.captured));
  const sources = program.outputs.map((v) => ({ input: program.inputs.indexOf(v), output: computed.indexOf(v) }));
  const written = write(graph, new HostFunctions(), watch) ??
    write(graph, new HostFunctions(new MathFunctions()), watch);
  return builtOf(graph, sources, written!);
}

/** Bytes of kernels from which a program is written anew, compactly. */
const mostCode = 256 * 1024;

/** The code of a graph. */
interface Written {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly host: HostFunctions;
  readonly piece: Piece;
  readonly id: number;
  readonly forks: boolean;
  readonly tile: Tile;
  readonly watched: readonly WatchedKernel[];
}

/** Writes a module; `null` if its kernels are too long and might be compact. */
function write(graph: Graph, host: HostFunctions, watch?: Watch): Written | null {
  const tasks: Func[] = [], most = threads(), id = nextModule(), tile = tileInUse();
  const piece = pieceOf(graph, { host, kernels: new Kernels(), tile, threads: most, tasks, shares: new Map() });
  const kernels = functionsOf(piece);
  if (host.math === null && kernels.reduce((n, k) => n + k.length, 0) > mostCode) return null;
  const f = new Func("run", []), places = new Map<Buffer, Address>(), crew = crewOf(id, most);
  const inputs = inputsOfGraph(graph), slots = inputs.length + graph.outputs.length;
  if (slots > mostSlots) {
    throw new ArgumentError(
      `a program has ${slots} tensors as arguments and results, and ${mostSlots} at most; stack some of them`,
    );
  }
  [...inputs, ...graph.outputs].forEach((b, i) => places.set(b, () => f.i32(slotBase + 4 * i).memory("i32.load")));
  const orchestra = { f, host, crew, memory: () => memory().buffer }, watched: WatchedKernel[] = [];
  const around = watch === undefined ? {} : { around: watching(f, host, watch, watched) };
  emitPiece({ ...orchestra, ...around }, piece, arenaBase, places);
  const forks = tasks.length > 0;
  const bytes = assemble({
    imports: host.imports,
    functions: withCallees([f, ...kernels, ...tasks, ...forks ? crew.functions : []]),
    exports: forks ? [f, crew.join] : [f],
    table: tasks,
    compact: host.math !== null,
    memory: { initial: 1, maximum: mostPages, shared },
  });
  return { bytes, host, piece, id, forks, tile, watched };
}

/** Puts calls of a watch around kernels, which are added to `watched`. */
function watching(f: Func, host: HostFunctions, watch: Watch, watched: WatchedKernel[]): Orchestra["around"] & object {
  const start = host.action(0, watch.start), stop = host.action(1, (kernel) => watch.stop(kernel!));
  return (step, { fused: { buffers, interner } }, emit) => {
    f.call(start);
    emit();
    f.i32(watched.push({ step, buffers, interner }) - 1).call(stop);
  };
}

const inputsOfGraph = (graph: Graph): Buffer[] => [...graph.inputs, ...graph.captured.keys()];

function builtOf(graph: Graph, sources: Built["sources"], written: Written): Built {
  const { bytes, host, piece, id, forks, tile, watched } = written;
  return {
    module: new WebAssembly.Module(bytes),
    host: { ...host.implementations, memory: memory() },
    id,
    forks,
    work: workOf(piece, () => true),
    sharedWork: workOf(piece, (k) => k.share !== null),
    tile,
    inputs: inputsOfGraph(graph),
    captured: [...graph.captured.values()] as Concrete[],
    outputs: graph.outputs,
    lives: piece.lives,
    sources,
    codeBytes: bytes.length,
    scratchBytes: piece.bytes,
    kernels: watched,
  };
}

function runner(built: Built): Compiled {
  const { module, host, work, sharedWork, tile, captured, sources, codeBytes, scratchBytes } = built;
  const { exports } = new WebAssembly.Instance(module, { host });
  const call = caller(exports["run"] as () => void, built);
  const run = (args: readonly Concrete[], donation?: Donation): Concrete[] => {
    if (sharedWork > 0) aboutToShare(sharedWork);
    aboutToRun(work);
    const results = call(captured.length === 0 ? args : [...args, ...captured], donation);
    return sources.map(({ input, output }) => input >= 0 ? args[input]! : results[output]!);
  };
  return { run, tile, codeBytes, scratchBytes };
}

/** For each output the argument that it is written in place of, or −1. */
type Sources = (args: readonly Concrete[], donation: Donation | undefined) => readonly number[];

/** Finds out which results are written over which donated arguments. What a program passes on, it does not write over. */
function replacing({ inputs, outputs, lives, sources }: Built, outSizes: readonly Size[]): Sources {
  const passed = new Set(sources.map((s) => s.input)), none = outputs.map(() => -1);
  const known = new WeakMap<Donation, readonly number[]>();
  const find = (donation: Donation): readonly number[] => {
    const given = donation.inputs.filter((i) => !passed.has(i)),
      large = outputs.filter((_, j) => outSizes[j] !== "small");
    const from = takeovers(lives, given.map((i) => inputs[i]!), large);
    return outputs.map((b) => given[from[large.indexOf(b)] ?? -1] ?? -1);
  };
  return (args, donation) => {
    if (donation === undefined) return none;
    let from = known.get(donation);
    if (from === undefined) known.set(donation, from = find(donation));
    if (from.every((i) => i < 0)) return none;
    // An argument that shares its elements with another is kept.
    const times = new Map<object, number>();
    for (const x of args) times.set(storageIdentity(x), (times.get(storageIdentity(x)) ?? 0) + 1);
    return from.map((i) => i >= 0 && times.get(storageIdentity(args[i]!)) === 1 ? i : -1);
  };
}

/** The call of a module's function: arguments brought into its memory, results left there. */
function caller(
  entry: () => void,
  built: Built,
): (args: readonly Concrete[], donation: Donation | undefined) => Concrete[] {
  const { inputs, outputs, scratchBytes } = built, all = [...inputs, ...outputs], allSizes = sizesOf(all);
  // Small arguments and results have places of their own behind the scratch memory.
  let end = arenaBase + scratchBytes;
  const own = all.map((b, i) => {
    const at = end;
    if (allSizes[i] === "small") end += bytesOfBuffer(b);
    return at;
  });
  const sizes = allSizes.slice(0, inputs.length), outSizes = allSizes.slice(inputs.length);
  const n = inputs.length, keepsLarge = outSizes.includes("large") || sizes.includes("large");
  const replaced = replacing(built, outSizes);
  let slots: Int32Array | null = null;
  return (args, donation) => {
    const table = slots ??= new Int32Array(memory().buffer, slotBase, n + outputs.length);
    const incoming: number[] = [], pinned = new Set<unknown>(), from = replaced(args, donation);
    outputs.forEach((b, i) => {
      if (outSizes[i] === "middling" && from[i]! < 0) incoming.push(bytesOfBuffer(b));
    });
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
    const made = outputs.map(({ dtype, size }, i): Place | null => {
      if (outSizes[i] === "small") {
        table[n + i] = own[n + i]!;
        return null;
      }
      if (from[i]! >= 0) return null;
      const place = outSizes[i] === "large" ? large.take(dtype, size, pinned, end) : nursery.take(dtype, size);
      pinned.add(place);
      table[n + i] = place.address;
      return place;
    });
    // Nothing can fail any more: what is written over is gone from here on.
    outputs.forEach(({ dtype }, i) => {
      if (from[i]! < 0) return;
      const storage = storageOf(args[from[i]!]!), place = (storage.cell.block as Place).handOver(dtype);
      storage.donate(donation!.call);
      made[i] = place;
      table[n + i] = place.address;
    });
    entry();
    return outputs.map(({ shape, dtype, size }, i) => {
      const place = made[i];
      return new Concrete(shape, dtype, place == null ? copyOf(viewAt(dtype, own[n + i]!, size)) : storageAt(place));
    });
  };
}

// Compiled programs, kept as long as the programs are.

/** Codes that are known again by the text of the program or operation; the least recently used goes first. */
const kept = 512;

let compiled = new WeakMap<Program, Compiled>();
const byText = new Map<string, Compiled>();
const stats = { programs: 0, codeBytes: 0, scratchBytes: 0 };
const ended = new FinalizationRegistry<{ readonly codeBytes: number; readonly generation: number }>((c) => {
  if (c.generation !== generation) return;
  stats.programs--;
  stats.codeBytes -= c.codeBytes;
});
let generation = 0;

/** Code that is not to be made again for another tile. */
const current = (code: Compiled | undefined): Compiled | undefined => code?.tile === tileInUse() ? code : undefined;

/** The code of a program. Programs of one text, such as a loop's that is traced anew at each call, have one code. */
export function codeOf(program: Program): Compiled {
  let code = current(compiled.get(program));
  if (code === undefined) compiled.set(program, code = remembered(program.toString(), () => program));
  return code;
}

/** The code of one operation. */
export function codeOfOne<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): Compiled {
  const traced = () => trace(prim.name, (xs) => bind(prim, xs, params), inputs);
  if (programsIn(params).length > 0) return codeOf(traced());
  const key = `${prim.name} ${inputs.map((x) => `${x.dtype}${x.shape.join("x")}`)} ${settingKey(params)}`;
  return remembered(key, traced);
}

// Code holds on to no tensor, so that what a program captured can be collected while its code is remembered.
function remembered(text: string, program: () => Program): Compiled {
  const code = current(byText.get(text)) ?? made(program());
  byText.delete(text);
  byText.set(text, code);
  if (byText.size > kept) byText.delete(byText.keys().next().value!);
  return code;
}

function made(program: Program): Compiled {
  const code = compile(program), { codeBytes, scratchBytes } = code;
  stats.programs++;
  stats.codeBytes += codeBytes;
  stats.scratchBytes = Math.max(stats.scratchBytes, scratchBytes);
  ended.register(code, { codeBytes, generation });
  return code;
}

/** Programs whose code is kept, its bytes, and the most scratch memory that one of them needed. */
export const cacheStats = (): Readonly<typeof stats> => ({ ...stats });

/** Forgets all code. */
export function clearCompiled(): void {
  compiled = new WeakMap();
  byText.clear();
  generation++;
  stats.programs = stats.codeBytes = stats.scratchBytes = 0;
}
