/** Graph convolutions by motifs, small patterns of directed edges: MotifNet. */
import {
  add,
  ArgumentError,
  cast,
  eye,
  type Key,
  matmul,
  mul,
  notEqual,
  reshape,
  type Shape,
  ShapeError,
  slice,
  sub,
  swapAxes,
  Tensor,
  zeros,
} from "../mod.ts";
import { softmax } from "./activations_softmax.ts";
import { type Adjacency, denseAdjacency, nodeFeatures, nodesOf, spread } from "./graph.ts";
import { filtersInit, type GraphFilterOptions, type GraphFilters, requireFilters, weighed } from "./graph_spectral.ts";
import { floats, requireCount } from "./operands.ts";

/** A motif of three nodes, by its number in Benson et al. */
export type Motif = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13;

/** A matrix of edges split up: in one direction only, in both, and pairs of nodes with none. */
interface Parts {
  readonly u: Tensor;
  readonly b: Tensor;
  readonly none: Tensor;
}

const t = (x: Tensor): Tensor => swapAxes(x, 0, 1) as Tensor;
const total = (...xs: readonly Tensor[]): Tensor => xs.reduce((x, y) => add(x, y) as Tensor);
/** (x·y)∘z: for each pair in z how many nodes there are with x from the first and y to the second. */
const over = (x: Tensor, y: Tensor, z: Tensor): Tensor => mul(matmul(x, y), z) as Tensor;
const both = (x: Tensor): Tensor => total(x, t(x));

/** For each motif how many instances of it two nodes are in. */
const instances: Readonly<Record<Motif, (parts: Parts) => Tensor>> = {
  1: ({ u }) => both(over(u, u, t(u))),
  2: ({ u, b }) => both(total(over(b, u, t(u)), over(u, b, t(u)), over(u, u, b))),
  3: ({ u, b }) => both(total(over(b, b, u), over(b, u, b), over(u, b, b))),
  4: ({ b }) => over(b, b, b),
  5: ({ u }) => both(total(over(u, u, u), over(u, t(u), u), over(t(u), u, u))),
  6: ({ u, b }) => total(over(u, b, u), over(b, t(u), t(u)), over(t(u), u, b)),
  7: ({ u, b }) => total(over(t(u), b, t(u)), over(b, u, u), over(u, t(u), b)),
  8: ({ u, none }) => total(both(over(u, none, u)), over(t(u), u, none)),
  9: ({ u, none }) => both(total(over(none, t(u), u), over(t(u), none, u), over(u, u, none))),
  10: ({ u, b, none }) => instances[8]({ u: t(u), b, none }),
  11: ({ u, b, none }) => both(total(over(u, none, b), over(b, none, u), over(b, u, none))),
  12: ({ u, b, none }) => instances[11]({ u: t(u), b, none }),
  13: ({ b, none }) => total(both(over(b, none, b)), over(b, b, none)),
};

/**
 * How many instances of a motif each two nodes are in together: an undirected graph that knows the directions of another.
 * An instance is three nodes with exactly the motif's edges among them.
 *
 * Among a, b and c these are 1: a→b→c→a; 2: a↔b→c→a; 3: a↔b↔c→a; 4: a↔b↔c↔a; 5: a→b→c←a; 6: a→b↔c←a; 7: a←b↔c→a;
 * 8: b←a→c; 9: a→b→c; 10: b→a←c; 11: b↔a→c; 12: b↔a←c; 13: b↔a↔c.
 *
 * @param a A directed graph, or its matrix `[nodes, nodes]`; weights count as 1, edges from a node to itself as none.
 * @param motif The motif, 1 to 13.
 * @returns Counts, `[nodes, nodes]`, symmetric.
 * @throws {ArgumentError} If there is no such motif. @throws {ShapeError} If a matrix is not square.
 * @see Benson et al., Higher-order organization of complex networks, 2016, https://arxiv.org/abs/1612.08447
 *
 * @example A circle of three edges
 * ```ts
 * import { graphFromEdges, motifAdjacency } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const circle = graphFromEdges([[0, 1], [1, 2], [2, 0]], 3);
 * assertEquals(motifAdjacency(circle, 1).toArray(), [[0, 1, 1], [1, 0, 1], [1, 1, 0]]);
 * ```
 */
export function motifAdjacency<N extends number>(a: Adjacency<N>, motif: Motif): Tensor<readonly [N, N]> {
  if (!Object.hasOwn(instances, motif)) {
    throw new ArgumentError(`motifAdjacency: motifs are numbered from 1 to 13, not ${String(motif)}`);
  }
  const nodes = nodesOf("motifAdjacency", a);
  const given = floats("motifAdjacency", a instanceof Tensor ? a : denseAdjacency(a));
  const one = eye(nodes, { dtype: given.dtype }) as Tensor, other = sub(1, one) as Tensor;
  // The motifs are written with a row for each source.
  const e = mul(t(cast(notEqual(given, 0) as Tensor<Shape, "bool">, given.dtype) as Tensor), other) as Tensor;
  const b = mul(e, t(e)) as Tensor, u = sub(e, b) as Tensor;
  return instances[motif]({ u, b, none: sub(other, total(u, t(u), b)) as Tensor }) as unknown as Tensor<
    readonly [N, N]
  >;
}

