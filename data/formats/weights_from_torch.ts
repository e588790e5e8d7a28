/** Where the weights of PyTorch's layers go, and how they lie there. */
import {
  concat,
  type DType,
  reshape,
  type Shape,
  ShapeError,
  splitAxis,
  type Tensor,
  transpose,
  zeros,
} from "../../mod.ts";
import type { WeightRule } from "./import_weights.ts";

type Any = Tensor<Shape, DType>;

/** Options of `fromTorch.dense`. */
export interface TorchDenseOptions {
  /**
   * The shape `[C, …spatial]` that PyTorch flattened into the layer's inputs. Here channels are the last axis, so that
   * `flatten` puts the same numbers into another order, and the weights have to follow.
   */
  readonly flattened?: readonly number[];
}

/** Options of `fromTorch`'s recurrent layers. */
export interface TorchRecurrentOptions {
  /** The number of the layer in the stack; 0 if left out. */
  readonly layer?: number;
  /** The one that goes backward. */
  readonly reverse?: boolean;
  /** Whether it has biases; true if left out. */
  readonly bias?: boolean;
}

/** Rules for the layers of one library, by layer: `from` and `to` are where its weights stand, there and here. */
export interface TorchRules {
  /** `nn.Linear`: weights `[outputs, inputs]`, here `[inputs, outputs]`. */
  readonly dense: (from: string, to: string, options?: TorchDenseOptions) => readonly WeightRule[];
  /** `nn.Conv1d`, `2d` and `3d`: kernels `[O, C / groups, …window]`, here `[…window, C / groups, O]`. */
  readonly conv: (from: string, to: string) => readonly WeightRule[];
  /** `nn.BatchNorm1d`, `2d` and `3d`: `to` is where the parameters stand, `state` where the running statistics do. */
  readonly batchNorm: (from: string, to: string, state: string) => readonly WeightRule[];
  /** `nn.LayerNorm` and `nn.GroupNorm`. */
  readonly layerNorm: (from: string, to: string) => readonly WeightRule[];
  /** `nn.Embedding`. */
  readonly embedding: (from: string, to: string) => readonly WeightRule[];
  /** One layer of `nn.RNN`: its two biases are added. */
  readonly rnn: (from: string, to: string, options?: TorchRecurrentOptions) => readonly WeightRule[];
  /** One layer of `nn.LSTM`: its two biases are added. */
  readonly lstm: (from: string, to: string, options?: TorchRecurrentOptions) => readonly WeightRule[];
  /** One layer of `nn.GRU`: its two biases are added, but for the new state's. */
  readonly gru: (from: string, to: string, options?: TorchRecurrentOptions) => readonly WeightRule[];
}

/** A name under another; at the root it stands alone. */
export const under = (path: string, name: string, separator = "."): string =>
  path === "" ? name : path + separator + name;

/** Kernels with their outputs first, with the window first and the outputs last. */
function windowFirst(w: Any): Any {
  if (w.shape.length < 3) {
    throw new ShapeError(`a kernel has 3 axes or more, and this is [${w.shape.join(", ")}]`);
  }
  return transpose(w, [...w.shape.slice(2).map((_, i) => i + 2), 1, 0]) as Any;
}

/** Weights of inputs that were flattened channels first, for inputs that are flattened channels last. */
function reordered(w: Any, flattened: readonly number[]): Any {
  const [outputs = 0] = w.shape, inputs = flattened.reduce((a, b) => a * b, 1);
  const apart = reshape(w, [outputs, ...flattened]) as Any;
  return reshape(windowFirst(apart), [inputs, outputs]) as Any;
}

const thirds = (b: Any): readonly [Any, Any, Any] => splitAxis(b, 3) as unknown as readonly [Any, Any, Any];

/** The new state's part of a GRU's biases. */
const lastThird = (b: Any): Any => thirds(b)[2];

const withoutLastThird = (b: Any): Any => {
  const [r, z, n] = thirds(b);
  return concat([r, z, zeros(n.shape, { dtype: n.dtype }) as Any] as never) as Any;
};

