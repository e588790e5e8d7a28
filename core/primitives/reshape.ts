/** Whole tensors moved: other shapes, orders, repetitions, and sums, which repetitions transpose to. */
import {
  elements,
  type Expr,
  index,
  indices,
  int,
  load,
  minus,
  ravel,
  reduction,
  unravel,
} from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import { applied, madeBy, type Primitive } from "../primitive.ts";
import {
  checkPermutation,
  dropAxes,
  resolveReshape,
  sameShape,
  type Shape,
  show,
  sizeOf,
  stridesOf,
} from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";

// The same elements under another shape.

/** Row-major reinterpretation; on concrete tensors a view of the same storage. */
export const reshapeP: Primitive<{ readonly shape: Shape }> = {
  name: "reshape",
  again: 0,
  view: true,
  infer: ([x], { shape }) => [{ shape: resolveReshape("reshape", x!.shape, shape), dtype: x!.dtype }],
  reference: ([x], { shape }) => [{ shape, dtype: x!.dtype, data: x!.data }],
  jvp: ([x], [dx], p) => [[bind1(reshapeP, [x!], p)], [bind1(reshapeP, [dx!], p)]],
  transpose: ([ct], [x]) => [reshape(ct!, x!.shape)],
  batch: ([x], _, { shape }, { size }) => ({ outputs: [reshape(x!, [size, ...shape])], mapped: [true] }),
  simplify: ([x], _, { shape }) => {
    if (x!.constant !== null) return x!.constant;
    if (sameShape(x!.shape, shape)) return x!;
    const before = madeBy(x!, reshapeP);
    return before === null ? null : applied(reshapeP, before.inputs, { shape });
  },
  lower: ([x], { shape }) => elements(shape, load(0, unravel(ravel(indices(shape.length), shape), x!.shape), x!.dtype)),
};

/** `x` with its elements, in order, under `shape`. */
export const reshape = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : bind1(reshapeP, [x], { shape: Object.freeze([...shape]) });

// Sums over axes.

/** Axes counted from the front, ascending. */
export interface Axes {
  readonly axes: readonly number[];
}

/** Σ over `axes`, which disappear. */
export const reduceSumP: Primitive<Axes> = {
  name: "reduceSum",
  infer: ([x], { axes }) => {
    if (x!.dtype === "bool") throw new DTypeError("reduceSum: takes numbers, not bool; cast it first");
    return [{ shape: dropAxes(x!.shape, axes), dtype: x!.dtype }];
  },
  // Accumulated in f64 whatever the dtype: the oracle's sums are as exact as they can cheaply be.
  reference: ([x], { axes }) => [reduceReference(x!, axes, x!.dtype, 0, (a, b) => a + b)],
  jvp: ([x], [dx], p) => [[bind1(reduceSumP, [x!], p)], [bind1(reduceSumP, [dx!], p)]],
  transpose: ([ct], [x], _, { axes }) => [broadcastBack(ct!, x!.shape, axes)],
  batch: ([x], _, { axes }) => ({ outputs: [reduceSum(x!, axes.map((a) => a + 1))], mapped: [true] }),
  lower: ([x], { axes }) => {
    const { domain, reduce, at } = split(x!, axes);
    return reduction(domain, reduce, "sum", load(0, at, x!.dtype));
  },
};

/** Domain, reduced range and the input's index of a reduction over axes. */
export function split(x: Spec, axes: readonly number[]): { domain: Shape; reduce: Shape; at: Expr[] } {
  const domain = dropAxes(x.shape, axes), reduce = axes.map((a) => x.shape[a]!);
  let kept = 0;
  const at = x.shape.map((_, i) => {
    const r = axes.indexOf(i);
    return index(r < 0 ? kept++ : domain.length + r);
  });
  return { domain, reduce, at };
}

/** Folds the elements along `axes`, in row-major order, in f64. */
export function reduceReference(
  x: NdArray,
  axes: readonly number[],
  dtype: NdArray["dtype"],
  start: number,
  fold: (sum: number, value: number) => number,
): NdArray {
  const y = emptyArray(dropAxes(x.shape, axes), dtype), n = y.data.length;
  if (n === 0) return y;
  const acc = new Float64Array(n).fill(start);
  const outStrides = stridesOf(y.shape), rank = x.shape.length;
  let kept = 0;
  const steps = x.shape.map((_, i) => axes.includes(i) ? 0 : outStrides[kept++]!);
  const at = new Array<number>(rank).fill(0),
    inner = rank === 0 ? 1 : x.shape[rank - 1]!,
    step = rank === 0 ? 0 : steps[rank - 1]!;
  let base = 0;
  for (let o = 0; o < x.data.length; o += inner) {
    for (let i = 0, p = base; i < inner; i++, p += step) acc[p] = fold(acc[p]!, x.data[o + i]!);
    for (let a = rank - 2; a >= 0; a--) {
      base += steps[a]!;
      if (++at[a]! < x.shape[a]!) break;
      base -= steps[a]! * x.shape[a]!;
      at[a] = 0;
    }
  }
  y.data.set(acc);
  return y;
}

