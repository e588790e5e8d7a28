/** What a program lowers to: nodes between buffers, and the plan of their memory. */
import { bytesOf, type DType } from "../dtype.ts";
import { sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Spec, Value } from "../tensor.ts";
import { addressesOf, Interner } from "./address.ts";
import { elements, type Expr, type HostLowering, indices, type Kernel, load, type LoopNest, ravel } from "./kernel.ts";
import type { Program, Var } from "./program.ts";
import { simplify } from "./simplify.ts";

// A static plan of memory: blocks that are alive at the same time do not overlap.

/** A block that is alive from one step through another. */
export interface Block {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Blocks start at multiples of this: a cache line. */
const alignment = 64;

/** A size in whole cache lines. */
export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Places for blocks, in the order given, and the size of all memory together. The largest are placed first, lowest. */
export function layOut(blocks: readonly Block[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const order = [...blocks.keys()].sort((i, j) => blocks[j]!.bytes - blocks[i]!.bytes || i - j);
  const offsets = new Array<number>(blocks.length).fill(0), placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const b = blocks[i]!, size = aligned(b.bytes);
    const taken = placed.filter((j) => blocks[j]!.from <= b.to && b.from <= blocks[j]!.to)
      .map((j) => [offsets[j]!, offsets[j]! + aligned(blocks[j]!.bytes)] as const)
      .sort((x, y) => x[0] - y[0]);
    let at = 0;
    for (const [start, end] of taken) {
      if (start - at >= size) break;
      at = Math.max(at, end);
    }
    offsets[i] = at;
    total = Math.max(total, at + size);
    placed.push(i);
  }
  return { offsets, bytes: total };
}

// A program as kernels over buffers, with control flow above them: what backends run.
//
// Calls are inlined and every primitive is replaced by what its record lowers it to. A reshape is no kernel: its output
// is another view of the same elements.

/** Elements that a graph computes or is given, in row-major order. */
export class Buffer {
  /** The buffer whose elements these are, in another shape; itself where they are its own. */
  readonly root: Buffer;

