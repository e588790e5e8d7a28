/** Pieces of work, and how rows group them. */
import { addressesOf, type Interner } from "../../compiler/address.ts";
import { contractionOf } from "../../compiler/contraction.ts";
import { fuse, type FusedGraph, type FusedNode, withoutNumbers } from "../../compiler/fuse.ts";
import {
  aligned,
  type BranchNode,
  type Buffer,
  type Graph,
  type HostNode,
  Lifetimes,
  planOf,
  type ScanNode,
  type Use,
  type WhileNode,
} from "../../compiler/graph.ts";
import { readBy, replaceable } from "../../compiler/group.ts";
import { index, int, plus, times } from "../../compiler/kernel.ts";
import { expressionsOf, extentsOf, type Nest, overLoops, visit } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { HostFunctions, Kernels } from "./kernels.ts";
import type { Tile } from "./contraction/mod.ts";
import { Func, type Local } from "./function.ts";
import type { KernelCode } from "./loop_nest.ts";
import { control, mostArguments } from "./threads.ts";

// Kernels that go through the same rows, run row after row instead of one after another: what one leaves of a row, the
// next finds in the first cache. A softmax is such a group: maxima, exponentials, sums, quotients.

/** Nests whose outermost loop is over the same rows; each reads of the others' results only the row that it is at. */
export interface RowGroup {
  readonly kind: "rows";
  readonly members: readonly Nest[];
  readonly rows: number;
}

/** Bytes of results within a group from which the first cache would not hold them anyway. */
const worthGrouping = 16384;
/** Bytes of rows that are gone through at once. */
const blockBytes = 16384;

/** Steps with neighbouring nests that share their rows made groups. */
function rowGroups(
  nodes: readonly FusedNode[],
  buffers: readonly Buffer[],
  interner: Interner,
): (FusedNode | RowGroup)[] {
  const out: (FusedNode | RowGroup)[] = [];
  let open: OpenGroup = { nests: [], originals: [], made: new Set() };
  const close = (): void => {
    const { nests, originals } = open, made = nests.slice(0, -1).flatMap((n) => n.results.map((r) => r.output));
    const bytes = made.reduce((sum, b) => sum + b.size * bytesOf(b.dtype), 0);
    const rows = nests[0]?.domain[0] ?? 0;
    // Where no row has more than one element there is nothing to find again.
    const worth = nests.length > 1 && bytes >= worthGrouping && nests.some((n) => sizeOf(extentsOf(n)) > rows);
    if (worth) out.push({ kind: "rows", members: nests, rows });
    else out.push(...originals);
    open = { nests: [], originals: [], made: new Set() };
  };
  for (const n of nodes) {
    if (n.kind !== "nest" || !hasRows(n, interner)) {
      close();
      out.push(n);
      continue;
    }
    if (!join(open, n, buffers, interner)) {
      close();
      open.nests.push(n);
    }
    open.originals.push(n);
    for (const r of n.results) open.made.add(r.output);
  }
  close();
  return out;
}

/** A group that may get more members, with what they were before they had the same rows, and their results. */
interface OpenGroup {
  nests: Nest[];
  readonly originals: Nest[];
  readonly made: Set<Buffer>;
}

/** Results of row groups that nothing outside of their group reads. */
function ownResults(nodes: readonly (FusedNode | RowGroup)[], { graph, buffers }: FusedGraph): Set<Buffer> {
  const kept = new Set(graph.outputs.map((b) => b.root)), readers = new Map<Buffer, Set<FusedNode | RowGroup>>();
  for (const n of nodes) {
    for (const b of n.kind === "rows" ? n.members.flatMap((m) => readBy(m, buffers)) : readBy(n, buffers)) {
      const known = readers.get(b);
      if (known === undefined) readers.set(b, new Set([n]));
      else known.add(n);
    }
  }
  const own = new Set<Buffer>();
  for (const n of nodes) {
    if (n.kind !== "rows") continue;
    for (const { output } of n.members.flatMap((m) => m.results)) {
      if (!kept.has(output) && [...readers.get(output) ?? []].every((r) => r === n)) own.add(output);
    }
  }
  return own;
}

const hasRows = (n: Nest, interner: Interner): boolean =>
  n.scatter === undefined && n.domain.length > 0 && sizeOf(extentsOf(n)) > 0 &&
  contractionOf(n, addressesOf(extentsOf(n), interner)) === null;

