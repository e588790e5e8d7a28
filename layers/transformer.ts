/** The transformer of the paper: an encoder, and a decoder that looks at what it gives. */
import { foldIn, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { sizeOfHead } from "./heads.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { requireCount } from "./operands.ts";
import { keyOf, type LastOf, maskOf, memoryOf, sequenceOf, type SequenceSpec } from "./sequence_specs.ts";
import { dropoutOf, requireTransformer, type TransformerOptions } from "./transformer_block.ts";
import { type TransformerDecoder, transformerDecoderInit, transformerDecoderWith } from "./transformer_decoder.ts";
import { type TransformerEncoder, transformerEncoderInit, transformerEncoderWith } from "./transformer_encoder.ts";

/** A sequence to be read and one to be written. */
export interface SourceAndTarget {
  /** The sequence that is read, `[...L, N, M]`. */
  readonly source: SequenceSpec;
  /** The sequence that is written, `[...L, T, D]`. */
  readonly target: SequenceSpec;
  /** Which positions of the source are there: `[...L, N]`. */
  readonly sourceMask?: Spec<Shape, "bool">;
  /** Which positions of the target are seen: `[...L, T]` or `[...L, T, T]`. */
  readonly targetMask?: Spec<Shape, "bool">;
}

/** Parameters of an encoder of width M and a decoder of width D over what it gives. */
export interface Transformer<D extends number, M extends number, B extends boolean = true> {
  /** The encoder. */
  readonly encoder: TransformerEncoder<M, B>;
  /** The decoder. */
  readonly decoder: TransformerDecoder<D, M, B>;
}

/** The target among examples. */
export type TargetOf<O> = O extends { readonly target: infer X } ? X : never;
/** The source among examples. */
export type SourceOf<O> = O extends { readonly source: infer X } ? X : never;

/**
 * An encoder and a decoder over what it gives, as a layer, as PyTorch's `Transformer`.
 *
 * @param layers Number of blocks of both, or `[encoder's, decoder's]`.
 * @param options As of `transformerEncoder`, for both. The encoder sees all of the source, the decoder no later position
 *   of the target; `causal` is not asked for. A normalisation follows both unless `finalNorm` is false.
 * @returns From a net of `{ source, target }`, sequences `[...L, N, M]` and `[...L, T, D]`, perhaps with bool masks of what
 *   is seen, `sourceMask`, `[...L, N]`, and `targetMask`, `[...L, T]` or `[...L, T, T]`, to one of sequences
 *   `[...L, T, D]`; the parameters are one entry.
 * @throws {ArgumentError} If options are out of range, or heads do not divide the widths.
 * @throws {ShapeError} If examples are no such tree, or masks do not fit.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Seven vectors are read, three written
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { netOf, type Nil, type Spec, transformer } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * type Both = { source: Spec<readonly [7, 8], "f32">; target: Spec<readonly [3, 8], "f32"> };
 * const both: Both = { source: { shape: [7, 8], dtype: "f32" }, target: { shape: [3, 8], dtype: "f32" } };
 * const net = pipe(netOf<Both, Both, Nil, Nil>(both, both, []), transformer(2, { heads: 2 }));
 * const { params } = net.init(key(0)), source = ones([5, 7, 8]), target = ones([5, 3, 8]);
 * assertEquals(net.apply(params, [], { source, target }, { mode: "eval" })[0].shape, [5, 3, 8]);
 * ```
 */
export function transformer<const B extends boolean = true>(
  layers: number | readonly [number, number],
  options: Omit<TransformerOptions<B>, "causal" | "window">,
): <I, O extends SourceAndTarget, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, TargetOf<O>, readonly [...P, Transformer<LastOf<TargetOf<O>>, LastOf<SourceOf<O>>, B>], S> {
  const op = "transformer", [encoding, decoding] = typeof layers === "number" ? [layers, layers] : layers;
  requireCount(op, "layers", encoding);
  requireCount(op, "layers", decoding);
  const how: TransformerOptions<B> = { finalNorm: true, ...options };
  requireTransformer(op, decoding, how);
  return <I, O extends SourceAndTarget, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, O, P, S>,
  ) => {
    const { source, target, sourceMask, targetMask } = net.output;
    if (sourceMask !== undefined && sourceMask.shape.length !== source.shape.length - 1) {
      throw new ShapeError(
        `${op}: sourceMask is bool [${source.shape.slice(0, -1).join(", ")}], not [${sourceMask.shape.join(", ")}]`,
      );
    }
    const own = { x: target, memory: source, mask: targetMask, memoryMask: sourceMask };
    const width = sequenceOf(op, own).shape.at(-1)!, memoryWidth = memoryOf(op, own).shape.at(-1)!;
    for (const size of [width, memoryWidth]) sizeOfHead(op, size, options.heads, options);
    return grow(net, {
      name: `${op}(${encoding}, ${decoding})`,
      output: target as TargetOf<O>,
      params: (key) => ({
        encoder: transformerEncoderInit(foldIn(key, 0), memoryWidth, encoding, how),
        decoder: transformerDecoderInit(foldIn(key, 1), width, memoryWidth, decoding, how),
      }),
      apply: (p, s, batch, context) => {
        const { encoder, decoder } = p as Transformer<number, number, boolean>;
        const given = batch as Readonly<Record<string, Tensor>>, { key } = keyOf(op, context, dropoutOf(how));
        const keyed = (i: number) => key === undefined ? {} : { key: foldIn(key, i) };
        const read = maskOf({ x: given["source"], mask: given["sourceMask"] }, "mask");
        const memory = transformerEncoderWith(encoder, how)(read.x as never, { ...read.mask, ...keyed(0) });
        const written = maskOf({ x: given["target"], mask: given["targetMask"] }, "mask");
        const over = read.mask.mask === undefined ? {} : { memoryMask: read.mask.mask };
        const call = { ...written.mask, ...over, ...keyed(1) };
        return [transformerDecoderWith(decoder, how)(written.x as never, memory as never, call), s];
      },
    });
  };
}
