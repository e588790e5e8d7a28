/** Degrees, self-loops, normalized weights and Laplacians of graphs, as lists of edges and as matrices. */
import {
  add,
  arange,
  concat,
  diag,
  div,
  expandDims,
  full,
  greater,
  mul,
  rsqrt,
  segmentSum,
  type Shape,
  sum,
  Tensor,
  where,
} from "../mod.ts";
import { type Adjacency, fromSources, fromTargets, type Graph, nodesOf } from "./graph.ts";
import { requireChoice, requireNumber } from "./operands.ts";

/**
 * The degree of each node: the weights of the edges into it, summed.
 *
 * @param a A graph, or its matrix `[nodes, nodes]`.
 * @returns Degrees, `[nodes]`.
 * @throws {ShapeError} If a matrix is not square.
 *
 * @example Node 1 has two neighbours
 * ```ts
 * import { degrees, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(degrees(graphFromEdges([[0, 1], [1, 2]], 3, { undirected: true })).toArray(), [1, 2, 1]);
 * ```
 */
export function degrees<N extends number>(a: Adjacency<N>): Tensor<readonly [N]> {
  const nodes = nodesOf("degrees", a);
  const found = a instanceof Tensor ? sum(a as Tensor, { axis: 1 }) : segmentSum(a.weights, a.targets, nodes);
  return found as Tensor as Tensor<readonly [N]>;
}

/** The graph with each weight mapped: a factor for each target and one for each source. */
function scaled(a: Adjacency, target: Tensor, source: Tensor): Adjacency {
  if (a instanceof Tensor) {
    return mul(mul(expandDims(target, 1), a as Tensor), expandDims(source, 0)) as unknown as Tensor<
      readonly [number, number]
    >;
  }
  // An edge into no node keeps the weight that it does not count with.
  const weights = mul(mul(fromTargets(a, target), a.weights as Tensor), fromSources(a, source));
  return { ...a, weights: weights as Tensor as Tensor<readonly [number]> };
}

/** The graph with `value` added to the weight of each node's edge to itself. */
function plusDiagonal(a: Adjacency, value: Tensor): Adjacency {
  if (a instanceof Tensor) return add(a as Tensor, diag(value)) as unknown as Tensor<readonly [number, number]>;
  const loops = arange(a.nodes, { dtype: "i32" }) as Tensor<Shape, "i32">;
  const joined = (x: unknown, y: unknown) => concat([x as Tensor, y as Tensor]) as unknown;
  return {
    nodes: a.nodes,
    sources: joined(a.sources, loops) as Graph["sources"],
    targets: joined(a.targets, loops) as Graph["targets"],
    weights: joined(a.weights, value) as Graph["weights"],
  };
}

/** A number for each node, in the dtype of the weights. */
const forEach = (a: Adjacency, value: number): Tensor =>
  full([nodesOf("graph", a)], value, {
    dtype: (a instanceof Tensor ? a as Tensor : a.weights as Tensor).dtype,
  }) as Tensor;

/** 1/d or 1/√d, and 0 for a node without neighbours. */
function reciprocal(d: Tensor, root: boolean): Tensor {
  const some = greater(d, 0), safe = where(some, d, 1) as Tensor;
  return where(some, root ? rsqrt(safe) : div(1, safe), 0) as Tensor;
}

/**
 * The graph with an edge from each node to itself besides those it has, A + w·I.
 *
 * @param a A graph, or its matrix `[nodes, nodes]`. @param options `weight` w of the edges added; 1 if left out.
 * @returns The graph, as a list or a matrix like `a`; the edges added are the last ones of a list.
 * @throws {ArgumentError} If the weight is no finite number. @throws {ShapeError} If a matrix is not square.
 *
 * @example Of one edge
 * ```ts
 * import { addSelfLoops, denseAdjacency, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(denseAdjacency(addSelfLoops(graphFromEdges([[0, 1]], 2))).toArray(), [[1, 0], [1, 1]]);
 * ```
 */
export function addSelfLoops<A extends Adjacency>(a: A, options: { readonly weight?: number } = {}): A {
  const { weight = 1 } = options;
  requireNumber("addSelfLoops", "weight", weight);
  nodesOf("addSelfLoops", a);
  return plusDiagonal(a, forEach(a, weight)) as A;
}

/** How weights are divided by degrees: D^(−½)·A·D^(−½), or D⁻¹·A, whose rows sum to 1. */
export type GraphNorm = "symmetric" | "row";

/** Options of `normalizeAdjacency`. */
export interface GraphNormOptions {
  /** `"symmetric"` for D^(−½)·A·D^(−½), `"row"` for D⁻¹·A; `"symmetric"` if left out. */
  readonly norm?: GraphNorm;
}

/**
 * The graph with its weights divided by the degrees D of its nodes. Weights are to be 0 or more; where a node has no
 * neighbours, its weights stay 0.
 *
 * @param a A graph, or its matrix `[nodes, nodes]`.
 * @param options `norm`: `"symmetric"`, D^(−½)·A·D^(−½), or `"row"`, D⁻¹·A, with which `propagate` is the neighbours' mean.
 * @returns The graph, as a list or a matrix like `a`.
 * @throws {ArgumentError} If `norm` is not one there is. @throws {ShapeError} If a matrix is not square.
 *
 * @example Means over neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { graphFromEdges, normalizeAdjacency, propagate } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = normalizeAdjacency(graphFromEdges([[0, 2], [1, 2]], 3), { norm: "row" });
 * assertEquals(propagate(graph, tensor([[1], [3], [9]])).toArray(), [[0], [0], [2]]);
 * ```
 */
