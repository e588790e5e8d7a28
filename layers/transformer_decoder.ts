/** The transformer's decoder: it looks back at its own sequence, and at a memory that an encoder has made. */
import { ArgumentError, foldIn, type Key, type Shape, type Tensor } from "../mod.ts";
import type { BlockNorm } from "./block_norm.ts";
import { crossAttentionOver, crossAttentionWith, keysValuesOf, type KeyValues } from "./cross_attention.ts";
import { sizeOfHead } from "./heads.ts";
import type { Mask } from "./masked_softmax.ts";
import { grow, type Net } from "./net.ts";
import { selfAttentionWith } from "./self_attention.ts";
import {
  keyOf,
  maskOf,
  memoryOf,
  type MemoryWidthOf,
  type SequenceAndMemory,
  type SequenceOf,
  sequenceOf,
  type WidthOf,
} from "./sequence_specs.ts";
import {
  type DecoderBlock,
  decoderBlockInit,
  dropoutOf,
  normed,
  normInit,
  type Part,
  requireTransformer,
  runBlock,
  type TransformerCall,
  type TransformerOptions,
} from "./transformer_block.ts";
import { stepBlocks, type TransformerCache } from "./transformer_encoder.ts";

/** Parameters of a decoder of width D over a memory of width M, with biases or without. */
export interface TransformerDecoder<D extends number, M extends number, B extends boolean = true> {
  /** The blocks, in order. */
  readonly blocks: readonly DecoderBlock<D, M, B>[];
  /** The normalisation after the last, where there is one. */
  readonly norm?: BlockNorm<D>;
}

/** What changes from call to call of a decoder. */
export interface DecoderCall extends TransformerCall {
  /** Which of the memory a position sees: bool or additive; it broadcasts to `[...L, T, N]`. */
  readonly memoryMask?: Mask;
}

/**
 * Fresh parameters of a decoder.
 *
 * @param key A key, used here only. @param width Size D of the sequence's vectors. @param memoryWidth Size M of the memory's.
 * @param layers Number of blocks. @param options `heads`, and what else blocks are made with.
 * @returns Parameters of each block, and of a normalisation after the last.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 *
 * @example Two blocks over a memory of width 6
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { transformerDecoderInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transformerDecoderInit(key(0), 8, 6, 2, { heads: 2 }).blocks[0]!.cross.keyValue.w.shape, [6, 16]);
 * ```
 */
export function transformerDecoderInit<
  const D extends number,
  const M extends number,
  const B extends boolean = true,
>(
  key: Key,
  width: D,
  memoryWidth: M,
  layers: number,
  options: TransformerOptions<B>,
): TransformerDecoder<D, M, B> {
  requireTransformer("transformerDecoder", layers, causal(options));
  const blocks = Array.from(
    { length: layers },
    (_, i) => decoderBlockInit(foldIn(key, i), width, memoryWidth, options),
  );
  return options.finalNorm ?? options.normFirst ? { blocks, norm: normInit(width, options) } : { blocks };
}

/** Options of a decoder, which is causal unless it is said not to be. */
const causal = <B extends boolean>(options: TransformerOptions<B>): TransformerOptions<B> => ({
  causal: true,
  ...options,
});

/**
 * The decoder: blocks of self-attention, cross-attention and a feed-forward part, as PyTorch's `TransformerDecoder`; no
 * position sees a later one, unless `causal` is false.
 *
 * @param p Parameters. @param options As they were made with, and `causal`, `window`, `rotary`, `dropout`.
 * @returns A function of a sequence, `[...L, T, D]`, a memory, `[...L, N, M]`, and what changes from call to call: `mask`,
 *   which positions of the sequence are seen, `memoryMask`, which of the memory, and `key` for dropout. It gives
 *   `[...L, T, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If sequences or masks do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Five positions over a memory of seven
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { transformerDecoderInit, transformerDecoderWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { heads: 2 }, p = transformerDecoderInit(key(0), 8, 6, 2, options);
 * assertEquals(transformerDecoderWith(p, options)(ones([5, 8]), ones([7, 6])).shape, [5, 8]);
 * ```
 */
