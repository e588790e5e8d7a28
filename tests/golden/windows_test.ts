import { moveAxis, reshape, transpose } from "../../core/primitives/reshape.ts";
import type { Value } from "../../core/tensor.ts";
import {
  adaptiveAveragePoolWith,
  adaptiveMaxPoolWith,
  averagePoolWith,
  convTransposedWith,
  convWith,
  imageToColumns,
  lpPoolWith,
  maxPoolWith,
  resizeWith,
  stochasticPoolMeanWith,
  sumPoolWith,
} from "../../layers/mod.ts";
import { cancellation } from "./magnitudes.ts";
import { casesOf, checkGolden, checkGoldenBoth, type GoldenCase, readGolden } from "./read.ts";

type F = (...xs: Value[]) => Value;

/** The files have channels behind the examples, and kernels as `[O, I / groups, …window]`. */
const channelsLast = (x: Value): Value => moveAxis(x, 1, x.shape.length - 1);
const channelsSecond = (x: Value): Value => moveAxis(x, x.shape.length - 1, 1);
const kernelLast = (w: Value): Value => transpose(w, [...w.shape.slice(2).map((_, a) => a + 2), 1, 0]);

/** Kernels of transposed convolutions are `[I, O / groups, …window]` there, `[…window, I / groups, O]` here. */
function transposedKernel(w: Value, groups: number): Value {
  const [inputs, per, ...k] = w.shape as [number, number, ...number[]];
  const parts = reshape(w, [groups, inputs / groups, per, ...k]);
  const order = [...k.map((_, a) => a + 3), 1, 0, 2];
  return reshape(transpose(parts, order), [...k, inputs / groups, groups * per]);
}

/** A function of tensors with channels last, on the files' layout. */
const onImages = (f: unknown): F => (x) => channelsSecond((f as F)(channelsLast(x!)));

interface ConvAttrs {
  readonly stride?: number | number[];
  readonly padding?: number | number[];
  readonly output_padding?: number[];
  readonly dilation?: number | number[];
  readonly groups?: number;
}

function convolution(attrs: ConvAttrs, transposed: boolean): F {
  const { output_padding: outputPadding = 0, padding = 0, groups = 1, ...rest } = attrs;
  return (x, w, b) => {
    const params = { w: transposed ? transposedKernel(w!, groups) : kernelLast(w!), b: b! } as never;
    const layer = transposed
      ? convTransposedWith(params, { ...rest, padding, groups, outputPadding })
      : convWith(params, { ...rest, padding, groups });
    return onImages(layer)(x!);
  };
}

/** The files' rows have the channel first, then the element; their windows are one axis. */
function unfolded(attrs: { kernel_size: number | number[]; stride?: number; padding?: number }): F {
  const k = [attrs.kernel_size, attrs.kernel_size].flat().slice(-2), { stride = 1, padding = 0 } = attrs;
  return (x) => {
    const y: Value = imageToColumns(channelsLast(x!), k, { stride, padding }),
      [n, h, w, row] = y.shape,
      c = x!.shape[1]!;
    return reshape(transpose(reshape(y, [n!, h! * w!, row! / c, c]), [0, 3, 2, 1]), [n!, row!, h! * w!]);
  };
}

/**
 * No element here sums more than 98 products (a kernel's gradient over 7 × 7 places of two examples); each side rounds
 * once a product and once a term, relative to the terms' magnitudes.
 */
const roundings = 2 * (98 + 2);

const check = (c: GoldenCase, f: F): void => checkGoldenBoth(c, f as never, roundings * cancellation(c, f));
const described = (c: GoldenCase): string => `${c.name} ${JSON.stringify(c.attrs)} is PyTorch's, with its gradients`;

for (const c of readGolden("conv").cases) {
  Deno.test(described(c), () => {
    const f = c.name === "unfold_im2col"
      ? unfolded(c.attrs as unknown as Parameters<typeof unfolded>[0])
      : convolution(c.attrs as ConvAttrs, c.name.startsWith("conv_transpose"));
    check(c, f);
  });
}

