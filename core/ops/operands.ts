/** How public operations take their operands: numbers beside tensors, promotion, broadcasting, data last. */
import { type DType, isDType, isFloat, kindOf, type Promote, promote, rangeOf, type Weak, weak } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { full } from "../primitives/create.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import { shown } from "./whole_numbers.ts";

/** What binary operations take: a tensor, or a JavaScript number or boolean, which adapts to the other operand's dtype. */
export type Operand = Value | number | boolean;

/** The shape of an operand. */
export type ShapeOf<A> = A extends Tensor<infer S, DType> ? S : readonly [];

/** The dtype of two operands together. */
export type DTypeOf<A, B> = A extends Tensor<Shape, infer DA>
  ? (B extends Tensor<Shape, infer DB> ? Promote<DA, DB> : B extends boolean ? DA : Weak<DA>)
  : B extends Tensor<Shape, infer DB> ? (A extends boolean ? DB : Weak<DB>)
  : A extends boolean ? (B extends boolean ? "bool" : "f32")
  : "f32";

/** A tensor, or an error that says what was given instead. */
export function requireTensor(op: string, x: unknown, what = "argument"): Value {
  if (x instanceof Tensor) return x as Value;
  const given = Array.isArray(x)
    ? "an array; wrap it: tensor([…])"
    : typeof x === "function"
    ? "a function; in a pipe, call the operation with its options first"
    : x instanceof Promise
    ? "a Promise; await it first"
    : ArrayBuffer.isView(x)
    ? "a typed array; wrap it: tensor(…)"
    : `${
      typeof x === "object" ? x === null ? "null" : x?.constructor?.name ?? "an object" : `the ${typeof x} ${String(x)}`
    }`;
  throw new ArgumentError(`${op}: expected a tensor as ${what}, got ${given}`);
}

/** A tensor of floats or integers. */
export function requireNumeric(op: string, x: unknown): Value {
  const value = requireTensor(op, x);
  if (kindOf(value.dtype) === "bool") throw new DTypeError(`${op}: takes numbers, not bool; cast it first`);
  return value;
}

/**
 * A JavaScript number as an element of the dtype that `owner` has; a fraction has no place among integers, and `remedy`
 * says what to do about it.
 */
export function elementOf(
  op: string,
  x: unknown,
  dtype: DType,
  owner = "the other operand",
  remedy = "cast it to f32 first",
): number {
  if (typeof x !== "number" && typeof x !== "boolean") {
    throw new ArgumentError(`${op}: the value is ${shown(x)}, not a number or a boolean`);
  }
  if (typeof x === "number" && kindOf(dtype) === "int" && !Number.isInteger(x)) {
    throw new DTypeError(`${op}: ${x} is not a whole number and ${owner} is ${dtype}; ${remedy}`);
  }
  const [low, high] = rangeOf(dtype);
  if (kindOf(dtype) === "int" && (Number(x) < low || Number(x) > high)) {
    throw new DTypeError(`${op}: ${x} is out of range for ${dtype}, ${owner}'s dtype; ${remedy}`);
  }
  return kindOf(dtype) === "bool" ? +(x !== 0 && x !== false) : Number(x);
}

/** As `elementOf`, as a scalar tensor. */
export const scalarOf = (op: string, x: unknown, dtype: DType, owner?: string, remedy?: string): Value =>
  full([], elementOf(op, x, dtype, owner, remedy), dtype);

/** Both operands as tensors of their common dtype, shapes as they are. */
export function promoted(op: string, ...xs: readonly unknown[]): Value[] {
  const tensors = xs.filter((x): x is Value => x instanceof Tensor);
  const numbers = xs.filter((x) => typeof x === "number");
  let dtype: DType = tensors.length > 0
    ? tensors.map((t) => t.dtype).reduce(promote)
    : numbers.length > 0
    ? "f32"
    : "bool";
  if (numbers.length > 0) dtype = weak(dtype);
  return xs.map((x, i) =>
    typeof x === "number" || typeof x === "boolean"
      ? scalarOf(op, x, dtype)
      : cast(requireTensor(op, x, ["first operand", "second operand", "third operand"][i]), dtype)
  );
}

/** Operands of one shape. */
export function broadcasted(op: string, xs: readonly Value[]): Value[] {
  const shape = broadcastShapes(op, ...xs.map((x) => x.shape));
  return xs.map((x) => broadcastRight(x, shape));
}

/** An elementwise binary operation on promoted, broadcast operands. */
export function binary(op: string, prim: Primitive<undefined>, a: unknown, b: unknown): Value {
  return bind1(prim, broadcasted(op, promoted(op, a, b)), undefined);
}

/** As `binary`, on floats: integers and truth values become f32 first. */
export function binaryFloat(op: string, prim: Primitive<undefined>, a: unknown, b: unknown): Value {
  return bind1(prim, broadcasted(op, promoted(op, a, b).map((x) => asFloat(x))), undefined);
}

/** A float tensor: floats as they are, all else as f32. */
export const asFloat = (x: Value): Value => isFloat(x.dtype) ? x : cast(x, "f32");

/** An elementwise operation of one float operand. */
export const unaryFloat = (op: string, prim: Primitive<undefined>, x: unknown): Value =>
  bind1(prim, [asFloat(requireTensor(op, x))], undefined);

/**
 * A binary function that is also data-last: `f(a, b)`, or `pipe(a, f(b))`, which is f(a, b) too. The arity of the call
 * tells the two apart.
 */
export function dual(f: (a: unknown, b: unknown) => Value): (...args: unknown[]) => unknown {
  return (...args) => args.length >= 2 ? f(args[0], args[1]) : (a: unknown) => f(a, args[0]);
}

/** A dtype option, checked. */
export function requireDType(op: string, d: unknown): DType {
  if (!isDType(d)) throw new DTypeError(`${op}: ${String(d)} is not a dtype; use f32, f64, i32, u32, u8 or bool`);
  return d;
}