export function transformerDecoderWith<D extends number, M extends number>(
  p: TransformerDecoder<D, M, boolean>,
  options: TransformerOptions,
): <L extends Shape, T extends number, N extends number>(
  x: Tensor<readonly [...L, T, D]>,
  memory: Tensor<readonly [...L, N, M]>,
  call?: DecoderCall,
) => Tensor<readonly [...L, T, D]> {
  const own = { ...causal(options), dropout: dropoutOf(options) }, { heads } = options;
  requireTransformer("transformerDecoder", p.blocks.length, own);
  type Attend = (...args: unknown[]) => Tensor;
  return ((x: Tensor, memory: Tensor, { mask, memoryMask, key }: DecoderCall = {}) => {
    const masked = mask === undefined ? {} : { mask }, over = memoryMask === undefined ? {} : { mask: memoryMask };
    const y = p.blocks.reduce((y, block, i) => {
      const look = selfAttentionWith(block.attention, heads, own) as unknown as Attend;
      const lookAt = crossAttentionWith(block.cross, heads, own) as unknown as Attend;
      const parts = {
        own: (z: Tensor, drawn: object) => look(z, { ...masked, ...drawn }),
        cross: (z: Tensor, drawn: object) => lookAt(z, memory, { ...over, ...drawn }),
      };
      return runBlock(block, options, y, parts, key === undefined ? undefined : foldIn(key, i));
    }, x);
    return p.norm === undefined ? y : normed(p.norm, options, y);
  }) as never;
}

/** A memory as a decoder's blocks look at it: keys and values for each, computed once for a whole generation. */
export type DecoderMemory = readonly KeyValues[];

/**
 * Keys and values of a memory for each block of a decoder.
 *
 * @param p Parameters. @param options As of `transformerDecoderWith`.
 * @returns A function of a memory, `[...L, N, M]`, to keys and values, `[...L, heads, N, size]`, for each block.
 * @throws {ShapeError} If the memory's vectors are not of size M.
 *
 * @example For two blocks
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { decoderMemory, transformerDecoderInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { heads: 2 }, p = transformerDecoderInit(key(0), 8, 6, 2, options);
 * assertEquals(decoderMemory(p, options)(ones([7, 6])).map((m) => m.keys.shape), [[2, 7, 4], [2, 7, 4]]);
 * ```
 */
export function decoderMemory<D extends number, M extends number>(
  p: TransformerDecoder<D, M, boolean>,
  options: TransformerOptions,
): <L extends Shape, N extends number>(memory: Tensor<readonly [...L, N, M]>) => DecoderMemory {
  requireTransformer("decoderMemory", p.blocks.length, causal(options));
  return (memory) =>
    p.blocks.map(({ cross }) => keysValuesOf(cross, options.heads, options, memory as unknown as Tensor));
}

/** What changes from call to call of a decoder's step. */
export interface DecoderStepCall {
  /** Which of the memory a position sees: bool or additive; it broadcasts to `[...L, t, N]`. */
  readonly memoryMask?: Mask;
}

/**
 * The causal decoder for the next positions of a sequence, given caches of the earlier ones.
 *
 * @param p Parameters. @param options As of `transformerDecoderWith`; attention is causal in any case, nothing is dropped.
 * @returns A function of caches (`transformerCache`), the next t vectors, `[...L, t, D]`, a memory's keys and values
 *   (`decoderMemory`) and `memoryMask`, to `[caches, y]`: the caches with them, and what the decoder (with a window of as
 *   many positions as a cache keeps) gives for them, `[...L, t, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If caches, vectors or masks do not fit.
 *
 * @example The first position
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { decoderMemory, transformerCache, transformerDecoderInit, transformerDecoderStep } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { heads: 2 }, p = transformerDecoderInit(key(0), 8, 6, 2, options);
 * const memory = decoderMemory(p, options)(ones([7, 6])), step = transformerDecoderStep(p, options);
 * const [, y] = step(transformerCache(p, 16, options), ones([1, 8]), memory);
 * assertEquals(y.shape, [1, 8]);
 * ```
 */
