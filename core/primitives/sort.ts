/** Sorting: some inputs are keys, and every input is put into the order of the keys. */
import { ShapeError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Value } from "../tensor.ts";
import { iota } from "./create.ts";
import { align, inferShape } from "./elementwise.ts";
import { takeAlong } from "./gather.ts";

/** The axis to sort along, and how many inputs, the first ones, are keys: the first decides, then the next. */
export interface SortParams {
  readonly axis: number;
  readonly keys: number;
}

/** Stable, ascending; NaN comes last, and −0 equals 0. */
export const sortP: Primitive<SortParams> = {
  name: "sort",
  infer: (xs, { axis, keys }) => {
    if (!(keys >= 1 && keys <= xs.length)) throw new ShapeError(`sort: ${keys} keys among ${xs.length} tensors`);
    const shape = inferShape("sort", xs);
    if (!(axis >= 0 && axis < shape.length)) throw new ShapeError(`sort: ${show(shape)} has no axis ${axis}`);
    return xs.map(({ dtype }) => ({ shape, dtype }));
  },
  reference: (xs, { axis, keys }) => {
    const ys = xs.map((x) => emptyArray(x.shape, x.dtype)), shape = xs[0]!.shape, n = shape[axis]!;
    if (ys[0]!.data.length === 0) return ys;
    const inner = sizeOf(shape.slice(axis + 1)), lines = sizeOf(shape) / n, order = new Uint32Array(n);
    for (let l = 0; l < lines; l++) {
      const first = Math.floor(l / inner) * n * inner + l % inner;
      for (let i = 0; i < n; i++) order[i] = first + i * inner;
      order.sort(comparison(xs.slice(0, keys)));
      xs.forEach((x, j) => {
        const to = ys[j]!.data;
        for (let i = 0; i < n; i++) to[first + i * inner] = x.data[order[i]!]!;
      });
    }
    return ys;
  },
  // The tangents of float inputs go where their elements go: an index that is sorted along says where.
  jvp: (xs, dxs, p) => {
    const ys = bind(sortP, [...xs, iota(xs[0]!.shape, p.axis)], p), order = ys.at(-1)!;
    return [ys.slice(0, -1), dxs.map((dx) => dx && takeAlong(dx, order, p.axis))];
  },
  batch: (xs, mapped, { axis, keys }, mappedAxis) => ({
    outputs: bind(sortP, align(xs, mapped, mappedAxis), { axis: axis + 1, keys }),
    mapped: xs.map(() => true),
  }),
  lower: (xs, { axis, keys }) => ({
    kind: "kernels",
    kernels: xs.map(({ shape, dtype }, output) => ({ kind: "sort", domain: shape, axis, keys, output, dtype })),
  }),
};

/** Compares two positions by the keys; equal ones keep their places, `sort` of typed arrays being stable. */
function comparison(keys: readonly NdArray[]): (p: number, q: number) => number {
  return (p, q) => {
    for (const { data } of keys) {
      const a = data[p]!, b = data[q]!;
      if (a < b) return -1;
      if (a > b) return 1;
      if (a === b) continue;
      if (a === a) return -1;
      if (b === b) return 1;
    }
    return 0;
  };
}

/** `xs` in the order of the first `keys` of them, along an axis counted from the front. */
export const sort = (xs: readonly Value[], axis: number, keys = 1): readonly Value[] => bind(sortP, xs, { axis, keys });

/** For each place along `axis` the index of the element that sorting puts there. */
export const argSort = (x: Value, axis: number): Value => sort([x, iota(x.shape, axis)], axis)[1]!;
