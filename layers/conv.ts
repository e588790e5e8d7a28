/** Convolution along one, two or three axes, as a function of its parameters and as a layer of a net. */
import {
  type DType,
  foldIn,
  type Key,
  type Padding,
  type PerAxis,
  type Shape,
  ShapeError,
  type Tensor,
  type Value,
} from "../mod.ts";
import { convolve, groupedKernel, kernelWindows, requireGroups } from "./convolve.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import {
  type AnySizes,
  overLeading,
  perAxis,
  requireCount,
  requireNames,
  sizeList,
  type SizesOf,
  type SlidOver,
  spatialShape,
} from "./windows.ts";

/** What stands in the room at the borders: zeros, the mirrored input, its nearest element, or its other end. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** A kernel, `[…window, inputs / groups, outputs]`. */
export interface Kernel<W extends Shape = Shape, D extends DType = "f32"> {
  /** The kernel. */
  readonly w: Tensor<W, D>;
}

/** A kernel, `[…window, inputs / groups, outputs]`, and biases, `[outputs]`. */
export interface Convolution<W extends Shape = Shape, O extends number = number, D extends DType = "f32">
  extends Kernel<W, D> {
  /** Biases. */
  readonly b: Tensor<readonly [O], D>;
}

/** Parameters with biases or, after `bias: false`, without. */
export type ConvolutionOf<W extends Shape, O extends number, Options> = "bias" extends keyof Options
  ? Options["bias"] extends true ? Convolution<W, O>
  : Options["bias"] extends false ? Kernel<W>
  : Kernel<W> & { readonly b?: Tensor<readonly [O]> }
  : Convolution<W, O>;

/** Input channels that one output channel sees. */
export type PerGroup<C extends number, Options> = "groups" extends keyof Options ? number : C;

/** Spatial sizes after a convolution: kept by `"same"` padding without a stride, otherwise for the run time to say. */
export type Convolved<S extends Shape, Options> = "stride" extends keyof Options ? AnySizes<S>
  : "padding" extends keyof Options ? Options["padding"] extends "same" ? S : AnySizes<S>
  : S;

/** How a convolutional layer starts. */
export interface ConvolutionInitOptions {
  /** Whether biases are added; they are if left out. */
  readonly bias?: boolean;
  /** The kernel; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/** How a kernel slides. */
export interface ConvolutionWithOptions {
  /** Distances between neighbouring windows; 1 if left out. */
  readonly stride?: PerAxis;
  /**
   * Room at the borders: `"same"` (⌈size / stride⌉ results, the odd element of room behind), `"valid"` (none), a number,
   * or for each axis a number or a pair, before and after. `"same"` if left out: the size then stays, in types too, so
   * that layers can be stacked to any depth and a residual block needs no option.
   */
  readonly padding?: Padding;
  /** What the room holds; zeros if left out. */
  readonly paddingMode?: PaddingMode;
  /** Distances between neighbouring elements of the kernel; 1 if left out. */
  readonly dilation?: PerAxis;
  /** Into how many groups input and output channels are divided, each with a kernel of its own; 1 if left out. */
  readonly groups?: number;
}

/** Options of a convolutional layer. */
export interface ConvolutionOptions extends ConvolutionInitOptions, ConvolutionWithOptions {}

const optionNames = ["stride", "padding", "paddingMode", "dilation", "groups", "bias", "weights", "biases"];

/**
 * Fresh parameters of a convolution.
 *
 * @param key A key, used here only. @param window The kernel's size on each spatial axis: `[3]`, `[3, 3]`, `[3, 3, 3]`.
 * @param inputs Channels taken. @param outputs Channels given.
 * @param options `bias`, `weights`, `biases`, and `groups`; those of {@linkcode convWith} may stand beside them.
 * @returns The kernel, `[...window, inputs / groups, outputs]`, and biases, `[outputs]`.
 * @throws {ShapeError} If the channels do not divide into groups. @throws {ArgumentError} If `window` is no list of sizes.
 *
 * @example Sixteen 3×3 filters of a grey image
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { convInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(convInit(key(0), [3, 3], 1, 16).w.shape, [3, 3, 1, 16]);
 * ```
 */
export function convInit<
  const W extends Shape,
  const I extends number,
  const O extends number,
  const Options extends ConvolutionOptions = Record<never, never>,
>(
  key: Key,
  window: W,
  inputs: I,
  outputs: O,
  options?: Options,
): ConvolutionOf<readonly [...W, PerGroup<I, Options>, O], O, Options> {
  const given: ConvolutionOptions = options ?? {};
  const { groups = 1, bias = true, weights = glorotUniform, biases = zerosInit } = given;
  requireNames("conv", given, optionNames);
  requireGroups("conv", groups, inputs, outputs);
  const w = groupedKernel(weights, foldIn(key, 0), sizeList("conv", "kernel", window), groups, inputs, outputs);
  return (bias ? { w, b: biases(foldIn(key, 1), [outputs]) } : { w }) as never;
}

/**
 * Convolution, as neural networks mean it: a cross-correlation, the kernel is not flipped.
 *
 * @param params Kernel, `[…window, C / groups, O]`, which slides along as many axes as `window` has sizes; biases, `[O]`,
 *   if there are any.
 * @param options `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation`, `groups`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, O]`.
 * @throws {ShapeError} If channels do not fit, or the kernel is wider than the padded input.
 * @throws {ArgumentError} If an option is out of range.
 * @see Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, https://arxiv.org/abs/1603.07285
 *
 * @example Differences of neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { convWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const difference = convWith({ w: tensor([[[-1]], [[1]]]) }, { padding: "valid" });
 * assertEquals(difference(tensor([[1], [4], [9], [16]])).toArray(), [[3], [5], [7]]);
 * ```
 */
export function convWith<W extends Shape, D extends DType = "f32">(
  params: { readonly w: Tensor<readonly [...W, number, number], D>; readonly b?: Tensor<Shape, D> },
  options: ConvolutionOptions = {},
): <S extends Shape>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const w: Value = params.w, b: Value | undefined = params.b, n = w.shape.length - 2;
  requireNames("conv", options, optionNames);
  if (n < 1) {
    throw new ShapeError(`conv: a kernel is […window, C / groups, O] with 1 or more axes of window, got [${w.shape}]`);
  }
  return ((x: Value) => overLeading("conv", n, x, (y) => convolve("conv", y, w, b, options))) as never;
}

