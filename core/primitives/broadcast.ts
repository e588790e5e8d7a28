/** Broadcasting, a primitive of its own, so that elementwise ones need not know of it. */
import { elements, index, int, load } from "../compiler/kernel.ts";
import { applied, madeBy } from "../compiler/rule.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { reduceSum } from "./reduce_sum.ts";
import { reshape } from "./reshape.ts";

/** The output's shape, and for each axis of the input, in order, the axis of the output it becomes. */
export interface BroadcastParams {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** Repeats a value along new axes and along axes of size 1. */
export const broadcastP: Primitive<BroadcastParams> = {
  name: "broadcast",
  infer: ([x], { shape, axes }) => {
    const fits = axes.length === x!.shape.length &&
      axes.every((a, i) => a >= 0 && a < shape.length && (i === 0 || a > axes[i - 1]!)) &&
      x!.shape.every((d, i) => d === 1 || d === shape[axes[i]!]);
    if (!fits) throw new ShapeError(`broadcast: ${show(x!.shape)} does not fit ${show(shape)} at axes [${axes}]`);
    return [{ shape, dtype: x!.dtype }];
  },
  reference: ([x], { shape, axes }) => {
    const y = emptyArray(shape, x!.dtype), from = stridesOf(x!.shape), steps = new Array<number>(shape.length).fill(0);
    axes.forEach((a, i) => steps[a] = x!.shape[i] === 1 ? 0 : from[i]!);
    copyStrided(y.data, x!.data, shape, steps, 0);
    return [y];
  },
  jvp: ([x], [dx], p) => [[bind1(broadcastP, [x!], p)], [bind1(broadcastP, [dx!], p)]],
  transpose: ([ct], [x], _, { shape, axes }) => {
    const summed = shape.flatMap((d, a) => {
      const i = axes.indexOf(a);
      return i < 0 || (x!.shape[i] === 1 && d !== 1) ? [a] : [];
    });
    return [reshape(reduceSum(ct!, summed), x!.shape)];
  },
  batch: ([x], _, { shape, axes }, { size }) => ({
    outputs: [broadcast(x!, [size, ...shape], [0, ...axes.map((a) => a + 1)])],
    mapped: [true],
  }),
  simplify: ([x], { shape, axes }) => {
    if (x!.constant !== null) return x!.constant;
    if (sameShape(x!.shape, shape)) return x!;
    const before = madeBy(x!, broadcastP);
    return before === null
      ? null
      : applied(broadcastP, before.inputs, { shape, axes: before.params.axes.map((a) => axes[a]!) });
  },
  lower: ([x], { shape, axes }) =>
    elements(shape, load(0, axes.map((a, i) => x!.shape[i] === 1 ? int(0) : index(a)), x!.dtype)),
};

/** Copies a strided view into a row-major array: plain nested steps, the innermost axis in one loop. */
export function copyStrided(
  to: { [i: number]: number; readonly length: number },
  from: { readonly [i: number]: number },
  shape: Shape,
  steps: readonly number[],
  offset: number,
): void {
  if (to.length === 0) return;
  const rank = shape.length;
  if (rank === 0) {
    to[0] = from[offset]!;
    return;
  }
  const inner = shape[rank - 1]!, step = steps[rank - 1]!, at = new Array<number>(rank).fill(0);
  let base = offset;
  for (let o = 0; o < to.length; o += inner) {
    for (let i = 0, p = base; i < inner; i++, p += step) to[o + i] = from[p]!;
    for (let a = rank - 2; a >= 0; a--) {
      base += steps[a]!;
      if (++at[a]! < shape[a]!) break;
      base -= steps[a]! * shape[a]!;
      at[a] = 0;
    }
  }
}

/** Repeats `x` to `shape`, its axes becoming `axes`. */
export function broadcast(x: Value, shape: Shape, axes: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  return bind1(broadcastP, [x], { shape: Object.freeze([...shape]), axes });
}

/** Repeats `x` to `shape`, right-aligned as NumPy does. */
export const broadcastRight = (x: Value, shape: Shape): Value =>
  broadcast(x, shape, x.shape.map((_, i) => shape.length - x.shape.length + i));

/** Repeats `x` along a new axis in front. */
export const broadcastInFront = (x: Value, size: number): Value => broadcastRight(x, [size, ...x.shape]);

/** Puts back axes that a reduction took away. */
export const broadcastBack = (x: Value, shape: Shape, reduced: readonly number[]): Value =>
  broadcast(x, shape, shape.flatMap((_, i) => reduced.includes(i) ? [] : [i]));
