/** What all scatters share: values written to computed places, where they meet what is there. */
import { indices as loops, load, type Scatter } from "../compiler/kernel.ts";
import { type DType, isFloat, kindOf } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { MappedAxis, MaybeZero, Primitive } from "../primitive.ts";
import { sameShape, show } from "../shape.ts";
import { emptyArray, type NdArray, type Value } from "../tensor.ts";
import { product } from "./arithmetic.ts";
import { broadcast, broadcastInFront } from "./broadcast.ts";
import { checkPlaces, layout, placeExprs, type Places, shifted, valuesShape } from "./gather.ts";
import { moveAxis } from "./transpose.ts";

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
export function scatter(name: string, rules: ScatterRules): Primitive<Places> {
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
