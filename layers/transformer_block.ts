/** Blocks of a transformer: attention and a feed-forward part, each with a way round it and a normalisation. */
import { add, foldIn, type Key, type Tensor } from "../mod.ts";
import { dropoutWith } from "./dropout.ts";
import { type BlockNorm, blockNorm, blockNormInit } from "./block_norm.ts";
import { type CrossAttention, crossAttentionInit } from "./cross_attention.ts";
import {
  type FeedForward,
  type FeedForwardActivation,
  feedForwardInit,
  feedForwardWith,
  requireActivation,
} from "./feed_forward.ts";
import { type HeadSizes, requireOptions, type SelfAttentionOptions } from "./heads.ts";
import type { Mask } from "./masked_softmax.ts";
import { requireChoice, requireCount, requireNumber } from "./operands.ts";
import { type SelfAttention, selfAttentionInit } from "./self_attention.ts";

/** Options of a transformer's blocks; names and defaults are PyTorch's where it has them. */
export interface TransformerOptions<B extends boolean = boolean> extends HeadSizes<B>, SelfAttentionOptions {
  /** Number of heads. */
  readonly heads: number;
  /** Hidden units of the feed-forward part; four times the width if left out, two thirds of that for `swiglu`. */
  readonly feedForward?: number;
  /** Activation of the feed-forward part: `"relu"` if left out, `"gelu"`, `"swiglu"` or a function. */
  readonly activation?: FeedForwardActivation;
  /**
   * Probability of dropping in training, 0.1 if left out: weights of attention, hidden units, and what each part adds.
   */
  readonly dropout?: number;
  /** Whether a part normalises what it takes (pre-norm) and not its sum with what it gives (post-norm, if left out). */
  readonly normFirst?: boolean;
  /** Layer normalisation, if left out, or normalisation by the root of the mean square. */
  readonly norm?: "layer" | "rms";
  /** Added to variances; 1e-5 if left out. */
  readonly epsilon?: number;
  /** Whether a normalisation follows the last block; as `normFirst` if left out. */
  readonly finalNorm?: boolean;
}

/** A block that looks at its own sequence. */
export interface EncoderBlock<D extends number, B extends boolean = true> {
  /** Self-attention. */
  readonly attention: SelfAttention<D, B>;
  /** Its normalisation. */
  readonly attentionNorm: BlockNorm<D>;
  /** The feed-forward part. */
  readonly feedForward: FeedForward<D, B>;
  /** Its normalisation. */
  readonly feedForwardNorm: BlockNorm<D>;
}

/** A block that looks at its own sequence and at another. */
export interface DecoderBlock<D extends number, M extends number, B extends boolean = true> extends EncoderBlock<D, B> {
  /** Cross-attention. */
  readonly cross: CrossAttention<D, M, B>;
  /** Its normalisation. */
  readonly crossNorm: BlockNorm<D>;
}

/** What changes from call to call of a transformer. */
export interface TransformerCall {
  /** Which positions of its own sequence each sees: bool or additive; it broadcasts to `[...L, T, T]`. */
  readonly mask?: Mask;
  /** A key for dropout, used here only; nothing is dropped without. */
  readonly key?: Key;
}

/** Throws unless options are in range. */
export function requireTransformer(op: string, layers: number, options: TransformerOptions): void {
  requireCount(op, "layers", layers);
  requireOptions(op, options.heads, options);
  requireActivation(op, options.activation ?? "relu");
  requireChoice(op, "norm", options.norm ?? "layer", ["layer", "rms"]);
  requireNumber(op, "epsilon", options.epsilon ?? 1e-5, (e) => e >= 0, "a number of 0 or more");
  if (options.feedForward !== undefined) requireCount(op, "feedForward", options.feedForward, 1);
}

/** The rate of dropout. */
export const dropoutOf = ({ dropout = 0.1 }: TransformerOptions): number => dropout;

/** Fresh parameters of a normalisation. */
export function normInit<D extends number>(
  width: D,
  { norm = "layer", bias = true }: TransformerOptions,
): BlockNorm<D> {
  return blockNormInit(width, norm, bias);
}

/** Fresh parameters of a block. */
export function encoderBlockInit<D extends number, B extends boolean>(
  key: Key,
  width: D,
  options: TransformerOptions<B>,
): EncoderBlock<D, B> {
  const { feedForward: size, ...rest } = options;
  return {
    attention: selfAttentionInit<D, B>(foldIn(key, 0), width, options.heads, options),
    attentionNorm: normInit(width, options),
    feedForward: feedForwardInit<D, B>(foldIn(key, 1), width, size === undefined ? rest : { ...rest, size }),
    feedForwardNorm: normInit(width, options),
  };
}

/** Fresh parameters of a block with cross-attention. */
export function decoderBlockInit<D extends number, M extends number, B extends boolean>(
  key: Key,
  width: D,
  memoryWidth: M,
  options: TransformerOptions<B>,
): DecoderBlock<D, M, B> {
  return {
    ...encoderBlockInit(key, width, options),
    cross: crossAttentionInit<D, M, B>(foldIn(key, 2), width, memoryWidth, options.heads, options),
    crossNorm: normInit(width, options),
  };
}

/** A part of a block: from what it looks at, and perhaps a key for dropout, to what it adds. */
export type Part = (x: Tensor, key: { readonly key?: Key }) => Tensor;

/** A block's result, given its parts of attention; a key for dropout is given in training. */
export function runBlock(
  p: EncoderBlock<number, boolean> & Partial<DecoderBlock<number, number, boolean>>,
  options: TransformerOptions,
  x: Tensor,
  attention: { readonly own: Part; readonly cross?: Part },
  key: Key | undefined,
): Tensor {
  const rate = dropoutOf(options), drop = rate === 0 ? undefined : key;
  const keyed = (i: number) => drop === undefined ? {} : { key: foldIn(drop, i) };
  const part = (y: Tensor, norm: BlockNorm<number>, i: number, f: Part): Tensor => {
    const added = (z: Tensor) => {
      const given = f(z, keyed(2 * i));
      return drop === undefined ? given : dropoutWith(foldIn(drop, 2 * i + 1), rate)(given);
    };
    if (options.normFirst) return add(y, added(normed(norm, options, y))) as Tensor;
    return normed(norm, options, add(y, added(y)) as Tensor);
  };
  const forward = feedForwardWith(p.feedForward, { activation: options.activation ?? "relu", dropout: rate });
  const seen = part(x, p.attentionNorm, 0, attention.own);
  const looked = attention.cross === undefined ? seen : part(seen, p.crossNorm!, 1, attention.cross);
  return part(looked, p.feedForwardNorm, 2, forward as unknown as Part);
}

/** A tensor normalised. */
export const normed = (
  p: BlockNorm<number>,
  { norm = "layer", epsilon = 1e-5 }: TransformerOptions,
  x: Tensor,
): Tensor => blockNorm(p, norm, epsilon, x);
