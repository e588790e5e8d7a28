/**
 * Encoders and decoders: a recurrent layer that reads a sequence, and one that writes another from what was carried.
 *
 * In terms of `functional.ts`, `encodeDecode` is a fold before an accumulating map, `encodeGenerate` one before an unfold.
 */
import { type DType, type FloatDType, type Shape, ShapeError, type Tensor } from "../mod.ts";
import type { Lead, Settled } from "./leading.ts";
import { type Facts, type RecurrentCell, type RecurrentMap, requireInput, type SequenceOptions } from "./recurrence.ts";
import { type Feed, generate } from "./recurrent_drivers.ts";

type Any = Tensor<Shape, DType>;

/** Options of an encoder before a decoder: how sources are read. */
export interface EncodeOptions<L extends Shape, CE> {
  /** What the encoder's call takes: `lengths` or a `mask` of the sources, `carry`, `reverse`. */
  readonly source?: SequenceOptions<L, CE>;
}

/** Options of `encodeDecode`. */
export interface EncodeDecodeOptions<L extends Shape, CE> extends EncodeOptions<L, CE> {
  /** `lengths` or a `mask` of the targets. */
  readonly target?: Pick<SequenceOptions<L, never>, "lengths" | "mask">;
}

/** How a decoder's first carry comes of an encoder's last one. */
export interface BridgeOptions<L extends Shape, CE, CD> {
  /** From the encoder's last carry to the decoder's first one: where the two are of different forms or sizes. */
  readonly bridge: (carry: Lead<L, CE>) => Lead<L, CD>;
}

/**
 * An encoder and a decoder with teacher forcing: the decoder starts from the encoder's last carry and reads given inputs,
 * in training the right outputs, each a moment late.
 *
 * @param encoder A recurrent layer. @param decoder Another one.
 * @param xs What is encoded, `[...L, T, inputs]`. @param ys What the decoder reads, `[...L, U, its inputs]`.
 * @param options `source`: `lengths` or a `mask` of `xs`, `carry`, `reverse`; `target`: `lengths` or a `mask` of `ys`;
 *   `bridge`: from the last carry of the encoder to the first one of the decoder, needed where they differ.
 * @returns `[the decoder's last carry, its outputs [...L, U, outputs]]`.
 * @throws {ShapeError} If the sequences, the options or the carries do not fit.
 * @throws {ArgumentError} If carries are of different structures.
 * @see Sutskever et al., Sequence to sequence learning with neural networks, 2014, https://arxiv.org/abs/1409.3215
 * @see Williams & Zipser, A learning algorithm for continually running fully recurrent neural networks, 1989,
 *   https://doi.org/10.1162/neco.1989.1.2.270, for teacher forcing
 *
 * @example From an encoder of both directions to a decoder
 * ```ts
 * import { add, key, normal } from "@adjoint/adjoint";
 * import { bidirectionalWith, encodeDecode, gruInit, gruWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const gru = (seed: number) => gruWith(gruInit(key(seed), 3, 4));
 * const encoder = bidirectionalWith(gru(0), gru(1)), xs = normal(key(3), [2, 7, 3]), ys = normal(key(4), [2, 5, 3]);
 * const [, outputs] = encodeDecode(encoder, gru(2), xs, ys, { bridge: ([ahead, behind]) => add(ahead, behind) });
 * assertEquals(outputs.shape, [2, 5, 4]);
 * ```
 */
export function encodeDecode<
  I extends number,
  O extends number,
  C,
  I2 extends number,
  O2 extends number,
  D extends FloatDType,
  L extends Shape,
  T extends number,
  U extends number,
>(
  encoder: RecurrentMap<I, O, C, D>,
  decoder: RecurrentMap<I2, O2, NoInfer<C>, D>,
  xs: Tensor<readonly [...L, T, I], D>,
  ys: Tensor<readonly [...Settled<L>, U, I2], D>,
  options?: EncodeDecodeOptions<Settled<L>, NoInfer<C>>,
): readonly [Lead<L, C>, Tensor<readonly [...L, U, O2], D>];
/** An encoder and a decoder with teacher forcing, and a bridge between their carries. */
export function encodeDecode<
  I extends number,
  O extends number,
  CE,
  I2 extends number,
  O2 extends number,
  CD,
  D extends FloatDType,
  L extends Shape,
  T extends number,
  U extends number,
>(
  encoder: RecurrentMap<I, O, CE, D>,
  decoder: RecurrentMap<I2, O2, CD, D>,
  xs: Tensor<readonly [...L, T, I], D>,
  ys: Tensor<readonly [...Settled<L>, U, I2], D>,
  options:
    & EncodeDecodeOptions<Settled<L>, NoInfer<CE>>
    & BridgeOptions<Settled<L>, NoInfer<CE>, NoInfer<CD>>,
): readonly [Lead<L, CD>, Tensor<readonly [...L, U, O2], D>];
export function encodeDecode(
  encoder: unknown,
  decoder: unknown,
  xs: unknown,
  ys: unknown,
  options: unknown = {},
): unknown {
  const { source, target, bridge } = options as Encoding, given = ys as Any;
  requireInput(decoder as Facts, given, 2);
  requireSameLeading("encodeDecode", xs, given.shape.slice(0, -2));
  return (decoder as Over)(given, { ...target, carry: encoded(encoder, xs, { source, bridge }) });
}

