/** Separable convolution: each channel by itself, then a mixing of channels. */
import {
  add,
  type DType,
  foldIn,
  type Key,
  matmul,
  type PerAxis,
  type Shape,
  type Tensor,
  type Value,
} from "../mod.ts";
import type { Convolved } from "./conv.ts";
import type { DepthwiseOptions, Multiplied } from "./conv_depthwise.ts";
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

/** Parameters of a separable convolution. */
export interface Separable<W extends Shape, M extends Shape, O extends number, D extends DType = "f32"> {
  /** The kernel of each channel, `[…window, 1, inputs · multiplier]`. */
  readonly depthwise: Tensor<W, D>;
  /** How channels are mixed, `[inputs · multiplier, outputs]`. */
  readonly pointwise: Tensor<M, D>;
  /** Biases, `[outputs]`. */
  readonly b: Tensor<readonly [O], D>;
}

/** Parameters with biases or, after `bias: false`, without. */
export type SeparableOf<W extends Shape, M extends Shape, O extends number, Options> = "bias" extends keyof Options
  ? Options["bias"] extends true ? Separable<W, M, O>
  : Options["bias"] extends false ? Omit<Separable<W, M, O>, "b">
  : Omit<Separable<W, M, O>, "b"> & { readonly b?: Tensor<readonly [O]> }
  : Separable<W, M, O>;

/**
 * Fresh parameters of a separable convolution.
 *
 * @param key A key, used here only. @param window The kernel's size on each spatial axis.
 * @param inputs Channels taken. @param outputs Channels given.
 * @param options `multiplier`, `bias`, `weights`, `biases`; those of {@linkcode separableConvWith} may stand beside them.
 * @returns `depthwise`, `[...window, 1, inputs · multiplier]`, `pointwise`, `[inputs · multiplier, outputs]`, and biases.
 * @throws {ArgumentError} If `window` is no list of sizes, or the multiplier is out of range.
 *
 * @example Far fewer weights than the 3·3·8·16 of a convolution
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { separableConvInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { depthwise, pointwise } = separableConvInit(key(0), [3, 3], 8, 16);
 * assertEquals([depthwise.size, pointwise.size], [3 * 3 * 8, 8 * 16]);
 * ```
 */
export function separableConvInit<
  const W extends Shape,
  const I extends number,
  const O extends number,
  const Options extends DepthwiseOptions = Record<never, never>,
>(key: Key, window: W, inputs: I, outputs: O, options?: Options): SeparableOf<
  readonly [...W, 1, Multiplied<I, Options>],
  readonly [Multiplied<I, Options>, O],
  O,
  Options
> {
  const op = "separableConv", given: DepthwiseOptions = options ?? {};
  const { multiplier = 1, bias = true, weights = glorotUniform, biases = zerosInit } = given;
  requireNames(op, given, optionNames);
  requireCount(op, "multiplier", multiplier);
  const between = inputs * multiplier, sizes = sizeList(op, "kernel", window);
  const depthwise = groupedKernel(weights, foldIn(key, 0), sizes, inputs, inputs, between);
  const kernels = { depthwise, pointwise: weights(foldIn(key, 1), [between, outputs]) };
  return (bias ? { ...kernels, b: biases(foldIn(key, 2), [outputs]) } : kernels) as never;
}

/**
 * A depthwise convolution and then, at every place, a linear map of the channels.
 *
 * @param params `depthwise`, `[…window, 1, C · multiplier]`, `pointwise`, `[C · multiplier, O]`, and biases, `[O]`, if any.
 * @param options `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation` of the depthwise part.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, O]`.
 * @throws {ShapeError} If channels do not fit, or the kernel is wider than the padded input.
 * @throws {ArgumentError} If an option is out of range.
 * @see Chollet, Xception, 2017, https://arxiv.org/abs/1610.02357
 *
 * @example The sum of scaled channels
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { separableConvWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const mix = separableConvWith({ depthwise: tensor([[[2, 10]]]), pointwise: tensor([[1], [1]]) });
 * assertEquals(mix(tensor([[1, 1], [2, 2]])).toArray(), [[12], [24]]);
 * ```
 */
export function separableConvWith<W extends Shape, D extends DType = "f32">(
  params: {
    readonly depthwise: Tensor<readonly [...W, number, number], D>;
    readonly pointwise: Tensor<Shape, D>;
    readonly b?: Tensor<Shape, D>;
  },
  options: DepthwiseOptions = {},
): <S extends Shape>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const op = "separableConv", w: Value = params.depthwise, { pointwise, b } = params;
  requireNames(op, options, optionNames);
  return ((x: Value) =>
    overLeading(op, w.shape.length - 2, x, (given) => {
      const mixed = matmul(channelwise(op, given, w, undefined, options), pointwise as Value) as Value;
      return b === undefined ? mixed : add(mixed, b as Value) as Value;
    })) as never;
}

/**
 * A separable convolutional layer of a net.
 *
 * @param kernel The kernel's size: a number for every spatial axis, or a list. @param features Channels given.
 * @param options `multiplier`, `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation`, `bias`, `weights`,
 *   `biases`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, features]`.
 * @throws {ShapeError} If examples have no spatial axis, or the kernel is wider than the padded example.
 * @throws {ArgumentError} If an option is out of range.
 * @see Chollet, Xception, 2017, https://arxiv.org/abs/1610.02357
 *
 * @example Sixteen features of eight channels
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, separableConv } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([12, 12, 8]), separableConv(3, 16));
 * assertEquals(net.init(key(0)).params[0].pointwise.shape, [8, 16]);
 * ```
 */
export function separableConv<
  const K extends PerAxis,
  const F extends number,
  const Options extends DepthwiseOptions = Record<never, never>,
>(kernel: K, features: F, options?: Options): <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<
  I,
  Spec<readonly [...Convolved<Sp, Options>, F], "f32">,
  readonly [
    ...P,
    SeparableOf<
      readonly [...SizesOf<Sp, K>, 1, Multiplied<C, Options>],
      readonly [Multiplied<C, Options>, F],
      F,
      Options
    >,
  ],
  S
> {
  const op = "separableConv", given: DepthwiseOptions = options ?? {};
  requireNames(op, given, optionNames);
  requireCount(op, "features", features);
  requireCount(op, "multiplier", given.multiplier ?? 1);
  return (net) => {
    const [sizes, channels] = spatialShape(op, net.output.shape as Shape);
    const window = perAxis(op, "kernel", kernel, sizes.length);
    const { counts } = kernelWindows(op, sizes, window, given);
    return grow(net, {
      name: `${op}(${JSON.stringify(kernel)}, ${features})`,
      output: { shape: [...counts, features], dtype: "f32" } as never,
      params: (key) => separableConvInit(key, window, channels, features, given),
      apply: (p, s, x) => [separableConvWith(p as SeparableAny, given)(x as Tensor), s],
    });
  };
}

type SeparableAny = Separable<readonly [...Shape, number, number], Shape, number>;
