/** Convolution of each channel by itself, as a function of its parameters and as a layer of a net. */
import { type DType, foldIn, type Key, type PerAxis, type Shape, type Tensor, type Value } from "../mod.ts";
import type { Convolution, ConvolutionInitOptions, ConvolutionOf, ConvolutionWithOptions, Convolved } from "./conv.ts";
import { channelwise, groupedKernel, kernelWindows } from "./convolve.ts";
import { glorotUniform, zerosInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import {
  overLeading,
  perAxis,
  requireCount,
  requireNames,
  sizeList,
  type SizesOf,
  type SlidOver,
  spatialShape,
} from "./windows.ts";

/** Options of a depthwise convolution: those of a convolution, whose groups are the channels. */
export interface DepthwiseOptions extends ConvolutionInitOptions, Omit<ConvolutionWithOptions, "groups"> {
  /** Output channels for each input channel; 1 if left out. */
  readonly multiplier?: number;
}

const optionNames = [
  "stride",
  "padding",
  "paddingMode",
  "dilation",
  "multiplier",
  "bias",
  "weights",
  "biases",
];

/** Channels given: as many as taken, unless there is a multiplier. */
export type Multiplied<C extends number, Options> = "multiplier" extends keyof Options ? number : C;

/**
 * Fresh parameters of a depthwise convolution.
 *
 * @param key A key, used here only. @param window The kernel's size on each spatial axis. @param channels Channels taken.
 * @param options `multiplier`, `bias`, `weights`, `biases`; those of {@linkcode depthwiseConvWith} may stand beside them.
 * @returns The kernel, `[...window, 1, channels · multiplier]`, and biases, `[channels · multiplier]`.
 * @throws {ArgumentError} If `window` is no list of sizes, or the multiplier is out of range.
 *
 * @example One 3×3 filter for each of eight channels
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { depthwiseConvInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(depthwiseConvInit(key(0), [3, 3], 8).w.shape, [3, 3, 1, 8]);
 * ```
 */
export function depthwiseConvInit<
  const W extends Shape,
  const C extends number,
  const Options extends DepthwiseOptions = Record<never, never>,
>(
  key: Key,
  window: W,
  channels: C,
  options?: Options,
): ConvolutionOf<readonly [...W, 1, Multiplied<C, Options>], Multiplied<C, Options>, Options> {
  const op = "depthwiseConv", given: DepthwiseOptions = options ?? {};
  const { multiplier = 1, bias = true, weights = glorotUniform, biases = zerosInit } = given;
  requireNames(op, given, optionNames);
  requireCount(op, "multiplier", multiplier);
  const outputs = channels * multiplier, sizes = sizeList(op, "kernel", window);
  const w = groupedKernel(weights, foldIn(key, 0), sizes, channels, channels, outputs);
  return (bias ? { w, b: biases(foldIn(key, 1), [outputs]) } : { w }) as never;
}

/**
 * Convolution of each channel by itself: output channel c·multiplier + m is input channel c under its m-th filter.
 *
 * @param params Kernel, `[…window, 1, C · multiplier]`; biases, `[C · multiplier]`, if there are any.
 * @param options `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, C · multiplier]`.
 * @throws {ShapeError} If channels do not fit, or the kernel is wider than the padded input.
 * @throws {ArgumentError} If an option is out of range.
 * @see Howard et al., MobileNets, 2017, https://arxiv.org/abs/1704.04861
 *
 * @example Two channels, each with its own factor
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { depthwiseConvWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const scale = depthwiseConvWith({ w: tensor([[[2, 10]]]) });
 * assertEquals(scale(tensor([[1, 1], [2, 2]])).toArray(), [[2, 10], [4, 20]]);
 * ```
 */
export function depthwiseConvWith<W extends Shape, D extends DType = "f32">(
  params: { readonly w: Tensor<readonly [...W, number, number], D>; readonly b?: Tensor<Shape, D> },
  options: DepthwiseOptions = {},
): <S extends Shape>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const op = "depthwiseConv", { w, b } = params, n = w.shape.length - 2;
  requireNames(op, options, optionNames);
  return ((x: Value) =>
    overLeading(op, n, x, (y) => channelwise(op, y, w as Value, b as Value | undefined, options))) as never;
}

/**
 * A depthwise convolutional layer of a net.
 *
 * @param kernel The kernel's size: a number for every spatial axis, or a list.
 * @param options `multiplier`, `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation`, `bias`, `weights`,
 *   `biases`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, C · multiplier]`.
 * @throws {ShapeError} If examples have no spatial axis, or the kernel is wider than the padded example.
 * @throws {ArgumentError} If an option is out of range.
 * @see Howard et al., MobileNets, 2017, https://arxiv.org/abs/1704.04861
 *
 * @example Each channel filtered by itself
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { depthwiseConv, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([8, 8, 4]), depthwiseConv(3));
 * assertEquals(net.init(key(0)).params[0].w.shape, [3, 3, 1, 4]);
 * ```
 */
export function depthwiseConv<
  const K extends PerAxis,
  const Options extends DepthwiseOptions = Record<never, never>,
>(kernel: K, options?: Options): <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<
  I,
  Spec<readonly [...Convolved<Sp, Options>, Multiplied<C, Options>], "f32">,
  readonly [
    ...P,
    ConvolutionOf<readonly [...SizesOf<Sp, K>, 1, Multiplied<C, Options>], Multiplied<C, Options>, Options>,
  ],
  S
> {
  const op = "depthwiseConv", given: DepthwiseOptions = options ?? {};
  requireNames(op, given, optionNames);
  requireCount(op, "multiplier", given.multiplier ?? 1);
  return (net) => {
    const [sizes, channels] = spatialShape(op, net.output.shape as Shape);
    const window = perAxis(op, "kernel", kernel, sizes.length);
    const { counts } = kernelWindows(op, sizes, window, given);
    return grow(net, {
      name: `${op}(${JSON.stringify(kernel)})`,
      output: { shape: [...counts, channels * (given.multiplier ?? 1)], dtype: "f32" } as never,
      params: (key) => depthwiseConvInit(key, window, channels, given),
      apply: (p, s, x) => [
        depthwiseConvWith(p as Convolution<readonly [...Shape, number, number]>, given)(x as Tensor),
        s,
      ],
    });
  };
}
