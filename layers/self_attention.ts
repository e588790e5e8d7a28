/** Self-attention in several heads: each position of a sequence looks at the others. */
import { and, foldIn, type Key, type Shape, splitAxis, type Tensor, where } from "../mod.ts";
import { causalMask } from "./attention_masks.ts";
import {
  affine,
  type HeadCall,
  headsApart,
  type HeadSizes,
  headsTogether,
  headWeights,
  mixHeads,
  requireOptions,
  requireSequence,
  type SelfAttentionOptions,
  sizeOfHead,
} from "./heads.ts";
import { glorotUniform } from "./initializers.ts";
import { linearInit, type LinearParams } from "./linear.ts";
import type { Mask } from "./masked_softmax.ts";
import { grow, type Net } from "./net.ts";
import { rotary, type RotaryCall } from "./rotary.ts";
import {
  keyOf,
  type MaskedSequence,
  maskOf,
  type SequenceOf,
  sequenceOf,
  type SequenceSpec,
  type WidthOf,
} from "./sequence_specs.ts";

/** Parameters of self-attention of width D, with biases (`B` is true) or without. */
export interface SelfAttention<D extends number, B extends boolean = true> {
  /** Queries of all heads, then keys of all, then values of all, side by side. */
  readonly qkv: LinearParams<D, number, B>;
  /** What the heads give, side by side, to the width. */
  readonly out: LinearParams<number, D, B>;
}

/**
 * Fresh parameters of self-attention. As PyTorch's, weights are Glorot's uniform and biases zero.
 *
 * @param key A key, used here only. @param width Size D of the sequence's vectors. @param heads Number of heads.
 * @param options `headSize`, `keyValueHeads`, `bias`, `weights`, `outputWeights`.
 * @returns Projections to queries, keys and values, `[D, …]`, and back, `[…, D]`.
 * @throws {ArgumentError} If heads do not divide the width, or `keyValueHeads` not the heads.
 *
 * @example Two heads of four
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { selfAttentionInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = selfAttentionInit(key(0), 8, 2);
 * assertEquals([p.qkv.w.shape, p.out.w.shape], [[8, 24], [8, 8]]);
 * ```
 */
export function selfAttentionInit<const D extends number, const B extends boolean = true>(
  key: Key,
  width: D,
  heads: number,
  options: HeadSizes<B> = {},
): SelfAttention<D, B> {
  const size = sizeOfHead("selfAttention", width, heads, options);
  const { keyValueHeads = heads, bias = true as B, weights = glorotUniform, outputWeights = weights } = options;
  return {
    qkv: linearInit(foldIn(key, 0), width, (heads + 2 * keyValueHeads) * size, { weights, bias }),
    out: linearInit(foldIn(key, 1), heads * size, width, { weights: outputWeights, bias }),
  };
}

/**
 * Self-attention in several heads, as PyTorch's `MultiheadAttention` of one sequence.
 *
 * @param p Parameters. @param heads Number of heads, as they were made with.
 * @param options `causal`, `window`, `rotary`, `keyValueHeads`, `scale`, `dropout`.
 * @returns A function of a sequence, `[...L, T, D]`, and what changes from call to call: `mask`, which keys are seen, bool
 *   or additive, and `key` for dropout. It gives `[...L, T, D]`; a position that sees nothing gets the output's bias.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If the sequence or the mask do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 * @see Ainslie et al., GQA, 2023, https://arxiv.org/abs/2305.13245, for `keyValueHeads`
 *
 * @example A batch of two sequences of five
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { selfAttentionInit, selfAttentionWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = selfAttentionInit(key(0), 8, 2);
 * assertEquals(selfAttentionWith(p, 2, { causal: true })(ones([2, 5, 8])).shape, [2, 5, 8]);
 * ```
 */
export function selfAttentionWith<D extends number>(
  p: SelfAttention<D, boolean>,
  heads: number,
  options: SelfAttentionOptions = {},
): <L extends Shape, T extends number>(
  x: Tensor<readonly [...L, T, D]>,
  call?: HeadCall,
) => Tensor<readonly [...L, T, D]> {
  requireOptions("selfAttention", heads, options);
  return ((x: Tensor, call: HeadCall = {}) => {
    const [q, k, v] = queriesKeysValues(p, heads, options, x);
    const weights = headWeights("selfAttention", q, k, options, maskFor(x, options, call.mask));
    return affine(p.out as SelfAttention<number>["out"], headsTogether(mixHeads(weights, v, options, call.key)));
  }) as never;
}

