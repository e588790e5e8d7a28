/** Pooling of graphs: several graphs as one, a vector for each graph, and the best nodes of a graph. */
import {
  and,
  arange,
  div,
  equal,
  expandDims,
  full,
  greaterEqual,
  type Key,
  less,
  matmul,
  mul,
  reshape,
  segmentMax,
  segmentMean,
  segmentSum,
  setAt,
  type Shape,
  ShapeError,
  sigmoid,
  sqrt,
  square,
  sum,
  take,
  Tensor,
  tensor,
  topK,
  where,
} from "../mod.ts";
import { type Adjacency, type Graph, nodeFeatures } from "./graph.ts";
import { glorotUniform, type Initializer } from "./initializers.ts";
import { floats, requireChoice, requireCount } from "./operands.ts";

/** Several graphs as one. */
export interface JoinedGraphs {
  /** All nodes and edges, those of each graph after those before; no edge leads from one to another. */
  readonly graph: Graph;
  /** The graph that each node is of, i32 `[nodes]`: what `graphPool` pools by. */
  readonly owners: Tensor<readonly [number], "i32">;
}

/**
 * Several graphs as one graph of several parts, which is how they are computed together.
 *
 * @param graphs The graphs. @param options `nodes`, `edges`: sizes to pad to, so that batches share a compiled program; the
 *   nodes added have no edges and the owner `graphs.length`, which is none.
 * @returns The one graph, and which of the graphs each node is of.
 * @throws {ShapeError} If a size to pad to is too small.
 *
 * @example Two graphs
 * ```ts
 * import { graphFromEdges, joinGraphs } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { graph, owners } = joinGraphs([graphFromEdges([[0, 1]], 2), graphFromEdges([[1, 0]], 2)]);
 * assertEquals([graph.sources.toArray(), graph.targets.toArray()], [[0, 3], [1, 2]]);
 * assertEquals(owners.toArray(), [0, 0, 1, 1]);
 * ```
 */
export function joinGraphs(
  graphs: readonly Graph[],
  options: { readonly nodes?: number; readonly edges?: number } = {},
): JoinedGraphs {
  const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
  const nodes = room("nodes", options.nodes, sum(graphs.map((g) => g.nodes)));
  const edges = room("edges", options.edges, sum(graphs.map((g) => g.weights.size)));
  const sources = new Int32Array(edges), targets = new Int32Array(edges).fill(nodes);
  const weights = new Float64Array(edges), owners = new Int32Array(nodes).fill(graphs.length);
  let node = 0, edge = 0;
  graphs.forEach((g, i) => {
    const [from, to, weigh] = [g.sources, g.targets, g.weights].map((x) => x.dataSync() as ArrayLike<number>);
    for (let e = 0; e < g.weights.size; e++, edge++) {
      // What enters no node in its own graph must not enter one of the next.
      const target = to![e]!, inside = target >= 0 && target < g.nodes;
      sources[edge] = from![e]! + node;
      targets[edge] = inside ? target + node : nodes;
      weights[edge] = weigh![e]!;
    }
    owners.fill(i, node, node += g.nodes);
  });
  const double = graphs.some((g) => (g.weights as Tensor).dtype as string === "f64");
  const graph = {
    nodes,
    sources: tensor(sources),
    targets: tensor(targets),
    weights: tensor(double ? weights : Float32Array.from(weights)) as Tensor<readonly [number]>,
  };
  return { graph, owners: tensor(owners) };
}

function room(what: string, given: number | undefined, needed: number): number {
  if (given === undefined || (Number.isInteger(given) && given >= needed)) return given ?? needed;
  throw new ShapeError(`joinGraphs: there are ${needed} ${what}, and room for ${given}; give ${needed} or more`);
}

/** What a graph's nodes are pooled to. */
export type GraphPoolMode = "sum" | "mean" | "max";

/**
 * One vector for each graph of several: the sum, the mean or the largest of its nodes' features.
 *
 * @param x Features, `[nodes, features]`. @param owners The graph of each node, i32 `[nodes]`, as `joinGraphs` gives it; a
 *   node with a number outside 0 to graphs − 1 is of none.
 * @param graphs How many graphs there are.
 * @param options `mode`: `"sum"`, `"mean"` or `"max"`; `"mean"` if left out.
 * @returns `[graphs, features]`; 0 for a graph without nodes.
 * @throws {ArgumentError} If `mode` is not one there is, or `graphs` no count. @throws {ShapeError} If there is not an owner
 *   for each node.
 *
 * @example Two graphs, the second of one node
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { graphPool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const owners = tensor([0, 0, 1], { dtype: "i32" });
 * assertEquals(graphPool(tensor([[1, 5], [3, 7], [9, 9]]), owners, 2).toArray(), [[2, 6], [9, 9]]);
 * ```
 */
export function graphPool<F extends number, const G extends number>(
  x: Tensor<readonly [number, F]>,
  owners: Tensor<readonly [number], "i32">,
  graphs: G,
  options: { readonly mode?: GraphPoolMode } = {},
): Tensor<readonly [G, F]> {
  const { mode = "mean" } = options, v = floats("graphPool", x), of: Shape = owners.shape;
  requireChoice("graphPool", "mode", mode, ["sum", "mean", "max"]);
  requireCount("graphPool", "the number of graphs", graphs);
  if (of.length !== 1 || v.shape[0] !== of[0]) {
    throw new ShapeError(
      `graphPool: owners [${of.join(", ")}] for features [${v.shape.join(", ")}]; give the graph of each node`,
    );
  }
  const pooled = (mode === "sum" ? segmentSum : mode === "mean" ? segmentMean : segmentMax)(
    v,
    owners,
    graphs,
  ) as Tensor;
  const found = mode === "max" ? where(equal(pooled, -Infinity), 0, pooled) : pooled;
  return found as unknown as Tensor<readonly [G, F]>;
}

