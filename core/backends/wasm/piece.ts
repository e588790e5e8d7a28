/** A graph made ready: its kernels as functions, and a place in scratch memory for everything that lives inside it. */
import { fuse, type FusedGraph, type FusedNode } from "../../compiler/fuse.ts";
import type { BranchNode, Buffer, Graph, HostNode, ScanNode, WhileNode } from "../../compiler/graph.ts";
import { aligned, type Block, layOut } from "../../compiler/plan.ts";
import { bytesOf } from "../../dtype.ts";
import { Func } from "./function.ts";
import type { HostFunctions } from "./host.ts";
import type { Kernels } from "./kernels.ts";
import type { KernelCode } from "./loop_nest.ts";
import { type RowGroup, rowGroups, rowKernel } from "./rows.ts";
import { control, mostArguments } from "./threads.ts";

/** A step with what it needs: `scratch` is where its own memory begins, counted from the start of the piece's. */
export type Step =
  | { readonly kind: "kernel"; readonly code: KernelCode; readonly scratch: number; readonly share: Share | null }
  | { readonly kind: "scan"; readonly node: ScanNode; readonly body: Piece; readonly scratch: number }
  | {
    readonly kind: "while";
    readonly node: WhileNode;
    readonly test: Piece;
    readonly body: Piece;
    readonly scratch: number;
  }
  | {
    readonly kind: "branch";
    readonly node: BranchNode;
    readonly branches: readonly Piece[];
    readonly scratch: number;
  }
  | { readonly kind: "host"; readonly node: HostNode };

/** How a kernel is shared out among threads: its place in the table of tasks, and the units taken at a time. */
export interface Share {
  readonly task: number;
  readonly chunk: number;
}

/** What pieces of one module have in common. */
export interface Setting {
  readonly host: HostFunctions;
  readonly kernels: Kernels;
  /** Threads that may run a kernel. */
  readonly threads: number;
  /** Functions `(from, to)` that fetch a kernel's arguments and run units of it. */
  readonly tasks: Func[];
  readonly shares: Map<Func, Share>;
}

/** Kernels of less work than this many nanoseconds stay on one thread. */
const worthSharing = 15000;

