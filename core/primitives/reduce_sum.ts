/** Sums over axes. */
import { index, load, reduction } from "../compiler/kernel.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes, type Shape, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import type { Expr } from "../compiler/kernel.ts";
import { broadcastBack } from "./broadcast.ts";

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