  /**
   * A place for elements.
   *
   * @param op Names the primitive that gives them, for readers alone; `null` where they are given or only moved.
   */
  constructor(readonly shape: Shape, readonly dtype: DType, root?: Buffer, public op: string | null = null) {
    this.root = root ?? this;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
}

/** A kernel applied: load `i` of its expressions reads `inputs[i]`. */
export interface KernelNode {
  readonly kind: "kernel";
  readonly kernel: Kernel;
  readonly inputs: readonly Buffer[];
  readonly output: Buffer;
}

/** A graph applied along an axis. Its inputs are constants, carry and slices; its outputs carry and slices. */
export interface ScanNode {
  readonly kind: "scan";
  readonly body: Graph;
  readonly consts: number;
  readonly carry: number;
  readonly length: number;
  readonly reverse: boolean;
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** A graph repeated while another gives true. */
export interface WhileNode {
  readonly kind: "while";
  readonly test: Graph;
  readonly body: Graph;
  readonly testConsts: number;
  readonly bodyConsts: number;
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** One of several graphs, chosen by the first input. */
export interface BranchNode {
  readonly kind: "branch";
  readonly branches: readonly Graph[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** Something the host does. */
export interface HostNode {
  readonly kind: "host";
  readonly run: HostLowering["run"];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly [];
}

/** One step of a graph. */
export type Node = KernelNode | ScanNode | WhileNode | BranchNode | HostNode;

/** Steps in order. Every output is a buffer that a step of its own writes, as its root, and is written by no other. */
export interface Graph {
  readonly inputs: readonly Buffer[];
  /** Tensors that lowerings captured: buffers given from outside, besides the inputs. */
  readonly captured: ReadonlyMap<Buffer, Value>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Buffer[];
}

/** What buffers a node writes. */
export const outputsOf = (n: Node): readonly Buffer[] => n.kind === "kernel" ? [n.output] : n.outputs;

/** The graph of a program, simplified. */
export function lowerProgram(program: Program): Graph {
  return new Lowerer(new Map()).graph(simplify(program));
}

class Lowerer {
  constructor(readonly captured: Map<Buffer, Value>) {}

  graph(program: Program): Graph {
    const nodes: Node[] = [];
    const inputs = program.inputs.map((v) => new Buffer(v.shape, v.dtype));
    const results = this.#inline(program, inputs, nodes);
    return { inputs, captured: this.captured, nodes, outputs: this.#own(results, inputs, nodes) };
  }

  /** Outputs that are inputs, views or named twice become copies. */
  #own(results: readonly Buffer[], inputs: readonly Buffer[], nodes: Node[]): Buffer[] {
    const taken = new Set<Buffer>([...inputs, ...this.captured.keys()]);
    return results.map((b) => {
      if (b.root === b && !taken.has(b)) {
        taken.add(b);
        return b;
      }
      const output = new Buffer(b.shape, b.dtype);
      nodes.push({ kind: "kernel", kernel: copyOf(b), inputs: [b], output });
      return output;
    });
  }

  #inline(program: Program, inputs: readonly Buffer[], nodes: Node[]): Buffer[] {
    const env = new Map<Var, Buffer>();
    program.inputs.forEach((v, i) => env.set(v, inputs[i]!));
    for (const { prim, inputs: ins, params, outputs: outs } of program.equations) {
      const given = ins.map((v) => env.get(v)!);
      const specs: readonly Spec[] = ins.map((v) => ({ shape: v.shape, dtype: v.dtype }));
      const lowering = prim.lower(specs, params);
      const made = this.#node(prim.name, lowering, given, outs, nodes);
      outs.forEach((v, i) => env.set(v, made[i]!));
    }
    return program.outputs.map((v) => env.get(v)!);
  }

  #node(
    name: string,
    lowering: ReturnType<Program["equations"][number]["prim"]["lower"]>,
    inputs: readonly Buffer[],
    outs: readonly Spec[],
    nodes: Node[],
  ): readonly Buffer[] {
    const fresh = (): Buffer[] => outs.map((s) => new Buffer(s.shape, s.dtype));
    switch (lowering.kind) {
      case "kernels":
        return lowering.kernels.map((kernel, i) => {
          const spec = outs[i]!, source = kernel.kind === "loop" ? reshaped(kernel, spec, inputs) : null;
          if (source !== null) return new Buffer(spec.shape, spec.dtype, source.root);
          const output = new Buffer(spec.shape, spec.dtype, undefined, name);
          nodes.push({ kind: "kernel", kernel, inputs, output });
          return output;
        });
      case "program": {
        const program = simplify(lowering.program);
        const captured = program.captured.map((value) => {
          const b = new Buffer(value.shape, value.dtype);
          this.captured.set(b, value);
          return b;
        });
        return this.#inline(program, [...captured, ...inputs], nodes);
      }
      case "scan": {
        const outputs = fresh(), { consts, carry, length, reverse } = lowering;
        const body = new Lowerer(this.captured).graph(lowering.program);
        nodes.push({ kind: "scan", body, consts, carry, length, reverse, inputs, outputs });
        return outputs;
      }
      case "while": {
        const outputs = fresh(), inner = new Lowerer(this.captured), { testConsts, bodyConsts } = lowering;
        const test = inner.graph(lowering.test), body = inner.graph(lowering.body);
        nodes.push({ kind: "while", test, body, testConsts, bodyConsts, inputs, outputs });
        return outputs;
      }
      case "branch": {
        const outputs = fresh(), inner = new Lowerer(this.captured);
        nodes.push({ kind: "branch", branches: lowering.branches.map((b) => inner.graph(b)), inputs, outputs });
        return outputs;
      }
      case "host":
        nodes.push({ kind: "host", run: lowering.run, inputs, outputs: [] });
        return [];
      case "never":
        throw new Error(`${name} has no meaning in a program that is run`);
    }
  }
}

const copyOf = (b: Buffer): Kernel => {
  const { kernels } = elements(b.shape, load(0, indices(b.shape.length), b.dtype)) as { kernels: readonly Kernel[] };
  return kernels[0]!;
};

/** The input whose elements, in order, a kernel's output has; `null` if it has others. */
function reshaped(k: LoopNest, out: Spec, inputs: readonly Buffer[]): Buffer | null {
  const { body } = k;
  if (body.kind !== "load" || k.combine !== null || k.scatter !== undefined) return null;
  const source = inputs[body.input]!;
  if (source.size !== sizeOf(out.shape)) return null;
  if (sameShape(source.shape, out.shape) && body.at.every((e, i) => e.kind === "index" && e.axis === i)) return source;
  const addresses = addressesOf(k.domain, new Interner());
  const flat = (at: readonly Expr[], shape: Shape) => addresses.simplify(ravel(at, shape));
  return flat(body.at, source.shape) === flat(indices(k.domain.length), k.domain) ? source : null;
}

// The plan of a graph's memory. What a step reads for the last time can be where it writes, if it reads each element before
// it writes it: then a result takes the place of an operand.

/** What a step does to memory. */
export interface Use {
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** A buffer read, and one written that may take its place. */
  readonly replaces: readonly (readonly [read: Buffer, written: Buffer])[];
  /** Memory of its own that it needs meanwhile. */
  readonly scratchBytes: number;
}

/** When the buffers of a graph are written, and read for the last time. */
export class Lifetimes {
  readonly #written = new Map<Buffer, number>();
  readonly #read = new Map<Buffer, number>();