/** A graph with its steps and its plan. */
export interface Piece {
  readonly fused: FusedGraph;
  readonly steps: readonly Step[];
  /** Where buffers that live inside the piece begin, counted from the start of its memory. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** Bytes of a buffer, in whole cache lines. */
export const bytesOfBuffer = (b: Buffer): number => aligned(b.size * bytesOf(b.dtype));

/** Bytes that the carry of a loop needs besides its inputs and outputs. */
export const carryBytes = (carry: readonly Buffer[]): number => carry.reduce((n, b) => n + bytesOfBuffer(b), 0);

/** The pieces of a graph, with all functions that belong to them. */
export function pieceOf(graph: Graph, setting: Setting): Piece {
  const fused = fuse(graph), { buffers: numbered, interner } = fused;
  const nodes = rowGroups(fused.nodes, numbered, interner), drafts = nodes.map((n) => draftOf(n, fused, setting));
  const outside = new Set<Buffer>([...graph.inputs, ...graph.outputs, ...graph.captured.keys()].map((b) => b.root));
  const lives = new Map<Buffer, { from: number; to: number }>();
  const touch = (b: Buffer, at: number): void => {
    const root = b.root;
    if (outside.has(root)) return;
    const life = lives.get(root);
    if (life === undefined) lives.set(root, { from: at, to: at });
    else life.to = at;
  };
  drafts.forEach((d, i) => {
    for (const b of d.writes) touch(b, i);
    for (const b of d.reads) touch(b, i);
  });
  const buffers = [...lives], blocks: Block[] = buffers.map(([b, life]) => ({ bytes: bytesOfBuffer(b), ...life }));
  drafts.forEach((d, i) => blocks.push({ bytes: d.scratchBytes, from: i, to: i }));
  const { offsets, bytes } = layOut(blocks);
  return {
    fused,
    steps: drafts.map((d, i) => d.step(offsets[buffers.length + i]!)),
    offsets: new Map(buffers.map(([b], i) => [b, offsets[i]!])),
    bytes,
  };
}

interface StepDraft {
  readonly writes: readonly Buffer[];
  readonly reads: readonly Buffer[];
  readonly scratchBytes: number;
  readonly step: (scratch: number) => Step;
}

function draftOf(n: FusedNode | RowGroup, fused: FusedGraph, setting: Setting): StepDraft {
  if (n.kind !== "other") {
    const { host, kernels, threads } = setting;
    const context = { buffers: fused.buffers, interner: fused.interner, host };
    const code = n.kind === "rows"
      ? rowKernel(n.members.map((m) => kernels.of(m, context, n.rows)), n.rows, fused.buffers)
      : kernels.of(n, context);
    const share = shareOf(code, setting);
    return {
      writes: code.outputs,
      reads: code.inputs.map((i) => fused.buffers[i]!),
      scratchBytes: aligned(code.workBytes) * (share === null ? 1 : threads),
      step: (scratch) => ({ kind: "kernel", code, scratch, share }),
    };
  }
  const { node } = n, reads = node.inputs, writes = node.outputs;
  switch (node.kind) {
    case "scan": {
      const body = pieceOf(node.body, setting), carry = node.outputs.slice(0, node.carry);
      return {
        writes,
        reads,
        scratchBytes: carryBytes(carry) + body.bytes,
        step: (scratch) => ({ kind: "scan", node, body, scratch }),
      };
    }
    case "while": {
      const test = pieceOf(node.test, setting), body = pieceOf(node.body, setting);
      return {
        writes,
        reads,
        scratchBytes: 2 * carryBytes(node.outputs) + aligned(1) + test.bytes + body.bytes,
        step: (scratch) => ({ kind: "while", node, test, body, scratch }),
      };
    }
    case "branch": {
      const branches = node.branches.map((b) => pieceOf(b, setting));
      return {
        writes,
        reads,
        scratchBytes: Math.max(0, ...branches.map((b) => b.bytes)),
        step: (scratch) => ({ kind: "branch", node, branches, scratch }),
      };
    }
    case "host":
      return { writes, reads, scratchBytes: 0, step: () => ({ kind: "host", node }) };
  }
}

/** Makes a task of a kernel that is worth sharing. */
function shareOf(code: KernelCode, { threads, tasks, shares }: Setting): Share | null {
  if (threads === 1 || code.alone === true || code.units < 2 || code.cost < worthSharing) return null;
  const known = shares.get(code.entry);
  if (known !== undefined) return known;
  const f = new Func(null, ["i32", "i32"]), pointers = code.entry.params.length - 2 - (code.workBytes > 0 ? 1 : 0);
  if (pointers >= mostArguments) return null;
  for (let i = 0; i < pointers; i++) f.i32(control.args + 4 * i).memory("i32.load");
  if (code.workBytes > 0) {
    f.i32(control.args + 4 * pointers).memory("i32.load");
    f.global(1).i32(aligned(code.workBytes)).op("i32.mul", "i32.add");
  }
  f.get(f.args[0]!).get(f.args[1]!).call(code.entry);
  // What is packed for one range is packed again for another: such kernels are cut once, others finer, against waiting.
  const parts = code.workBytes > 16 ? threads : 4 * threads;
  const share = { task: tasks.push(f) - 1, chunk: Math.ceil(code.units / parts) };
  shares.set(code.entry, share);
  return share;
}

/** All functions of a piece's kernels and of the pieces in it, each once. */
export const functionsOf = (piece: Piece): Func[] => [...new Set(allFunctions(piece))];

function allFunctions(piece: Piece): Func[] {
  return piece.steps.flatMap((s) => {
    switch (s.kind) {
      case "kernel":
        return [...s.code.functions];
      case "scan":
        return allFunctions(s.body);
      case "while":
        return [...allFunctions(s.test), ...allFunctions(s.body)];
      case "branch":
        return s.branches.flatMap(functionsOf);
      case "host":
        return [];
    }
  });
}

/** Nanoseconds of a piece's shared kernels; those of loops count once for every step known beforehand. */
export const workOf = (piece: Piece): number =>
  piece.steps.reduce((sum, s) => {
    switch (s.kind) {
      case "kernel":
        return s.share === null ? sum : sum + s.code.cost;
      case "scan":
        return sum + s.node.length * workOf(s.body);
      case "while":
        return sum + workOf(s.test) + workOf(s.body);
      case "branch":
        return sum + Math.max(...s.branches.map(workOf));
      case "host":
        return sum;
    }
  }, 0);
