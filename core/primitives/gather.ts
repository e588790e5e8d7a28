/**
 * Elements at computed places, and the pair every indexing operation comes down to: `gather` reads where `scatter` writes.
 *
 * A place is named by the last axis of `indices`, an entry for each of the operand's `axes`. The first `batch` axes are
 * shared by operand and indices; the operand's other axes, its window, are taken whole:
 *
 *     operand [batch…, …axes and window, interleaved]   indices [batch…, points…, axes]   values [batch…, points…, window…]
 *
 * Out of range, "clamp" means the nearest index there is; "drop" reads 0 and writes nowhere. Within one mode, the
 * transpose of a gather is a scatter that adds, and the other way round.
 */
import { apply, constant, elements, type Expr, index, inRange, int, load, select } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, Primitive } from "../primitive.ts";
import { show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { reshape } from "./reshape.ts";
import { scatterAdd } from "./scatter.ts";
import { moveAxis, transpose } from "./transpose.ts";

/** What is done where an index is out of range. */
export type OutOfRange = "clamp" | "drop";

/** Which axes of an operand are indexed. */
export interface Places {
  /** The indexed axes, in the order of the entries of `indices`' last axis. */
  readonly axes: readonly number[];
  /** How many leading axes operand and indices share. */
  readonly batch: number;
  readonly mode: OutOfRange;
  /** A promise that no place is named twice, which saves the rules of scatters from asking. */
  readonly unique: boolean;
}

/** The operand's axes that are taken whole. */
export const windowAxes = (rank: number, { axes, batch }: Places): number[] =>
  Array.from({ length: rank }, (_, a) => a).filter((a) => a >= batch && !axes.includes(a));

/** The shape of the values at the places. */
export const valuesShape = (x: Spec, indices: Spec, p: Places): number[] => [
  ...indices.shape.slice(0, -1),
  ...windowAxes(x.shape.length, p).map((a) => x.shape[a]!),
];

/** Whether operand and indices fit each other. */
export function checkPlaces(op: string, x: Spec, indices: Spec, { axes, batch, mode }: Places): void {
  if (indices.dtype !== "i32") throw new DTypeError(`${op}: indices are i32, not ${indices.dtype}; cast them`);
  const fits = axes.length === new Set(axes).size && axes.every((a) => a >= batch && a < x.shape.length) &&
    indices.shape.length > batch && indices.shape.at(-1) === axes.length &&
    x.shape.slice(0, batch).every((d, a) => d === indices.shape[a]);
  if (!fits) {
    throw new ShapeError(
      `${op}: indices of shape ${show(indices.shape)} do not name places on axes [${axes}] of ${show(x.shape)} ` +
        `with ${batch} batch axes`,
    );
  }
  if (mode === "clamp" && axes.some((a) => x.shape[a] === 0) && sizeOf(indices.shape) > 0) {
    throw new ShapeError(`${op}: nothing can be read from ${show(x.shape)}, which is empty along axes [${axes}]`);
  }
}

/** For each window element its distance from the place, and what to visit the places with. */
export function layout(x: Spec, indices: NdArray, p: Places): {
  readonly window: Int32Array;
  /** Calls back for every place in order, with its offset in the operand, or −1 where it is dropped. */
  readonly places: (visit: (place: number, offset: number) => void) => void;
} {
  const strides = stridesOf(x.shape), kept = windowAxes(x.shape.length, p);
  const window = new Int32Array(sizeOf(kept.map((a) => x.shape[a]!)));
  const inner = stridesOf(kept.map((a) => x.shape[a]!));
  for (let w = 0; w < window.length; w++) {
    window[w] = kept.reduce((sum, a, i) => sum + Math.floor(w / inner[i]!) % x.shape[a]! * strides[a]!, 0);
  }
  const batches = sizeOf(x.shape.slice(0, p.batch)), points = sizeOf(indices.shape.slice(p.batch, -1));
  const block = sizeOf(x.shape.slice(p.batch)), k = p.axes.length;
  const limits = p.axes.map((a) => x.shape[a]!), steps = p.axes.map((a) => strides[a]!);
  return {
    window,
    places: (visit) => {
      for (let b = 0, place = 0; b < batches; b++) {
        for (let i = 0; i < points; i++, place++) {
          let offset = b * block;
          for (let j = 0; j < k; j++) {
            let at = indices.data[place * k + j]!;
            if (at < 0 || at >= limits[j]!) {
              if (p.mode === "drop") {
                offset = -1;
                break;
              }
              at = at < 0 ? 0 : limits[j]! - 1;
            }
            offset += at * steps[j]!;
          }
          visit(place, offset);
        }
      }
    },
  };
}

/** The operand's index of an element of the values, in kernels; the indices are input 1. */
export function placeExprs(x: Spec, indices: Spec, p: Places): Expr[] {
  const lead = indices.shape.length - 1, kept = windowAxes(x.shape.length, p);
  return x.shape.map((d, a) => {
    if (a < p.batch) return index(a);
    const j = p.axes.indexOf(a);
    if (j < 0) return index(lead + kept.indexOf(a));
    const named = load(1, [...Array.from({ length: lead }, (_, i) => index(i)), int(j)], "i32");
    if (p.mode === "drop") return named;
    return apply("minimum", Math.min, [apply("maximum", Math.max, [named, int(0)], "i32"), int(d - 1)], "i32");
  });
}

/** Places one axis further in, for operands with a new axis in front that is not a batch axis. */
export const shifted = (p: Places): Places => ({ ...p, axes: p.axes.map((a) => a + 1) });

/** The values at places of `x`. */
export const gatherP: Primitive<Places> = {
  name: "gather",
  infer: ([x, indices], p) => {
    checkPlaces("gather", x!, indices!, p);
    return [{ shape: valuesShape(x!, indices!, p), dtype: x!.dtype }];
  },
  reference: ([x, indices], p) => {
    const y = emptyArray(valuesShape(x!, indices!, p), x!.dtype), { window, places } = layout(x!, indices!, p);
    const from = x!.data, to = y.data, n = window.length;
    places((place, offset) => {
      if (offset < 0) return;
      for (let w = 0, o = place * n; w < n; w++) to[o + w] = from[offset + window[w]!]!;
    });
    return [y];
  },
  jvp: ([x, indices], [dx], p) => [
    [bind1(gatherP, [x!, indices!], p)],
    [dx ? bind1(gatherP, [dx, indices!], p) : null],
  ],
  transpose: ([ct], [x, indices], _, p) => [scatterAdd(zerosLike(x!), indices!, ct!, p), null],
  batch: ([x, indices], [mx, mi], p) => batchGather(x!, indices!, mx!, mi!, p),
  lower: ([x, indices], p) => {
    const at = placeExprs(x!, indices!, p), read = load(0, at, x!.dtype);
    if (p.mode === "clamp") return elements(valuesShape(x!, indices!, p), read);
    const inside = inRange(p.axes.map((a) => at[a]!), p.axes.map((a) => x!.shape[a]!));
    return elements(valuesShape(x!, indices!, p), select(inside, read, constant(0, x!.dtype)));
  },
};

function batchGather(x: Value, indices: Value, mx: boolean, mi: boolean, p: Places): Batched {
  const deeper: Places = { ...shifted(p), batch: p.batch + 1 };
  if (mx && mi) return { outputs: [gather(x, indices, deeper)], mapped: [true] };
  // On one side only, the new axis comes after the batch axes: a window axis of the operand, or one more axis of points.
  const y = mx ? gather(moveAxis(x, 0, p.batch), indices, shifted(p)) : gather(x, moveAxis(indices, 0, p.batch), p);
  return { outputs: [moveAxis(y, mx ? indices.shape.length - 1 : p.batch, 0)], mapped: [true] };
}

/** The values at places of `x`. */
export const gather = (x: Value, indices: Value, p: Places): Value => bind1(gatherP, [x, indices], p);

/** Operand, indices and places for reading along one axis with an index for every other element, in canonical order. */
export function alongAxis(x: Value, indices: Value, axis: number): readonly [Value, Value, Places] {
  const last = x.shape.length - 1, at = moveAxis(indices, axis, last);
  return [
    moveAxis(x, axis, last),
    reshape(at, [...at.shape, 1]),
    { axes: [last], batch: last, mode: "clamp", unique: false },
  ];
}

/**
 * Of every line of `x` along `axis`, the elements that the same line of `indices` (i32, equal in shape outside `axis`)
 * names.
 */
export function takeAlong(x: Value, indices: Value, axis: number): Value {
  const [operand, at, places] = alongAxis(x, indices, axis);
  return moveAxis(gather(operand, at, places), x.shape.length - 1, axis);
}

/** The parts of `x` that `indices` (i32, of any shape) name along `axis`; their axes take the place of it. */
export function takeAxis(x: Value, indices: Value, axis: number, mode: OutOfRange = "clamp"): Value {
  const y = gather(x, reshape(indices, [...indices.shape, 1]), { axes: [axis], batch: 0, mode, unique: false });
  // The points come first; they move behind the operand's axes before `axis`.
  const n = indices.shape.length, axes = y.shape.map((_, a) => a);
  return transpose(y, [...axes.slice(n, n + axis), ...axes.slice(0, n), ...axes.slice(n + axis)]);
}
