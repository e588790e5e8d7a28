/** Convolutions. */
import {
  apply,
  both,
  constant,
  type Expr,
  index,
  indices,
  inRange,
  int,
  load,
  minus,
  modulo,
  over,
  plus,
  reduction,
  same,
  select,
  times,
} from "../compiler/kernel.ts";
import type { TypedArray } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, MaybeZero, Primitive } from "../primitive.ts";
import { type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, product } from "./arithmetic.ts";
import { full, zerosLike } from "./create.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { moveAxis, reduceSum, reshape, reverse, transpose } from "./reshape.ts";

// How windows slide over a value: sizes, checks, and which elements each window sees.

/**
 * One entry an axis: the distance between windows, room before and after (removed where negative), the distances between
 * neighbouring elements of the input and of the window.
 */
export interface Sliding {
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [lo: number, hi: number])[];
  readonly inputDilation: readonly number[];
  readonly kernelDilation: readonly number[];
}

/** How far `n` elements reach when neighbours are `dilation` apart. */
export const reach = (n: number, dilation: number): number => n === 0 ? 0 : (n - 1) * dilation + 1;

/** How many windows there are along each axis; throws where not one fits. One element fits nowhere in nothing: no windows. */
export function windowCounts(op: string, what: string, input: Shape, window: Shape, s: Sliding): number[] {
  const rank = input.length, positive = (n: number) => Number.isInteger(n) && n >= 1;
  for (
    const [name, list] of [["strides", s.strides], ["input dilation", s.inputDilation], [
      "dilation",
      s.kernelDilation,
    ]] as const
  ) {
    if (list.length !== rank || !list.every(positive)) {
      throw new ShapeError(
        `${op}: ${name} [${list}] must be a whole number, 1 or more, for each of the ${rank} axes of ${show(input)}`,
      );
    }
  }
  if (s.padding.length !== rank || !s.padding.flat().every(Number.isInteger)) {
    throw new ShapeError(
      `${op}: padding ${JSON.stringify(s.padding)} must be a pair of whole numbers for each of the ${rank} axes of ${
        show(input)
      }`,
    );
  }
  if (window.length !== rank || !window.every(positive)) {
    throw new ShapeError(
      `${op}: the ${what} ${show(window)} must have 1 or more elements on each of the ${rank} axes of ${show(input)}`,
    );
  }
  const room = input.map((d, a) => reach(d, s.inputDilation[a]!) + s.padding[a]![0] + s.padding[a]![1]);
  const need = window.map((d, a) => reach(d, s.kernelDilation[a]!));
  if (room.some((n, a) => n < need[a]! && !(n === 0 && need[a] === 1))) {
    throw new ShapeError(
      `${op}: the ${what} is wider than the padded input, ${show(need)} over ${show(room)}` +
        `${need.some((n, a) => n !== window[a]) ? " with dilation" : ""}; add padding or use a smaller ${what}`,
    );
  }
  return room.map((n, a) => Math.floor((n - need[a]!) / s.strides[a]!) + 1);
}

/** Windows over an array: the slid-over axes of the input, the window's size and how many there are. */
export interface Windows extends Sliding {
  readonly input: Shape;
  readonly window: Shape;
  readonly counts: Shape;
}

/**
 * Calls `visit` for every window in row-major order, with the elements it sees, in the window's row-major order: their
 * offsets in the input, and which element of the window each is. The lists are reused, and hold `seen` entries.
 */
export function eachWindow(
  w: Windows,
  inputStrides: readonly number[],
  visit: (at: number, seen: number, offsets: Int32Array, elements: Int32Array) => void,
): void {
  const rank = w.input.length, size = sizeOf(w.window), total = sizeOf(w.counts);
  // Along each axis, for each window and each of its elements: the input's offset, or −1 where there is none.
  const tables = w.window.map((k, a) => axisTable(w, a, k, inputStrides[a]!));
  const digits = new Int32Array(size * rank), at = new Int32Array(rank);
  for (let e = 0; e < size; e++) {
    for (let a = rank - 1, rest = e; a >= 0; a--) {
      digits[e * rank + a] = rest % w.window[a]!;
      rest = Math.floor(rest / w.window[a]!);
    }
  }
  const offsets = new Int32Array(size), elements = new Int32Array(size);
  for (let i = 0; i < total; i++) {
    let seen = 0;
    for (let e = 0; e < size; e++) {
      let offset = 0;
      for (let a = 0; a < rank; a++) {
        const o = tables[a]![at[a]! * w.window[a]! + digits[e * rank + a]!]!;
        if (o < 0) {
          offset = -1;
          break;
        }
        offset += o;
      }
      if (offset < 0) continue;
      offsets[seen] = offset;
      elements[seen++] = e;
    }
    visit(i, seen, offsets, elements);
    for (let a = rank - 1; a >= 0; a--) {
      if (++at[a]! < w.counts[a]!) break;
      at[a] = 0;
    }
  }
}