/** Whether a nest becomes a member of a group: all are over the same rows then. */
function join(group: OpenGroup, n: Nest, buffers: readonly Buffer[], interner: Interner): boolean {
  const { nests, made } = group;
  if (nests.length === 0 || (nests.length === 1 && !readBy(n, buffers).some((b) => made.has(b)))) return false;
  const before = nests[0]!.domain[0]!, rows = Math.min(before, n.domain[0]!);
  if (rows < 2) return false;
  // Members over these rows already have been looked at.
  const cut = [...nests.length > 1 && rows === before ? [] : nests, n].map((x) => withRows(x, rows, interner));
  if (!cut.every((x) => x !== null && readsOwnRows(x, rows, (b) => made.has(b), buffers, interner))) return false;
  if (cut.length > 1) group.nests = cut as Nest[];
  else nests.push(cut[0]!);
  return true;
}

/** Whether of some buffers a nest reads only the row that it is at. */
function readsOwnRows(
  n: Nest,
  rows: number,
  some: (b: Buffer) => boolean,
  buffers: readonly Buffer[],
  interner: Interner,
): boolean {
  const addresses = addressesOf(extentsOf(n), interner);
  let own = true;
  visit(expressionsOf(n), (e) => {
    if (e.kind !== "load" || !some(buffers[e.input]!)) return;
    const { constant, terms } = addresses.linear(e.at[0]!), size = buffers[e.input]!.size / rows;
    const factor = terms.find((t) => t.atom.kind === "index" && t.atom.axis === 0)?.factor ?? 0;
    const [low, high] = addresses.range({
      constant,
      terms: terms.filter((t) => t.atom !== interner.intern(index(0))),
    });
    own &&= factor === size && low >= 0 && high < size;
  });
  return own;
}

/** A nest with that many rows outermost; one over a flat range is cut, for it has none of its own. */
function withRows(n: Nest, rows: number, interner: Interner): Nest | null {
  const [first, ...rest] = n.domain as [number, ...number[]];
  if (first === rows) return n;
  if (n.combine !== null || rest.length > 0 || first % rows !== 0) return null;
  const columns = first / rows;
  return overLoops(n, [rows, columns], [], [plus(times(index(0), int(columns)), index(1))], interner);
}

/**
 * The code of a group from that of its members, whose units are the rows. Of its own results there are only the rows at
 * hand, in the scratch memory of each thread, where that is less than all rows.
 */
function rowKernel(
  codes: readonly KernelCode[],
  rows: number,
  own: ReadonlySet<Buffer>,
  threads: number,
  buffers: readonly Buffer[],
): KernelCode {
  const results = codes.flatMap((c) => c.outputs), rowBytes = (b: Buffer): number => b.size * bytesOf(b.dtype) / rows;
  const block = Math.max(1, Math.floor(blockBytes / results.reduce((sum, b) => sum + rowBytes(b), 0)));
  const passing = block * threads < rows ? results.filter((b) => own.has(b)) : [];
  const outputs = results.filter((b) => !passing.includes(b));
  const inputs = [...new Set(codes.flatMap((c) => c.inputs))].filter((i) => !results.includes(buffers[i]!));
  let workBytes = 0;
  const places = passing.map((b) => {
    const at = workBytes;
    workBytes += aligned(block * rowBytes(b));
    return { b, at };
  });
  const given = inputs.length + outputs.length, params = given + (workBytes > 0 ? 3 : 2);
  const f = new Func(null, new Array<"i32">(params).fill("i32")), pointers = passing.map(() => f.local("i32"));
  const [from, to] = f.args.slice(-2) as [Local, Local], end = f.local("i32");
  const pointer = (b: Buffer): Local => {
    const i = outputs.indexOf(b), at = i >= 0 ? inputs.length + i : inputs.findIndex((n) => buffers[n] === b);
    return pointers[passing.indexOf(b)] ?? f.args[at]!;
  };
  f.while(from, () => f.get(to), block, () => {
    // Where all rows would begin if those at hand were in their place among them.
    places.forEach(({ b, at }, i) => {
      f.get(f.args[given]!).i32(at).op("i32.add").get(from).i32(rowBytes(b)).op("i32.mul", "i32.sub").set(pointers[i]!);
    });
    f.get(from).i32(block).op("i32.add").tee(end).get(to).get(end).get(to).op("i32.lt_s", "select").set(end);
    for (const c of codes) {
      for (const i of c.inputs) f.get(pointer(buffers[i]!));
      for (const b of c.outputs) f.get(pointer(b));
      f.get(from).get(end).call(c.entry);
    }
  });
  return {
    functions: [...codes.flatMap((c) => c.functions), f],
    entry: f,
    inputs,
    outputs,
    units: rows,
    workBytes,
    alone: codes.some((c) => c.alone === true),
    cost: codes.reduce((sum, c) => sum + c.cost, 0),
  };
}

// A graph made ready: its kernels as functions, and a place in scratch memory for everything that lives inside it.