export function normalizeAdjacency<A extends Adjacency>(a: A, options: GraphNormOptions = {}): A {
  const { norm = "symmetric" } = options;
  requireChoice("normalizeAdjacency", "norm", norm, ["symmetric", "row"]);
  return normalized("normalizeAdjacency", a, norm) as A;
}

function normalized(op: string, a: Adjacency, norm: GraphNorm): Adjacency {
  nodesOf(op, a);
  const factor = reciprocal(degrees(a) as Tensor, norm === "symmetric");
  return scaled(a, factor, norm === "symmetric" ? factor : forEach(a, 1));
}

/**
 * What a graph convolution of Kipf and Welling propagates with: D^(−½)·(A + I)·D^(−½), where D are the degrees of A + I.
 *
 * @param a A graph, or its matrix `[nodes, nodes]`, without edges from nodes to themselves.
 * @returns The graph, as a list or a matrix like `a`.
 * @throws {ShapeError} If a matrix is not square.
 * @see Kipf and Welling, Semi-supervised classification with graph convolutional networks, 2017,
 *   https://arxiv.org/abs/1609.02907, section 2.2
 *
 * @example Of two nodes with an edge
 * ```ts
 * import { denseAdjacency, gcnAdjacency, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = denseAdjacency(gcnAdjacency(graphFromEdges([[0, 1]], 2, { undirected: true })));
 * for (const w of a.toArray().flat()) assertAlmostEquals(w, 0.5, 1e-6);
 * ```
 */
export function gcnAdjacency<A extends Adjacency>(a: A): A {
  nodesOf("gcnAdjacency", a);
  return normalized("gcnAdjacency", plusDiagonal(a, forEach(a, 1)), "symmetric") as A;
}

/** Options of `laplacian`. */
export interface LaplacianOptions {
  /** `"symmetric"` for I − D^(−½)·A·D^(−½), `"row"` for I − D⁻¹·A, `"none"` for D − A; `"symmetric"` if left out. */
  readonly norm?: GraphNorm | "none";
}

/**
 * The Laplacian of a graph as a graph with signed weights. That of an undirected graph has eigenvalues from 0, to 2 if it is
 * normalized.
 *
 * @param a A graph, or its matrix `[nodes, nodes]`, of weights from 0 up.
 * @param options `norm`: `"symmetric"`, I − D^(−½)·A·D^(−½), `"row"`, I − D⁻¹·A, or `"none"`, D − A. In the first two a node
 *   without neighbours has 1 on the diagonal.
 * @returns The Laplacian, as a list or a matrix like `a`; the diagonal's edges are the last ones of a list.
 * @throws {ArgumentError} If `norm` is not one there is. @throws {ShapeError} If a matrix is not square.
 * @see Defferrard et al., 2016, https://arxiv.org/abs/1606.09375, section 2.1
 *
 * @example Of two nodes with an edge
 * ```ts
 * import { denseAdjacency, graphFromEdges, laplacian } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = graphFromEdges([[0, 1]], 2, { undirected: true });
 * assertEquals(denseAdjacency(laplacian(graph)).toArray(), [[1, -1], [-1, 1]]);
 * ```
 */
export function laplacian<A extends Adjacency>(a: A, options: LaplacianOptions = {}): A {
  const { norm = "symmetric" } = options;
  requireChoice("laplacian", "norm", norm, ["symmetric", "row", "none"]);
  nodesOf("laplacian", a);
  const weighed = norm === "none" ? a : normalized("laplacian", a, norm);
  const diagonal = norm === "none" ? degrees(a) as Tensor : forEach(a, 1);
  return plusDiagonal(scaled(weighed, forEach(a, -1), forEach(a, 1)), diagonal) as A;
}

/**
 * A Laplacian scaled so that its eigenvalues lie between −1 and 1, where Chebyshev's polynomials do: 2·L/λ − I.
 *
 * @param l A Laplacian, of `laplacian`.
 * @param options `largest`: its largest eigenvalue λ, or a bound of it; 2, the bound for normalized Laplacians, if left out.
 * @returns The scaled Laplacian, as a list or a matrix like `l`.
 * @throws {ArgumentError} If the largest eigenvalue is no number above 0. @throws {ShapeError} If a matrix is not square.
 * @see Defferrard et al., 2016, https://arxiv.org/abs/1606.09375, section 2.1
 *
 * @example Of two nodes with an edge
 * ```ts
 * import { denseAdjacency, graphFromEdges, laplacian, scaledLaplacian } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const l = laplacian(graphFromEdges([[0, 1]], 2, { undirected: true }));
 * assertEquals(denseAdjacency(scaledLaplacian(l)).toArray(), [[0, -1], [-1, 0]]);
 * ```
 */
export function scaledLaplacian<A extends Adjacency>(l: A, options: { readonly largest?: number } = {}): A {
  const { largest = 2 } = options;
  requireNumber("scaledLaplacian", "largest", largest, (x) => x > 0, "a finite number above 0");
  nodesOf("scaledLaplacian", l);
  return plusDiagonal(scaled(l, forEach(l, 2 / largest), forEach(l, 1)), forEach(l, -1)) as A;
}