  /** Of steps in order. */
  constructor(readonly uses: readonly Use[]) {
    uses.forEach(({ reads, writes }, i) => {
      for (const b of writes) this.#written.set(b.root, i);
      for (const b of reads) this.#read.set(b.root, i);
    });
  }

  /** The step that writes a buffer; −1 for what is given from outside. */
  written(b: Buffer): number {
    return this.#written.get(b.root) ?? -1;
  }

  /** The last step that has to do with a buffer; −1 if none has. */
  last(b: Buffer): number {
    return Math.max(this.written(b), this.#read.get(b.root) ?? -1);
  }

  /** Whether a buffer may be written where another is, whose elements nobody needs any more. */
  mayReplace(read: Buffer, written: Buffer): boolean {
    const at = this.written(written), last = this.last(read);
    if (at < 0 || last > at || read.size !== written.size || bytesOf(read.dtype) !== bytesOf(written.dtype)) {
      return false;
    }
    return last < at || this.uses[at]!.replaces.some(([r, w]) => r.root === read.root && w.root === written.root);
  }
}

/** For each output the index of an input that it may be written in place of, −1 where there is none; no input serves two. */
export function takeovers(lives: Lifetimes, inputs: readonly Buffer[], outputs: readonly Buffer[]): number[] {
  const from = outputs.map(() => -1), free = new Set(inputs.keys());
  // In the order in which they are written, those first that are read last: what others leave serves all that come later.
  const order = [...outputs.keys()].sort((i, j) => lives.written(outputs[i]!) - lives.written(outputs[j]!) || i - j);
  const byLast = [...free].sort((i, j) => lives.last(inputs[j]!) - lives.last(inputs[i]!) || i - j);
  for (const o of order) {
    const found = byLast.find((i) => free.has(i) && lives.mayReplace(inputs[i]!, outputs[o]!));
    if (found === undefined) continue;
    from[o] = found;
    free.delete(found);
  }
  return from;
}

/** Where everything is that lives inside a graph. */
export interface Plan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** By step, where its own memory begins. */
  readonly scratch: readonly number[];
  readonly bytes: number;
}

/** The plan of steps that also use buffers from `outside`, which have places already. */
export function planOf(lives: Lifetimes, outside: ReadonlySet<Buffer>): Plan {
  const { uses } = lives,
    blocks: { bytes: number; from: number; to: number }[] = [],
    blockOf = new Map<Buffer, number>();
  uses.forEach(({ reads, writes, replaces }, i) => {
    const replaced = new Set<number>();
    for (const b of [...writes, ...reads].map((x) => x.root)) {
      if (outside.has(b) || blockOf.has(b)) continue;
      const over = replaces.find(([r, w]) => {
        const block = blockOf.get(r.root);
        return w.root === b && block !== undefined && !replaced.has(block) && lives.mayReplace(r, b);
      });
      const block = over === undefined ? blocks.length : blockOf.get(over[0].root)!;
      if (over === undefined) blocks.push({ bytes: b.size * bytesOf(b.dtype), from: i, to: i });
      else replaced.add(block);
      blockOf.set(b, block);
      blocks[block]!.to = Math.max(blocks[block]!.to, lives.last(b));
    }
  });
  const scratch = new Map<number, number>();
  uses.forEach(({ scratchBytes }, i) => {
    if (scratchBytes > 0) scratch.set(i, blocks.push({ bytes: scratchBytes, from: i, to: i }) - 1);
  });
  const { offsets, bytes } = layOut(blocks);
  return {
    offsets: new Map([...blockOf].map(([b, i]) => [b, offsets[i]!])),
    scratch: uses.map((_, i) => offsets[scratch.get(i) ?? -1] ?? 0),
    bytes,
  };
}