/** A step with what it needs: `scratch` is where its own memory begins, counted from the start of the piece's. */
export type Step =
  | {
    readonly kind: "kernel";
    /** What it computes. */
    readonly node: Exclude<FusedNode, { readonly kind: "other" }> | RowGroup;
    readonly code: KernelCode;
    readonly scratch: number;
    readonly share: Share | null;
  }
  | {
    readonly kind: "scan";
    readonly node: ScanNode;
    readonly body: Piece;
    /** By part of the carry, whether the body writes over what it is given. */
    readonly over: readonly boolean[];
    readonly scratch: number;
  }
  | {
    readonly kind: "while";
    readonly node: WhileNode;
    readonly test: Piece;
    readonly body: Piece;
    readonly over: readonly boolean[];
    readonly scratch: number;
  }
  | {
    readonly kind: "branch";
    readonly node: BranchNode;
    readonly branches: readonly Piece[];
    readonly scratch: number;
  }
  | { readonly kind: "host"; readonly node: HostNode }
  | { readonly kind: "numbers"; readonly values: ReadonlyMap<Buffer, number> };

/** How a kernel is shared out among threads: its place in the table of tasks, and the units taken at a time. */
export interface Share {
  readonly task: number;
  readonly chunk: number;
}

/** What pieces of one module have in common. */
export interface Setting {
  readonly host: HostFunctions;
  readonly kernels: Kernels;
  /** What kernels are made for. */
  readonly tile: Tile;
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
  readonly lives: Lifetimes;
  /** Where buffers that live inside the piece begin, counted from the start of its memory. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** Bytes of a buffer, in whole cache lines. */
export const bytesOfBuffer = (b: Buffer): number => aligned(b.size * bytesOf(b.dtype));

/** Bytes that the carry of a loop needs besides its inputs and outputs. */
const carryBytes = (carry: readonly Buffer[]): number => carry.reduce((n, b) => n + bytesOfBuffer(b), 0);

/** The pieces of a graph, with all functions that belong to them. */
export function pieceOf(graph: Graph, setting: Setting): Piece {
  const whole = fuse(graph), [fused, values] = setting.host.math === null ? [whole, none] : withoutNumbers(whole);
  const nodes = rowGroups(fused.nodes, fused.buffers, fused.interner), own = ownResults(nodes, fused);
  const drafts = nodes.map((n) => draftOf(n, fused, own, setting));
  if (values.size > 0) drafts.unshift(numbers(values));
  const lives = new Lifetimes(drafts);
  const outside = new Set<Buffer>([...graph.inputs, ...graph.outputs, ...graph.captured.keys()].map((b) => b.root));
  const { offsets, scratch, bytes } = planOf(lives, outside);
  return { fused, steps: drafts.map((d, i) => d.step(scratch[i]!)), lives, offsets, bytes };
}

interface StepDraft extends Use {
  readonly step: (scratch: number) => Step;
}

const none: ReadonlyMap<Buffer, number> = new Map();

/** The step that writes numbers where kernels read them. */
const numbers = (values: ReadonlyMap<Buffer, number>): StepDraft => ({
  writes: [...values.keys()],
  reads: [],
  replaces: [],
  scratchBytes: 0,
  step: () => ({ kind: "numbers", values }),
});

/** By part of a loop's carry, whether its body writes over what it is given; before it come `consts` inputs. */
function writesOver({ lives, fused: { graph } }: Piece, consts: number, carry: number): boolean[] {
  return Array.from({ length: carry }, (_, k) => lives.mayReplace(graph.inputs[consts + k]!, graph.outputs[k]!));
}

/** Whether a loop is given a buffer once only. */
const once = (b: Buffer, inputs: readonly Buffer[]): boolean => inputs.filter((x) => x.root === b.root).length === 1;

/** The parts of a loop's first carry that its result may take the places of: what nothing else in the loop reads. */
const carried = (inputs: readonly Buffer[], from: number, outputs: readonly Buffer[], over: readonly boolean[]) =>
  over.flatMap((is, k): Use["replaces"] => {
    const first = inputs[from + k]!;
    return is && once(first, inputs) ? [[first, outputs[k]!]] : [];
  });

/** What a scan goes along, and results that it may stack there: each step writes where it has read its slice. */
function stackedOver(
  { consts, carry, inputs, outputs }: ScanNode,
  { lives, fused: { graph } }: Piece,
): Use["replaces"] {
  const first = consts + carry;
  return inputs.slice(first).flatMap((b, i) =>
    !once(b, inputs) ? [] : outputs.slice(carry).flatMap((y, j): Use["replaces"] => {
      return lives.mayReplace(graph.inputs[first + i]!, graph.outputs[carry + j]!) ? [[b, y]] : [];
    })
  );
}

/** What the results of a step may take the places of. In a group of rows, of what is read by then, and of each row alone. */
function replacedBy(n: FusedNode | RowGroup, { buffers, interner }: FusedGraph): Use["replaces"] {
  if (n.kind === "nest") return pairsOf(n, replaceable(n, interner).map((i) => buffers[i]!));
  if (n.kind !== "rows") return [];
  const readers = new Map<Buffer, number[]>();
  n.members.forEach((m, k) => {
    for (const b of readBy(m, buffers)) {
      const known = readers.get(b);
      if (known === undefined) readers.set(b, [k]);
      else known.push(k);
    }
  });
  return n.members.flatMap((m, k) => {
    const over = replaceable(m, interner).map((i) => buffers[i]!).filter((b) =>
      readers.get(b)!.every((l) => l <= k && readsOwnRows(n.members[l]!, n.rows, (x) => x === b, buffers, interner))
    );
    return pairsOf(m, over);
  });
}

const pairsOf = ({ results }: Nest, over: readonly Buffer[]): Use["replaces"] =>
  over.flatMap((b) => results.map(({ output }) => [b, output] as const));

function draftOf(
  n: FusedNode | RowGroup,
  fused: FusedGraph,
  own: ReadonlySet<Buffer>,
  setting: Setting,
): StepDraft {
  if (n.kind !== "other") {
    const { host, kernels, threads, tile } = setting;
    const context = { buffers: fused.buffers, interner: fused.interner, host, tile };
    const code = n.kind === "rows"
      ? rowKernel(n.members.map((m) => kernels.of(m, context, n.rows)), n.rows, own, threads, fused.buffers)
      : kernels.of(n, context);
    const share = shareOf(code, setting);
    return {
      writes: code.outputs,
      reads: code.inputs.map((i) => fused.buffers[i]!),
      replaces: replacedBy(n, fused),
      scratchBytes: aligned(code.workBytes) * (share === null || code.finish !== undefined ? 1 : threads),
      step: (scratch) => ({ kind: "kernel", node: n, code, scratch, share }),
    };
  }
  const { node } = n, reads = node.inputs, writes = node.outputs;
  switch (node.kind) {
    case "scan": {
      const body = pieceOf(node.body, setting), { consts, carry } = node, over = writesOver(body, consts, carry);
      return {
        writes,
        reads,
        replaces: [...carried(reads, consts, writes, over), ...stackedOver(node, body)],
        scratchBytes: carryBytes(writes.slice(0, carry).filter((_, k) => !over[k])) + body.bytes,
        step: (scratch) => ({ kind: "scan", node, body, over, scratch }),
      };
    }
    case "while": {
      const test = pieceOf(node.test, setting), body = pieceOf(node.body, setting), { testConsts, bodyConsts } = node;
      const over = writesOver(body, bodyConsts, writes.length);
      return {
        writes,
        reads,
        replaces: carried(reads, testConsts + bodyConsts, writes, over),
        scratchBytes: 2 * carryBytes(writes.filter((_, k) => !over[k])) + aligned(1) + test.bytes + body.bytes,
        step: (scratch) => ({ kind: "while", node, test, body, over, scratch }),
      };
    }
    case "branch": {
      const branches = node.branches.map((b) => pieceOf(b, setting));
      return {
        writes,
        reads,
        replaces: [],
        scratchBytes: Math.max(0, ...branches.map((b) => b.bytes)),
        step: (scratch) => ({ kind: "branch", node, branches, scratch }),
      };
    }
    case "host":
      return { writes, reads, replaces: [], scratchBytes: 0, step: () => ({ kind: "host", node }) };
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
    if (code.finish === undefined) f.global(1).i32(aligned(code.workBytes)).op("i32.mul", "i32.add");
  }
  f.get(f.args[0]!).get(f.args[1]!).call(code.entry);
  const parts = code.repeats === true ? threads : 8 * threads;
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
      case "numbers":
        return [];
    }
  });
}

/** A step that is one kernel. */
export type KernelStep = Extract<Step, { readonly kind: "kernel" }>;

/** Nanoseconds of the kernels of a piece that are to count; those of loops, once for every step known beforehand. */
export const workOf = (piece: Piece, counts: (step: KernelStep) => boolean): number =>
  piece.steps.reduce((sum, s) => {
    switch (s.kind) {
      case "kernel":
        return counts(s) ? sum + s.code.cost : sum;
      case "scan":
        return sum + s.node.length * workOf(s.body, counts);
      case "while":
        return sum + workOf(s.test, counts) + workOf(s.body, counts);
      case "branch":
        return sum + Math.max(...s.branches.map((b) => workOf(b, counts)));
      case "host":
      case "numbers":
        return sum;
    }
  }, 0);