/**
 * The weights of self-attention: how much each position takes of each, in every head.
 *
 * @param p Parameters. @param heads Number of heads. @param options As of `selfAttentionWith`.
 * @returns A function of a sequence, `[...L, T, D]`, and `mask`, to weights `[...L, heads, T, T]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If the sequence or the mask do not fit.
 *
 * @example Weights of a row sum to one
 * ```ts
 * import { key, normal, sum } from "@adjoint/adjoint";
 * import { selfAttentionInit, selfAttentionWeights } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const weights = selfAttentionWeights(selfAttentionInit(key(0), 8, 2), 2)(normal(key(1), [3, 8]));
 * assertAlmostEquals(sum(weights).item(), 2 * 3, 1e-5);
 * ```
 */
export function selfAttentionWeights<D extends number>(
  p: SelfAttention<D, boolean>,
  heads: number,
  options: SelfAttentionOptions = {},
): <L extends Shape, T extends number>(
  x: Tensor<readonly [...L, T, D]>,
  call?: HeadCall,
) => Tensor<readonly [...L, number, T, T]> {
  requireOptions("selfAttention", heads, options);
  return ((x: Tensor, call: HeadCall = {}) => {
    const [q, k] = queriesKeysValues(p, heads, options, x);
    return headWeights("selfAttention", q, k, options, maskFor(x, options, call.mask));
  }) as never;
}

/** Queries `[...L, H, T, size]`, keys and values `[...L, G, T, size]` of a sequence, turned by their positions. */
export function queriesKeysValues(
  p: SelfAttention<number, boolean>,
  heads: number,
  options: SelfAttentionOptions,
  x: Tensor,
  positions?: Tensor<Shape, "i32">,
): readonly [Tensor, Tensor, Tensor] {
  requireSequence("selfAttention", "a sequence", x.shape, p.qkv.w.shape[0]);
  const { keyValueHeads = heads, rotary: turned = false } = options;
  const all = headsApart("selfAttention", affine(p.qkv, x), heads + 2 * keyValueHeads);
  const [q, k, v] = splitAxis(all, [heads, heads + keyValueHeads], { axis: -3 }) as unknown as [Tensor, Tensor, Tensor];
  if (turned === false) return [q, k, v];
  const how: RotaryCall = { ...turned === true ? {} : turned, ...positions === undefined ? {} : { positions } };
  return [rotary(q, how), rotary(k, how), v];
}

/** The mask of a call, and causality. */
function maskFor(
  x: Tensor,
  { causal = false, window }: SelfAttentionOptions,
  mask: Mask | undefined,
): Mask | undefined {
  if (!causal) return mask;
  const before = causalMask(x.shape.at(-2)!, window === undefined ? {} : { window }) as Tensor<Shape, "bool">;
  if (mask === undefined) return before;
  if (mask.dtype === "bool") return and(mask, before) as unknown as Mask;
  return where(before, mask as Tensor, -Infinity) as unknown as Mask;
}

/**
 * Self-attention in several heads as a layer.
 *
 * @param heads Number of heads.
 * @param options `causal`, `window`, `rotary`, `keyValueHeads`, `headSize`, `bias`, `scale`, `dropout` on the weights,
 *   which needs a key in training, `weights` and `outputWeights`: initializers.
 * @returns From a net of sequences `[...L, T, D]`, or of `{ x, mask }` with a bool mask `[...L, T]` of keys that are seen
 *   or `[...L, T, T]`, to one of sequences `[...L, T, D]`.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 * @throws {ShapeError} If examples are no sequences, or the mask does not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Four heads of eight
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, multiHeadAttention } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([10, 32]), multiHeadAttention(4, { causal: true }));
 * assertEquals(net.init(key(0)).params[0].qkv.w.shape, [32, 96]);
 * ```
 */
export function multiHeadAttention<const B extends boolean = true>(
  heads: number,
  options: SelfAttentionOptions & HeadSizes<B> = {},
): <I, O extends SequenceSpec | MaskedSequence, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, SequenceOf<O>, readonly [...P, SelfAttention<WidthOf<O>, B>], S> {
  const op = "multiHeadAttention";
  requireOptions(op, heads, options);
  return <I, O extends SequenceSpec | MaskedSequence, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, O, P, S>,
  ) => {
    const spec = sequenceOf(op, net.output), width = spec.shape.at(-1)!;
    sizeOfHead(op, width, heads, options);
    return grow(net, {
      name: `${op}(${heads})`,
      output: spec as SequenceOf<O>,
      params: (key) => selfAttentionInit(key, width, heads, options),
      apply: (p, s, batch, context) => {
        const { x, mask } = maskOf(batch, "mask"), key = keyOf(op, context, options.dropout);
        return [
          selfAttentionWith(p as SelfAttention<number, boolean>, heads, options)(x as never, { ...mask, ...key }),
          s,
        ];
      },
    });
  };
}
