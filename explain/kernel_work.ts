/** What a kernel has to do, read off its loops: operations, bytes, and a name for it all. */
import type { WatchedKernel } from "../core/backends/wasm/compile.ts";
import { weightOf } from "../core/compiler/fuse.ts";
import type { Buffer } from "../core/compiler/graph.ts";
import type { Expr } from "../core/compiler/kernel.ts";
import { contractionOf } from "../core/compiler/contraction.ts";
import { Addresses } from "../core/compiler/address.ts";
import { childrenOf, expressionsOf, extentsOf, inputsOf, type Nest, visit } from "../core/compiler/nest.ts";
import { showSpec } from "../core/compiler/program.ts";
import { bytesOf } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";

/** The work of one run of a kernel. */
export interface KernelWork {
  readonly name: string;
  /** Operations, as `profile` counts them. */
  readonly flops: number;
  /** Bytes of the elements that it reads and writes, each counted once. */
  readonly bytes: number;
  /** Whether it computes with f64, of which vectors hold half as many. */
  readonly double: boolean;
}

/** The work of a kernel. */
export function workOf({ step: { node, code }, buffers, interner }: WatchedKernel): KernelWork {
  if (node.kind === "sort") {
    const { inputs, output, kernel } = node.node, length = kernel.domain[kernel.axis]!;
    const flops = length < 2 ? 0 : Math.ceil(output.size * Math.log2(length));
    return {
      name: nameOf([output.op ?? "sort"], [output], `along ${length}`),
      flops,
      bytes: bytesOfAll([...inputs, output]),
      double: false,
    };
  }
  const nests = node.kind === "rows" ? node.members : [node.kind === "running" ? node.nest : node];
  const running = node.kind === "running" ? sizeOf(node.kernel.domain) : 0;
  // What a group of nests makes for itself stays in the nearest cache.
  const made = new Set(nests.flatMap((n) => n.results.map((r) => r.output))), reduced = nests.flatMap((n) => n.reduce);
  const read = nests.flatMap((n) => readsOf(n, buffers)).filter((r) => !made.has(r.buffer));
  return {
    name: nameOf(
      nests.flatMap((n) => operationsOf(n, contractionOf(n, new Addresses(extentsOf(n), interner)) !== null)),
      code.outputs,
      reduced.length > 0
        ? `over ${[...new Set(nests.map((n) => n.reduce.join("×")))].filter((s) => s !== "").join(", ")}`
        : "",
    ),
    flops: nests.reduce((sum, n) => sum + flopsOf(n), running),
    bytes: readBytes(read) + bytesOfAll(code.outputs),
    double: code.outputs.some((b) => b.dtype === "f64"),
  };
}

const bytesOfAll = (buffers: readonly Buffer[]): number => buffers.reduce((n, b) => n + b.size * bytesOf(b.dtype), 0);

/** The most operations and results that a name lists. */
const mostNamed = 8;

function nameOf(operations: readonly string[], outputs: readonly Buffer[], range: string): string {
  const named = [...new Set(operations)], specs = outputs.map(showSpec);
  const list = (of: readonly string[], by: string, most: number): string =>
    of.length > most ? `${of.slice(0, most).join(by)}${by}…` : of.join(by);
  return [list(named, "+", mostNamed), list(specs, " ", 3), range].filter((s) => s !== "").join(" ");
}

/** The functions of a nest's elements, and the primitives whose results they are. */
function operationsOf(n: Nest, contraction: boolean): string[] {
  const found: string[] = [];
  if (!contraction) {
    counted(n, (e) => {
      if (e.kind === "apply") found.push(e.name);
    });
  }
  // A function that is a primitive's whole meaning is listed once; what nothing computes only moves.
  for (const { output } of n.results) found.push(...output.op === null ? [] : [output.op]);
  return found.length > 0 ? found : ["copy"];
}

/** Shows every part of a nest that computes an element, once; not what computes where elements are. */
function counted(n: Nest, see: (e: Expr) => void): void {
  const places = new Set<Expr>(), roots = n.results.map((r) => r.body), fromIndices = new Map<Expr, boolean>();
  visit(expressionsOf(n), (e) => {
    if (e.kind === "load") visit(e.at, (a) => places.add(a));
    const integers = e.dtype === "i32" || e.dtype === "bool";
    fromIndices.set(e, e.kind !== "load" && integers && childrenOf(e).every((c) => fromIndices.get(c)!));
  });
  visit(roots, (e) => {
    if (!places.has(e) && !fromIndices.get(e)!) see(e);
  });
}

/** The number of different values that an expression has: the product of the loops that it depends on. */
function valuesOf(n: Nest): (e: Expr) => number {
  const sizes = extentsOf(n), known = new Map<Expr, ReadonlySet<number>>();
  const loops = (e: Expr): ReadonlySet<number> => {
    let found = known.get(e);
    if (found === undefined) {
      found = e.kind === "index" ? new Set([e.axis]) : new Set(childrenOf(e).flatMap((c) => [...loops(c)]));
      known.set(e, found);
    }
    return found;
  };
  return (e) => [...loops(e)].reduce((product, axis) => product * sizes[axis]!, 1);
}

/** Functions of one instruction that fusion takes for dearer, and the one that is two operations. */
const weights: ReadonlyMap<string, number> = new Map([
  ...["floor", "ceil", "trunc", "round", "shiftLeft", "shiftRight", "shiftRightLogical"].map((s) => [s, 1] as const),
  ["fusedMultiplyAdd", 2],
]);

function flopsOf(n: Nest): number {
  const values = valuesOf(n), all = sizeOf(extentsOf(n));
  let flops = n.combine === null ? 0 : all * n.results.length;
  if (n.scatter !== undefined && n.scatter.with !== "set") flops += all;
  counted(n, (e) => {
    if (e.kind === "apply") flops += (weights.get(e.name) ?? weightOf(e.name)) * values(e);
  });
  return flops;
}

interface Read {
  readonly buffer: Buffer;
  readonly elements: number;
}

function readsOf(n: Nest, buffers: readonly Buffer[]): Read[] {
  const values = valuesOf(n), elements = new Map(inputsOf(n).map((i) => [i, 0]));
  visit(expressionsOf(n), (e) => {
    if (e.kind === "load") elements.set(e.input, elements.get(e.input)! + values(e));
  });
  if (n.scatter !== undefined) elements.set(n.scatter.base, Infinity);
  return [...elements].map(([i, count]) => ({ buffer: buffers[i]!, elements: count }));
}

/** Bytes read: of no buffer more than it has. */
function readBytes(reads: readonly Read[]): number {
  const together = new Map<Buffer, number>();
  for (const { buffer, elements } of reads) together.set(buffer, (together.get(buffer) ?? 0) + elements);
  return [...together].reduce((n, [b, elements]) => n + Math.min(b.size, elements) * bytesOf(b.dtype), 0);
}
