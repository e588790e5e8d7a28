/** Elements in another dtype. */
import { apply, elements, indices, load } from "../compiler/kernel.ts";
import { applied, madeBy } from "../compiler/rule.ts";
import { type DType, isFloat, kindOf, rangeOf, rounded } from "../dtype.ts";
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

/** Whether a dtype holds every value of another. */
function holds(to: DType, from: DType): boolean {
  if (to === from || from === "bool" || to === "f64") return true;
  // f32 counts exactly up to 2²⁴.
  if (to === "f32") return from === "u8";
  const [low, high] = rangeOf(to), [least, most] = rangeOf(from);
  return low <= least && most <= high && to !== "bool";
}

/** Whether two conversions are one: the first keeps every value, and from either dtype the second means the same. */
const joins = (from: DType, via: DType, to: DType): boolean =>
  // Beyond an integer's range floats are clamped and integers wrap around.
  holds(via, from) && (kindOf(to) !== "int" || isFloat(from) === isFloat(via) || holds(to, from));

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
  simplify: ([x], { dtype }) => {
    if (x!.dtype === dtype) return x!;
    if (x!.constant !== null) return rounded(converter(x!.dtype, dtype)(x!.constant), dtype);
    const before = madeBy(x!, castP), source = before?.inputs[0];
    return source !== undefined && joins(source.dtype, x!.dtype, dtype) ? applied(castP, [source], { dtype }) : null;
  },
  lower: ([x], { dtype }) =>
    elements(x!.shape, apply("cast", converter(x!.dtype, dtype), [load(0, indices(x!.shape.length), x!.dtype)], dtype)),
};

/** `x` in another dtype. */
export const cast = (x: Value, dtype: DType): Value => x.dtype === dtype ? x : bind1(castP, [x], { dtype });
