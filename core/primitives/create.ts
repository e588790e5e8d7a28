/** Tensors made of nothing, or of another one with another type. */
import { apply, constant, elements, index, indices, load } from "../compiler/kernel.ts";
import { type DType, isFloat, kindOf, rangeOf, rounded } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import { applied, madeBy, type Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";

// Primitives that make values of nothing: constants and index ranges.

/** One value everywhere. */
export const fullP: Primitive<{ readonly value: number; readonly shape: Shape; readonly dtype: DType }> = {
  name: "full",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  reference: (_, { value, shape, dtype }) => {
    const y = emptyArray(shape, dtype);
    if (value !== 0 || Object.is(value, -0)) y.data.fill(value);
    return [y];
  },
  jvp: (_, __, p) => [[bind1(fullP, [], p)], [null]],
  batch: (_, __, p) => ({ outputs: [bind1(fullP, [], p)], mapped: [false] }),
  simplify: (_, { value, dtype }) => {
    const held = rounded(value, dtype);
    return Object.is(held, value) ? null : held;
  },
  lower: (_, { value, shape, dtype }) => elements(shape, constant(value, dtype)),
};

/** Each element's index along one axis. */
export const iotaP: Primitive<{ readonly axis: number; readonly shape: Shape; readonly dtype: DType }> = {
  name: "iota",
  infer: (_, { axis, shape, dtype }) => {
    if (!(axis >= 0 && axis < shape.length)) throw new ShapeError(`iota: ${show(shape)} has no axis ${axis}`);
    return [{ shape, dtype }];
  },
  reference: (_, { axis, shape, dtype }) => {
    const y = emptyArray(shape, dtype), n = shape[axis]!;
    let inner = 1;
    for (let i = axis + 1; i < shape.length; i++) inner *= shape[i]!;
    for (let i = 0; i < y.data.length; i++) y.data[i] = Math.floor(i / inner) % n;
    return [y];
  },
  jvp: (_, __, p) => [[bind1(iotaP, [], p)], [null]],
  batch: (_, __, p) => ({ outputs: [bind1(iotaP, [], p)], mapped: [false] }),
  lower: (_, { axis, shape, dtype }) => {
    const i = index(axis);
    return elements(shape, dtype === "i32" ? i : { kind: "apply", name: "cast", fn: (x) => x, args: [i], dtype });
  },
};

/** A value of one number. */
export const full = (shape: Shape, value: number, dtype: DType): Value =>
  bind1(fullP, [], {
    value: kindOf(dtype) === "bool" ? +(value !== 0) : value,
    shape: Object.freeze([...shape]),
    dtype,
  });
/** `value` in the shape and dtype of another. */
export const fullLike = (s: Spec, value: number): Value => full(s.shape, value, s.dtype);
/** Zeros in the shape and dtype of another. */
export const zerosLike = (s: Spec): Value => fullLike(s, 0);
/** Ones in the shape and dtype of another. */
export const onesLike = (s: Spec): Value => fullLike(s, 1);
/** Indices along an axis. */
export const iota = (shape: Shape, axis: number, dtype: DType = "i32"): Value =>
  bind1(iotaP, [], { axis, shape: Object.freeze([...shape]), dtype });

// Elements in another dtype.

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
  again: 0,
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