/**
 * A convolutional layer of a net: along one axis of examples `[L, C]`, two of `[H, W, C]`, three of `[D, H, W, C]`.
 *
 * @param kernel The kernel's size: a number for every spatial axis, or a list. @param features Channels given.
 * @param options `stride`, `padding` (`"same"` if left out), `paddingMode`, `dilation`, `groups`, `bias`, `weights`,
 *   `biases`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, features]`.
 * @throws {ShapeError} If examples have no spatial axis, channels do not divide into groups, or the kernel is wider than
 *   the padded example. @throws {ArgumentError} If an option is out of range.
 * @see LeCun et al., Backpropagation applied to handwritten zip code recognition, 1989, https://doi.org/10.1162/neco.1989.1.4.541
 *
 * @example A convolution that keeps the size, and one that halves it
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { act, conv, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([28, 28, 1]), conv(3, 16), act(relu), conv(3, 32, { stride: 2 }));
 * assertEquals(net.init(key(0)).params[0].w.shape, [3, 3, 1, 16]);
 * assertEquals(net.output.shape, [14, 14, 32]);
 * ```
 */
export function conv<
  const K extends PerAxis,
  const F extends number,
  const Options extends ConvolutionOptions = Record<never, never>,
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
  readonly [...P, ConvolutionOf<readonly [...SizesOf<Sp, K>, PerGroup<C, Options>, F], F, Options>],
  S
> {
  const given: ConvolutionOptions = options ?? {};
  requireNames("conv", given, optionNames);
  return (net) => {
    const [sizes, channels] = spatialShape("conv", net.output.shape as Shape);
    const window = perAxis("conv", "kernel", kernel, sizes.length);
    requireCount("conv", "features", features);
    requireGroups("conv", given.groups ?? 1, channels, features);
    const { counts } = kernelWindows("conv", sizes, window, given);
    return grow(net, {
      name: `conv(${JSON.stringify(kernel)}, ${features})`,
      output: { shape: [...counts, features], dtype: "f32" } as never,
      params: (key) => convInit(key, window, channels, features, given),
      apply: (p, s, x) => [convWith(p as Convolution<readonly [...Shape, number, number]>, given)(x as Tensor), s],
    });
  };
}