/** Zeros as long as a weight has rows. */
const zerosLike = (share: number) => (w: Any): Any => zeros([w.shape[0]! / share], { dtype: w.dtype }) as Any;

function recurrent(from: string, to: string, options: TorchRecurrentOptions, gru: boolean): readonly WeightRule[] {
  const { layer = 0, reverse = false, bias = true } = options;
  const name = (n: string) => under(from, `${n}_l${layer}${reverse ? "_reverse" : ""}`),
    leaf = (n: string) => under(to, n);
  const weights: WeightRule[] = [
    { from: name("weight_ih"), to: leaf("wx"), transform: "transpose" },
    { from: name("weight_hh"), to: leaf("wh"), transform: "transpose" },
  ];
  if (!bias) {
    // There are always biases here.
    weights.push({ from: name("weight_ih"), to: leaf("b"), transform: zerosLike(1) });
    if (gru) weights.push({ from: name("weight_ih"), to: leaf("bh"), transform: zerosLike(3) });
    return weights;
  }
  const inner: WeightRule = { from: name("bias_hh"), to: leaf("b"), add: true };
  return [
    ...weights,
    { from: name("bias_ih"), to: leaf("b"), add: true },
    gru ? { ...inner, transform: withoutLastThird } : inner,
    ...(gru ? [{ from: name("bias_hh"), to: leaf("bh"), transform: lastThird }] : []),
  ];
}

/**
 * Rules of `mapWeights` for layers of PyTorch, to be put one after another.
 *
 * `from` is the layer's name in PyTorch, as it stands before `.weight`; `to` is where its parameters stand in the tree that
 * `mapWeights` is given: `0` in the parameters of a net, `params.0` in what `init` gives.
 *
 * @see https://docs.pytorch.org/docs/stable/nn.html
 *
 * @example A net of two layers
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { fromTorch, mapWeights } from "@adjoint/adjoint/data";
 * import { conv, dense, flatten, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4, 4, 1]), conv(3, 2), flatten(), dense(5));
 * const rules = [
 *   ...fromTorch.conv("features.0", "params.0"),
 *   ...fromTorch.dense("classifier", "params.1", { flattened: [2, 4, 4] }),
 * ];
 * const file = {
 *   "features.0.weight": zeros([2, 1, 3, 3]),
 *   "features.0.bias": zeros([2]),
 *   "classifier.weight": zeros([5, 32]),
 *   "classifier.bias": zeros([5]),
 * };
 * assertEquals(mapWeights(net.init(key(0)), file, rules)._tag, "Right");
 * ```
 */
export const fromTorch: TorchRules = {
  dense: (from, to, { flattened } = {}) => [
    {
      from: under(from, "weight"),
      to: under(to, "w"),
      transform: flattened === undefined ? "transpose" : (w) => reordered(w, flattened),
    },
    { from: under(from, "bias"), to: under(to, "b") },
  ],
  conv: (from, to) => [
    { from: under(from, "weight"), to: under(to, "w"), transform: windowFirst },
    { from: under(from, "bias"), to: under(to, "b") },
  ],
  batchNorm: (from, to, state) => [
    ...fromTorch.layerNorm(from, to),
    { from: under(from, "running_mean"), to: under(state, "mean") },
    { from: under(from, "running_var"), to: under(state, "variance") },
    { from: under(from, "num_batches_tracked"), to: under(state, "count") },
  ],
  layerNorm: (from, to) => [
    { from: under(from, "weight"), to: under(to, "scale") },
    { from: under(from, "bias"), to: under(to, "bias") },
  ],
  embedding: (from, to) => [{ from: under(from, "weight"), to: under(to, "w") }],
  rnn: (from, to, options = {}) => recurrent(from, to, options, false),
  lstm: (from, to, options = {}) => recurrent(from, to, options, false),
  gru: (from, to, options = {}) => recurrent(from, to, options, true),
};