function axisTable(w: Windows, a: number, k: number, stride: number): Int32Array {
  const n = w.counts[a]!, table = new Int32Array(n * k);
  for (let i = 0; i < table.length; i++) {
    const p = Math.floor(i / k) * w.strides[a]! + i % k * w.kernelDilation[a]! - w.padding[a]![0];
    const q = p / w.inputDilation[a]!;
    table[i] = Number.isInteger(q) && q >= 0 && q < w.input[a]! ? q * stride : -1;
  }
  return table;
}

/** In kernels: where in the input an element of a window lies on each axis, and whether there is anything. */
export function windowAddress(
  s: Sliding,
  input: Shape,
  at: readonly Expr[],
  element: readonly Expr[],
): { readonly address: Expr[]; readonly inside: Expr } {
  const spread = at.map((e, a) =>
    minus(plus(times(e, int(s.strides[a]!)), times(element[a]!, int(s.kernelDilation[a]!))), int(s.padding[a]![0]))
  );
  const address = spread.map((e, a) => over(e, int(s.inputDilation[a]!)));
  const onGrid = spread.flatMap((e, a): Expr[] =>
    s.inputDilation[a] === 1 ? [] : [same(modulo(e, int(s.inputDilation[a]!)), int(0))]
  );
  return { address, inside: onGrid.reduce(both, inRange(address, input)) };
}

// Convolution on the reference backend: plain loops, the innermost along channels.

// How many output channels are summed side by side; each sum is one f64 accumulator, in order of window and channel.
const wide = 4;

/** The kernel with the output channels of a block side by side, so that a window reads it from front to back. */
function packed(w: NdArray, floats: boolean): TypedArray {
  const outputs = w.shape.at(-1)!, rows = sizeOf(w.shape.slice(0, -1)), from = w.data;
  const to = floats ? new Float64Array(from.length) : from.slice();
  const blocks = floats ? Math.floor(outputs / wide) : 0;
  let at = 0;
  for (let b = 0; b < blocks; b++) {
    for (let r = 0; r < rows; r++) for (let o = 0; o < wide; o++) to[at++] = from[r * outputs + b * wide + o]!;
  }
  for (let o = blocks * wide; o < outputs; o++) {
    for (let r = 0; r < rows; r++) to[at++] = from[r * outputs + o]!;
  }
  return to;
}

/** The part of a kernel that makes one group's output channels. */
function kernelOf(w: NdArray, group: number, groups: number): NdArray {
  if (groups === 1) return w;
  const outputs = w.shape.at(-1)!, own = outputs / groups, rows = sizeOf(w.shape.slice(0, -1));
  const data = w.data.slice(0, rows * own);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < own; o++) data[r * own + o] = w.data[r * outputs + group * own + o]!;
  }
  return { shape: [...w.shape.slice(0, -1), own], dtype: w.dtype, data };
}

/** Stretches of a window that lie one behind the other both in the input and in the packed kernel. */
interface Stretches {
  count: number;
  readonly from: Int32Array;
  readonly row: Int32Array;
  readonly length: Int32Array;
}

