/** Elements taken from places and put at places. */
import {
  apply,
  constant,
  elements,
  type Expr,
  index,
  indices as loops,
  inRange,
  int,
  load,
  type Scatter,
  select as either,
} from "../compiler/kernel.ts";
import { type DType, isFloat, kindOf } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, MappedAxis, MaybeZero, Primitive } from "../primitive.ts";
import { sameShape, show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, div, mul, product, scale, sub } from "./arithmetic.ts";
import { equal, select } from "./compare.ts";
import { cast, full, fullLike, iota, onesLike, zerosLike } from "./create.ts";
import { square } from "./elementary.ts";
import { broadcast, broadcastInFront, moveAxis, reshape, transpose } from "./reshape.ts";
import { slice } from "./slice.ts";

// What all scatters share: values written to computed places, where they meet what is there.

/** What sets one scatter apart: how an update meets the element at its place, and its derivatives. */
export interface ScatterRules {
  readonly with: Scatter;
  /** The output's tangent; at least one of `dx` and `du` is there. `y` is the output. */
  readonly tangent: (
    at: { readonly x: Value; readonly indices: Value; readonly updates: Value; readonly y: Value },
    dx: MaybeZero,
    du: MaybeZero,
    p: Places,
  ) => Value;
  /** Cotangents of operand and updates, each if asked for. */
  readonly transpose?: (
    ct: Value,
    xs: readonly [x: Value, indices: Value, updates: Value],
    linear: readonly [boolean, boolean],
    p: Places,
  ) => readonly [MaybeZero, MaybeZero];
}

/** The record of a scatter: operand, indices and updates to the operand with the updates in their places, in order. */
function scatter(name: string, rules: ScatterRules): Primitive<Places> {
  const self: Primitive<Places> = {
    name,
    infer: ([x, indices, updates], p) => {
      checkPlaces(name, x!, indices!, p);
      const want = valuesShape(x!, indices!, p);
      if (!sameShape(updates!.shape, want)) {
        throw new ShapeError(`${name}: the places hold ${show(want)}, the updates are ${show(updates!.shape)}`);
      }
      if (updates!.dtype !== x!.dtype) {
        throw new DTypeError(
          `${name}: the operand is ${x!.dtype}, the updates are ${updates!.dtype}; cast one of them`,
        );
      }
      if (rules.with !== "set" && kindOf(x!.dtype) === "bool") {
        throw new DTypeError(`${name}: takes numbers, not bool; cast it first`);
      }
      return [{ shape: x!.shape, dtype: x!.dtype }];
    },
    reference: ([x, indices, updates], p) => [write(x!, indices!, updates!, rules.with, p)],
    jvp: ([x, indices, updates], [dx, , du], p) => {
      const y = bind1(self, [x!, indices!, updates!], p);
      const some = dx || du;
      return [[y], [some ? rules.tangent({ x: x!, indices: indices!, updates: updates!, y }, dx!, du!, p) : null]];
    },
    batch: (xs, mapped, p, axis) => {
      const [inputs, places] = batched(xs, mapped, p, axis);
      const y = bind1(self, inputs, places);
      return { outputs: [moveAxis(y, mapped[1] ? 0 : p.batch, 0)], mapped: [true] };
    },
    lower: ([x, indices, updates], p) => ({
      kind: "kernels",
      kernels: [{
        kind: "loop",
        domain: updates!.shape,
        reduce: [],
        combine: null,
        body: load(2, loops(updates!.shape.length), updates!.dtype),
        dtype: x!.dtype,
        scatter: { base: 0, at: placeExprs(x!, indices!, p), shape: x!.shape, with: rules.with },
      }],
    }),
  };
  const { transpose } = rules;
  if (transpose === undefined) return self;
  return {
    ...self,
    transpose: ([ct], [x, indices, updates], [lx, , lu], p) => {
      const [cx, cu] = transpose(ct!, [x!, indices!, updates!], [lx!, lu!], p);
      return [cx, null, cu];
    },
  };
}

/** Operand, indices and updates with the mapped axis, and the places to match. */
function batched(
  [x, indices, updates]: readonly Value[],
  [mx, mi, mu]: readonly boolean[],
  p: Places,
  { size }: MappedAxis,
): readonly [Value[], Places] {
  const inFront = (v: Value, mapped: boolean) => mapped ? v : broadcastInFront(v, size);
  if (mi) {
    // Places of their own for every example: one more batch axis.
    return [[inFront(x!, mx!), indices!, inFront(updates!, mu!)], { ...shifted(p), batch: p.batch + 1 }];
  }
  // The same places for all: one more window axis, the first of the operand's and of the updates'.
  const into = (v: Value, mapped: boolean, to: number) => {
    if (mapped) return moveAxis(v, 0, to);
    const shape = [...v.shape.slice(0, to), size, ...v.shape.slice(to)];
    return broadcast(v, shape, v.shape.map((_, a) => a < to ? a : a + 1));
  };
  return [[into(x!, mx!, p.batch), indices!, into(updates!, mu!, indices!.shape.length - 1)], shifted(p)];
}

