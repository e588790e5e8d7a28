/** Cross-attention in several heads: each position of a sequence looks at another sequence. */
import { foldIn, type Key, type Shape, ShapeError, splitAxis, type Tensor } from "../mod.ts";
import {
  affine,
  type HeadCall,
  type HeadOptions,
  headsApart,
  type HeadSizes,
  headsTogether,
  headWeights,
  mixHeads,
  requireOptions,
  requireSequence,
  sizeOfHead,
} from "./heads.ts";
import { glorotUniform } from "./initializers.ts";
import { linearInit, type LinearParams } from "./linear.ts";
import { grow, type Net } from "./net.ts";
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

/** Parameters of cross-attention of a sequence of width D over a memory of width M, with biases or without. */
export interface CrossAttention<D extends number, M extends number, B extends boolean = true> {
  /** Queries of all heads, side by side. */
  readonly query: LinearParams<D, number, B>;
  /** Keys of all heads, then values of all. */
  readonly keyValue: LinearParams<M, number, B>;
  /** What the heads give, side by side, to the width. */
  readonly out: LinearParams<number, D, B>;
}

/** Keys and values of a memory, `[...L, G, N, size]` each, computed once for many queries. */
export interface KeyValues {
  /** Keys. */
  readonly keys: Tensor;
  /** Values. */
  readonly values: Tensor;
}

/**
 * Fresh parameters of cross-attention: weights Glorot's uniform, biases zero.
 *
 * @param key A key, used here only. @param width Size D of the sequence's vectors. @param memoryWidth Size M of the memory's.
 * @param heads Number of heads. @param options `headSize`, `keyValueHeads`, `bias`, `weights`, `outputWeights`.
 * @returns Projections to queries, `[D, …]`, to keys and values, `[M, …]`, and back, `[…, D]`.
 * @throws {ArgumentError} If heads do not divide the width, or `keyValueHeads` not the heads.
 *
 * @example A sequence of width 8 looks at one of width 6
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { crossAttentionInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = crossAttentionInit(key(0), 8, 6, 2);
 * assertEquals([p.query.w.shape, p.keyValue.w.shape], [[8, 8], [6, 16]]);
 * ```
 */
export function crossAttentionInit<const D extends number, const M extends number, const B extends boolean = true>(
  key: Key,
  width: D,
  memoryWidth: M,
  heads: number,
  options: HeadSizes<B> = {},
): CrossAttention<D, M, B> {
  const size = sizeOfHead("crossAttention", width, heads, options);
  const { keyValueHeads = heads, bias = true as B, weights = glorotUniform, outputWeights = weights } = options;
  return {
    query: linearInit(foldIn(key, 0), width, heads * size, { weights, bias }),
    keyValue: linearInit(foldIn(key, 1), memoryWidth, 2 * keyValueHeads * size, { weights, bias }),
    out: linearInit(foldIn(key, 2), heads * size, width, { weights: outputWeights, bias }),
  };
}

/**
 * Cross-attention in several heads, as PyTorch's `MultiheadAttention` of two sequences.
 *
 * @param p Parameters. @param heads Number of heads, as they were made with.
 * @param options `keyValueHeads`, `scale`, `dropout`.
 * @returns A function of a sequence, `[...L, T, D]`, a memory, `[...L, N, M]`, and what changes from call to call: `mask`,
 *   which of the memory is seen, bool or additive, broadcast to `[...L, T, N]`, and `key` for dropout. It gives
 *   `[...L, T, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If sequences or the mask do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Three positions look at seven
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { crossAttentionInit, crossAttentionWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = crossAttentionInit(key(0), 8, 6, 2);
 * assertEquals(crossAttentionWith(p, 2)(ones([3, 8]), ones([7, 6])).shape, [3, 8]);
 * ```
 */
export function crossAttentionWith<D extends number, M extends number>(
  p: CrossAttention<D, M, boolean>,
  heads: number,
  options: HeadOptions = {},
): <L extends Shape, T extends number, N extends number>(
  x: Tensor<readonly [...L, T, D]>,
  memory: Tensor<readonly [...L, N, M]>,
  call?: HeadCall,
) => Tensor<readonly [...L, T, D]> {
  requireOptions("crossAttention", heads, options);
  return ((x: Tensor, memory: Tensor, call: HeadCall = {}) => {
    requireTogether(x, memory);
    return crossAttentionOver(p, heads, options, x, keysValuesOf(p, heads, options, memory), call);
  }) as never;
}

/**
 * The weights of cross-attention: how much each position takes of each of the memory, in every head.
 *
 * @param p Parameters. @param heads Number of heads. @param options As of `crossAttentionWith`.
 * @returns A function of a sequence, `[...L, T, D]`, a memory, `[...L, N, M]`, and `mask`, to weights `[...L, heads, T, N]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If sequences or the mask do not fit.
 *
 * @example Weights of a row sum to one
 * ```ts
 * import { key, normal, sum } from "@adjoint/adjoint";
 * import { crossAttentionInit, crossAttentionWeights } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const weights = crossAttentionWeights(crossAttentionInit(key(0), 8, 6, 2), 2);
 * assertAlmostEquals(sum(weights(normal(key(1), [3, 8]), normal(key(2), [7, 6]))).item(), 2 * 3, 1e-5);
 * ```
 */
