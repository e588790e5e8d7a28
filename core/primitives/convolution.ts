/** Convolution on the reference backend: plain loops, the innermost along channels. */
import type { TypedArray } from "../dtype.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import type { NdArray } from "../tensor.ts";
import { eachWindow, type Windows } from "./window_shape.ts";

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
export function convolve(y: NdArray, x: NdArray, w: NdArray, windows: Windows, groups: number): void {
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
