/** A graph made ready: its kernels as functions, and a place in scratch memory for everything that lives inside it. */
import { fuse, type FusedGraph, type FusedNode, writtenBy } from "../../compiler/fuse.ts";
import type { BranchNode, Buffer, Graph, HostNode, ScanNode, WhileNode } from "../../compiler/graph.ts";
import { aligned, type Block, layOut } from "../../compiler/plan.ts";
import { bytesOf } from "../../dtype.ts";
import type { HostFunctions } from "./host.ts";
import { kernelOf } from "./kernels.ts";
import type { KernelCode } from "./loop_nest.ts";

/** A step with what it needs: `scratch` is where its own memory begins, counted from the start of the piece's. */
export type Step =
  | { readonly kind: "kernel"; readonly code: KernelCode; readonly scratch: number }
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
export function pieceOf(graph: Graph, host: HostFunctions): Piece {
  const fused = fuse(graph), drafts = fused.nodes.map((n) => draftOf(n, fused, host));
  const outside = new Set<Buffer>([...graph.inputs, ...graph.outputs, ...graph.captured.keys()].map((b) => b.root));
  const lives = new Map<Buffer, { from: number; to: number }>();
  const touch = (b: Buffer, at: number): void => {
    const root = b.root;
    if (outside.has(root)) return;
    const life = lives.get(root);
    if (life === undefined) lives.set(root, { from: at, to: at });
    else life.to = at;
  };
  fused.nodes.forEach((n, i) => {
    for (const b of writtenBy(n)) touch(b, i);
    const d = drafts[i]!;
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
  readonly reads: readonly Buffer[];
  readonly scratchBytes: number;
  readonly step: (scratch: number) => Step;
}

function draftOf(n: FusedNode, fused: FusedGraph, host: HostFunctions): StepDraft {
  if (n.kind !== "other") {
    const code = kernelOf(n, { buffers: fused.buffers, interner: fused.interner, host });
    return {
      reads: code.inputs.map((i) => fused.buffers[i]!),
      scratchBytes: code.workBytes,
      step: (scratch) => ({ kind: "kernel", code, scratch }),
    };
  }
  const { node } = n, reads = node.inputs;
  switch (node.kind) {
    case "scan": {
      const body = pieceOf(node.body, host), carry = node.outputs.slice(0, node.carry);
      return {
        reads,
        scratchBytes: carryBytes(carry) + body.bytes,
        step: (scratch) => ({ kind: "scan", node, body, scratch }),
      };
    }
    case "while": {
      const test = pieceOf(node.test, host), body = pieceOf(node.body, host);
      return {
        reads,
        scratchBytes: 2 * carryBytes(node.outputs) + aligned(1) + test.bytes + body.bytes,
        step: (scratch) => ({ kind: "while", node, test, body, scratch }),
      };
    }
    case "branch": {
      const branches = node.branches.map((b) => pieceOf(b, host));
      return {
        reads,
        scratchBytes: Math.max(0, ...branches.map((b) => b.bytes)),
        step: (scratch) => ({ kind: "branch", node, branches, scratch }),
      };
    }
    case "host":
      return { reads, scratchBytes: 0, step: () => ({ kind: "host", node }) };
  }
}

/** All functions of a piece's kernels and of the pieces in it. */
export function functionsOf(piece: Piece): KernelCode["functions"][number][] {
  return piece.steps.flatMap((s) => {
    switch (s.kind) {
      case "kernel":
        return [...s.code.functions];
      case "scan":
        return functionsOf(s.body);
      case "while":
        return [...functionsOf(s.test), ...functionsOf(s.body)];
      case "branch":
        return s.branches.flatMap(functionsOf);
      case "host":
        return [];
    }
  });
}
