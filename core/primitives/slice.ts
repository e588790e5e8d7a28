/** Parts of tensors, and tensors made of parts. */
import {
  below,
  both,
  constant,
  elements,
  type Expr,
  index,
  inRange,
  int,
  load,
  minus,
  modulo,
  over,
  plus,
  same,
  select,
  times,
} from "../compiler/kernel.ts";
import { trace } from "../compiler/program.ts";
import type { TypedArray } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { align } from "./elementwise.ts";

// Copying a box of elements between two strided layouts: what slices, pads, joins and reversals are made of.

/** Where a box lies in an array: the place of its first element, and how far apart neighbours are along each axis. */
export interface Placement {
  readonly offset: number;
  readonly steps: readonly number[];
}

/** Copies a box of the given shape from one placement to another. */
export function copyBox(to: TypedArray, into: Placement, from: TypedArray, out: Placement, shape: Shape): void {
  const rank = shape.length;
  if (shape.includes(0)) return;
  if (rank === 0) {
    to[into.offset] = from[out.offset]!;
    return;
  }
  const inner = shape[rank - 1]!, ti = into.steps[rank - 1]!, fi = out.steps[rank - 1]!;
  const at = new Array<number>(rank).fill(0);
  let t = into.offset, f = out.offset;
  for (;;) {
    for (let i = 0, p = t, q = f; i < inner; i++, p += ti, q += fi) to[p] = from[q]!;
    let a = rank - 2;
    for (; a >= 0; a--) {
      t += into.steps[a]!;
      f += out.steps[a]!;
      if (++at[a]! < shape[a]!) break;
      t -= into.steps[a]! * shape[a]!;
      f -= out.steps[a]! * shape[a]!;
      at[a] = 0;
    }
    if (a < 0) return;
  }
}

/** The place of a multi-index. */
export const offsetOf = (at: readonly number[], strides: readonly number[]): number =>
  at.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);

// A box of elements at regular distances.

/** For each axis: the first index, the first one too far, and the distance (1 or more) between neighbours. */
export interface SliceParams {
  readonly starts: readonly number[];
  readonly limits: readonly number[];
  readonly strides: readonly number[];
}

const slicedSizes = ({ starts, limits, strides }: SliceParams): number[] =>
  starts.map((s, a) => Math.ceil((limits[a]! - s) / strides[a]!));

