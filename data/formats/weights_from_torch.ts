/** Where the weights of PyTorch's layers go, and how they lie there. */
import { transpose } from "../../mod.ts";
import type { WeightRule } from "./import_weights.ts";
import {
  firstThird,
  groupsApart,
  lastThird,
  laterThirds,
  reordered,
  windowFirst,
  withoutLastThird,
  zerosLike,
} from "./torch_transforms.ts";

/** Options of `fromTorch.dense`. */
export interface TorchDenseOptions {
  /**
   * The shape `[C, …spatial]` that PyTorch flattened into the layer's inputs. Here channels are the last axis, so that
   * `flatten` puts the same numbers into another order, and the weights have to follow.
   */
  readonly flattened?: readonly number[];
}

/** Options of `fromTorch.convTransposed`. */
export interface TorchGroupsOptions {
  /** How many groups the channels are in; 1 if left out. */
  readonly groups?: number;
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
  /** `nn.ConvTranspose1d`, `2d` and `3d`, whose `groups` must be said: kernels `[C, O / groups, …window]`, here as `conv`'s. */
  readonly convTransposed: (from: string, to: string, options?: TorchGroupsOptions) => readonly WeightRule[];
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
  /** `nn.MultiheadAttention` of a sequence to itself. */
  readonly selfAttention: (from: string, to: string) => readonly WeightRule[];
  /** `nn.MultiheadAttention` of a sequence to another one that is as wide. */
  readonly crossAttention: (from: string, to: string) => readonly WeightRule[];
  /** `nn.TransformerEncoderLayer`: a block of `transformerEncoder`. */
  readonly encoderBlock: (from: string, to: string) => readonly WeightRule[];
  /** `nn.TransformerDecoderLayer`: a block of `transformerDecoder`. */
  readonly decoderBlock: (from: string, to: string) => readonly WeightRule[];
}

/** A name under another; at the root it stands alone. */
export const under = (path: string, name: string, separator = "."): string =>
  path === "" ? name : path + separator + name;

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
  convTransposed: (from, to, { groups = 1 } = {}) => [
    { from: under(from, "weight"), to: under(to, "w"), transform: (w) => groupsApart(w, groups) },
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
  selfAttention: (from, to) => [
    { from: under(from, "in_proj_weight"), to: under(to, "qkv.w"), transform: "transpose" },
    { from: under(from, "in_proj_bias"), to: under(to, "qkv.b") },
    ...fromTorch.dense(under(from, "out_proj"), under(to, "out")),
  ],
  crossAttention: (from, to) => [
    { from: under(from, "in_proj_weight"), to: under(to, "query.w"), transform: (w) => transpose(firstThird(w)) },
    { from: under(from, "in_proj_weight"), to: under(to, "keyValue.w"), transform: (w) => transpose(laterThirds(w)) },
    { from: under(from, "in_proj_bias"), to: under(to, "query.b"), transform: firstThird },
    { from: under(from, "in_proj_bias"), to: under(to, "keyValue.b"), transform: laterThirds },
    ...fromTorch.dense(under(from, "out_proj"), under(to, "out")),
  ],
  encoderBlock: (from, to) => block(from, to, 2),
  decoderBlock: (from, to) => [
    ...block(from, to, 3),
    ...fromTorch.crossAttention(under(from, "multihead_attn"), under(to, "cross")),
    ...fromTorch.layerNorm(under(from, "norm2"), under(to, "crossNorm")),
  ],
};

/** What both kinds of blocks have; their normalisations are counted in order. */
const block = (from: string, to: string, last: number): readonly WeightRule[] => [
  ...fromTorch.selfAttention(under(from, "self_attn"), under(to, "attention")),
  ...fromTorch.layerNorm(under(from, "norm1"), under(to, "attentionNorm")),
  ...fromTorch.dense(under(from, "linear1"), under(to, "feedForward.up")),
  ...fromTorch.dense(under(from, "linear2"), under(to, "feedForward.down")),
  ...fromTorch.layerNorm(under(from, `norm${last}`), under(to, "feedForwardNorm")),
];