export function transformerDecoderStep<D extends number, M extends number>(
  p: TransformerDecoder<D, M, boolean>,
  options: TransformerOptions,
): <L extends Shape, T extends number>(
  cache: TransformerCache,
  x: Tensor<readonly [...L, T, D]>,
  memory: DecoderMemory,
  call?: DecoderStepCall,
) => readonly [TransformerCache, Tensor<readonly [...L, T, D]>] {
  const op = "transformerDecoderStep", { dropout: _, ...still } = options;
  const looking: TransformerOptions = { ...options, causal: true };
  requireTransformer(op, p.blocks.length, looking);
  return ((cache: TransformerCache, x: Tensor, memory: DecoderMemory, { memoryMask }: DecoderStepCall = {}) => {
    if (memory.length !== p.blocks.length) {
      throw new ArgumentError(
        `${op}: keys and values for ${memory.length} blocks, but there are ${p.blocks.length}; make them with decoderMemory`,
      );
    }
    const call = memoryMask === undefined ? {} : { mask: memoryMask };
    const look = (i: number): Part => (z) =>
      crossAttentionOver(p.blocks[i]!.cross, options.heads, still, z, memory[i]!, call);
    const [next, y] = stepBlocks(op, p.blocks, looking, cache, x, look);
    return [next, p.norm === undefined ? y : normed(p.norm, options, y)];
  }) as never;
}

/**
 * The transformer's decoder as a layer.
 *
 * @param layers Number of blocks.
 * @param options As of `transformerEncoder`; no position sees a later one, unless `causal` is false.
 * @returns From a net of `{ x, memory }`, sequences `[...L, T, D]` and `[...L, N, M]`, perhaps with bool masks of what is
 *   seen, `mask`, `[...L, T]` or `[...L, T, T]`, and `memoryMask`, `[...L, N]` or `[...L, T, N]`, to one of sequences
 *   `[...L, T, D]`; the parameters are one entry.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 * @throws {ShapeError} If examples are no such tree, or masks do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example A net of two inputs
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { netOf, type Nil, type Spec, transformerDecoder } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * type Both = { x: Spec<readonly [3, 8], "f32">; memory: Spec<readonly [7, 6], "f32"> };
 * const both: Both = { x: { shape: [3, 8], dtype: "f32" }, memory: { shape: [7, 6], dtype: "f32" } };
 * const net = pipe(netOf<Both, Both, Nil, Nil>(both, both, []), transformerDecoder(2, { heads: 2 }));
 * const { params } = net.init(key(0)), x = ones([5, 3, 8]), memory = ones([5, 7, 6]);
 * assertEquals(net.apply(params, [], { x, memory }, { mode: "eval" })[0].shape, [5, 3, 8]);
 * ```
 */
export function transformerDecoder<const B extends boolean = true>(
  layers: number,
  options: TransformerOptions<B>,
): <I, O extends SequenceAndMemory, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, SequenceOf<O>, readonly [...P, TransformerDecoder<WidthOf<O>, MemoryWidthOf<O>, B>], S> {
  const op = "transformerDecoder";
  requireTransformer(op, layers, causal(options));
  return <I, O extends SequenceAndMemory, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, O, P, S>,
  ) => {
    const spec = sequenceOf(op, net.output), width = spec.shape.at(-1)!;
    const memoryWidth = memoryOf(op, net.output).shape.at(-1)!;
    sizeOfHead(op, width, options.heads, options);
    return grow(net, {
      name: `${op}(${layers})`,
      output: spec as SequenceOf<O>,
      params: (key) => transformerDecoderInit(key, width, memoryWidth, layers, options),
      apply: (p, s, batch, context) => {
        const { x, mask } = maskOf(batch, "mask"), over = maskOf(batch, "memoryMask").mask.mask;
        const call = {
          ...mask,
          ...over === undefined ? {} : { memoryMask: over },
          ...keyOf(op, context, dropoutOf(options)),
        };
        const f = transformerDecoderWith(p as TransformerDecoder<number, number, boolean>, options);
        return [f(x as never, (batch as { readonly memory: Tensor }).memory as never, call), s];
      },
    });
  };
}
