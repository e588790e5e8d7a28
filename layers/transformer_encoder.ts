/** The transformer's encoder; with `causal: true` it is the decoder-only transformer of language models. */
import { ArgumentError, foldIn, type Key, type Shape, type Tensor } from "../mod.ts";
import {
  type AttentionCache,
  attentionCache,
  type AttentionCacheOptions,
  selfAttentionStep,
} from "./attention_cache.ts";
import type { BlockNorm } from "./block_norm.ts";
import { sizeOfHead } from "./heads.ts";
import { grow, type Net } from "./net.ts";
import { selfAttentionWith } from "./self_attention.ts";
import {
  keyOf,
  type MaskedSequence,
  maskOf,
  type SequenceOf,
  sequenceOf,
  type SequenceSpec,
  type WidthOf,
} from "./sequence_specs.ts";
import {
  dropoutOf,
  type EncoderBlock,
  encoderBlockInit,
  normed,
  normInit,
  type Part,
  requireTransformer,
  runBlock,
  type TransformerCall,
  type TransformerOptions,
} from "./transformer_block.ts";

/** Parameters of an encoder of width D, with biases or without. */
export interface TransformerEncoder<D extends number, B extends boolean = true> {
  /** The blocks, in order. */
  readonly blocks: readonly EncoderBlock<D, B>[];
  /** The normalisation after the last, where there is one. */
  readonly norm?: BlockNorm<D>;
}

/**
 * Fresh parameters of an encoder.
 *
 * @param key A key, used here only. @param width Size D of the sequence's vectors. @param layers Number of blocks.
 * @param options `heads`, and what else blocks are made with.
 * @returns Parameters of each block, and of a normalisation after the last.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 *
 * @example Two blocks
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { transformerEncoderInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transformerEncoderInit(key(0), 8, 2, { heads: 2 }).blocks.length, 2);
 * ```
 */
export function transformerEncoderInit<const D extends number, const B extends boolean = true>(
  key: Key,
  width: D,
  layers: number,
  options: TransformerOptions<B>,
): TransformerEncoder<D, B> {
  requireTransformer("transformerEncoder", layers, options);
  const blocks = Array.from({ length: layers }, (_, i) => encoderBlockInit(foldIn(key, i), width, options));
  return options.finalNorm ?? options.normFirst ? { blocks, norm: normInit(width, options) } : { blocks };
}

/**
 * The encoder: blocks of self-attention and a feed-forward part, as PyTorch's `TransformerEncoder`.
 *
 * @param p Parameters. @param options As they were made with, and `causal`, `window`, `rotary`, `dropout`.
 * @returns A function of a sequence, `[...L, T, D]`, and of what changes from call to call: `mask`, which positions are
 *   seen, and `key` for dropout. It gives `[...L, T, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If the sequence or the mask do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 * @see Xiong et al., On layer normalization in the transformer architecture, 2020, https://arxiv.org/abs/2002.04745, for `normFirst`
 *
 * @example A language model's trunk
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { transformerEncoderInit, transformerEncoderWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { heads: 2, normFirst: true, causal: true, activation: "gelu" } as const;
 * const f = transformerEncoderWith(transformerEncoderInit(key(0), 8, 2, options), options);
 * assertEquals(f(ones([3, 5, 8])).shape, [3, 5, 8]);
 * ```
 */
export function transformerEncoderWith<D extends number>(
  p: TransformerEncoder<D, boolean>,
  options: TransformerOptions,
): <L extends Shape, T extends number>(
  x: Tensor<readonly [...L, T, D]>,
  call?: TransformerCall,
) => Tensor<readonly [...L, T, D]> {
  requireTransformer("transformerEncoder", p.blocks.length, options);
  const how = { ...options, dropout: dropoutOf(options) };
  return ((x: Tensor, call: TransformerCall = {}) => {
    const mask = call.mask === undefined ? {} : { mask: call.mask };
    const y = p.blocks.reduce((y, block, i) => {
      const attend = selfAttentionWith(block.attention, options.heads, how) as unknown as (
        x: Tensor,
        call: TransformerCall,
      ) => Tensor;
      const own: Part = (z, key) => attend(z, { ...mask, ...key });
      return runBlock(block, options, y, { own }, call.key === undefined ? undefined : foldIn(call.key, i));
    }, x);
    return p.norm === undefined ? y : normed(p.norm, options, y);
  }) as never;
}

/** What a transformer keeps of positions it has seen: a cache for each block. */
export type TransformerCache = readonly AttentionCache[];

/**
 * An empty cache for each block of an encoder or a decoder.
 *
 * @param p Parameters. @param positions How many positions a cache keeps: the last so many.
 * @param options `heads` and `keyValueHeads`, as the parameters were made with; `leading`, sizes of axes before the
 *   sequence's, such as `[batch]`.
 * @returns The caches.
 * @throws {ArgumentError} If a size is out of range.
 *
 * @example Two blocks, room for sixteen positions
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { transformerCache, transformerEncoderInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = transformerCache(transformerEncoderInit(key(0), 8, 2, { heads: 2 }), 16, { heads: 2 });
 * assertEquals(cache.map((c) => c.keys.shape), [[2, 16, 4], [2, 16, 4]]);
 * ```
 */