interface PoolAttrs {
  readonly kernel_size: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly ceil_mode?: boolean;
  readonly count_include_pad?: boolean;
  readonly norm_type?: number;
  readonly output_size?: number[];
}

/** A pool of the case's window and options over the axes behind the first two. */
function pooled(make: (window: number[], options: Record<string, never>) => unknown, c: GoldenCase): F {
  const { kernel_size, stride = kernel_size, padding = 0, ceil_mode: ceilMode = false, count_include_pad } = c
    .attrs as unknown as PoolAttrs;
  const options = { stride, padding, ceilMode, ...(count_include_pad === false ? { countIncludePad: false } : {}) };
  const window = Array.from({ length: c.inputs["x"]!.shape.length - 2 }, () => kernel_size);
  return onImages(make(window, options as never));
}

const pool = readGolden("pool");
for (const [name, make] of Object.entries({ sum_pool2d: sumPoolWith, avg_pool1d: averagePoolWith })) {
  for (const c of casesOf(pool, name)) Deno.test(described(c), () => check(c, pooled(make, c)));
}
for (const name of ["avg_pool2d", "avg_pool3d"]) {
  for (const c of casesOf(pool, name)) Deno.test(described(c), () => check(c, pooled(averagePoolWith, c)));
}

/** Nothing is rounded in choosing; windows here do not overlap. */
const exactly = 0;
for (const c of [...casesOf(pool, "max_pool2d"), ...casesOf(pool, "max_pool3d")]) {
  Deno.test(described(c), () => checkGolden(c, pooled(maxPoolWith, c), exactly));
}
for (const c of casesOf(readGolden("kinks"), "max_pool_tie")) {
  const tied = { ...c, attrs: { kernel_size: 2 } };
  Deno.test(described(c), () => checkGolden(tied, pooled(maxPoolWith, tied), exactly));
}
for (const c of casesOf(pool, "adaptive_max_pool2d")) {
  const { output_size } = c.attrs as { readonly output_size: number[] };
  // Windows overlap by one element here: gradients add up to four cotangents.
  Deno.test(described(c), () => checkGoldenBoth(c, onImages(adaptiveMaxPoolWith(output_size)) as never, 2 * 4));
}
for (const c of casesOf(pool, "adaptive_avg_pool2d")) {
  const { output_size } = c.attrs as { readonly output_size: number[] };
  Deno.test(described(c), () => check(c, onImages(adaptiveAveragePoolWith(output_size))));
}

/**
 * Inputs are positive, so that sums lose nothing. Terms of gradients, of at most four windows, are ct·x²/y² or
 * ct·(2x − y)/Σx, in size at most ten times the largest gradient of the files, and carry at most 24 roundings on each
 * side: nine cubes and their sum, a power and its derivative.
 */
const ofPowers = 2 * 24 * 10;
for (const c of casesOf(pool, "lp_pool2d")) {
  const { norm_type } = c.attrs as unknown as { readonly norm_type: number };
  const lp = (window: number[], options: Record<string, never>) => lpPoolWith(norm_type, window, options);
  Deno.test(described(c), () => checkGoldenBoth(c, pooled(lp, c) as never, ofPowers));
}
for (const c of casesOf(pool, "stochastic_pool2d_test_time")) {
  Deno.test(described(c), () => checkGoldenBoth(c, pooled(stochasticPoolMeanWith, c) as never, ofPowers));
}

/**
 * Resizing sums at most 4 × 4 products; the cubic weights are a polynomial of the distance, 8 roundings of numbers below
 * 6, and the places themselves are rounded: 7 roundings of numbers below 7, which weights follow with slope 1.5 at most.
 * Gradients sum at most 5 × 7 products.
 */
const resizing = 2 * (35 + 2 + 6 * 8 + 7 * 7);
const modes = { nearest: "nearest", bilinear: "linear", bicubic: "cubic" } as const;
for (const c of casesOf(readGolden("resize"), "interpolate")) {
  const { size, mode } = c.attrs as { readonly size: number[]; readonly mode: keyof typeof modes };
  Deno.test(
    described(c),
    () => checkGoldenBoth(c, onImages(resizeWith(size, { mode: modes[mode] })) as never, resizing),
  );
}
