/** A citation network: papers that cite each other, each with the words it uses and a subject. */
import { type Tensor, tensor } from "../../mod.ts";

/** A graph of `N` nodes with features and classes, and the public split of its nodes. */
export interface CitationGraph {
  /** What each node is described by, `[nodes, features]`: 1 for a word that the paper uses, or how
   * much it means there; otherwise 0. */
  readonly features: Tensor<readonly [number, number]>;
  /** Node and feature of each number among the features that is not 0, i32 `[2, n]`, node after node: few are not. */
  readonly nonzeros: Tensor<readonly [2, number], "i32">;
  /** The class of each node, i32 `[nodes]`; −1 for none. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** How many classes there are. */
  readonly classes: number;
  /** The two ends of each edge, i32 `[2, edges]`. An edge has no direction and stands once, the smaller end first. */
  readonly edges: Tensor<readonly [2, number], "i32">;
  /** The nodes to learn from, i32. */
  readonly train: Tensor<readonly [number], "i32">;
  /** The nodes to choose by, i32. */
  readonly validation: Tensor<readonly [number], "i32">;
  /** The nodes to report on, i32. */
  readonly test: Tensor<readonly [number], "i32">;
}

/** Features by compressed rows; all that are not 0 are 1 where there is no `data`. */
export interface FeatureRows {
  readonly shape: readonly [nodes: number, features: number];
  readonly indptr: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly data: ArrayLike<number> | null;
}

/** All else of a graph, as lists; `edges` has two ends after each other. */
export interface GraphParts {
  readonly labels: Int32Array;
  readonly classes: number;
  readonly edges: Int32Array;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** The graph of its parts. */
export function citationGraph(
  { shape: [nodes, width], indptr, indices, data }: FeatureRows,
  { labels, classes, edges, train, validation, test }: GraphParts,
): CitationGraph {
  const features = new Float32Array(nodes * width), nonzeros = new Int32Array(2 * indices.length);
  for (let node = 0; node < nodes; node++) {
    for (let i = indptr[node]!; i < indptr[node + 1]!; i++) {
      features[node * width + indices[i]!] = data === null ? 1 : data[i]!;
      nonzeros[i] = node;
    }
  }
  nonzeros.set(indices, indices.length);
  const n = edges.length / 2, ends = Int32Array.from(edges, (_, i) => edges[i < n ? 2 * i : 2 * (i - n) + 1]!);
  return {
    features: tensor(features, { shape: [nodes, width] }),
    nonzeros: tensor(nonzeros, { shape: [2, indices.length] }),
    labels: tensor(labels),
    classes,
    edges: tensor(ends, { shape: [2, n] }),
    train: tensor(train),
    validation: tensor(validation),
    test: tensor(test),
  };
}
