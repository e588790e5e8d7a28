/** Graph convolutions over neighbours: Kipf and Welling's, and GraphSAGE. */
import {
  add,
  div,
  equal,
  expandDims,
  foldIn,
  greater,
  type Key,
  matmul,
  notEqual,
  relu,
  segmentMax,
  type Shape,
  sqrt,
  square,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import { type Adjacency, fromSources, type GraphMap, graphMap, listOf, spread } from "./graph.ts";
import { degrees } from "./graph_normalize.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import {
  type Linear,
  linear,
  linearInit,
  type LinearOptions,
  type LinearParams,
  type LinearWeights,
} from "./linear.ts";
import { requireChoice } from "./operands.ts";

/**
 * Fresh parameters of a graph convolution.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a node afterwards.
 * @param options `weights`, `biases`: initializers, Glorot's uniform and zeros if left out; `bias`: false for weights alone.
 * @returns Weights, `[inputs, outputs]`, and biases, `[outputs]`.
 * @throws {ArgumentError} If there is an initializer for biases and `bias` is false.
 * @see Kipf and Welling, 2017, https://arxiv.org/abs/1609.02907
 *
 * @example Three features to two
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { gcnInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gcnInit(key(0), 3, 2).w.shape, [3, 2]);
 * ```
 */
export const gcnInit = <const I extends number, const O extends number, const B extends boolean = true>(
  key: Key,
  inputs: I,
  outputs: O,
  options: LinearOptions<B> = {},
): LinearParams<I, O, B> => linearInit(key, inputs, outputs, options);

/**
 * A graph convolution, A·x·w + b: each node gets the sum of its neighbours' features, mapped. With the graph that
 * `gcnAdjacency` makes it is the layer of Kipf and Welling; with a row-normalized one the mean over neighbours.
 *
 * @param p Weights, `[inputs, outputs]`, and biases, `[outputs]`, or weights alone.
 * @returns A function from features `[nodes, inputs]` and a graph to `[nodes, outputs]`.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, or a matrix is not square.
 * @see Kipf and Welling, Semi-supervised classification with graph convolutional networks, 2017,
 *   https://arxiv.org/abs/1609.02907
 *
 * @example Two layers over three nodes
 * ```ts
 * import { key, normal, relu } from "@adjoint/adjoint";
 * import { gcnAdjacency, gcnInit, gcnWith, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = gcnAdjacency(graphFromEdges([[0, 1], [1, 2]], 3, { undirected: true }));
 * const hidden = gcnWith(gcnInit(key(0), 5, 8)), out = gcnWith(gcnInit(key(1), 8, 2));
 * assertEquals(out(relu(hidden(normal(key(2), [3, 5]), graph)), graph).shape, [3, 2]);
 * ```
 */
export function gcnWith<I extends number, O extends number>(p: Linear<I, O> | LinearWeights<I, O>): GraphMap<I, O> {
  const w = p.w as Tensor, [inputs, outputs] = w.shape as readonly [number, number];
  return graphMap("gcn", inputs, (x, a) => {
    // A·(x·w) and (A·x)·w are the same; the shorter rows are summed over neighbours.
    const y = inputs < outputs ? matmul(spread(a, x), w) : spread(a, matmul(x, w) as Tensor);
    return "b" in p ? add(y, p.b as Tensor) as Tensor : y as Tensor;
  });
}

/** How GraphSAGE sums up neighbours. */
export type SageAggregator = "mean" | "max";

/** The parameters of GraphSAGE. */
export interface Sage<I extends number, O extends number> {
  /** Weights of the node's own features, `[inputs, outputs]`. */
  readonly self: Tensor<readonly [I, O]>;
  /** Weights of what its neighbours' features are summed up to, `[inputs, outputs]`. */
  readonly neighbors: Tensor<readonly [I, O]>;
  /** Biases, `[outputs]`. */
  readonly b: Tensor<readonly [O]>;
}

/** The parameters of GraphSAGE whose aggregator is the maximum. */
export interface SagePool<I extends number, O extends number> extends Sage<I, O> {
  /** What each neighbour's features go through, with ReLU, before the maximum is taken. */
  readonly pool: Linear<I, I>;
}

/** The parameters of GraphSAGE with an aggregator. */
export type SageParams<I extends number, O extends number, A extends SageAggregator> = A extends "max" ? SagePool<I, O>
  : Sage<I, O>;

