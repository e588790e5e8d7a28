/** Axes read from the other end. */
import { elements, index, int, load, minus } from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { show, stridesOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { copyStrided } from "./broadcast.ts";
import type { Axes } from "./reduce_sum.ts";

/** The elements in opposite order along `axes`. */
export const reverseP: Primitive<Axes> = {
  name: "reverse",
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
