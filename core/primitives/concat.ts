/** Values joined along an axis they have. */
import { below, elements, type Expr, index, int, load, minus, select } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { copyBox } from "./copy_box.ts";
import { zerosLike } from "./create.ts";
import { align } from "./elementwise.ts";
import { sliceAxis } from "./slice.ts";

/** Where each value begins along the axis, and where the last one ends. */
function bounds(xs: readonly Spec[], axis: number): number[] {
  const ends = [0];
  for (const x of xs) ends.push(ends.at(-1)! + x.shape[axis]!);
  return ends;
}

const joined = (xs: readonly Spec[], axis: number): Shape =>
  xs[0]!.shape.map((d, a) => a === axis ? bounds(xs, axis).at(-1)! : d);

/** One after the other along `axis`. */
export const concatP: Primitive<{ readonly axis: number }> = {
  name: "concat",
  infer: (xs, { axis }) => {
    const first = xs[0];
    if (first === undefined) throw new ShapeError("concat: needs at least one tensor");
    for (const x of xs) {
      if (x.dtype !== first.dtype) {
        throw new DTypeError(`concat: dtypes ${first.dtype} and ${x.dtype} differ; cast one of them`);
      }
      if (
        axis < 0 || axis >= first.shape.length || x.shape.length !== first.shape.length ||
        x.shape.some((d, a) => a !== axis && d !== first.shape[a])
      ) {
        throw new ShapeError(`concat: shapes ${show(first.shape)} and ${show(x.shape)} differ outside axis ${axis}`);
      }
    }
    return [{ shape: joined(xs, axis), dtype: first.dtype }];
  },
  reference: (xs, { axis }) => {
    const y = emptyArray(joined(xs, axis), xs[0]!.dtype), steps = stridesOf(y.shape), starts = bounds(xs, axis);
    xs.forEach((x, i) =>
      copyBox(
        y.data,
        { offset: starts[i]! * steps[axis]!, steps },
        x.data,
        { offset: 0, steps: stridesOf(x.shape) },
        x.shape,
      )
    );
    return [y];
  },
  jvp: (xs, dxs, { axis }) => [[concat(xs, axis)], [concat(xs.map((x, i) => dxs[i] ?? zerosLike(x)), axis)]],
  transpose: ([ct], xs, linear, { axis }) => {
    const at = bounds(xs, axis);
    return xs.map((_, i) => linear[i] ? sliceAxis(ct!, axis, at[i]!, at[i + 1]!) : null);
  },
  batch: (xs, mapped, { axis }, mappedAxis) => ({
    outputs: [concat(align(xs, mapped, mappedAxis), axis + 1)],
    mapped: [true],
  }),
  lower: (xs, { axis }) => {
    const shape = joined(xs, axis), starts = bounds(xs, axis);
    const read = (i: number): Expr =>
      load(i, shape.map((_, a) => a === axis ? minus(index(a), int(starts[i]!)) : index(a)), xs[i]!.dtype);
    const body = xs.map((_, i) => i).reduceRight<Expr | null>(
      (rest, i) => rest === null ? read(i) : select(below(index(axis), int(starts[i + 1]!)), read(i), rest),
      null,
    );
    return elements(shape, body!);
  },
};

/** Values of equal shape outside `axis`, one after the other along it. */
export const concat = (xs: readonly Value[], axis: number): Value =>
  xs.length === 1 ? xs[0]! : bind1(concatP, xs, { axis });
