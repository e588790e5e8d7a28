/** Room around and between elements. */
import {
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
  same,
  select,
} from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { copyBox, offsetOf } from "./copy_box.ts";
import { slice } from "./slice.ts";

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

const sizes = (s: Shape, { lo, hi, interior }: PadParams): number[] =>
  s.map((d, a) => lo[a]! + (d === 0 ? 0 : (d - 1) * (interior[a]! + 1) + 1) + hi[a]!);

/** Surrounds and spreads elements with a value; linear where that is 0. */
export const padP: Primitive<PadParams> = {
  name: "pad",
  infer: ([x], p) => {
    const rank = x!.shape.length, { lo, hi, interior } = p;
    const shape = sizes(x!.shape, p);
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
    const y = emptyArray(sizes(x!.shape, p), x!.dtype), from = stridesOf(x!.shape), to = stridesOf(y.shape);
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
    const shape = sizes(x!.shape, p);
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
