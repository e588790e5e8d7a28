/** Primitives that make values of nothing: constants and index ranges. */
import { constant, elements, index } from "../compiler/kernel.ts";
import { type DType, kindOf, rounded } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";

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
