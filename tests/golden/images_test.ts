import { moveAxis, reshape, transpose } from "../../core/primitives/reshape.ts";
import type { Value } from "../../core/tensor.ts";
import {
  adaptiveAveragePoolWith,
  adaptiveMaxPoolWith,
  type AveragePoolOptions,
  averagePoolWith,
  columnsToImage,
  convWith,
  lpPoolWith,
  maxPoolIndicesWith,
  type MaxPoolOptions,
  maxUnpoolWith,
  type PaddingMode,
  type PadSpatialOptions,
  padSpatialWith,
  pixelShuffleWith,
  pixelUnshuffleWith,
  resizeWith,
} from "../../layers/mod.ts";
import { cancellation } from "./magnitudes.ts";
import { casesOf, checkGoldenBoth, type Computation, type GoldenCase, readGolden } from "./read.ts";

/** The file has channels behind the examples. */
const channelsLast = (x: Value): Value => moveAxis(x, 1, x.shape.length - 1);
const channelsSecond = (x: Value): Value => moveAxis(x, x.shape.length - 1, 1);
const spatial = (c: GoldenCase): number => Object.values(c.inputs)[0]!.shape.length - 2;

/** A function of tensors with channels last, on the file's layout. */
const onImages = (f: unknown): Computation => (...xs) => {
  const y = (f as Computation)(...xs.map(channelsLast));
  return Array.isArray(y) ? (y as Value[]).map(channelsSecond) : channelsSecond(y as Value);
};

const golden = readGolden("images");

/**
 * One test for each case of a name: `make` gives the function. Of sums of products, each side is `roundings` off relative
 * to the terms' magnitudes.
 */
function hold(name: string, make: (c: GoldenCase) => Computation, roundings: number, of?: "sums of products"): void {
  for (const c of casesOf(golden, name)) {
    Deno.test(`${c.name} ${JSON.stringify(c.attrs)} is PyTorch's, with its gradients`, () => {
      const f = make(c);
      checkGoldenBoth(c, f, roundings * (of === undefined ? 1 : cancellation(c, f as never)));
    });
  }
}

interface ConvAttrs {
  readonly padding: "same" | number[];
  readonly padding_mode?: PaddingMode;
  readonly dilation?: number;
}

/**
 * Sums of at most 2 · 7 · 6 products (the kernel's gradient over the padded image); each side rounds once a product and
 * once a term, relative to the terms' magnitudes.
 */
const products = 2 * (2 * 7 * 6 + 2);
for (const name of ["conv1d", "conv2d"]) {
  const layer = (c: GoldenCase): Computation => (x, w, b) => {
    const { padding_mode: paddingMode = "zeros", ...rest } = c.attrs as unknown as ConvAttrs;
    const kernel = transpose(w!, [...w!.shape.slice(2).map((_, a) => a + 2), 1, 0]);
    return onImages(convWith({ w: kernel, b: b! } as never, { ...rest, paddingMode }))(x!);
  };
  hold(name, layer, products, "sums of products");
}

interface PoolAttrs {
  readonly kernel_size: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly ceil_mode?: boolean;
  readonly count_include_pad?: boolean;
  readonly norm_type: number;
  readonly output_size: number[];
}
const attrsOf = (c: GoldenCase): PoolAttrs => c.attrs as unknown as PoolAttrs;
const windowOf = (c: GoldenCase): number[] => Array.from({ length: spatial(c) }, () => attrsOf(c).kernel_size);

