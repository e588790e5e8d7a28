/** Transposes of what a reduction gives, made part of it: each element is written where it is wanted. */
import type { Buffer, Graph, KernelNode, Node } from "./graph.ts";
import { Interner } from "./interner.ts";
import { type Expr, index, type LoopNest } from "./kernel.ts";
import { extentsOf, type Nest, overLoops } from "./nest.ts";
import { sameShape } from "../shape.ts";

/** A graph in which reductions that are only read to be transposed give the transposed. */
export function sunk(graph: Graph): Graph {
  const readers = new Map<Buffer, number>(graph.outputs.map((b) => [b.root, 1]));
  for (const n of graph.nodes) for (const b of n.inputs) readers.set(b.root, (readers.get(b.root) ?? 0) + 1);
  const at = new Map<Buffer, number>(), nodes: (Node | null)[] = [...graph.nodes], interner = new Interner();
  nodes.forEach((n, i) => {
    const order = n === null ? null : permutation(n), source = order === null ? null : (n as KernelNode).inputs[0]!;
    const from = source === null ? undefined : at.get(source), reduction = from === undefined ? null : nodes[from]!;
    if (reduction !== null && readers.get(source!) === 1) {
      nodes[i] = permuted(reduction as KernelNode, order!, (n as KernelNode).output, interner);
      nodes[from!] = null;
      at.set((n as KernelNode).output, i);
    } else if (n !== null && isReduction(n)) at.set(n.output, i);
  });
  return { ...graph, nodes: nodes.filter((n) => n !== null) };
}

const isReduction = (n: Node): n is KernelNode =>
  n.kind === "kernel" && n.kernel.kind === "loop" && n.kernel.combine !== null && n.kernel.scatter === undefined &&
  sameShape(n.kernel.domain, n.output.shape);

/** For each axis of the one input, the axis of the output, if a node only permutes axes. */
function permutation(n: Node): readonly number[] | null {
  if (n.kind !== "kernel" || n.kernel.kind !== "loop" || n.inputs.length !== 1) return null;
  const { body, combine, scatter, domain } = n.kernel;
  if (body.kind !== "load" || combine !== null || scatter !== undefined) return null;
  const axes = body.at.map((e) => e.kind === "index" ? e.axis : -1);
  return axes.length === domain.length && new Set(axes).size === axes.length && !axes.includes(-1) ? axes : null;
}

function permuted(n: KernelNode, order: readonly number[], output: Buffer, interner: Interner): KernelNode {
  const kernel = n.kernel as LoopNest, { domain, reduce, combine, body } = kernel, rank = domain.length;
  const nest: Nest = { kind: "nest", domain, reduce, combine, results: [{ body, output }] };
  const to = extentsOf(nest).map((_, i): Expr => index(i < rank ? order[i]! : i));
  const moved = overLoops(nest, output.shape, reduce, to, interner);
  return { ...n, kernel: { ...kernel, domain: output.shape, body: moved.results[0]!.body }, output };
}
