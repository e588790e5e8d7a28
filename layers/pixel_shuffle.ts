/** Channels laid out as pixels, and pixels as channels. */
import {
  type DType,
  type PerAxis,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  transpose,
  type Value,
} from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { type AnySizes, overLeading, perAxis, sizeList, type SlidOver, spatialShape } from "./windows.ts";

/** From a net of examples `[…spatial, C]` to one of others with as many axes. */
export type ShuffleLayer = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...AnySizes<Sp>, number], "f32">, P, S>;

const product = (s: Shape): number => s.reduce((a, b) => a * b, 1);

/** The shape `[…spatial, C]` after shuffling. */
function shuffled(sizes: Shape, channels: number, factors: Shape): Shape {
  const per = product(factors);
  if (channels % per !== 0) {
    throw new ShapeError(
      `pixelShuffle: ${channels} channels do not divide into [${factors.join(", ")}] pixels, ${per} of them`,
    );
  }
  return [...sizes.map((d, a) => d * factors[a]!), channels / per];
}

function unshuffled(sizes: Shape, channels: number, factors: Shape): Shape {
  if (sizes.some((d, a) => d % factors[a]! !== 0)) {
    throw new ShapeError(
      `pixelUnshuffle: sizes [${sizes.join(", ")}] do not divide into blocks of [${factors.join(", ")}] pixels`,
    );
  }
  return [...sizes.map((d, a) => d / factors[a]!), channels * product(factors)];
}

type Sizes = typeof shuffled;

function layer(op: string, factor: PerAxis, sizes: Sizes, f: (factors: Shape) => (x: never) => unknown): ShuffleLayer {
  return ((net: Net<unknown, Spec>) => {
    const [given, channels] = spatialShape(op, net.output.shape);
    const factors = perAxis(op, "factor", factor, given.length), moved = f(factors);
    return grow(net, {
      name: `${op}(${JSON.stringify(factor)})`,
      output: { shape: sizes(given, channels, factors), dtype: "f32" },
      apply: (_, s, x) => [moved(x as never), s],
    });
  }) as never;
}

/**
 * Channels laid out as blocks of pixels: channel (c, i, j) becomes pixel (i, j) of its block in channel c.
 *
 * @param factors How many times each spatial axis grows, a list.
 * @returns A function from `[...L, …spatial, C · Π factors]` to `[...L, …spatial · factors, C]`.
 * @throws {ShapeError} If the channels do not divide. @throws {ArgumentError} If a factor is out of range.
 * @see Shi et al., Real-time single image and video super-resolution, 2016, https://arxiv.org/abs/1609.05158
 *
 * @example Four channels as four pixels
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { pixelShuffleWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pixelShuffleWith([2, 2])(tensor([[[1, 2, 3, 4]]])).toArray(), [[[1], [2]], [[3], [4]]]);
 * ```
 */
export function pixelShuffleWith<const W extends Shape>(
  factors: W,
): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const op = "pixelShuffle", by = sizeList(op, "factors", factors), n = by.length, axes = by.map((_, a) => a);
  return ((x: Value) =>
    overLeading(op, n, x, (y) => {
      const sizes = y.shape.slice(1, -1), to = shuffled(sizes, y.shape.at(-1)!, by);
      const parts = reshape(y, [y.shape[0]!, ...sizes, to.at(-1)!, ...by]) as Value;
      const order = [0, ...axes.flatMap((a) => [1 + a, n + 2 + a]), n + 1];
      return reshape(transpose(parts, order) as Value, [y.shape[0]!, ...to]) as Value;
    })) as never;
}

/**
 * A layer that lays channels out as blocks of pixels.
 *
 * @param factor How many times spatial axes grow: a number for all, or a list.
 * @returns From a net of examples `[…spatial, C · Π factors]` to one of examples `[…spatial · factors, C]`.
 * @throws {ShapeError} If the channels do not divide. @throws {ArgumentError} If a factor is out of range.
 * @see Shi et al., Real-time single image and video super-resolution, 2016, https://arxiv.org/abs/1609.05158
 *
 * @example Twice the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, pixelShuffle } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 7, 12]), pixelShuffle(2)).output.shape, [14, 14, 3]);
 * ```
 */
export const pixelShuffle = (factor: PerAxis): ShuffleLayer =>
  layer("pixelShuffle", factor, shuffled, pixelShuffleWith);

/**
 * Blocks of pixels laid out as channels: what undoes {@linkcode pixelShuffleWith}.
 *
 * @param factors How many times each spatial axis shrinks, a list.
 * @returns A function from `[...L, …spatial · factors, C]` to `[...L, …spatial, C · Π factors]`.
 * @throws {ShapeError} If the sizes do not divide. @throws {ArgumentError} If a factor is out of range.
 * @see Shi et al., Real-time single image and video super-resolution, 2016, https://arxiv.org/abs/1609.05158
 *
 * @example Four pixels as four channels
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { pixelUnshuffleWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pixelUnshuffleWith([2, 2])(tensor([[[1], [2]], [[3], [4]]])).toArray(), [[[1, 2, 3, 4]]]);
 * ```
 */
export function pixelUnshuffleWith<const W extends Shape>(
  factors: W,
): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const op = "pixelUnshuffle", by = sizeList(op, "factors", factors), n = by.length, axes = by.map((_, a) => a);
  return ((x: Value) =>
    overLeading(op, n, x, (y) => {
      const channels = y.shape.at(-1)!, to = unshuffled(y.shape.slice(1, -1), channels, by);
      const parts = reshape(y, [y.shape[0]!, ...by.flatMap((f, a) => [to[a]!, f]), channels]) as Value;
      const order = [0, ...axes.map((a) => 1 + 2 * a), 2 * n + 1, ...axes.map((a) => 2 + 2 * a)];
      return reshape(transpose(parts, order) as Value, [y.shape[0]!, ...to]) as Value;
    })) as never;
}

/**
 * A layer that lays blocks of pixels out as channels.
 *
 * @param factor How many times spatial axes shrink: a number for all, or a list.
 * @returns From a net of examples `[…spatial · factors, C]` to one of examples `[…spatial, C · Π factors]`.
 * @throws {ShapeError} If the sizes do not divide. @throws {ArgumentError} If a factor is out of range.
 * @see Shi et al., Real-time single image and video super-resolution, 2016, https://arxiv.org/abs/1609.05158
 *
 * @example Half the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, pixelUnshuffle } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([14, 14, 3]), pixelUnshuffle(2)).output.shape, [7, 7, 12]);
 * ```
 */
export const pixelUnshuffle = (factor: PerAxis): ShuffleLayer =>
  layer("pixelUnshuffle", factor, unshuffled, pixelUnshuffleWith);
