/** Transposed convolution, which makes images larger, as a function of its parameters and as a layer of a net. */
import {
  add,
  ArgumentError,
  convTranspose,
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
import type { Convolution, ConvolutionInitOptions, ConvolutionOf, Convolved, PerGroup } from "./conv.ts";
import { groupedKernel, requireGroups } from "./convolve.ts";
import { glorotUniform, zerosInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import {
  overLeading,
  paddingOf,
  perAxis,
  requireCount,
  requireNames,
  sizeList,
  type SizesOf,
  type SlidOver,
  spatialShape,
} from "./windows.ts";

/** Options of a transposed convolution: those of the convolution whose adjoint it is. */
export interface TransposedOptions extends ConvolutionInitOptions {
  /** Distances between neighbouring windows in the output; 1 if left out. */
  readonly stride?: PerAxis;
  /**
   * What is cut off the output's borders: `"same"` (size · stride is left), `"valid"` (nothing), a number, or for each
   * axis a number or a pair. `"same"` if left out, as for `conv`, which it undoes in size.
   */
  readonly padding?: Padding;
  /** Room added after the output, below the stride, for the sizes that strides round away; 0 if left out. */
  readonly outputPadding?: PerAxis;
  /** Distances between neighbouring elements of the kernel; 1 if left out. */
  readonly dilation?: PerAxis;
  /** Into how many groups input and output channels are divided; 1 if left out. */
  readonly groups?: number;
}

const op = "convTransposed";
const optionNames = ["stride", "padding", "outputPadding", "dilation", "groups", "bias", "weights", "biases"];

interface Placed {
  readonly stride: Shape;
  readonly dilation: Shape;
  readonly padding: readonly (readonly [number, number])[];
  readonly extra: Shape;
  readonly counts: Shape;
}

/** Where the windows lie in the output: (size − 1) · stride + reach − padding + outputPadding. */
function place(sizes: Shape, window: Shape, options: TransposedOptions): Placed {
  const n = sizes.length, stride = perAxis(op, "stride", options.stride ?? 1, n);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, n);
  const extra = perAxis(op, "outputPadding", options.outputPadding ?? 0, n, 0);
  if (extra.some((e, a) => e >= stride[a]!)) {
    throw new ArgumentError(
      `${op}: outputPadding [${extra.join(", ")}] must be below the stride [${stride.join(", ")}]`,
    );
  }
  const need = window.map((k, a) => (k - 1) * dilation[a]! + 1);
  const padding = paddingOf(op, options.padding ?? "same", n, (a) => {
    const more = need[a]! - stride[a]!;
    return more < 0 ? [0, more] : [Math.floor(more / 2), Math.ceil(more / 2)];
  });
  const counts = sizes.map((d, a) => (d - 1) * stride[a]! + need[a]! - padding[a]![0] - padding[a]![1] + extra[a]!);
  if (sizes.includes(0) || counts.some((c) => c < 1)) {
    throw new ShapeError(
      `${op}: nothing is left of the output, [${counts.join(", ")}] from [${sizes.join(", ")}]; cut off less padding`,
    );
  }
  return { stride, dilation, padding, extra, counts };
}

/**
 * Fresh parameters of a transposed convolution.
 *
 * @param key A key, used here only. @param window The kernel's size on each spatial axis.
 * @param inputs Channels taken. @param outputs Channels given.
 * @param options `bias`, `weights`, `biases`, and `groups`; those of {@linkcode convTransposedWith} may stand beside them.
 * @returns The kernel, `[...window, inputs / groups, outputs]`, and biases, `[outputs]`.
 * @throws {ShapeError} If the channels do not divide into groups. @throws {ArgumentError} If `window` is no list of sizes.
 *
 * @example From eight channels to three
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { convTransposedInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(convTransposedInit(key(0), [2, 2], 8, 3).w.shape, [2, 2, 8, 3]);
 * ```
 */
export function convTransposedInit<
  const W extends Shape,
  const I extends number,
  const O extends number,
  const Options extends TransposedOptions = Record<never, never>,
>(
  key: Key,
  window: W,
  inputs: I,
  outputs: O,
  options?: Options,
): ConvolutionOf<readonly [...W, PerGroup<I, Options>, O], O, Options> {
  const given: TransposedOptions = options ?? {};
  const { groups = 1, bias = true, weights = glorotUniform, biases = zerosInit } = given;
  requireNames(op, given, optionNames);
  requireGroups(op, groups, inputs, outputs);
  const w = groupedKernel(weights, foldIn(key, 0), sizeList(op, "kernel", window), groups, inputs, outputs);
  return (bias ? { w, b: biases(foldIn(key, 1), [outputs]) } : { w }) as never;
}

/**
 * Transposed convolution: every element lays the kernel, scaled by it, onto the output, at distances of the stride.
 *
 * @param params Kernel, `[…window, C / groups, O]`; biases, `[O]`, if there are any. PyTorch's kernel is `[C, O / groups,
 *   …window]`.
 * @param options `stride`, `padding` (`"same"` if left out), `outputPadding`, `dilation`, `groups`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …sizes, O]` with sizes
 *   (size − 1) · stride + dilation · (kernel − 1) + 1 − padding + outputPadding.
 * @throws {ShapeError} If channels do not fit, or nothing is left of the output.
 * @throws {ArgumentError} If an option is out of range.
 * @see Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, https://arxiv.org/abs/1603.07285
 *
 * @example Every element twice
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { convTransposedWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const twice = convTransposedWith({ w: tensor([[[1]], [[1]]]) }, { stride: 2 });
 * assertEquals(twice(tensor([[1], [2]])).toArray(), [[1], [1], [2], [2]]);
 * ```
 */
export function convTransposedWith<W extends Shape, D extends DType = "f32">(
  params: { readonly w: Tensor<readonly [...W, number, number], D>; readonly b?: Tensor<Shape, D> },
  options: TransposedOptions = {},
): <S extends Shape>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, number>, D> {
  const w: Value = params.w, b: Value | undefined = params.b, { groups = 1 } = options;
  requireNames(op, options, optionNames);
  const [per, outputs] = w.shape.slice(-2) as [number, number];
  requireGroups(op, groups, per * groups, outputs);
  return ((x: Value) =>
    overLeading(op, w.shape.length - 2, x, (given) => {
      const channels = given.shape.at(-1)!;
      if (channels !== per * groups) {
        throw new ShapeError(
          `${op}: channels differ, the kernel [${w.shape.join(", ")}]${
            groups === 1 ? "" : ` in ${groups} groups`
          } takes ${per * groups} and the input has ${channels}`,
        );
      }
      const { stride, dilation, padding, extra } = place(given.shape.slice(1, -1), w.shape.slice(0, -2), options);
      const y = convTranspose(given, w, {
        strides: stride,
        padding,
        outputPadding: extra,
        kernelDilation: dilation,
        groups,
      }) as Value;
      return b === undefined ? y : add(y, b) as Value;
    })) as never;
}

/**
 * A transposed convolutional layer of a net.
 *
 * @param kernel The kernel's size: a number for every spatial axis, or a list. @param features Channels given.
 * @param options `stride`, `padding` (`"same"` if left out), `outputPadding`, `dilation`, `groups`, `bias`, `weights`,
 *   `biases`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…sizes, features]`.
 * @throws {ShapeError} If examples have no spatial axis, channels do not divide into groups, or nothing is left.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zeiler et al., Deconvolutional networks, 2010, https://doi.org/10.1109/CVPR.2010.5539957
 *
 * @example Twice the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { convTransposed, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([7, 7, 32]), convTransposed(4, 16, { stride: 2 }));
 * assertEquals(net.output.shape, [14, 14, 16]);
 * ```
 */
export function convTransposed<
  const K extends PerAxis,
  const F extends number,
  const Options extends TransposedOptions = Record<never, never>,
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
  const given: TransposedOptions = options ?? {};
  requireNames(op, given, optionNames);
  requireCount(op, "features", features);
  return (net) => {
    const [sizes, channels] = spatialShape(op, net.output.shape as Shape);
    const window = perAxis(op, "kernel", kernel, sizes.length);
    requireGroups(op, given.groups ?? 1, channels, features);
    const { counts } = place(sizes, window, given);
    return grow(net, {
      name: `${op}(${JSON.stringify(kernel)}, ${features})`,
      output: { shape: [...counts, features], dtype: "f32" } as never,
      params: (key) => convTransposedInit(key, window, channels, features, given),
      apply: (p, s, x) => [
        convTransposedWith(p as Convolution<readonly [...Shape, number, number]>, given)(x as Tensor),
        s,
      ],
    });
  };
}