/** How GraphSAGE starts. */
export interface SageOptions<A extends SageAggregator = SageAggregator> {
  /** `"mean"`, or `"max"` of neighbours mapped; `"mean"` if left out. */
  readonly aggregator?: A;
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/**
 * Fresh parameters of GraphSAGE.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a node afterwards.
 * @param options `aggregator`: `"mean"` or `"max"`; `weights`, `biases`: initializers.
 * @returns Weights of the node and of its neighbours and biases; with the maximum the layer `pool` as well.
 * @throws {ArgumentError} If the aggregator is not one there is.
 * @see Hamilton et al., 2017, https://arxiv.org/abs/1706.02216
 *
 * @example With a maximum
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { sageInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sageInit(key(0), 3, 2, { aggregator: "max" }).pool.w.shape, [3, 3]);
 * ```
 */
export function sageInit<const I extends number, const O extends number, const A extends SageAggregator = "mean">(
  key: Key,
  inputs: I,
  outputs: O,
  options: SageOptions<A> = {},
): SageParams<I, O, A> {
  const { aggregator = "mean", weights = glorotUniform, biases = zerosInit } = options;
  requireChoice("sage", "aggregator", aggregator, ["mean", "max"]);
  const p = {
    self: weights(foldIn(key, 0), [inputs, outputs]),
    neighbors: weights(foldIn(key, 1), [inputs, outputs]),
    b: biases(foldIn(key, 2), [outputs]),
  };
  const pool = () => linearInit(foldIn(key, 3), inputs, inputs, { weights, biases });
  return (aggregator === "max" ? { ...p, pool: pool() } : p) as SageParams<I, O, A>;
}

/** Over the sources of the edges into each node the largest of each feature; 0 where there are none. */
function largest(x: Tensor, a: Adjacency): Tensor {
  const graph = listOf(a), some = expandDims(notEqual(graph.weights as Tensor, 0), 1) as Tensor<Shape, "bool">;
  const found = segmentMax(
    where(some, fromSources(graph, x), -Infinity) as Tensor,
    graph.targets,
    graph.nodes,
  ) as Tensor;
  return where(equal(found, -Infinity), 0, found) as Tensor;
}

/**
 * GraphSAGE: x·self + aggregate·neighbors + b, where the aggregate of a node's neighbours is the mean of their features,
 * by the weights of the edges, or the largest of each feature of relu(x·pool). Without neighbours it is 0.
 *
 * @param p The parameters; the aggregator is the maximum if there is `pool`.
 * @param options `normalize`: whether each node's outputs are scaled to length 1; false if left out.
 * @returns A function from features `[nodes, inputs]` and a graph to `[nodes, outputs]`.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, or a matrix is not square.
 * @see Hamilton et al., Inductive representation learning on large graphs, 2017, https://arxiv.org/abs/1706.02216
 *
 * @example The mean of two neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { graphFromEdges, sageWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { self: tensor([[1]]), neighbors: tensor([[10]]), b: tensor([0]) };
 * const graph = graphFromEdges([[1, 0], [2, 0]], 3);
 * assertEquals(sageWith(p)(tensor([[1], [2], [4]]), graph).toArray(), [[31], [2], [4]]);
 * ```
 */
export function sageWith<I extends number, O extends number>(
  p: Sage<I, O> | SagePool<I, O>,
  options: { readonly normalize?: boolean } = {},
): GraphMap<I, O> {
  const { normalize = false } = options;
  return graphMap("sage", p.self.shape[0], (x, a) => {
    let around: Tensor;
    if ("pool" in p) around = largest(relu(linear(p.pool)(x as never)) as Tensor, a);
    else {
      const degree = degrees(a) as Tensor, some = greater(degree, 0);
      around = div(spread(a, x), expandDims(where(some, degree, 1), 1) as Tensor) as Tensor;
    }
    const y = add(add(matmul(x, p.self as Tensor), matmul(around, p.neighbors as Tensor)), p.b as Tensor) as Tensor;
    if (!normalize) return y;
    const length2 = sum(square(y), { axis: 1, keepDims: true }) as Tensor;
    return div(y, sqrt(where(greater(length2, 0), length2, 1) as Tensor)) as Tensor;
  });
}