/**
 * An encoder and a decoder that runs free: it starts from the encoder's last carry and reads what is made of its own
 * outputs.
 *
 * @param encoder A recurrent layer. @param cell A recurrent cell, or a layer's `cell`.
 * @param feed From an output `[...L, outputs]` and its moment's number, i32, to the next input `[...L, inputs]`.
 * @param xs What is encoded, `[...L, T, inputs]`. @param first The decoder's first input, `[...L, its inputs]`.
 * @param length How many moments are given, U.
 * @param options `source`: `lengths` or a `mask` of `xs`, `carry`, `reverse`; `bridge`: as of `encodeDecode`.
 * @returns `[the cell's last carry, its outputs [...L, U, outputs]]`.
 * @throws {ShapeError} If sequences, inputs or carries do not fit. @throws {ArgumentError} If the length is no whole number.
 * @see Sutskever et al., Sequence to sequence learning with neural networks, 2014, https://arxiv.org/abs/1409.3215
 *
 * @example Five moments after seven
 * ```ts
 * import { key, normal, zeros } from "@adjoint/adjoint";
 * import { encodeGenerate, lstmCell, lstmInit, lstmWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const encoder = lstmWith(lstmInit(key(0), 3, 4)), cell = lstmCell(lstmInit(key(1), 4, 4));
 * const [, ys] = encodeGenerate(encoder, cell, (y) => y, normal(key(2), [2, 7, 3]), zeros([2, 4]), 5);
 * assertEquals(ys.shape, [2, 5, 4]);
 * ```
 */
export function encodeGenerate<
  I extends number,
  O extends number,
  C,
  I2 extends number,
  O2 extends number,
  D extends FloatDType,
  L extends Shape,
  T extends number,
  const U extends number,
>(
  encoder: RecurrentMap<I, O, C, D>,
  cell: RecurrentCell<I2, O2, NoInfer<C>, D>,
  feed: Feed<Settled<L>, I2, O2, D>,
  xs: Tensor<readonly [...L, T, I], D>,
  first: Tensor<readonly [...Settled<L>, I2], D>,
  length: U,
  options?: EncodeOptions<Settled<L>, NoInfer<C>>,
): readonly [Lead<L, C>, Tensor<readonly [...L, U, O2], D>];
/** An encoder and a decoder that runs free, and a bridge between their carries. */
export function encodeGenerate<
  I extends number,
  O extends number,
  CE,
  I2 extends number,
  O2 extends number,
  CD,
  D extends FloatDType,
  L extends Shape,
  T extends number,
  const U extends number,
>(
  encoder: RecurrentMap<I, O, CE, D>,
  cell: RecurrentCell<I2, O2, CD, D>,
  feed: Feed<Settled<L>, I2, O2, D>,
  xs: Tensor<readonly [...L, T, I], D>,
  first: Tensor<readonly [...Settled<L>, I2], D>,
  length: U,
  options: EncodeOptions<Settled<L>, NoInfer<CE>> & BridgeOptions<Settled<L>, NoInfer<CE>, NoInfer<CD>>,
): readonly [Lead<L, CD>, Tensor<readonly [...L, U, O2], D>];
export function encodeGenerate(
  encoder: unknown,
  cell: unknown,
  feed: unknown,
  xs: unknown,
  first: unknown,
  length: number,
  options: unknown = {},
): unknown {
  requireInput(cell as Facts, first as Any, 1);
  requireSameLeading("encodeGenerate", xs, (first as Any).shape.slice(0, -1));
  const carry = encoded(encoder, xs, options as Encoding);
  return generate(cell as never, feed as never, first as never, length, { carry: carry as never });
}

type Over = (xs: Any, options?: object) => readonly [unknown, Any];
type Encoding = {
  readonly source?: object | undefined;
  readonly target?: object;
  readonly bridge?: ((carry: never) => unknown) | undefined;
};

/** The carry that a decoder starts from. */
function encoded(encoder: unknown, xs: unknown, { source, bridge }: Encoding): unknown {
  const [carry] = (encoder as Over)(xs as Any, source);
  return bridge === undefined ? carry : bridge(carry as never);
}

function requireSameLeading(op: string, xs: unknown, target: Shape): void {
  const source = (xs as Any).shape.slice(0, -2);
  if (source.length === target.length && source.every((d, i) => d === target[i])) return;
  throw new ShapeError(
    `${op}: [${source.join(", ")}] sequences are encoded, but [${target.join(", ")}] decoded; give as many of both`,
  );
}
