/** Graph attention: each node weighs its neighbours by how well they go with it. */
import {
  add,
  and,
  div,
  DTypeError,
  equal,
  exp,
  expandDims,
  foldIn,
  greaterEqual,
  type Key,
  less,
  matmul,
  mean,
  mul,
  notEqual,
  reshape,
  segmentMax,
  segmentSum,
  type Shape,
  ShapeError,
  stopGradient,
  sub,
  sum,
  take,
  type Tensor,
  where,
} from "../mod.ts";
import { leakyRelu } from "./activations_rectified.ts";
import { fromSources, fromTargets, type GraphMap, graphMap, listOf } from "./graph.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { floats, requireChoice, requireCount } from "./operands.ts";

/**
 * Weights that sum to one in each group of scores.
 *
 * @param scores Floats `[elements, ...rest]`; −∞ has weight 0.
 * @param labels The group of each element, i32 `[elements]`; those outside 0 to n − 1 have weight 0.
 * @param n How many groups there are.
 * @returns Weights, `[elements, ...rest]`.
 * @throws {ShapeError} If there is not a label for each element. @throws {DTypeError} If the labels are not integers.
 *
 * @example Two groups
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { segmentSoftmax } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const groups = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(segmentSoftmax(tensor([7, 7, 7]), groups, 2).toArray(), [0.5, 1, 0.5]);
 * ```
 */
export function segmentSoftmax<S extends Shape>(
  scores: Tensor<S>,
  labels: Tensor<readonly [number], "i32">,
  n: number,
): Tensor<S> {
  const x = floats("segmentSoftmax", scores), of: Shape = labels.shape, dtype: string = labels.dtype;
  requireCount("segmentSoftmax", "the number of groups", n);
  if (dtype !== "i32") {
    throw new DTypeError(`segmentSoftmax: labels are i32, not ${dtype}; cast them`);
  }
  if (of.length !== 1 || x.shape[0] !== of[0]) {
    throw new ShapeError(
      `segmentSoftmax: labels [${of.join(", ")}] for scores [${
        x.shape.join(", ")
      }]; give one for each of the first elements`,
    );
  }
  if (n === 0 || x.size === 0) return mul(x, 0) as unknown as Tensor<S>;
  const inside = reshape(and(greaterEqual(labels, 0), less(labels, n)), [of[0]!, ...x.shape.slice(1).map(() => 1)]);
  const shown = where(inside as Tensor<Shape, "bool">, x, -Infinity) as Tensor;
  const high = segmentMax(stopGradient(shown), labels, n) as Tensor;
  // In a group of nothing but −∞ neither −∞ − −∞ nor 0 / 0 must be computed.
  const own = (v: Tensor): Tensor => take(v, labels, { axis: 0 }) as Tensor;
  const e = exp(sub(shown, own(where(equal(high, -Infinity), 0, high) as Tensor)) as Tensor) as Tensor;
  const total = segmentSum(e, labels, n) as Tensor;
  return div(e, own(where(equal(total, 0), 1, total) as Tensor)) as unknown as Tensor<S>;
}

/** The parameters of graph attention with `H` heads of `O` features. */
export interface Gat<I extends number, H extends number, O extends number> {
  /** Weights of each head, `[inputs, heads, outputs]`. */
  readonly w: Tensor<readonly [I, H, O]>;
  /** What scores a neighbour, `[heads, outputs]`. */
  readonly source: Tensor<readonly [H, O]>;
  /** What scores the node itself, `[heads, outputs]`. */
  readonly target: Tensor<readonly [H, O]>;
  /** Biases: `[heads · outputs]` where heads are joined, `[outputs]` where they are averaged. */
  readonly b: Tensor<readonly [number]>;
}

/** Whether the outputs of heads stand beside each other, or are averaged. */
export type HeadJoin = "concat" | "mean";