/** The parameters of a motif convolution of `K − 1` powers over `M` motifs. */
export interface MotifConv<M extends number, K extends number, I extends number, O extends number>
  extends GraphFilters<K, I, O> {
  /** Logits of how much each motif's Laplacian counts in each power, `[K − 1, motifs]`. */
  readonly attention: Tensor<readonly [number, M]>;
}

/**
 * Fresh parameters of a motif convolution.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a node afterwards.
 * @param motifs How many motifs, 1 or more. @param order The highest power, 1 or more.
 * @param options `weights`, `biases`: initializers.
 * @returns Logits of 0, so that all motifs count the same, weights `[order + 1, inputs, outputs]` and biases.
 * @throws {ArgumentError} If a count is no whole number, 1 or more.
 * @see Monti et al., 2018, https://arxiv.org/abs/1802.01572
 *
 * @example Two motifs and powers up to 3
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { motifConvInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = motifConvInit(key(0), 5, 4, 2, 3);
 * assertEquals([p.attention.shape, p.w.shape], [[3, 2], [4, 5, 4]]);
 * ```
 */
export function motifConvInit<const I extends number, const O extends number, const M extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  motifs: M,
  order: number,
  options: GraphFilterOptions = {},
): MotifConv<M, number, I, O> {
  requireCount("motifConv", "the number of motifs", motifs, 1);
  requireCount("motifConv", "the order", order, 1);
  return {
    attention: zeros([order as number, motifs]),
    ...filtersInit(key, [order + 1 as number, inputs, outputs], options),
  };
}

/**
 * A motif convolution, Σⱼ Pⱼ·x·wⱼ + b, where P₀ = 1 and Pⱼ = Σₘ αⱼₘ·Lₘ·Pⱼ₋₁: a polynomial of the Laplacians of several
 * motifs of a directed graph, with α the softmax over motifs of what is learned.
 *
 * @param p Logits `[order, motifs]`, weights `[order + 1, inputs, outputs]` and biases `[outputs]`.
 * @returns A function from features `[nodes, inputs]` and a Laplacian for each motif to `[nodes, outputs]`.
 * @throws {ShapeError} If there is not a Laplacian for each motif, the features are not a row for each node, `inputs` long,
 *   or a matrix is not square.
 * @see Monti et al., MotifNet: a motif-based graph convolutional network for directed graphs, 2018,
 *   https://arxiv.org/abs/1802.01572
 *
 * @example Circles and feed-forward loops of a directed graph
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { graphFromEdges, laplacian, motifAdjacency, motifConvInit, motifConvWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [3, 1], [3, 2]], 4);
 * const laplacians = ([1, 5] as const).map((motif) => laplacian(motifAdjacency(graph, motif)));
 * const layer = motifConvWith(motifConvInit(key(0), 3, 2, 2, 1));
 * assertEquals(layer(ones([4, 3]), laplacians).shape, [4, 2]);
 * ```
 */
export function motifConvWith<M extends number, K extends number, I extends number, O extends number>(
  p: MotifConv<M, K, I, O>,
): <N extends number>(x: Tensor<readonly [N, I]>, laplacians: readonly Adjacency<N>[]) => Tensor<readonly [N, O]> {
  const w = p.w as Tensor, logits = p.attention as Tensor, shape = logits.shape;
  requireFilters("motifConv", w, 2, "order + 1");
  if (shape.length !== 2 || shape[0] !== w.shape[0]! - 1) {
    throw new ShapeError(
      `motifConv: attention is [order, motifs], not [${shape.join(", ")}]; weights [${
        w.shape.join(", ")
      }] make the order ${w.shape[0]! - 1}`,
    );
  }
  const motifs = shape[1]!, alpha = softmax(logits) as Tensor;
  return <N extends number>(given: Tensor<readonly [N, I]>, laplacians: readonly Adjacency<N>[]) => {
    if (laplacians.length !== motifs || motifs === 0) {
      throw new ShapeError(
        `motifConv: ${laplacians.length} Laplacians for attention [${
          shape.join(", ")
        }]; give one for each of ${motifs} motifs`,
      );
    }
    const checked = laplacians.map((l) => nodeFeatures("motifConv", l, given, w.shape[1]!)), powers = [checked[0]!];
    for (let j = 0; j < shape[0]!; j++) {
      const share = (m: number): Tensor => reshape(slice(alpha, [j, m], [j + 1, m + 1]), []) as Tensor;
      powers.push(total(...laplacians.map((l, m) => mul(spread(l, powers[j]!), share(m)) as Tensor)));
    }
    return weighed(p, powers) as unknown as Tensor<readonly [N, O]>;
  };
}
