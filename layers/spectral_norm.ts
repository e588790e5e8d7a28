/** Spectral normalization: a weight divided by its largest singular value. */
import {
  ArgumentError,
  div,
  foldIn,
  type Key,
  matmul,
  maximum,
  normal,
  reshape,
  type Shape,
  ShapeError,
  sqrt,
  square,
  stopGradient,
  sum,
  swapAxes,
  type Tensor,
  vdot,
} from "../mod.ts";
import { asLayer, type Block, type Entries, type Extension, netOfBlock } from "./block.ts";
import { mapWeights } from "./map_params.ts";
import { grow, type Layer } from "./net.ts";

/** Estimates of a weight's first singular vectors, of length 1. */
export interface SpectralState {
  /** That of the outputs, `[outputs]`. */
  readonly u: Tensor;
  /** That of all other axes, one after the other. */
  readonly v: Tensor;
}

/** How singular vectors are estimated. */
export interface SpectralOptions {
  /** Steps of the power iteration. */
  readonly iterations?: number;
  /** The least length that a vector is divided by; 1e-12 if left out. */
  readonly epsilon?: number;
}

/** A weight as a matrix, its outputs as columns. */
function matrixOf(w: Tensor): Tensor {
  const shape: Shape = w.shape;
  if (shape.length < 2) {
    throw new ShapeError(`spectralNorm: a weight has two axes or more, not [${shape.join(", ")}]`);
  }
  return reshape(w, [shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!]);
}

/** A vector of length 1. */
const unit = (x: Tensor, epsilon: number): Tensor => div(x, maximum(sqrt(sum(square(x))), epsilon));

/** The state after some steps of the power iteration. */
function iterated(m: Tensor, { u, v }: SpectralState, iterations: number, epsilon: number): SpectralState {
  let [left, right] = [v, u];
  for (let i = 0; i < iterations; i++) {
    left = unit(matmul(m, right), epsilon);
    right = unit(matmul(swapAxes(m, 0, 1), left), epsilon);
  }
  return { u: right, v: left };
}

function requireIterations(iterations: number, least: number): void {
  if (Number.isInteger(iterations) && iterations >= least) return;
  throw new ArgumentError(
    `spectralNorm: the number of iterations is whole and ${least} or more, not ${iterations}`,
  );
}

/**
 * First estimates of a weight's first singular vectors, from a random start.
 *
 * @param key A key, used here only. @param w A weight, `[...kernel, inputs, outputs]`.
 * @param options `iterations`, 15 if left out; `epsilon`.
 * @returns The state of spectral normalization.
 * @throws {ShapeError} If the weight has fewer than two axes. @throws {ArgumentError} If the iterations are no whole number
 *   from 1 up.
 *
 * @example Of a diagonal weight
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { spectralInit } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { u } = spectralInit(key(0), tensor([[3, 0], [0, 1]]));
 * assertAlmostEquals(Math.abs((u.toArray() as number[])[0]!), 1, 1e-6);
 * ```
 */
export function spectralInit<S extends Shape>(key: Key, w: Tensor<S>, options: SpectralOptions = {}): SpectralState {
  const { iterations = 15, epsilon = 1e-12 } = options, m = stopGradient(matrixOf(w as Tensor));
  requireIterations(iterations, 1);
  const u = unit(normal(key, [m.shape[1]!], { dtype: m.dtype }), epsilon);
  return iterated(m, { u, v: u }, iterations, epsilon);
}

/**
 * A weight divided by its largest singular value, as the power iteration estimates it. Derivatives go through the weight,
 * and take the vectors for constant.
 *
 * @param state What `spectralInit` or the last call gave.
 * @param options `iterations`: steps before the estimate, 1 if left out, 0 in evaluation; `epsilon`.
 * @returns A function from a weight, `[...kernel, inputs, outputs]`, to one like it and the state afterwards.
 * @throws {ShapeError} If the weight has fewer than two axes, or is not the one that the state is of.
 * @throws {ArgumentError} If the iterations are no whole number.
 * @see Miyato et al., Spectral normalization for generative adversarial networks, 2018, https://arxiv.org/abs/1802.05957
 *
 * @example The largest singular value becomes 1
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { spectralInit, spectralNormWith } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([[4, 0], [0, 1]]);
 * const [normed] = spectralNormWith(spectralInit(key(0), w))(w);
 * assertAlmostEquals(normed.toArray()[0]![0]!, 1, 1e-6);
 * ```
 */
