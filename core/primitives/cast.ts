/** Elements in another dtype. */
import { apply, elements, indices, load } from "../compiler/kernel.ts";
import { type DType, isFloat, kindOf, rangeOf } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { emptyArray, type Value } from "../tensor.ts";

/**
 * Floats to integers truncate and clamp to the range, NaN to 0 (as WebAssembly's saturating conversions do); integers
 * among themselves wrap around; anything to bool asks whether it is not 0.
 */
function converter(from: DType, to: DType): (x: number) => number {
  if (to === "bool") return (x) => +(x !== 0);
  if (isFloat(from) && kindOf(to) === "int") {
    const [low, high] = rangeOf(to);
    return (x) => x !== x ? 0 : Math.trunc(Math.min(Math.max(x, low), high));
  }
  return (x) => x;
}

/** Converts every element. */
export const castP: Primitive<{ readonly dtype: DType }> = {
  name: "cast",
  infer: ([x], { dtype }) => [{ shape: x!.shape, dtype }],
  reference: ([x], { dtype }) => {
    const y = emptyArray(x!.shape, dtype), f = converter(x!.dtype, dtype), from = x!.data, to = y.data;
    for (let i = 0; i < to.length; i++) to[i] = f(from[i]!);
    return [y];
  },
  jvp: ([x], [dx], { dtype }) => [[cast(x!, dtype)], [isFloat(dtype) ? cast(dx!, dtype) : null]],
  transpose: ([ct], [x]) => [cast(ct!, x!.dtype)],
  batch: ([x], _, { dtype }) => ({ outputs: [cast(x!, dtype)], mapped: [true] }),
  lower: ([x], { dtype }) =>
    elements(x!.shape, apply("cast", converter(x!.dtype, dtype), [load(0, indices(x!.shape.length), x!.dtype)], dtype)),
};

/** `x` in another dtype. */
export const cast = (x: Value, dtype: DType): Value => x.dtype === dtype ? x : bind1(castP, [x], { dtype });
