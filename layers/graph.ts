/**
 * Graphs as values, and sums over neighbours.
 *
 * Graph layers are functions of parameters (`gcnWith(p)(x, graph)`) and not layers of a net: all nodes of a graph are one
 * example, so there is no batch axis to keep. Several graphs are one, of as many parts: `joinGraphs`.
 *
 * Each takes a graph as a list of edges, which costs as much as there are edges, or as a matrix A `[nodes, nodes]` where
 * row i holds the weights of the edges into node i, which costs as much as there are pairs of nodes. A weight of 0 is no
 * edge.
 */
import {
  add,
  arange,
  ArgumentError,
  broadcastTo,
  cast,
  expandDims,
  matmul,
  mul,
  reshape,
  segmentSum,
  type Shape,
  ShapeError,
  take,
  Tensor,
  tensor,
} from "../mod.ts";
import { floats } from "./operands.ts";

/**
 * A directed graph of `N` nodes as a list of `E` edges. The number of nodes is a setting where a graph is an argument of a
 * jitted function. An edge whose target is no node (`nodes`, say) counts for nothing: lists can be padded to one length.
 */
export interface Graph<N extends number = number, E extends number = number> {
  /** How many nodes there are. */
  readonly nodes: N;
  /** The node that each edge leaves, i32 `[edges]`. */
  readonly sources: Tensor<readonly [E], "i32">;
  /** The node that each edge enters, i32 `[edges]`. */
  readonly targets: Tensor<readonly [E], "i32">;
  /** What each edge weighs, `[edges]`. */
  readonly weights: Tensor<readonly [E]>;
}

/** A graph: a list of edges, or the matrix of weights, with a row for each target and a column for each source. */
export type Adjacency<N extends number = number> = Graph<N> | Tensor<readonly [N, N]>;

/** How a graph is made of edges. */
export interface GraphOptions {
  /** What each edge weighs, `[edges]`; 1 if left out. */
  readonly weights?: Tensor<readonly [number]>;
  /** Whether each edge stands for both directions; false if left out. An edge from a node to itself stays one. */
  readonly undirected?: boolean;
}

/**
 * A graph of its edges.
 *
 * @param edges Source and target of each edge: pairs, or an integer tensor `[2, edges]`.
 * @param nodes How many nodes there are; those that no edge names have no neighbours.
 * @param options `weights` of the edges; `undirected`: whether to add the other direction of each.
 * @returns The graph, with the edges in order and then the other directions.
 * @throws {ArgumentError} If an edge names a node that there is not. @throws {ShapeError} If there is not a pair and a
 *   weight for each edge.
 *
 * @example A path of three nodes
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { graphFromEdges, propagate } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = graphFromEdges([[0, 1], [1, 2]], 3, { undirected: true });
 * assertEquals(propagate(graph, tensor([[1], [10], [100]])).toArray(), [[10], [101], [10]]);
 * ```
 */
export function graphFromEdges<const N extends number>(
  edges: readonly (readonly [number, number])[] | Tensor<readonly [2, number], "i32">,
  nodes: N,
  options: GraphOptions = {},
): Graph<N> {
  if (!Number.isInteger(nodes) || nodes < 0) {
    throw new ArgumentError(`graphFromEdges: the number of nodes is a whole number, 0 or more, not ${nodes}`);
  }
  const [sources, targets] = endsOf(edges), count = sources.length;
  for (let e = 0; e < count; e++) {
    for (const node of [sources[e]!, targets[e]!]) {
      if (Number.isInteger(node) && node >= 0 && node < nodes) continue;
      throw new ArgumentError(
        `graphFromEdges: edge ${e} names node ${node}, and there are ${nodes}; nodes are whole numbers from 0`,
      );
    }
  }
  const { weights, undirected = false } = options;
  if (weights !== undefined && (weights.shape.length !== 1 || weights.shape[0] !== count)) {
    const shape: Shape = weights.shape;
    throw new ShapeError(`graphFromEdges: weights [${shape.join(", ")}] for ${count} edges; give [${count}]`);
  }
  const back = undirected ? [...sources.keys()].filter((e) => sources[e] !== targets[e]) : [];
  const list = [...sources.keys(), ...back], ones = tensor(new Float32Array(list.length).fill(1));
  return {
    nodes,
    sources: tensor(Int32Array.from([...sources, ...back.map((e) => targets[e]!)])),
    targets: tensor(Int32Array.from([...targets, ...back.map((e) => sources[e]!)])),
    weights: weights === undefined || list.length === 0
      ? ones
      : take(floats("graphFromEdges", weights), tensor(Int32Array.from(list)), { axis: 0 }) as never,
  };
}

function endsOf(
  edges: readonly (readonly [number, number])[] | Tensor<readonly [2, number], "i32">,
): readonly [number[], number[]] {
  if (edges instanceof Tensor) {
    const shape: Shape = edges.shape;
    if (shape.length !== 2 || shape[0] !== 2) {
      throw new ShapeError(
        `graphFromEdges: edges are [2, edges], sources and then targets, not [${shape.join(", ")}]; transpose them`,
      );
    }
    const flat = [...cast(edges, "f64").dataSync()];
    return [flat.slice(0, shape[1]), flat.slice(shape[1])];
  }
  return [edges.map((e) => e[0]), edges.map((e) => e[1])];
}

/**
 * The matrix of a graph: row i holds the weights of the edges into node i. Edges with the same ends add up.
 *
 * @param graph The graph.
 * @returns The weights, `[nodes, nodes]`.
 *
 * @example An edge from node 0 to node 1
 * ```ts
 * import { denseAdjacency, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(denseAdjacency(graphFromEdges([[0, 1]], 2)).toArray(), [[0, 0], [1, 0]]);
 * ```
 */