/** Values are chosen, not computed; a gradient sums the cotangents of at most 2 × 2 windows. */
const ofWindows = 2 * 4;
for (const n of [1, 2, 3]) {
  hold(`max_pool${n}d_with_indices`, (c) => {
    const { kernel_size, stride = kernel_size, padding = 0, dilation = 1, ceil_mode: ceilMode = false } = attrsOf(c);
    const options: MaxPoolOptions = { stride, padding, dilation, ceilMode };
    return onImages(maxPoolIndicesWith(windowOf(c), options));
  }, ofWindows);
}
hold("max_unpool2d", (c) => {
  const size = attrsOf(c).output_size;
  return onImages(maxUnpoolWith(windowOf(c), size === undefined ? {} : { outputSize: size }));
}, 0);
/** Sums of at most 3 × 3 elements, divided, relative to the largest element. */
hold(
  "avg_pool2d",
  (c) => {
    const { stride, padding, ceil_mode, count_include_pad } = attrsOf(c);
    const options: AveragePoolOptions = { stride: stride!, padding: padding!, ceilMode: ceil_mode! };
    return onImages(averagePoolWith(windowOf(c), { ...options, countIncludePad: count_include_pad ?? true }));
  },
  2 * 10,
  "sums of products",
);
/** Two squares, their sum and a root; the gradient of two windows, ct·x/y, at most twice the largest of them. */
hold("lp_pool1d", (c) => onImages(lpPoolWith(2, windowOf(c), { stride: 1 })), 2 * 8 * 2);

/** A mean over at most 2 × 3 × 2 elements, along one axis after the other: sums, weights and products. */
for (const n of [1, 2, 3]) {
  const layer = (c: GoldenCase): Computation => onImages(adaptiveAveragePoolWith(attrsOf(c).output_size));
  hold(`adaptive_avg_pool${n}d`, layer, 2 * (12 + 3 * 3), "sums of products");
}
for (const n of [1, 2]) {
  hold(`adaptive_max_pool${n}d`, (c) => onImages(adaptiveMaxPoolWith(attrsOf(c).output_size)), ofWindows);
}

/**
 * At most 4 × 4 products; the cubic weights are a polynomial of the distance, 8 roundings of numbers below 6, and the
 * places are rounded: 8 roundings of numbers below 8, which weights follow with slope 1.5 at most. Gradients sum at most
 * 7 × 5 products; weights and inputs of either sign take from one another.
 */
const modes = {
  nearest: "nearest",
  linear: "linear",
  bilinear: "linear",
  trilinear: "linear",
  bicubic: "cubic",
} as const;
const resized = (c: GoldenCase): Computation => {
  const { size, mode, align_corners: alignCorners } = c.attrs as {
    readonly size: number[];
    readonly mode: keyof typeof modes;
    readonly align_corners: boolean | null;
  };
  return onImages(resizeWith(size, { mode: modes[mode], ...(alignCorners === null ? {} : { alignCorners }) }));
};
hold("interpolate", resized, 2 * (35 + 2 + 6 * 8 + 8 * 8), "sums of products");

hold("pixel_shuffle", () => onImages(pixelShuffleWith([2, 2])), 0);
hold("pixel_unshuffle", () => onImages(pixelUnshuffleWith([2, 2])), 0);

/** At most 2 × 3 terms, all of one sum's magnitude. */
const folded = (c: GoldenCase): Computation => {
  const { output_size, kernel_size, stride, padding, dilation } = c.attrs as {
    readonly output_size: [number, number];
    readonly kernel_size: [number, number];
    readonly stride: number;
    readonly padding: number;
    readonly dilation: number;
  };
  return (x) => {
    // The file's rows have the channel first, then the element; its windows are one axis.
    const [h, w] = output_size.map((d, a) =>
      Math.floor((d + 2 * padding - dilation * (kernel_size[a]! - 1) - 1) / stride) + 1
    );
    const elements = kernel_size[0] * kernel_size[1],
      [n, row] = x!.shape as [number, number],
      channels = row / elements;
    const rows = transpose(reshape(x!, [n, channels, elements, h! * w!]), [0, 3, 2, 1]);
    const given = reshape(rows, [n, h!, w!, row]) as never;
    return channelsSecond(columnsToImage(given, output_size, kernel_size, { stride, padding, dilation }) as Value);
  };
};
hold("fold", folded, 2 * 6, "sums of products");

/** An element stands at no more than 3 × 2 places, whose cotangents its gradient sums. */
hold(
  "pad",
  (c) => {
    const { pad, mode } = c.attrs as { readonly pad: number[]; readonly mode: NonNullable<PadSpatialOptions["mode"]> };
    const widths = [[pad[2]!, pad[3]!], [pad[0]!, pad[1]!]] as const;
    return onImages(padSpatialWith(widths, { mode }));
  },
  2 * 6,
  "sums of products",
);