/** Fills `y`, `[N, …windows, O]`, from `x`, `[N, …spatial, C]`, and `w`, `[…window, C / groups, O]`. */
function convolve(y: NdArray, x: NdArray, w: NdArray, windows: Windows, groups: number): void {
  const examples = x.shape[0]!, outputs = w.shape.at(-1)!;
  const perGroup = w.shape.at(-2)!, own = outputs / groups, steps = stridesOf(x.shape), size = sizeOf(windows.window);
  const floats = y.dtype !== "i32" && y.dtype !== "u32";
  const kernels = Array.from({ length: groups }, (_, g) => packed(kernelOf(w, g, groups), floats));
  const from = floats && !(x.data instanceof Float64Array) ? Float64Array.from(x.data) : x.data;
  const int = () => new Int32Array(size), stretches: Stretches = { count: 0, from: int(), row: int(), length: int() };
  const positions = sizeOf(windows.counts), blocks = floats ? Math.floor(own / wide) * wide : 0;
  const single = floats ? sumOne : sumOneInt;
  eachWindow(windows, steps.slice(1, -1), (at, seen, offsets, elements) => {
    join(stretches, seen, offsets, elements, perGroup);
    for (let n = 0; n < examples; n++) {
      for (let g = 0; g < groups; g++) {
        const base = n * steps[0]! + g * perGroup, to = (n * positions + at) * outputs + g * own, kernel = kernels[g]!;
        for (let o = 0; o < blocks; o += wide) {
          sumWide(y.data, to + o, from as Float64Array, base, kernel as Float64Array, o * size * perGroup, stretches);
        }
        for (let o = blocks; o < own; o++) {
          y.data[to + o] = single(from, base, kernel, o * size * perGroup, stretches);
        }
      }
    }
  });
}

function join(s: Stretches, seen: number, offsets: Int32Array, elements: Int32Array, channels: number): void {
  let n = 0;
  for (let i = 0; i < seen; i++) {
    const from = offsets[i]!, row = elements[i]! * channels, last = n - 1;
    if (n > 0 && s.from[last]! + s.length[last]! === from && s.row[last]! + s.length[last]! === row) {
      s.length[last]! += channels;
      continue;
    }
    s.from[n] = from;
    s.row[n] = row;
    s.length[n++] = channels;
  }
  s.count = n;
}

function sumWide(
  to: TypedArray,
  at: number,
  x: Float64Array,
  base: number,
  w: Float64Array,
  start: number,
  s: Stretches,
): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (let i = 0; i < s.count; i++) {
    const from = base + s.from[i]!, end = from + s.length[i]!;
    for (let p = from, q = start + s.row[i]! * wide; p < end; p++, q += wide) {
      const v = x[p]!;
      s0 += v * w[q]!;
      s1 += v * w[q + 1]!;
      s2 += v * w[q + 2]!;
      s3 += v * w[q + 3]!;
    }
  }
  to[at] = s0;
  to[at + 1] = s1;
  to[at + 2] = s2;
  to[at + 3] = s3;
}

function sumOne(x: TypedArray, base: number, w: TypedArray, start: number, s: Stretches): number {
  let sum = 0;
  for (let i = 0; i < s.count; i++) {
    const from = base + s.from[i]!, end = from + s.length[i]!;
    for (let p = from, q = start + s.row[i]!; p < end; p++, q++) sum += x[p]! * w[q]!;
  }
  return sum;
}

/** As `sumOne`, on 32-bit integers, which wrap around. */
function sumOneInt(x: TypedArray, base: number, w: TypedArray, start: number, s: Stretches): number {
  let sum = 0;
  for (let i = 0; i < s.count; i++) {
    const from = base + s.from[i]!, end = from + s.length[i]!;
    for (let p = from, q = start + s.row[i]!; p < end; p++, q++) sum = (sum + Math.imul(x[p]!, w[q]!)) | 0;
  }
  return sum;
}

// Convolution over any number of axes, in the sense of neural networks: a cross-correlation, the kernel is not flipped.
//
// One primitive serves the convolution, its transpose and both gradients: with the input spread by the strides, or with
// examples and channels in each other's place, each of them is a convolution again.

/** How the kernel slides, and into how many groups the channels are divided; one entry a spatial axis. */
export interface ConvParams extends Sliding {
  readonly groups: number;
}

const spatial = (s: Shape): Shape => s.slice(1, -1);
const window = (s: Shape): Shape => s.slice(0, -2);

