/** What a program lowers to: nodes between buffers, and the plan of their memory. */
import type { DType } from "../dtype.ts";
import { sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Spec, Value } from "../tensor.ts";
import { Addresses, Interner } from "./address.ts";
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

  /** A place for elements. */
  constructor(readonly shape: Shape, readonly dtype: DType, root?: Buffer) {
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
          const output = new Buffer(spec.shape, spec.dtype);
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
  const addresses = new Addresses(k.domain, new Interner());
  const flat = (at: readonly Expr[], shape: Shape) => addresses.simplify(ravel(at, shape));
  return flat(body.at, source.shape) === flat(indices(k.domain.length), k.domain) ? source : null;
}