function write(x: NdArray, indices: NdArray, updates: NdArray, how: Scatter, p: Places): NdArray {
  const y = emptyArray(x.shape, x.dtype), { window, places } = layout(x, indices, p), n = window.length;
  // Floats meet in f64 and are rounded once.
  const acc = isFloat(x.dtype) ? Float64Array.from(x.data) : x.data.slice();
  const from = updates.data, meet = meeting(how, x.dtype);
  places((place, offset) => {
    if (offset < 0) return;
    for (let w = 0, o = place * n; w < n; w++) {
      const to = offset + window[w]!;
      acc[to] = meet(acc[to]!, from[o + w]!);
    }
  });
  y.data.set(acc);
  return y;
}

function meeting(how: Scatter, dtype: DType): (there: number, update: number) => number {
  switch (how) {
    case "set":
      return (_, b) => b;
    case "add":
      return (a, b) => a + b;
    case "mul":
      return product(dtype);
    case "max":
      return Math.max;
    case "min":
      return Math.min;
  }
}

// Scatters that are linear: adding to what is at the places, or taking its place.

/** `x` with the updates added at their places; a place named twice gets both. */
export const scatterAddP: Primitive<Places> = scatter("scatterAdd", {
  with: "add",
  tangent: ({ x, indices }, dx, du, p) => du ? scatterAdd(dx ?? zerosLike(x), indices, du, p) : dx!,
  transpose: (ct, [, indices], [lx, lu], p) => [lx ? ct : null, lu ? gather(ct, indices, p) : null],
});

/** `x` with the updates in the places; of several for one place the last stays. */
export const scatterSetP: Primitive<Places> = scatter("scatterSet", {
  with: "set",
  tangent: ({ x, indices, updates }, dx, du, p) => scatterSet(dx ?? zerosLike(x), indices, du ?? zerosLike(updates), p),
  transpose: (ct, [x, indices, updates], [lx, lu], p) => [
    lx ? scatterSet(ct, indices, zerosLike(updates), p) : null,
    lu ? staying(gather(ct, indices, p), x, indices, p) : null,
  ],
});

/** The values at places, with 0 for those that a later update for the same place replaces. */
function staying(values: Value, x: Value, indices: Value, p: Places): Value {
  if (p.unique) return values;
  // Everyone writes its number; whoever reads its own back has stayed.
  const kept = windowAxes(x.shape.length, p), marks = x.shape.filter((_, a) => !kept.includes(a));
  const rank = p.axes.map((a) => p.batch + p.axes.filter((b) => b < a).length);
  const points = indices.shape.slice(0, -1), places: Places = { ...p, axes: rank };
  const numbers = reshape(iota([sizeOf(points)], 0), points);
  const last = gather(scatterSet(full(marks, -1, "i32"), indices, numbers, places), indices, places);
  const stays = broadcast(equal(last, numbers), values.shape, points.map((_, a) => a));
  return select(stays, values, zerosLike(values));
}

/** `x` with the updates added at their places. */
export const scatterAdd = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterAddP, [x, indices, updates], p);
/** `x` with the updates in their places. */
export const scatterSet = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterSetP, [x, indices, updates], p);

// Elements at computed places, and the pair every indexing operation comes down to: `gather` reads where `scatter` writes.
//
// A place is named by the last axis of `indices`, an entry for each of the operand's `axes`. The first `batch` axes are
// shared by operand and indices; the operand's other axes, its window, are taken whole:
//
//     operand [batch…, …axes and window, interleaved]   indices [batch…, points…, axes]   values [batch…, points…, window…]
//
// Out of range, "clamp" means the nearest index there is; "drop" reads 0 and writes nowhere. Within one mode, the
// transpose of a gather is a scatter that adds, and the other way round.

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
const windowAxes = (rank: number, { axes, batch }: Places): number[] =>
  Array.from({ length: rank }, (_, a) => a).filter((a) => a >= batch && !axes.includes(a));

/** The shape of the values at the places. */
export const valuesShape = (x: Spec, indices: Spec, p: Places): number[] => [
  ...indices.shape.slice(0, -1),
  ...windowAxes(x.shape.length, p).map((a) => x.shape[a]!),
];