/** How graph attention starts. */
export interface GatInitOptions<H extends number = number> {
  /** How many heads; 1 if left out. */
  readonly heads?: H;
  /** `"concat"`, or `"mean"` for a last layer; `"concat"` if left out. */
  readonly join?: HeadJoin;
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/** How graph attention is computed. */
export interface GatOptions<J extends HeadJoin = HeadJoin> {
  /** `"concat"`, or `"mean"`, as the biases were made for; `"concat"` if left out. */
  readonly join?: J;
  /** The slope of the scores' leaky ReLU below 0; 0.2 if left out. */
  readonly negativeSlope?: number;
  /** What is done to the weights of neighbours, `[edges, heads]`: `dropoutWith(key, rate)`, say. */
  readonly dropout?: (weights: Tensor) => Tensor;
}

/**
 * Fresh parameters of graph attention.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a head.
 * @param options `heads`; `join`: what becomes of their outputs; `weights`, `biases`: initializers.
 * @returns Weights, what scores both ends of an edge, and biases.
 * @throws {ArgumentError} If `heads` is no whole number, 1 or more, or `join` is not one there is.
 * @see Veličković et al., 2018, https://arxiv.org/abs/1710.10903
 *
 * @example Eight heads of eight features
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { gatInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = gatInit(key(0), 30, 8, { heads: 8 });
 * assertEquals([p.w.shape, p.b.shape], [[30, 8, 8], [64]] as never);
 * ```
 */
export function gatInit<const I extends number, const O extends number, const H extends number = 1>(
  key: Key,
  inputs: I,
  outputs: O,
  options: GatInitOptions<H> = {},
): Gat<I, H, O> {
  const { heads = 1 as H, join = "concat", weights = glorotUniform, biases = zerosInit } = options;
  requireCount("gat", "heads", heads, 1);
  requireChoice("gat", "join", join, ["concat", "mean"]);
  // Drawn as the matrices they are, so that an initializer sees how many values go in and come out.
  const [w, source, target] = [[inputs, heads * outputs], [heads, outputs], [heads, outputs]].map((s, i) =>
    weights(foldIn(key, i), s as readonly number[])
  );
  const b = biases(foldIn(key, 3), [join === "concat" ? heads * outputs : outputs as number]);
  return { w: reshape(w as Tensor, [inputs, heads, outputs]), source, target, b } as unknown as Gat<I, H, O>;
}

/**
 * Graph attention: with h = x·w, node i gets Σⱼ αᵢⱼ·hⱼ + b over its neighbours j, where αᵢⱼ is the softmax over j of
 * leakyRelu(target·hᵢ + source·hⱼ), for each head by itself. A node without neighbours gets b; to count itself it needs an
 * edge to itself, of `addSelfLoops`. An edge counts whatever it weighs, if that is not 0; one that
 * stands twice in a list counts twice.
 *
 * @param p The parameters.
 * @param options `join`: `"concat"` or `"mean"` of the heads; `negativeSlope`; `dropout` of the neighbours' weights.
 * @returns A function from features `[nodes, inputs]` and a graph to `[nodes, heads · outputs]`, or `[nodes, outputs]` of the
 *   mean.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, a matrix is not square, or the biases are
 *   not of the size that `join` gives. @throws {ArgumentError} If `join` is not one there is.
 * @see Veličković et al., Graph attention networks, 2018, https://arxiv.org/abs/1710.10903
 *
 * @example Scores of 0 weigh all neighbours the same
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { gatWith, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { w: tensor([[[1]]]), source: tensor([[0]]), target: tensor([[0]]), b: tensor([10]) };
 * const graph = graphFromEdges([[1, 0], [2, 0]], 3);
 * assertEquals(gatWith(p)(tensor([[0], [1], [3]]), graph).toArray(), [[12], [10], [10]]);
 * ```
 */
export function gatWith<
  I extends number,
  H extends number,
  O extends number,
  const J extends HeadJoin = "concat",
>(p: Gat<I, H, O>, options: GatOptions<J> = {}): GraphMap<I, J extends "mean" ? O : number> {
  const { join = "concat", negativeSlope = 0.2, dropout = (x: Tensor) => x } = options;
  requireChoice("gat", "join", join, ["concat", "mean"]);
  const [inputs, heads, outputs] = p.w.shape, size = join === "concat" ? heads * outputs : outputs as number;
  if (p.b.shape[0] !== size) {
    throw new ShapeError(
      `gat: biases [${
        p.b.shape.join(", ")
      }] for ${heads} heads of ${outputs} with join: "${join}"; make them [${size}]`,
    );
  }
  return graphMap("gat", inputs, (x, a) => {
    const graph = listOf(a), nodes = graph.nodes, flat = reshape(p.w, [inputs, heads * outputs]) as Tensor;
    const h = reshape(matmul(x, flat) as Tensor, [nodes, heads, outputs]) as Tensor;
    const score = (v: unknown): Tensor => sum(mul(h, v as Tensor), { axis: 2 }) as Tensor;
    const ends = add(fromTargets(graph, score(p.target)), fromSources(graph, score(p.source))) as Tensor;
    const some = expandDims(notEqual(graph.weights as Tensor, 0), 1) as Tensor<Shape, "bool">;
    const scores = where(some, leakyRelu(ends, { negativeSlope }) as Tensor, -Infinity) as Tensor;
    const weights = dropout(segmentSoftmax(scores, graph.targets, nodes));
    const mixed = segmentSum(
      mul(fromSources(graph, h), expandDims(weights, 2)) as Tensor,
      graph.targets,
      nodes,
    ) as Tensor;
    const joined = join === "concat" ? reshape(mixed, [nodes, heads * outputs]) : mean(mixed, { axis: 1 });
    return add(joined as Tensor, p.b as Tensor) as Tensor;
  });
}
