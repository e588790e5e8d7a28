/** Graph convolutions as polynomials of a Laplacian: ChebNet. */
import { add, concat, foldIn, type Key, matmul, mul, reshape, ShapeError, sub, type Tensor } from "../mod.ts";
import { type GraphMap, graphMap, spread } from "./graph.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { requireCount } from "./operands.ts";

/** Weights of several filters of a graph, and biases. */
export interface GraphFilters<K extends number, I extends number, O extends number> {
  /** Weights of each filter, `[filters, inputs, outputs]`. */
  readonly w: Tensor<readonly [K, I, O]>;
  /** Biases, `[outputs]`; none if left out. */
  readonly b?: Tensor<readonly [O]>;
}

/** How the filters of a graph start. */
export interface GraphFilterOptions {
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/** Fresh weights of filters, and biases. */
export function filtersInit<K extends number, I extends number, O extends number>(
  key: Key,
  sizes: readonly [K, I, O],
  { weights = glorotUniform, biases = zerosInit }: GraphFilterOptions,
): GraphFilters<K, I, O> {
  return { w: weights(foldIn(key, 0), sizes), b: biases(foldIn(key, 1), [sizes[2]]) };
}

/** The sum of filtered features, each times its weights, as one product. */
export function weighed(p: GraphFilters<number, number, number>, filtered: readonly Tensor[]): Tensor {
  const [count, inputs, outputs] = p.w.shape;
  const y = matmul(concat(filtered, { axis: 1 }) as Tensor, reshape(p.w, [count * inputs, outputs]) as Tensor);
  return (p.b === undefined ? y : add(y as Tensor, p.b as Tensor)) as Tensor;
}

/** Throws unless weights are of filters, `least` of them or more. */
export function requireFilters(op: string, w: Tensor, least: number, what: string): void {
  if (w.shape.length === 3 && w.shape[0]! >= least) return;
  throw new ShapeError(`${op}: weights are [${what}, inputs, outputs], not [${w.shape.join(", ")}]`);
}

/**
 * Fresh parameters of a Chebyshev convolution.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a node afterwards.
 * @param terms How many polynomials, 1 or more: a node sees what is `terms − 1` edges away.
 * @param options `weights`, `biases`: initializers.
 * @returns Weights, `[terms, inputs, outputs]`, and biases, `[outputs]`.
 * @throws {ArgumentError} If `terms` is no whole number, 1 or more.
 * @see Defferrard et al., 2016, https://arxiv.org/abs/1606.09375
 *
 * @example Three terms
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { chebInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(chebInit(key(0), 5, 2, 3).w.shape, [3, 5, 2]);
 * ```
 */
export function chebInit<const I extends number, const O extends number, const K extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  terms: K,
  options: GraphFilterOptions = {},
): GraphFilters<K, I, O> {
  requireCount("cheb", "the number of terms", terms, 1);
  return filtersInit(key, [terms, inputs, outputs], options);
}

/**
 * A Chebyshev convolution, Σₖ Tₖ(L)·x·wₖ + b, with T₀ = 1, T₁ = L and Tₖ = 2·L·Tₖ₋₁ − Tₖ₋₂: a polynomial of a Laplacian that
 * `scaledLaplacian` has brought between −1 and 1.
 *
 * @param p Weights, `[terms, inputs, outputs]`, and biases, `[outputs]`.
 * @returns A function from features `[nodes, inputs]` and a scaled Laplacian to `[nodes, outputs]`.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, a matrix is not square, or the weights
 *   have no axis of terms.
 * @see Defferrard et al., Convolutional neural networks on graphs with fast localized spectral filtering, 2016,
 *   https://arxiv.org/abs/1606.09375
 *
 * @example On a path of three nodes
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { chebWith, graphFromEdges, laplacian, scaledLaplacian } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const l = scaledLaplacian(laplacian(graphFromEdges([[0, 1], [1, 2]], 3, { undirected: true })));
 * const identity = chebWith({ w: tensor([[[2]], [[0]], [[0]]]) });
 * assertEquals(identity(tensor([[1], [2], [3]]), l).toArray(), [[2], [4], [6]]);
 * ```
 */
export function chebWith<K extends number, I extends number, O extends number>(
  p: GraphFilters<K, I, O>,
): GraphMap<I, O> {
  requireFilters("cheb", p.w as Tensor, 1, "terms");
  return graphMap("cheb", p.w.shape[1], (x, l) => {
    const terms = [x];
    for (let k = 1; k < p.w.shape[0]; k++) {
      const next = spread(l, terms[k - 1]!);
      terms.push(k === 1 ? next : sub(mul(next, 2), terms[k - 2]!) as Tensor);
    }
    return weighed(p, terms);
  });
}
