import { add, div, mul, pow, square } from "../../core/ops/arithmetic.ts";
import {
  convGeneral,
  type ConvOptions,
  convTranspose,
  type ConvTransposeOptions,
  reduceWindow,
  type ReduceWindowOptions,
} from "../../core/ops/windows.ts";
import { onesLike } from "../../core/primitives/create.ts";
import { moveAxis, reshape, transpose } from "../../core/primitives/reshape.ts";
import type { Value } from "../../core/tensor.ts";
import { make } from "../laws/values.ts";
import { cancellation } from "./magnitudes.ts";
import { casesOf, checkGolden, type GoldenCase, readGolden } from "./read.ts";

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

const sum = (x: Value, y: Value): Value => (add as unknown as F)(x, y);

interface ConvAttrs {
  readonly stride?: number | number[];
  readonly padding?: number | number[];
  readonly output_padding?: number[];
  readonly dilation?: number | number[];
  readonly groups?: number;
}

function convolution(attrs: ConvAttrs, transposed: boolean): F {
  const { groups = 1 } = attrs;
  return (x, w, b) => {
    const common = {
      strides: attrs.stride ?? 1,
      padding: attrs.padding ?? 0,
      kernelDilation: attrs.dilation ?? 1,
      groups,
    } satisfies ConvOptions;
    const more: ConvTransposeOptions = { ...common, outputPadding: attrs.output_padding ?? 0 };
    const y = transposed
      ? convTranspose(channelsLast(x!), transposedKernel(w!, groups), more)
      : convGeneral(channelsLast(x!), kernelLast(w!), common);
    return channelsSecond(sum(y, b!));
  };
}

/** The elements of every window as rows, channel first: a convolution with kernels that pick one element each. */
function unfold(attrs: { kernel_size: number | number[]; stride?: number; padding?: number }): F {
  const k = [attrs.kernel_size, attrs.kernel_size].flat().slice(-2) as [number, number], size = k[0] * k[1];
  return (x) => {
    const c = x!.shape[1]!, rows = c * size;
    // [kh, kw, C, C·kh·kw]: 1 where the row is this channel's and this element's.
    const pick = make([...k, c, rows], "f64", (i) => {
      const row = i % rows, channel = Math.floor(i / rows) % c, element = Math.floor(i / (rows * c));
      return +(row === channel * size + element);
    });
    const y = convGeneral(channelsLast(x!), pick, { strides: attrs.stride ?? 1, padding: attrs.padding ?? 0 });
    const z = channelsSecond(y);
    return reshape(z, [z.shape[0]!, rows, z.size / z.shape[0]! / rows]);
  };
}

/**
 * No element here sums more than 98 products (a kernel's gradient over 7 × 7 places of two examples); each side rounds
 * once a product and once a term, relative to the terms' magnitudes.
 */
const roundings = 2 * (98 + 2);

const check = (c: GoldenCase, f: F): void => checkGolden(c, f, roundings * cancellation(c, f));
const described = (c: GoldenCase): string => `${c.name} ${JSON.stringify(c.attrs)} is PyTorch's, with its gradients`;

const conv = readGolden("conv");
for (const c of conv.cases) {
  Deno.test(described(c), () => {
    const f = c.name === "unfold_im2col"
      ? unfold(c.attrs as unknown as Parameters<typeof unfold>[0])
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
}

/** Windows over the axes behind the first two; `overhang` is room at the end for a last, incomplete window. */
function pooled(x: Value, op: ReduceWindowOptions["op"], a: PoolAttrs, padded = a.padding ?? 0, overhang = 0): Value {
  const each = <T>(n: T, one: T): T[] => x.shape.map((_, i) => i < 2 ? one : n);
  return reduceWindow(x, {
    op,
    window: each(a.kernel_size, 1),
    strides: each(a.stride ?? a.kernel_size, 1),
    padding: x.shape.map((_, i) => i < 2 ? [0, 0] as const : [padded, padded + overhang] as const),
  });
}

const quotient = (x: Value, y: Value): Value => (div as unknown as F)(x, y);

/** The sum over how many elements count: the padding too, unless it is said otherwise, but never an overhang. */
function average(a: PoolAttrs): F {
  return (x) => {
    const overhang = a.ceil_mode === true ? (a.stride ?? a.kernel_size) - 1 : 0, room = a.padding ?? 0;
    const total = pooled(x!, "sum", a, room, overhang), ones = onesLike(x!);
    if (overhang > 0 || a.count_include_pad === false) return quotient(total, pooled(ones, "sum", a, room, overhang));
    return quotient(total, make(total.shape, "f64", () => a.kernel_size ** (x!.shape.length - 2)));
  };
}

const pool = readGolden("pool");
const sums: { readonly [name: string]: (attrs: PoolAttrs) => F } = {
  sum_pool2d: (a) => (x) => pooled(x!, "sum", a),
  avg_pool1d: average,
  avg_pool2d: average,
  avg_pool3d: average,
};
for (const [name, make] of Object.entries(sums)) {
  for (const c of casesOf(pool, name)) Deno.test(described(c), () => check(c, make(c.attrs as unknown as PoolAttrs)));
}

/** Nothing is rounded in choosing; windows here do not overlap. */
const exactly = 0;
for (const c of [...casesOf(pool, "max_pool2d"), ...casesOf(pool, "max_pool3d")]) {
  Deno.test(described(c), () => checkGolden(c, (x) => pooled(x, "max", c.attrs as unknown as PoolAttrs), exactly));
}

/**
 * Inputs are positive, so that sums lose nothing. Terms of gradients, of at most four windows, are ct·x²/y² or
 * ct·(2x − y)/Σx, in size at most ten times the largest gradient of the files, and carry at most 24 roundings on each
 * side: nine cubes and their sum, a power and its derivative.
 */
const ofPowers = 2 * 24 * 10;
for (const c of casesOf(pool, "lp_pool2d")) {
  const a = c.attrs as unknown as PoolAttrs;
  Deno.test(described(c), () => {
    const cube: F = (x) => (mul as unknown as F)(square(x!), x!);
    const root: F = (x) => (pow as unknown as (x: Value, p: number) => Value)(x!, 1 / 3);
    checkGolden(c, (x) => root(pooled(cube(x), "sum", a)), ofPowers);
  });
}
for (const c of casesOf(pool, "stochastic_pool2d_test_time")) {
  const a = c.attrs as unknown as PoolAttrs;
  Deno.test(described(c), () => {
    checkGolden(c, (x) => quotient(pooled(square(x), "sum", a), pooled(x, "sum", a)), ofPowers);
  });
}
for (const c of casesOf(readGolden("kinks"), "max_pool_tie")) {
  Deno.test(described(c), () => checkGolden(c, (x) => pooled(x!, "max", { kernel_size: 2 }), exactly));
}