/** The output's shape; throws where the operands do not fit. */
export function convShape(op: string, x: Spec, w: Spec, p: ConvParams): number[] {
  const both = `${show(x.shape)} * ${show(w.shape)}`;
  if (x.shape.length < 2 || w.shape.length !== x.shape.length) {
    throw new ShapeError(
      `${op}: ranks do not fit, ${both}; the input is [N, …spatial, C], the kernel […window, C / groups, O]`,
    );
  }
  const channels = x.shape.at(-1)!, [per, outputs] = w.shape.slice(-2) as [number, number];
  if (!(Number.isInteger(p.groups) && p.groups >= 1) || outputs % p.groups !== 0) {
    throw new ShapeError(`${op}: ${outputs} output channels of ${both} do not divide into ${p.groups} groups`);
  }
  if (per * p.groups !== channels) {
    throw new ShapeError(
      `${op}: channels differ, ${both} in ${p.groups} group${p.groups === 1 ? "" : "s"}: ` +
        `the input has ${channels}, the kernel takes ${per * p.groups}`,
    );
  }
  return [x.shape[0]!, ...windowCounts(op, "kernel", spatial(x.shape), window(w.shape), p), outputs];
}

/** y[n, i, o] = Σ over window elements k and channels c of x[n, i·stride + k·dilation − lo, c] · w[k, c, o]. */
export const convGeneralP: Primitive<ConvParams> = {
  name: "convGeneral",
  infer: ([x, w], p) => {
    const dtype = inferDType("convGeneral", [x!, w!], numeric);
    return [{ shape: convShape("convGeneral", x!, w!, p), dtype }];
  },
  reference: ([x, w], p) => {
    const y = emptyArray(convShape("convGeneral", x!, w!, p), x!.dtype);
    const windows = { ...p, input: spatial(x!.shape), window: window(w!.shape), counts: spatial(y.shape) };
    convolve(y, x!, w!, windows, p.groups);
    return [y];
  },
  jvp: ([x, w], [dx, dw], p) => {
    const l = dx ? convGeneral(dx, w!, p) : null, r = dw ? convGeneral(x!, dw, p) : null;
    return [[convGeneral(x!, w!, p)], [l && r ? add(l, r) : l ?? r]];
  },
  transpose: ([ct], [x, w], [lx], p): readonly MaybeZero[] =>
    lx ? [inputCotangent(ct!, x!, w!, p), null] : [null, kernelCotangent(ct!, x!, w!, p)],
  batch: ([x, w], [mx, mw], p, { size }) => batchConv(x!, w!, mx!, mw!, p, size),
  lower: ([x, w], p) => {
    const domain = convShape("convGeneral", x!, w!, p), rank = domain.length, own = domain.at(-1)! / p.groups;
    const per = w!.shape.at(-2)!, channel = index(2 * rank - 2), element = indices(rank - 2, rank);
    const { address, inside } = windowAddress(p, spatial(x!.shape), indices(rank - 2, 1), element);
    const group = p.groups === 1 ? int(0) : over(index(rank - 1), int(own));
    const body = apply("mul", product(x!.dtype), [
      load(0, [index(0), ...address, plus(times(group, int(per)), channel)], x!.dtype),
      load(1, [...element, channel, index(rank - 1)], x!.dtype),
    ], x!.dtype);
    return reduction(domain, w!.shape.slice(0, -1), "sum", select(inside, body, constant(0, x!.dtype)));
  },
  sumOver: ([x, w], [sx, sw], p) => {
    if (!sx) return convGeneral(x!, reduceSum(w!, [0]), p);
    if (!sw) return convGeneral(reduceSum(x!, [0]), w!, p);
    // The stack becomes more channels of each group.
    const { groups } = p, [n, ...rest] = x!.shape, channels = rest.pop()!;
    const parts = reshape(x!, [n!, ...rest, groups, channels / groups]), last = parts.shape.length - 1;
    const deep = reshape(moveAxis(parts, 0, last - 1), [...rest, n! * channels]);
    const kernel = moveAxis(w!, 0, w!.shape.length - 3), k = window(w!.shape.slice(1));
    return convGeneral(deep, reshape(kernel, [...k, n! * w!.shape.at(-2)!, w!.shape.at(-1)!]), p);
  },
};