export function spectralNormWith(
  state: SpectralState,
  options: SpectralOptions = {},
): <S extends Shape>(w: Tensor<S>) => readonly [Tensor<S>, SpectralState] {
  const { iterations = 1, epsilon = 1e-12 } = options;
  requireIterations(iterations, 0);
  return <S extends Shape>(w: Tensor<S>) => {
    const m = matrixOf(w as Tensor), [rest, outputs] = m.shape;
    if (state.u.size !== outputs || state.v.size !== rest) {
      throw new ShapeError(
        `spectralNorm: the state is of a weight of ${state.v.size}×${state.u.size}, not [${
          (w.shape as Shape).join(", ")
        }]; use the state that was made for it`,
      );
    }
    const kept = { u: stopGradient(state.u), v: stopGradient(state.v) };
    const after = iterated(stopGradient(m), kept, iterations, epsilon);
    return [div(w as Tensor, vdot(after.v, matmul(m, after.u))) as unknown as Tensor<S>, after];
  };
}

/** Singular vectors at the weights of a tree of parameters, `null` at what is no weight. */
export type SpectralStates<P> = P extends Tensor<infer S extends Shape>
  ? number extends S["length"] ? SpectralState | null
  : S extends readonly [number, number, ...infer _] ? SpectralState
  : null
  : { readonly [K in keyof P]: SpectralStates<P[K]> };

/** State of a block under spectral normalization. */
export interface SpectralNormState<P, S> {
  /** The block's own. */
  readonly block: S;
  /** The vectors of its weights, in a tree like its parameters. */
  readonly vectors: SpectralStates<P>;
}

/**
 * A block whose weights are divided by their largest singular values, which the power iteration follows through training.
 * Weights are its parameters of two axes or more.
 *
 * @param block Layers, such as `dense(10)`.
 * @param options `iterations`: steps each time it is applied in training, 1 if left out; `epsilon`.
 * @returns From a net to the net with the block after it; its parameters are one entry, and its state is
 *   `{ block, vectors }`.
 * @throws {ArgumentError} If the iterations are no whole number.
 * @see Miyato et al., 2018, https://arxiv.org/abs/1802.05957
 *
 * @example Scaling the weights changes nothing
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones, tree } from "@adjoint/adjoint";
 * import { dense, input, spectralNorm } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), spectralNorm(dense(1)));
 * const { params, state } = net.init(key(0)), x = ones([1, 4]);
 * const of = (p: typeof params) => net.apply(p, state, x, { mode: "train" })[0].toArray()[0]![0]!;
 * assertAlmostEquals(of(tree.scale(params, 3)), of(params), 1e-6);
 * ```
 */
export function spectralNorm<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
  options: SpectralOptions = {},
): Extension<X, Y, P2, SpectralNormState<P2, S2>> {
  const { iterations = 1, epsilon = 1e-12 } = options;
  requireIterations(iterations, 0);
  return (net) => {
    const layer = asLayer("spectralNorm", netOfBlock(block, net.output));
    const vectorsOf: NonNullable<Layer["state"]> = (key) => {
      let i = 0;
      const first = (w: Tensor) => spectralInit(foldIn(foldIn(key, 1), i++), w, { epsilon });
      return mapWeights(layer.params(key), null, first, () => null);
    };
    return grow(net, {
      ...layer,
      state: (key) => ({ block: layer.state(key), vectors: vectorsOf(key) }),
      apply: (p, s, x, context) => {
        const { block, vectors } = s as SpectralNormState<unknown, unknown>;
        const norm = (w: Tensor, v: unknown) =>
          spectralNormWith(v as SpectralState, {
            iterations: context.mode === "train" ? iterations : 0,
            epsilon,
          })(w);
        const pairs = mapWeights(p, vectors, norm, () => null), part = (pair: unknown) => pair as readonly unknown[];
        const [y, after] = layer.apply(mapWeights(p, pairs, (_, t) => part(t)[0], (leaf) => leaf), block, x, context);
        return [y, { block: after, vectors: mapWeights(p, pairs, (_, t) => part(t)[1], () => null) }];
      },
    });
  };
}