export function transformerCache(
  p: { readonly blocks: readonly EncoderBlock<number, boolean>[] },
  positions: number,
  options: { readonly heads: number } & AttentionCacheOptions,
): TransformerCache {
  return p.blocks.map(({ attention }) => attentionCache(attention, options.heads, positions, options));
}

/**
 * The causal encoder for the next positions of a sequence, given caches of the earlier ones.
 *
 * @param p Parameters. @param options As of `transformerEncoderWith`; attention is causal in any case, nothing is dropped.
 * @returns A function of caches and the next t vectors, `[...L, t, D]`, to `[caches, y]`: the caches with them, and what
 *   the encoder with `causal: true` (and a window of as many positions as a cache keeps) gives for them, `[...L, t, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If caches or vectors do not fit.
 *
 * @example One vector after three
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { transformerCache, transformerEncoderInit, transformerEncoderStep } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { heads: 2 }, p = transformerEncoderInit(key(0), 8, 2, options);
 * const step = transformerEncoderStep(p, options);
 * const [cache] = step(transformerCache(p, 16, options), normal(key(1), [3, 8]));
 * const [next, y] = step(cache, normal(key(2), [1, 8]));
 * assertEquals([next[0]!.length.item(), y.shape], [4, [1, 8]]);
 * ```
 */
export function transformerEncoderStep<D extends number>(
  p: TransformerEncoder<D, boolean>,
  options: TransformerOptions,
): <L extends Shape, T extends number>(
  cache: TransformerCache,
  x: Tensor<readonly [...L, T, D]>,
) => readonly [TransformerCache, Tensor<readonly [...L, T, D]>] {
  const op = "transformerEncoderStep", looking: TransformerOptions = { ...options, causal: true };
  requireTransformer(op, p.blocks.length, looking);
  return ((cache: TransformerCache, x: Tensor) => {
    const [next, y] = stepBlocks(op, p.blocks, looking, cache, x, () => undefined);
    return [next, p.norm === undefined ? y : normed(p.norm, options, y)];
  }) as never;
}

/** Blocks with caches, one after the other; `cross` gives a block's part of cross-attention, if it has one. */
export function stepBlocks(
  op: string,
  blocks: readonly EncoderBlock<number, boolean>[],
  options: TransformerOptions,
  cache: TransformerCache,
  x: Tensor,
  cross: (block: number) => Part | undefined,
): readonly [TransformerCache, Tensor] {
  if (cache.length !== blocks.length) {
    throw new ArgumentError(
      `${op}: caches for ${cache.length} blocks, but there are ${blocks.length}; make them with transformerCache`,
    );
  }
  const next: AttentionCache[] = [];
  const y = blocks.reduce((y, block, i) => {
    const step = selfAttentionStep(block.attention, options.heads, options);
    const own: Part = (z) => {
      const [after, given] = step(cache[i]!, z as never);
      next.push(after);
      return given as unknown as Tensor;
    };
    const looks = cross(i);
    return runBlock(block, options, y, looks === undefined ? { own } : { own, cross: looks }, undefined);
  }, x);
  return [next, y];
}

/**
 * The transformer's encoder as a layer; with `causal: true` the decoder-only transformer of language models.
 *
 * @param layers Number of blocks.
 * @param options `heads`; `feedForward` (hidden units), `activation`, `dropout` (0.1 if left out; it needs a key in
 *   training), `normFirst`, `norm`, `epsilon`, `finalNorm`, `bias`, `causal`, `window`, `rotary`, `keyValueHeads`,
 *   `headSize`, `scale`, `weights`, `outputWeights`.
 * @returns From a net of sequences `[...L, T, D]`, or of `{ x, mask }` with a bool mask `[...L, T]` of positions that are
 *   seen or `[...L, T, T]`, to one of sequences `[...L, T, D]`; the parameters are one entry.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 * @throws {ShapeError} If examples are no sequences, or the mask does not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example A small language model
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { dense, embedding, input, positions, transformerEncoder } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(
 *   input([16], { dtype: "i32" }),
 *   embedding(65, 32),
 *   positions("learned"),
 *   transformerEncoder(2, { heads: 4, causal: true, normFirst: true, activation: "gelu" }),
 *   dense(65),
 * );
 * const { params } = net.init(key(0));
 * assertEquals(net.apply(params, [], zeros([2, 16], { dtype: "i32" }), { mode: "eval" })[0].shape, [2, 16, 65]);
 * ```
 */
export function transformerEncoder<const B extends boolean = true>(
  layers: number,
  options: TransformerOptions<B>,
): <I, O extends SequenceSpec | MaskedSequence, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, SequenceOf<O>, readonly [...P, TransformerEncoder<WidthOf<O>, B>], S> {
  const op = "transformerEncoder";
  requireTransformer(op, layers, options);
  return <I, O extends SequenceSpec | MaskedSequence, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, O, P, S>,
  ) => {
    const spec = sequenceOf(op, net.output), width = spec.shape.at(-1)!;
    sizeOfHead(op, width, options.heads, options);
    return grow(net, {
      name: `${op}(${layers})`,
      output: spec as SequenceOf<O>,
      params: (key) => transformerEncoderInit(key, width, layers, options),
      apply: (p, s, batch, context) => {
        const { x, mask } = maskOf(batch, "mask"), key = keyOf(op, context, dropoutOf(options));
        return [
          transformerEncoderWith(p as TransformerEncoder<number, boolean>, options)(x as never, { ...mask, ...key }),
          s,
        ];
      },
    });
  };
}