/** The convolution that gives back the input's cotangent: strides and input dilation in each other's place, kernel flipped. */
function inputCotangent(ct: Value, x: Value, w: Value, p: ConvParams): Value {
  if (x.shape.includes(0) || ct.shape.includes(0)) return zerosLike(x);
  const { groups } = p, k = window(w.shape), per = w.shape.at(-2)!, outputs = w.shape.at(-1)!, r = k.length;
  const parts = reshape(reverse(w, k.map((_, a) => a)), [...k, per, groups, outputs / groups]);
  const swapped = transpose(parts, [...k.map((_, a) => a), r + 2, r + 1, r]);
  return convGeneral(ct, reshape(swapped, [...k, outputs / groups, groups * per]), {
    groups,
    strides: p.inputDilation,
    inputDilation: p.strides,
    kernelDilation: p.kernelDilation,
    padding: k.map((d, a) => {
      const need = reach(d, p.kernelDilation[a]!), lo = need - 1 - p.padding[a]![0];
      const room = reach(ct.shape[a + 1]!, p.strides[a]!);
      return [lo, reach(x.shape[a + 1]!, p.inputDilation[a]!) + need - 1 - room - lo];
    }),
  });
}

/** The convolution that gives the kernel's cotangent: channels are its examples, examples its channels, ct its kernel. */
function kernelCotangent(ct: Value, x: Value, w: Value, p: ConvParams): Value {
  if (ct.shape.includes(0)) return zerosLike(w);
  const { groups } = p, k = window(w.shape), s = spatial(x.shape), n = x.shape[0]!, per = w.shape.at(-2)!, r = k.length;
  const parts = reshape(x, [n, ...s, groups, per]);
  const swapped = transpose(parts, [r + 2, ...s.map((_, a) => a + 1), r + 1, 0]);
  const y = convGeneral(reshape(swapped, [per, ...s, groups * n]), moveAxis(ct, 0, r), {
    groups,
    strides: p.kernelDilation,
    inputDilation: p.inputDilation,
    kernelDilation: p.strides,
    padding: k.map((d, a) => {
      const lo = p.padding[a]![0], need = reach(ct.shape[a + 1]!, p.strides[a]!);
      return [lo, reach(d, p.kernelDilation[a]!) + need - 1 - reach(s[a]!, p.inputDilation[a]!) - lo];
    }),
  });
  return moveAxis(y, 0, r);
}

/** A mapped input is more examples, a mapped kernel more output channels, and both together are more groups. */
function batchConv(x: Value, w: Value, mx: boolean, mw: boolean, p: ConvParams, size: number): Batched {
  const single = (v: Value, mapped: boolean): Spec => mapped ? { shape: v.shape.slice(1), dtype: v.dtype } : v;
  const one = single(x, mx), kernel = single(w, mw);
  const shape = convShape("convGeneral", one, kernel, p), outputs = shape.at(-1)!, rest = shape.slice(0, -1);
  const { groups } = p, r = shape.length;
  if (size === 0) return { outputs: [full([0, ...shape], 0, x.dtype)], mapped: [true] };
  if (!mw) {
    const y = convGeneral(reshape(x, [size * one.shape[0]!, ...one.shape.slice(1)]), w, p);
    return { outputs: [reshape(y, [size, ...shape])], mapped: [true] };
  }
  if (!mx) {
    const parts = reshape(w, [size, ...kernel.shape.slice(0, -1), groups, outputs / groups]);
    const y = convGeneral(x, reshape(moveAxis(parts, 0, r), [...kernel.shape.slice(0, -1), size * outputs]), p);
    const apart = moveAxis(reshape(y, [...rest, groups, size, outputs / groups]), r, 0);
    return { outputs: [reshape(apart, [size, ...shape])], mapped: [true] };
  }
  const deep = reshape(moveAxis(x, 0, r - 1), [...one.shape.slice(0, -1), size * one.shape.at(-1)!]);
  const kernels = reshape(moveAxis(w, 0, r - 1), [...kernel.shape.slice(0, -1), size * outputs]);
  const y = convGeneral(deep, kernels, { ...p, groups: size * groups });
  return { outputs: [moveAxis(reshape(y, [...rest, size, outputs]), r - 1, 0)], mapped: [true] };
}

/** The convolution of an input `[N, …spatial, C]` with a kernel `[…window, C / groups, O]`. */
export const convGeneral = (x: Value, w: Value, p: ConvParams): Value => bind1(convGeneralP, [x, w], p);