/** Whether operand and indices fit each other. */
function checkPlaces(op: string, x: Spec, indices: Spec, { axes, batch, mode }: Places): void {
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
function layout(x: Spec, indices: NdArray, p: Places): {
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
function placeExprs(x: Spec, indices: Spec, p: Places): Expr[] {
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
const shifted = (p: Places): Places => ({ ...p, axes: p.axes.map((a) => a + 1) });

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
    return elements(valuesShape(x!, indices!, p), either(inside, read, constant(0, x!.dtype)));
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
function alongAxis(x: Value, indices: Value, axis: number): readonly [Value, Value, Places] {
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

// Scatters that keep the larger or the smaller of what meets at a place.

/** All that tie for a place, the element there before included, share its tangent evenly. */
const extreme = (name: string, keep: "max" | "min"): Primitive<Places> =>
  scatter(name, {
    with: keep,
    tangent: ({ x, indices, updates, y }, dx, du, p) => {
      const before = equal(x, y), among = equal(updates, gather(y, indices, p));
      const share = scatterAdd(
        dx ? select(before, dx, zerosLike(x)) : zerosLike(x),
        indices,
        du ? select(among, du, zerosLike(du)) : zerosLike(updates),
        p,
      );
      return div(share, scatterAdd(cast(before, x.dtype), indices, cast(among, x.dtype), p));
    },
  });

/** The largest of `x` and the updates for each place. */
export const scatterMaxP: Primitive<Places> = extreme("scatterMax", "max");
/** The smallest of `x` and the updates for each place. */
export const scatterMinP: Primitive<Places> = extreme("scatterMin", "min");

/** The largest of `x` and the updates for each place. */
export const scatterMax = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMaxP, [x, indices, updates], p);
/** The smallest of `x` and the updates for each place. */
export const scatterMin = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMinP, [x, indices, updates], p);

// The scatter that multiplies.

/** What is at the places times the updates; a place named twice is multiplied twice. */
export const scatterMulP: Primitive<Places> = scatter("scatterMul", {
  with: "mul",
  tangent: ({ x, indices, updates }, dx, du, p) => {
    const ofX = dx ? scatterMul(dx, indices, updates, p) : null;
    const ofU = du ? tangentOfUpdates(x, indices, updates, du, p) : null;
    return ofX && ofU ? add(ofX, ofU) : ofX ?? ofU!;
  },
  // On a tape it is linear in the operand alone.
  transpose: (ct, [, indices, updates], [lx], p) => [lx ? scatterMul(ct, indices, updates, p) : null, null],
});

/**
 * Σᵢ duᵢ · x · Πⱼ≠ᵢ uⱼ over the updates of a place.
 *
 * Dividing the whole product by uᵢ gives that unless an update is 0, so zeros are set apart: x·Πu = P·q with P the
 * product without them and q that of the zeros alone, 1 without any. One zero z is q itself; two are
 * ((z₁ + z₂)² − (z₁² + z₂²)) / 2, which has their derivatives; three or more have none but 0 up to the second order.
 */
function tangentOfUpdates(x: Value, indices: Value, u: Value, du: Value, p: Places): Value {
  const put = (v: Value): Value => scatterAdd(zerosLike(x), indices, v, p);
  if (p.unique) return put(mul(gather(x, indices, p), du));
  const zero = equal(u, zerosLike(u)), none = zerosLike(u);
  const others = select(zero, onesLike(u), u), product = scatterMul(x, indices, others, p);
  const dProduct = mul(product, put(div(select(zero, none, du), others)));
  const count = put(cast(zero, u.dtype)), z = select(zero, u, none), dz = select(zero, du, none);
  const is = (n: number): Value => equal(count, fullLike(count, n));
  const choose = (q: readonly [MaybeZero, Value, Value]): Value =>
    select(is(0), q[0] ?? zerosLike(count), select(is(1), q[1], select(is(2), q[2], zerosLike(count))));
  const q = choose([onesLike(count), put(z), scale(sub(square(put(z)), put(square(z))), 0.5)]);
  const dq = choose([null, put(dz), sub(mul(put(z), put(dz)), put(mul(z, dz)))]);
  return add(mul(dProduct, q), mul(product, dq));
}

/** What is at the places of `x` times the updates. */
export const scatterMul = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMulP, [x, indices, updates], p);

// The diagonal of two axes, of simpler primitives: a square read in steps of one row and one element.

/** The elements of `x` at equal indices of two axes of equal size; their one axis comes last. */
export function diagonalOf(x: Value, axis1: number, axis2: number): Value {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis1 && i !== axis2), n = x.shape[axis1]!;
  const lead = others.map((i) => x.shape[i]!), square = transpose(x, [...others, axis1, axis2]);
  const flat = reshape(square, [...lead, n * n]);
  return slice(flat, flat.shape.map(() => 0), flat.shape, [...lead.map(() => 1), n + 1]);
}