export function crossAttentionWeights<D extends number, M extends number>(
  p: CrossAttention<D, M, boolean>,
  heads: number,
  options: HeadOptions = {},
): <L extends Shape, T extends number, N extends number>(
  x: Tensor<readonly [...L, T, D]>,
  memory: Tensor<readonly [...L, N, M]>,
  call?: HeadCall,
) => Tensor<readonly [...L, number, T, N]> {
  requireOptions("crossAttention", heads, options);
  return ((x: Tensor, memory: Tensor, call: HeadCall = {}) => {
    requireTogether(x, memory);
    return headWeights(op, queriesOf(p, heads, x), keysValuesOf(p, heads, options, memory).keys, options, call.mask);
  }) as never;
}

const op = "crossAttention";

/** Keys and values of a memory. */
export function keysValuesOf(
  p: CrossAttention<number, number, boolean>,
  heads: number,
  { keyValueHeads = heads }: HeadOptions,
  memory: Tensor,
): KeyValues {
  requireSequence(op, "a memory", memory.shape, p.keyValue.w.shape[0]);
  const both = headsApart(op, affine(p.keyValue, memory), 2 * keyValueHeads);
  const [keys, values] = splitAxis(both, 2, { axis: -3 }) as unknown as [Tensor, Tensor];
  return { keys, values };
}

/** Cross-attention over keys and values that are there already. */
export function crossAttentionOver(
  p: CrossAttention<number, number, boolean>,
  heads: number,
  options: HeadOptions,
  x: Tensor,
  { keys, values }: KeyValues,
  call: HeadCall,
): Tensor {
  const weights = headWeights(op, queriesOf(p, heads, x), keys, options, call.mask);
  return affine(p.out, headsTogether(mixHeads(weights, values, options, call.key)));
}

function queriesOf(p: CrossAttention<number, number, boolean>, heads: number, x: Tensor): Tensor {
  requireSequence(op, "a sequence", x.shape, p.query.w.shape[0]);
  return headsApart(op, affine(p.query, x), heads);
}

function requireTogether(x: Tensor, memory: Tensor): void {
  if (x.rank === memory.rank && x.shape.slice(0, -2).every((d, i) => d === memory.shape[i])) return;
  throw new ShapeError(
    `${op}: a sequence [${x.shape.join(", ")}] and a memory [${
      memory.shape.join(", ")
    }] differ before their last two axes; broadcast one of them`,
  );
}

/**
 * Cross-attention in several heads as a layer.
 *
 * @param heads Number of heads.
 * @param options `keyValueHeads`, `headSize`, `bias`, `scale`, `dropout` on the weights, which needs a key in training,
 *   `weights` and `outputWeights`: initializers.
 * @returns From a net of `{ x, memory }`, sequences `[...L, T, D]` and `[...L, N, M]`, perhaps with a bool `memoryMask`,
 *   `[...L, N]` or `[...L, T, N]`, to one of sequences `[...L, T, D]`.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the width.
 * @throws {ShapeError} If examples are no such tree, or the mask does not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example A net of two inputs
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { crossAttention, netOf, type Nil, type Spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * type Both = { x: Spec<readonly [3, 8], "f32">; memory: Spec<readonly [7, 6], "f32"> };
 * const both: Both = { x: { shape: [3, 8], dtype: "f32" }, memory: { shape: [7, 6], dtype: "f32" } };
 * const net = pipe(netOf<Both, Both, Nil, Nil>(both, both, []), crossAttention(2));
 * const { params } = net.init(key(0)), x = ones([5, 3, 8]), memory = ones([5, 7, 6]);
 * assertEquals(net.apply(params, [], { x, memory }, { mode: "eval" })[0].shape, [5, 3, 8]);
 * ```
 */
export function crossAttention<const B extends boolean = true>(
  heads: number,
  options: HeadOptions & HeadSizes<B> = {},
): <I, O extends SequenceAndMemory, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, SequenceOf<O>, readonly [...P, CrossAttention<WidthOf<O>, MemoryWidthOf<O>, B>], S> {
  requireOptions(op, heads, options);
  return <I, O extends SequenceAndMemory, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, O, P, S>,
  ) => {
    const spec = sequenceOf(op, net.output), width = spec.shape.at(-1)!;
    const memoryWidth = memoryOf(op, net.output).shape.at(-1)!;
    sizeOfHead(op, width, heads, options);
    return grow(net, {
      name: `${op}(${heads})`,
      output: spec as SequenceOf<O>,
      params: (key) => crossAttentionInit(key, width, memoryWidth, heads, options),
      apply: (p, s, batch, context) => {
        const { x, mask } = maskOf(batch, "memoryMask"), key = keyOf(op, context, options.dropout);
        const f = crossAttentionWith(p as CrossAttention<number, number, boolean>, heads, options);
        return [f(x as never, (batch as { readonly memory: Tensor }).memory as never, { ...mask, ...key }), s];
      },
    });
  };
}
