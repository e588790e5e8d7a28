/** A box of elements at regular distances. */
import { elements, index, int, load, plus, times } from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { copyBox, offsetOf } from "./copy_box.ts";
import { pad } from "./pad.ts";

/** For each axis: the first index, the first one too far, and the distance (1 or more) between neighbours. */
export interface SliceParams {
  readonly starts: readonly number[];
  readonly limits: readonly number[];
  readonly strides: readonly number[];
}

const sizes = ({ starts, limits, strides }: SliceParams): number[] =>
  starts.map((s, a) => Math.ceil((limits[a]! - s) / strides[a]!));

/** The elements at `start, start + stride, …` below `limit`, on every axis. */
export const sliceP: Primitive<SliceParams> = {
  name: "slice",
  infer: ([x], p) => {
    const { starts, limits, strides } = p, rank = x!.shape.length;
    const fits = starts.length === rank && limits.length === rank && strides.length === rank &&
      x!.shape.every((d, a) => 0 <= starts[a]! && starts[a]! <= limits[a]! && limits[a]! <= d && strides[a]! >= 1);
    if (!fits) {
      throw new ShapeError(
        `slice: [${starts}] to [${limits}] in steps of [${strides}] does not lie within ${show(x!.shape)}`,
      );
    }
    return [{ shape: sizes(p), dtype: x!.dtype }];
  },
  reference: ([x], p) => {
    const y = emptyArray(sizes(p), x!.dtype), from = stridesOf(x!.shape);
    copyBox(y.data, { offset: 0, steps: stridesOf(y.shape) }, x!.data, {
      offset: offsetOf(p.starts, from),
      steps: from.map((s, a) => s * p.strides[a]!),
    }, y.shape);
    return [y];
  },
  jvp: ([x], [dx], p) => [[bind1(sliceP, [x!], p)], [bind1(sliceP, [dx!], p)]],
  transpose: ([ct], [x], _, { starts, strides }) => {
    const spread = ct!.shape.map((n, a) => n === 0 ? 0 : (n - 1) * strides[a]! + 1);
    const hi = x!.shape.map((d, a) => d - starts[a]! - spread[a]!);
    return [pad(ct!, starts, hi, strides.map((s) => s - 1))];
  },
  batch: ([x], _, { starts, limits, strides }, { size }) => ({
    outputs: [slice(x!, [0, ...starts], [size, ...limits], [1, ...strides])],
    mapped: [true],
  }),
  simplify: ([x]) => x!.constant,
  lower: ([x], p) =>
    elements(
      sizes(p),
      load(0, p.starts.map((s, a) => plus(times(index(a), int(p.strides[a]!)), int(s))), x!.dtype),
    ),
};

/** The elements at `start, start + stride, …` below `limit`, on every axis; strides are 1 if left out. */
export function slice(x: Value, starts: Shape, limits: Shape, strides: Shape = starts.map(() => 1)): Value {
  const all = x.shape.every((d, a) => starts[a] === 0 && limits[a] === d && strides[a] === 1);
  return all ? x : bind1(sliceP, [x], { starts, limits, strides });
}

/** The part of `x` from `start` up to `limit` on one axis. */
export const sliceAxis = (x: Value, axis: number, start: number, limit: number): Value =>
  slice(x, x.shape.map((_, a) => a === axis ? start : 0), x.shape.map((d, a) => a === axis ? limit : d));
