/** Integer tensors as indices: checked, in i32, counted from the front. */
import { kindOf, promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/cast.ts";
import { less } from "../primitives/compare.ts";
import { fullLike, zerosLike } from "../primitives/create.ts";
import { minimum } from "../primitives/extremes.ts";
import { select } from "../primitives/select.ts";
import { type Shape, show } from "../shape.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { requireTensor, scalarOf } from "./operands.ts";
import { broadcastValue } from "./broadcast_value.ts";
import { shown } from "./whole_numbers.ts";

/** An integer tensor as i32. */
export function requireIndices(op: string, x: unknown, what = "indices"): Value {
  const v = requireTensor(op, x, what);
  // Large u32 stay out of range: as i32 they would count from the end.
  if (v.dtype === "u32") return cast(minimum(v, fullLike(v, 2 ** 31 - 1)), "i32");
  if (kindOf(v.dtype) === "int") return cast(v, "i32");
  throw new DTypeError(
    v.dtype === "bool"
      ? `${op}: a bool mask of shape ${
        show(v.shape)
      } would give a result of unknown size; choose with where(mask, a, b), ` +
        "or index with nonzero(mask, { size })"
      : `${op}: ${what} are integers, not ${v.dtype}; cast them to i32`,
  );
}

/** Indices of an axis, negative ones counted from its end. Numbers out of range are an error, elements of tensors are not. */
export function indicesOf(op: string, x: unknown, axis: number, shape: Shape): Value {
  if (x instanceof Tensor) return fromEnd(requireIndices(op, x), shape[axis]!);
  if (typeof x === "number") return fixed([], [indexOf(op, x, axis, shape)]);
  if (Array.isArray(x)) return fixed([x.length], x.map((i) => indexOf(op, i, axis, shape)));
  throw new ArgumentError(`${op}: ${shown(x)} does not name elements; use a whole number, a list of them, or a tensor`);
}

/** A whole number as an index of an axis, counted from the front. */
export function indexOf(op: string, i: unknown, axis: number, shape: Shape): number {
  const n = shape[axis]!;
  if (typeof i !== "number" || !Number.isInteger(i)) {
    throw new ArgumentError(`${op}: ${shown(i)} is not an index; use whole numbers, or tensor([…], { dtype: "i32" })`);
  }
  if (i < -n || i >= n) {
    throw new ShapeError(
      n === 0
        ? `${op}: index ${i} of axis ${axis} of ${show(shape)}, which is empty`
        : `${op}: index ${i} is out of range for axis ${axis} of ${show(shape)}; use ${-n} to ${n - 1}`,
    );
  }
  return i < 0 ? i + n : i;
}

/** Known indices as a value. */
export const fixed = (shape: Shape, at: readonly number[]): Value =>
  new Concrete([...shape], "i32", Int32Array.from(at));

/** Indices with negative ones counted from the end of an axis of `size`. */
export const fromEnd = (indices: Value, size: number): Value =>
  select(less(indices, zerosLike(indices)), add(indices, fullLike(indices, size)), indices);

/** A number or tensor as what is put into places of `x`: in its dtype, broadcast to the places. */
export function updatesFor(op: string, x: Value, updates: unknown, shape: Shape, what: string): Value {
  const v = typeof updates === "number" || typeof updates === "boolean"
    ? scalarOf(op, updates, x.dtype, "the tensor")
    : requireTensor(op, updates, what);
  if (promote(x.dtype, v.dtype) !== x.dtype) {
    throw new DTypeError(`${op}: the tensor is ${x.dtype}, which does not take ${v.dtype} elements; cast one of them`);
  }
  return broadcastValue(op, cast(v, x.dtype), shape);
}