/** The elements at `start, start + stride, …` below `limit`, on every axis. */
export const sliceP: Primitive<SliceParams> = {
  name: "slice",
  again: 0,
  infer: ([x], p) => {
    const { starts, limits, strides } = p, rank = x!.shape.length;
    const fits = starts.length === rank && limits.length === rank && strides.length === rank &&
      x!.shape.every((d, a) => 0 <= starts[a]! && starts[a]! <= limits[a]! && limits[a]! <= d && strides[a]! >= 1);
    if (!fits) {
      throw new ShapeError(
        `slice: [${starts}] to [${limits}] in steps of [${strides}] does not lie within ${show(x!.shape)}`,
      );
    }
    return [{ shape: slicedSizes(p), dtype: x!.dtype }];
  },
  reference: ([x], p) => {
    const y = emptyArray(slicedSizes(p), x!.dtype), from = stridesOf(x!.shape);
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
      slicedSizes(p),
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

// Room around and between elements.

/**
 * For each axis: elements added before and after (removed where negative), and between neighbours; and what is added.
 *
 * The order is: first between, then before and after, as in XLA's Pad, https://openxla.org/xla/operation_semantics#pad.
 */
export interface PadParams {
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

const paddedSizes = (s: Shape, { lo, hi, interior }: PadParams): number[] =>
  s.map((d, a) => lo[a]! + (d === 0 ? 0 : (d - 1) * (interior[a]! + 1) + 1) + hi[a]!);

/** Surrounds and spreads elements with a value; linear where that is 0. */
export const padP: Primitive<PadParams> = {
  name: "pad",
  infer: ([x], p) => {
    const rank = x!.shape.length, { lo, hi, interior } = p;
    const shape = paddedSizes(x!.shape, p);
    if (
      lo.length !== rank || hi.length !== rank || interior.length !== rank || interior.some((d) => d < 0) ||
      shape.some((d) => d < 0)
    ) {
      throw new ShapeError(
        `pad: [${lo}] before, [${hi}] after and [${interior}] between do not fit ${show(x!.shape)}`,
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  reference: ([x], p) => {
    const y = emptyArray(paddedSizes(x!.shape, p), x!.dtype), from = stridesOf(x!.shape), to = stridesOf(y.shape);
    if (!Object.is(p.value, 0)) y.data.fill(p.value);
    // The elements that stay: input index i goes to lo + i·step, if that lies within the output.
    const steps = p.interior.map((d) => d + 1);
    const first = p.lo.map((l, a) => Math.max(0, Math.ceil(-l / steps[a]!)));
    const kept = x!.shape.map((d, a) => {
      const last = Math.min(d - 1, Math.floor((y.shape[a]! - 1 - p.lo[a]!) / steps[a]!));
      return Math.max(0, last - first[a]! + 1);
    });
    copyBox(
      y.data,
      {
        offset: offsetOf(first.map((i, a) => p.lo[a]! + i * steps[a]!), to),
        steps: to.map((s, a) => s * steps[a]!),
      },
      x!.data,
      { offset: offsetOf(first, from), steps: from },
      kept,
    );
    return [y];
  },
  jvp: ([x], [dx], p) => [[bind1(padP, [x!], p)], [bind1(padP, [dx!], { ...p, value: 0 })]],
  transpose: ([ct], [x], _, { lo, hi, interior }) => {
    const spread = pad(ct!, lo.map((n) => -n), hi.map((n) => -n));
    // An axis of size 0 was never spread, so nothing of it is taken back.
    return [slice(spread, lo.map(() => 0), spread.shape, interior.map((d, a) => x!.shape[a] === 0 ? 1 : d + 1))];
  },
  batch: ([x], _, { lo, hi, interior, value }) => ({
    outputs: [pad(x!, [0, ...lo], [0, ...hi], [0, ...interior], value)],
    mapped: [true],
  }),
  lower: ([x], p) => {
    const shape = paddedSizes(x!.shape, p);
    const from = shape.map((_, a) => minus(index(a), int(p.lo[a]!)));
    const at = from.map((e, a) => over(e, int(p.interior[a]! + 1)));
    const onGrid = from.flatMap((e, a): Expr[] =>
      p.interior[a] === 0 ? [] : [same(modulo(e, int(p.interior[a]! + 1)), int(0))]
    );
    const inside = onGrid.reduce(both, inRange(at, x!.shape));
    return elements(shape, select(inside, load(0, at, x!.dtype), constant(p.value, x!.dtype)));
  },
};

/** `x` with room added (or taken away) before, after and between elements, filled with `value`. */
export function pad(
  x: Value,
  lo: readonly number[],
  hi: readonly number[],
  interior: readonly number[] = lo.map(() => 0),
  value = 0,
): Value {
  const nothing = lo.every((n) => n === 0) && hi.every((n) => n === 0) && interior.every((n) => n === 0);
  return nothing ? x : bind1(padP, [x], { lo, hi, interior, value });
}

// Values joined along an axis they have.

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
  again: 0,
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
    if (xs.length > most) return { kind: "program", program: trace("concat", (ins) => [inParts(ins, axis)], xs) };
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

/** The most values that one kernel joins: it asks of each element in which it lies. */
const most = 32;

/** Many values joined a few at a time. */
function inParts(xs: readonly Value[], axis: number): Value {
  const parts = Array.from({ length: Math.ceil(xs.length / most) }, (_, i) => xs.slice(i * most, (i + 1) * most));
  return concat(parts.map((part) => concat(part, axis)), axis);
}

/** Values of equal shape outside `axis`, one after the other along it. */
export const concat = (xs: readonly Value[], axis: number): Value =>
  xs.length === 1 ? xs[0]! : bind1(concatP, xs, { axis });