/** Σ over axes counted from the front, ascending. */
export const reduceSum = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceSumP, [x], { axes });

// Broadcasting, a primitive of its own, so that elementwise ones need not know of it.

/** The output's shape, and for each axis of the input, in order, the axis of the output it becomes. */
export interface BroadcastParams {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** Repeats a value along new axes and along axes of size 1. */
export const broadcastP: Primitive<BroadcastParams> = {
  name: "broadcast",
  again: 0,
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

// Axes in another order.

/** Output axis i is input axis `perm[i]`. */
export const transposeP: Primitive<{ readonly perm: readonly number[] }> = {
  name: "transpose",
  again: 0,
  infer: ([x], { perm }) => {
    checkPermutation("transpose", perm, x!.shape.length);
    return [{ shape: perm.map((a) => x!.shape[a]!), dtype: x!.dtype }];
  },
  reference: ([x], { perm }) => {
    const from = stridesOf(x!.shape), y = emptyArray(perm.map((a) => x!.shape[a]!), x!.dtype);
    copyStrided(y.data, x!.data, y.shape, perm.map((a) => from[a]!), 0);
    return [y];
  },
  jvp: ([x], [dx], p) => [[bind1(transposeP, [x!], p)], [bind1(transposeP, [dx!], p)]],
  transpose: ([ct], _, __, { perm }) => [transpose(ct!, inverse(perm))],
  batch: ([x], _, { perm }) => ({ outputs: [transpose(x!, [0, ...perm.map((a) => a + 1)])], mapped: [true] }),
  simplify: ([x], { perm }) => {
    if (x!.constant !== null) return x!.constant;
    if (perm.every((a, i) => a === i)) return x!;
    const before = madeBy(x!, transposeP);
    return before === null
      ? null
      : applied(transposeP, before.inputs, { perm: perm.map((a) => before.params.perm[a]!) });
  },
  lower: ([x], { perm }) =>
    elements(perm.map((a) => x!.shape[a]!), load(0, inverse(perm).map((i) => index(i)), x!.dtype)),
};

/** Where each axis went. */
export function inverse(perm: readonly number[]): number[] {
  const r = new Array<number>(perm.length);
  perm.forEach((a, i) => r[a] = i);
  return r;
}

/** `x` with its axes permuted. */
export const transpose = (x: Value, perm: readonly number[]): Value =>
  perm.every((a, i) => a === i) ? x : bind1(transposeP, [x], { perm });

/** `x` with one axis moved, the others keeping their order. */
export function moveAxis(x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const perm = x.shape.map((_, i) => i).filter((i) => i !== from);
  perm.splice(to, 0, from);
  return transpose(x, perm);
}

// Axes read from the other end.

/** The elements in opposite order along `axes`. */
export const reverseP: Primitive<Axes> = {
  name: "reverse",
  again: 0,
  infer: ([x], { axes }) => {
    if (axes.some((a) => a < 0 || a >= x!.shape.length)) {
      throw new ShapeError(`reverse: axes [${axes}] are not all axes of ${show(x!.shape)}`);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  reference: ([x], { axes }) => {
    const y = emptyArray(x!.shape, x!.dtype), from = stridesOf(x!.shape);
    const start = axes.reduce((sum, a) => sum + from[a]! * (x!.shape[a]! - 1), 0);
    copyStrided(y.data, x!.data, x!.shape, from.map((s, a) => axes.includes(a) ? -s : s), start);
    return [y];
  },
  jvp: ([x], [dx], { axes }) => [[reverse(x!, axes)], [reverse(dx!, axes)]],
  transpose: ([ct], _, __, { axes }) => [reverse(ct!, axes)],
  batch: ([x], _, { axes }) => ({ outputs: [reverse(x!, axes.map((a) => a + 1))], mapped: [true] }),
  lower: ([x], { axes }) =>
    elements(
      x!.shape,
      load(0, x!.shape.map((d, a) => axes.includes(a) ? minus(int(d - 1), index(a)) : index(a)), x!.dtype),
    ),
};

/** `x` with the elements along `axes` in opposite order. */
export const reverse = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reverseP, [x], { axes });

// Several axes made one, for rules that know how to work along one.

/** `x` with `axes` (from the front, ascending) as a single axis behind all others. */
export function axesLast(x: Value, axes: readonly number[]): Value {
  const kept = x.shape.flatMap((_, i) => axes.includes(i) ? [] : [i]);
  const moved = transpose(x, [...kept, ...axes]);
  return reshape(moved, [...kept.map((a) => x.shape[a]!), sizeOf(axes.map((a) => x.shape[a]!))]);
}