export function denseAdjacency<N extends number>(graph: Graph<N>): Tensor<readonly [N, N]> {
  const { nodes, sources, targets, weights } = graph;
  // A target that is no node makes a place outside 0 to nodes² − 1, which is left out.
  const places = add(mul(targets, nodes), sources) as Tensor<readonly [number], "i32">;
  return reshape(segmentSum(weights, places, nodes * nodes), [nodes, nodes]) as Tensor<readonly [N, N]>;
}

/**
 * The sum over each node's neighbours of their values times the weights of the edges, the product A·x.
 *
 * @param a A graph, or its matrix A `[nodes, nodes]`. @param x Values of the nodes, `[nodes, ...rest]`.
 * @returns Sums over the sources of the edges into each node, `[nodes, ...rest]`; 0 where there are none.
 * @throws {ShapeError} If there is not a row of `x` for each node.
 *
 * @example Edges from nodes 1 and 2 into node 0
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { graphFromEdges, propagate } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = graphFromEdges([[1, 0], [2, 0]], 3, { weights: tensor([1, 10]) });
 * assertEquals(propagate(graph, tensor([[5], [6], [7]])).toArray(), [[76], [0], [0]]);
 * ```
 */
export function propagate<N extends number, S extends Shape>(
  a: Adjacency<N>,
  x: Tensor<readonly [N, ...S]>,
): Tensor<readonly [N, ...S]> {
  const values = floats("propagate", x);
  requireNodes("propagate", a, values);
  return spread(a, values) as Tensor<readonly [N, ...S]>;
}

/** `propagate` of what is known to fit. */
export function spread(a: Adjacency, x: Tensor): Tensor {
  const rest = x.shape.slice(1);
  if (a instanceof Tensor) {
    return reshape(matmul(a as Tensor, reshape(x, [x.shape[0]!, productOf(rest)])) as Tensor, x.shape) as Tensor;
  }
  const weights = reshape(a.weights as Tensor, [a.weights.size, ...rest.map(() => 1)]) as Tensor;
  return segmentSum(mul(fromSources(a, x), weights) as Tensor, a.targets, a.nodes) as Tensor;
}

/** For each edge the row of its source. */
export const fromSources = (a: Graph, x: Tensor): Tensor => rowsAt(x, a.sources);

/** For each edge the row of its target; the last row for a target that is no node. */
export const fromTargets = (a: Graph, x: Tensor): Tensor => rowsAt(x, a.targets);

/** The list of edges of a graph; of a matrix all pairs of nodes, most of which may weigh 0. */
export function listOf(a: Adjacency): Graph {
  if (!(a instanceof Tensor)) return a;
  const nodes = a.shape[0], ends = arange(nodes, { dtype: "i32" }) as Tensor<Shape, "i32">;
  const all = (axis: 0 | 1) =>
    reshape(broadcastTo(expandDims(ends, axis), [nodes, nodes]), [nodes * nodes]) as unknown as Graph["sources"];
  return {
    nodes,
    sources: all(0),
    targets: all(1),
    weights: reshape(a, [nodes * nodes]) as unknown as Graph["weights"],
  };
}

const rowsAt = (x: Tensor, at: Tensor<readonly [number], "i32">): Tensor => take(x, at, { axis: 0 }) as Tensor;

const productOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** How many nodes a graph has, or an error if a matrix is not square. */
export function nodesOf(op: string, a: Adjacency): number {
  if (!(a instanceof Tensor)) return a.nodes;
  const shape: Shape = a.shape;
  if (shape.length === 2 && shape[0] === shape[1]) return shape[0]!;
  throw new ShapeError(`${op}: the matrix of a graph is [nodes, nodes], not [${shape.join(", ")}]`);
}

/** Throws unless there is a row for each node. */
export function requireNodes(op: string, a: Adjacency, x: Tensor): void {
  const nodes = nodesOf(op, a);
  if (x.shape[0] === nodes) return;
  throw new ShapeError(`${op}: values [${x.shape.join(", ")}] for a graph of ${nodes} nodes; give a row for each node`);
}

/** Features of nodes as floats, or an error unless they are a row for each node and `inputs` long. */
export function nodeFeatures(op: string, a: Adjacency, given: unknown, inputs: number): Tensor {
  const x = floats(op, given), shape = x.shape;
  if (shape.length !== 2) {
    throw new ShapeError(`${op}: features of nodes are [nodes, features], not [${shape.join(", ")}]; reshape them`);
  }
  requireNodes(op, a, x);
  if (shape[1] !== inputs) {
    throw new ShapeError(
      `${op}: features [${shape.join(", ")}] for parameters of ${inputs} inputs; make parameters for ${shape[1]}`,
    );
  }
  return x;
}

/** A graph layer: from features of nodes `[nodes, inputs]` and a graph to `[nodes, outputs]`. */
export type GraphMap<I extends number, O extends number> = <N extends number>(
  x: Tensor<readonly [N, I]>,
  a: Adjacency<N>,
) => Tensor<readonly [N, O]>;

/** A layer, typed, of what it does to features that were checked. */
export const graphMap = <I extends number, O extends number>(
  op: string,
  inputs: number,
  f: (x: Tensor, a: Adjacency) => Tensor,
): GraphMap<I, O> => ((x: unknown, a: Adjacency) => f(nodeFeatures(op, a, x, inputs), a)) as unknown as GraphMap<I, O>;
