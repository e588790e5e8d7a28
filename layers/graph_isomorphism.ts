/** The graph isomorphism network. */
import { add, foldIn, type Key, mul, relu, type Tensor, tensor } from "../mod.ts";
import { type GraphMap, graphMap, spread } from "./graph.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { type Linear, linear, linearInit } from "./linear.ts";
import { requireNumber } from "./operands.ts";

/** The parameters of a graph isomorphism layer. */
export interface Gin<I extends number, H extends number, O extends number> {
  /** ε, what a node counts more than a neighbour, a scalar; 0 if left out. */
  readonly epsilon?: Tensor<readonly []>;
  /** The first layer of the perceptron. */
  readonly hidden: Linear<I, H>;
  /** Its second layer. */
  readonly output: Linear<H, O>;
}

/** How a graph isomorphism layer starts. */
export interface GinOptions {
  /** What ε starts from; `false` leaves it out, and it stays 0. 0 if left out. */
  readonly epsilon?: number | false;
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/**
 * Fresh parameters of a graph isomorphism layer.
 *
 * @param key A key, used here only. @param inputs Features a node. @param hidden Size of the hidden layer. @param outputs
 *   Features a node afterwards.
 * @param options `epsilon`: what ε starts from, or `false` for none; `weights`, `biases`: initializers.
 * @returns ε and two layers.
 * @throws {ArgumentError} If `epsilon` is neither a finite number nor `false`.
 * @see Xu et al., 2019, https://arxiv.org/abs/1810.00826
 *
 * @example With a fixed ε of 0
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { ginInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(Object.keys(ginInit(key(0), 3, 16, 2, { epsilon: false })), ["hidden", "output"]);
 * ```
 */
export function ginInit<const I extends number, const H extends number, const O extends number>(
  key: Key,
  inputs: I,
  hidden: H,
  outputs: O,
  options: GinOptions = {},
): Gin<I, H, O> {
  const { epsilon = 0, weights = glorotUniform, biases = zerosInit } = options;
  if (epsilon !== false) requireNumber("gin", "epsilon", epsilon);
  const layers = {
    hidden: linearInit(foldIn(key, 0), inputs, hidden, { weights, biases }),
    output: linearInit(foldIn(key, 1), hidden, outputs, { weights, biases }),
  };
  return epsilon === false ? layers : { epsilon: tensor(epsilon), ...layers };
}

/**
 * A graph isomorphism layer: a perceptron of (1 + ε)·x plus the sum of the neighbours' features, which tells apart all
 * that the test of Weisfeiler and Lehman does.
 *
 * @param p ε and the two layers of the perceptron.
 * @param options `activation` between the layers; ReLU if left out.
 * @returns A function from features `[nodes, inputs]` and a graph to `[nodes, outputs]`.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, or a matrix is not square.
 * @see Xu et al., How powerful are graph neural networks?, 2019, https://arxiv.org/abs/1810.00826
 *
 * @example The sum tells one neighbour from two that are like it
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { ginWith, graphFromEdges } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const one = { w: tensor([[1]]), b: tensor([0]) }, graph = graphFromEdges([[2, 0], [2, 1], [3, 1]], 4);
 * assertEquals(ginWith({ hidden: one, output: one })(tensor([[1], [1], [5], [5]]), graph).toArray(), [[6], [11], [5], [5]]);
 * ```
 */
export function ginWith<I extends number, H extends number, O extends number>(
  p: Gin<I, H, O>,
  options: { readonly activation?: (x: Tensor) => Tensor } = {},
): GraphMap<I, O> {
  const { activation = relu as (x: Tensor) => Tensor } = options;
  return graphMap("gin", p.hidden.w.shape[0], (x, a) => {
    const own = p.epsilon === undefined ? x : mul(x, add(p.epsilon as Tensor, 1) as Tensor);
    const hidden = linear(p.hidden)(add(own, spread(a, x)) as never) as Tensor;
    return linear(p.output)(activation(hidden) as never) as Tensor;
  });
}