/** The parameters of top-k pooling. */
export interface TopKPool<I extends number> {
  /** The direction along which nodes are scored, `[inputs]`, of any length but 0. */
  readonly w: Tensor<readonly [I]>;
}

/** What top-k pooling leaves of a graph. */
export interface PooledGraph<K extends number, I extends number> {
  /** The features of the nodes kept, each times the sigmoid of its score, `[k, inputs]`. */
  readonly x: Tensor<readonly [K, I]>;
  /** The edges among them, as a list or a matrix as it was given. Edges of a list that are gone enter no node. */
  readonly graph: Adjacency<K>;
  /** Which nodes were kept, the highest score first, i32 `[k]`. */
  readonly kept: Tensor<readonly [K], "i32">;
}

/**
 * Fresh parameters of top-k pooling.
 *
 * @param key A key, used here only. @param inputs Features a node. @param options `weights`: an initializer.
 * @returns A direction, `[inputs]`.
 * @see Gao and Ji, 2019, https://arxiv.org/abs/1905.05178
 *
 * @example Of five features
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { topKPoolInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(topKPoolInit(key(0), 5).w.shape, [5]);
 * ```
 */
export function topKPoolInit<const I extends number>(
  key: Key,
  inputs: I,
  options: { readonly weights?: Initializer } = {},
): TopKPool<I> {
  const { weights = glorotUniform } = options;
  return { w: reshape(weights(key, [inputs, 1]) as Tensor, [inputs]) as Tensor<readonly [I]> };
}

/**
 * Keeps the `k` nodes of one graph that score highest, x·w / ‖w‖, and the edges among them.
 *
 * @param p The direction w, `[inputs]`. @param k How many nodes are kept.
 * @returns A function from features `[nodes, inputs]` and a graph to what is left of both.
 * @throws {ArgumentError} If `k` is no count. @throws {ShapeError} If there are fewer than `k` nodes, or the features are not
 *   a row for each node, `inputs` long.
 * @see Gao and Ji, Graph U-Nets, 2019, https://arxiv.org/abs/1905.05178, section 3.1
 *
 * @example The two largest of three
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { denseAdjacency, type Graph, graphFromEdges, topKPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = graphFromEdges([[0, 1], [1, 2]], 3);
 * const pooled = topKPoolWith({ w: tensor([1]) }, 2)(tensor([[0], [5], [9]]), graph);
 * assertEquals(pooled.kept.toArray(), [2, 1]);
 * assertEquals(denseAdjacency(pooled.graph as Graph<2>).toArray(), [[0, 1], [0, 0]]);
 * ```
 */
export function topKPoolWith<I extends number, const K extends number>(
  p: TopKPool<I>,
  k: K,
): <N extends number>(x: Tensor<readonly [N, I]>, a: Adjacency<N>) => PooledGraph<K, I> {
  requireCount("topKPool", "k", k);
  return (given, a) => {
    const x = nodeFeatures("topKPool", a, given, p.w.shape[0]), nodes = x.shape[0]!, w = p.w as Tensor;
    if (k > nodes) throw new ShapeError(`topKPool: k is ${k}, and the graph has ${nodes} nodes; keep fewer`);
    const scores = div(matmul(x, w) as Tensor, sqrt(sum(square(w)) as Tensor)) as Tensor;
    const best = topK(scores, k) as { readonly values: Tensor; readonly indices: Tensor<Shape, "i32"> };
    const rows = (v: Tensor, axis: number): Tensor => take(v, best.indices, { axis }) as Tensor;
    const graph = a instanceof Tensor ? rows(rows(a as Tensor, 0), 1) : among(a, best.indices, k);
    const kept = mul(rows(x, 0), expandDims(sigmoid(best.values), 1));
    return { x: kept, graph, kept: best.indices } as unknown as PooledGraph<K, I>;
  };
}

/** The edges among some nodes, numbered by their places; edges that are gone enter node k, which is none. */
function among({ nodes, sources, targets, weights }: Graph, indices: Tensor<Shape, "i32">, k: number): Graph {
  type Whole = Tensor<Shape, "i32">;
  const gone = full([nodes], k, { dtype: "i32" }) as Whole;
  const places = setAt(gone, [indices], arange(k, { dtype: "i32" }) as Whole) as Whole;
  const [from, into] = [sources, targets].map((ends) => take(places, ends, { axis: 0 }) as Whole);
  const inside = and(and(greaterEqual(targets, 0), less(targets, nodes)), and(less(from!, k), less(into!, k)));
  const stays = inside as Tensor<Shape, "bool">;
  return {
    nodes: k,
    sources: where(stays, from!, 0) as unknown as Graph["sources"],
    targets: where(stays, into!, k) as unknown as Graph["targets"],
    weights: where(stays, weights as Tensor, 0) as unknown as Graph["weights"],
  };
}
