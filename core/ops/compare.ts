/** Comparisons, truth values, choices and extremes of two. */
import { alloc, type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { maximumP, minimumP, reluP } from "../primitives/arithmetic.ts";
import {
  andP,
  equalP,
  greater as isGreater,
  greaterEqualP,
  greaterP,
  less as isLess,
  lessEqualP,
  lessP,
  notEqualP,
  notP,
  orP,
  select,
  xorP,
} from "../primitives/compare.ts";
import { full, fullLike } from "../primitives/create.ts";
import { broadcastRight } from "../primitives/reshape.ts";
import { broadcastShapes, sameShape, type Shape, show } from "../shape.ts";
import type { Broadcast, Broadcast3, Broadcast3Ok, BroadcastOk, Fail } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { BinaryOp } from "./arithmetic.ts";
import {
  binary,
  broadcasted,
  type DTypeOf,
  dual,
  type Operand,
  promoted,
  requireNumeric,
  requireOptions,
  requireTensor,
  type ShapeOf,
} from "./operands.ts";

// Comparisons.

/** A comparison of two operands, either of them a tensor or a number: `f(a, b)`, or in a pipe, `pipe(a, f(b))`. */
export interface CompareOp<Name extends string> {
  /** `f(a, b)`: operands broadcast as in NumPy and meet in their common dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
}

/**
 * Whether a = b, elementwise; NaN equals nothing.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a = b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { equal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(equal(tensor([1, 2, 3]), 2).toArray(), [false, true, false]);
 * ```
 */
export const equal: CompareOp<"equal"> = dual((a, b) => binary("equal", equalP, a, b)) as CompareOp<"equal">;

/**
 * Whether a ≠ b, elementwise; NaN differs from everything.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≠ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { notEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(notEqual(tensor([1, 2, 3]), 2).toArray(), [true, false, true]);
 * ```
 */
export const notEqual: CompareOp<"notEqual"> = dual((a, b) => binary("notEqual", notEqualP, a, b)) as CompareOp<
  "notEqual"
>;

/**
 * Whether a < b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a < b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { less, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(less(tensor([1, 2, 3]), 2).toArray(), [true, false, false]);
 * ```
 */
export const less: CompareOp<"less"> = dual((a, b) => binary("less", lessP, a, b)) as CompareOp<"less">;

/**
 * Whether a ≤ b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≤ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { lessEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lessEqual(tensor([1, 2, 3]), 2).toArray(), [true, true, false]);
 * ```
 */
export const lessEqual: CompareOp<"lessEqual"> = dual((a, b) => binary("lessEqual", lessEqualP, a, b)) as CompareOp<
  "lessEqual"
>;

/**
 * Whether a > b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a > b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { greater, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(greater(tensor([1, 2, 3]), 2).toArray(), [false, false, true]);
 * ```
 */
export const greater: CompareOp<"greater"> = dual((a, b) => binary("greater", greaterP, a, b)) as CompareOp<"greater">;

/**
 * Whether a ≥ b, elementwise; false where either is NaN.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a ≥ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If a fraction meets an integer tensor.
 *
 * @example Against a number
 * ```ts
 * import { greaterEqual, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(greaterEqual(tensor([1, 2, 3]), 2).toArray(), [false, true, true]);
 * ```
 */
export const greaterEqual: CompareOp<"greaterEqual"> = dual((a, b) =>
  binary("greaterEqual", greaterEqualP, a, b)
) as CompareOp<"greaterEqual">;

// Truth values among themselves.

/** `unknown` where `A` is a boolean, or a tensor that may be bool; else a `Fail` that says what it is. */
export type TruthOk<Op extends string, A> = A extends Tensor<Shape, infer D>
  ? ("bool" extends D ? unknown : Fail<`${Op}: takes bool, not ${D}`>)
  : unknown;

/** A logical operation of two operands: `f(a, b)`, or in a pipe, `pipe(a, f(b))`. */
export interface LogicOp<Name extends string> {
  /** `f(a, b)`: operands broadcast as in NumPy. */
  <A extends Value | boolean, B extends Value | boolean>(
    a: A & TruthOk<Name, A>,
    b: B & TruthOk<Name, B> & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
  /** `pipe(a, f(b))`. */
  <B extends Value | boolean>(
    b: B & TruthOk<Name, B>,
  ): <A extends Value | boolean>(
    a: A & TruthOk<Name, A> & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, "bool">;
}

function requireTruth(op: string, bits: string, x: unknown, what?: string): Value {
  if (typeof x === "boolean") return full([], Number(x), "bool");
  const value = requireTensor(op, x, what);
  if (value.dtype === "bool") return value;
  throw new DTypeError(
    `${op}: takes bool, not ${value.dtype}; compare it, as in notEqual(x, 0), or use ${bits} on integers`,
  );
}

const logical = (op: string, prim: Primitive<undefined>, bits: string) =>
  dual((a, b) =>
    bind1(
      prim,
      broadcasted(op, [requireTruth(op, bits, a, "first operand"), requireTruth(op, bits, b, "second operand")]),
      undefined,
    )
  );

/**
 * Whether both hold, elementwise.
 *
 * @param a A bool tensor, or a boolean.
 * @param b A bool tensor that broadcasts with `a`, or a boolean.
 * @returns `a ∧ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If an operand is not bool; `bitAnd` takes integers.
 *
 * @example A truth table
 * ```ts
 * import { and, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([true, true, false, false]), b = tensor([true, false, true, false]);
 * assertEquals(and(a, b).toArray(), [true, false, false, false]);
 * ```
 */
export const and: LogicOp<"and"> = logical("and", andP, "bitAnd") as LogicOp<"and">;

/**
 * Whether at least one holds, elementwise.
 *
 * @param a A bool tensor, or a boolean.
 * @param b A bool tensor that broadcasts with `a`, or a boolean.
 * @returns `a ∨ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If an operand is not bool; `bitOr` takes integers.
 *
 * @example A truth table
 * ```ts
 * import { or, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([true, true, false, false]), b = tensor([true, false, true, false]);
 * assertEquals(or(a, b).toArray(), [true, true, true, false]);
 * ```
 */
export const or: LogicOp<"or"> = logical("or", orP, "bitOr") as LogicOp<"or">;

/**
 * Whether exactly one holds, elementwise.
 *
 * @param a A bool tensor, or a boolean.
 * @param b A bool tensor that broadcasts with `a`, or a boolean.
 * @returns `a ≠ b`, in the broadcast shape; bool.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If an operand is not bool; `bitXor` takes integers.
 *
 * @example A truth table
 * ```ts
 * import { tensor, xor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([true, true, false, false]), b = tensor([true, false, true, false]);
 * assertEquals(xor(a, b).toArray(), [false, true, true, false]);
 * ```
 */
export const xor: LogicOp<"xor"> = logical("xor", xorP, "bitXor") as LogicOp<"xor">;

/**
 * Negation of truth values, elementwise.
 *
 * @param x A bool tensor.
 * @returns `¬x`, in the same shape; bool.
 * @throws {DTypeError} If `x` is not bool; `bitNot` takes integers.
 *
 * @example Turned over
 * ```ts
 * import { not, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(not(tensor([true, false])).toArray(), [false, true]);
 * ```
 */
export function not<S extends Shape, D extends DType>(
  x: Tensor<S, D> & TruthOk<"not", Tensor<S, D>>,
): Tensor<S, "bool"> {
  return bind1(notP, [requireTruth("not", "bitNot", x)], undefined) as Tensor<S, "bool">;
}

// A choice between two values, element by element.

/** The type of {@linkcode where}: `where(test, yes, no)`, or in a pipe, `pipe(test, where(yes, no))`. */
export interface Where {
  /** `where(test, yes, no)`: the three broadcast as in NumPy; `yes` and `no` meet in their common dtype. */
  <C extends Shape, D extends DType, A extends Operand, B extends Operand>(
    test: Tensor<C, D> & TruthOk<"where", Tensor<C, D>>,
    yes: A,
    no: B & Broadcast3Ok<"where", C, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast3<C, ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
  /** `pipe(test, where(yes, no))`. */
  <A extends Operand, B extends Operand>(
    yes: A,
    no: B,
  ): <C extends Shape, D extends DType>(
    test: Tensor<C, D> & TruthOk<"where", Tensor<C, D>> & Broadcast3Ok<"where", C, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast3<C, ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
}

function choose(test: unknown, yes: unknown, no: unknown): Value {
  const condition = requireTensor("where", test, "condition");
  if (condition.dtype !== "bool") {
    throw new DTypeError(
      `where: takes bool, not ${condition.dtype}, as its condition; compare it, as in notEqual(x, 0)`,
    );
  }
  const [c, a, b] = broadcasted("where", [condition, ...promoted("where", yes, no)]);
  return select(c!, a!, b!);
}

/**
 * `yes` where a condition holds, `no` elsewhere; the side not chosen has no part in derivatives.
 *
 * To keep NaN out of a derivative, make the argument safe, not the result: `log(where(greater(x, 0), x, 1))`.
 *
 * @param test The condition, a bool tensor.
 * @param yes Any tensor that broadcasts with the others, or a number.
 * @param no Any tensor that broadcasts with the others, or a number.
 * @returns The choice, in the broadcast shape and the common dtype of `yes` and `no`.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If `test` is not bool.
 *
 * @example Gaps filled
 * ```ts
 * import { greater, tensor, where } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, -2, 3]);
 * assertEquals(where(greater(x, 0), x, 0).toArray(), [1, 0, 3]);
 * ```
 */
export const where: Where =
  ((...args: unknown[]) =>
    args.length >= 3
      ? choose(args[0], args[1], args[2])
      : (test: unknown) => choose(test, args[0], args[1])) as unknown as Where;

// The larger and the smaller of two, and values held between bounds.

/**
 * The larger of two, elementwise; NaN where either is. Ties share the derivative evenly.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns The larger, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Against a number
 * ```ts
 * import { maximum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maximum(tensor([1, 5]), 3).toArray(), [3, 5]);
 * ```
 */
export const maximum: BinaryOp<"maximum"> = dual((a, b) => binary("maximum", maximumP, a, b)) as BinaryOp<"maximum">;

/**
 * The smaller of two, elementwise; NaN where either is. Ties share the derivative evenly.
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns The smaller, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Against a number
 * ```ts
 * import { minimum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(minimum(tensor([1, 5]), 3).toArray(), [1, 3]);
 * ```
 */
export const minimum: BinaryOp<"minimum"> = dual((a, b) => binary("minimum", minimumP, a, b)) as BinaryOp<"minimum">;

/**
 * The part above 0, elementwise; its derivative at 0 is 0.
 *
 * @param x Any numeric tensor.
 * @returns `max(x, 0)`, in the same shape and dtype; NaN stays.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Rectified
 * ```ts
 * import { relu, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(relu(tensor([-2, 3])).toArray(), [0, 3]);
 * ```
 */
export function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(reluP, [requireTensor("relu", x)], undefined) as Tensor<S, D>;
}

/** What `clamp` keeps values between. A bound is a number, or a tensor of the same dtype that broadcasts to the shape. */
export interface ClampBounds {
  /** Nothing is below it; no bound if left out. */
  readonly min?: number | Tensor<Shape, DType>;
  /** Nothing is above it; no bound if left out. */
  readonly max?: number | Tensor<Shape, DType>;
}

function boundLike(which: "min" | "max", bound: unknown, x: Value): Value {
  if (typeof bound === "number") {
    if (Number.isNaN(bound)) throw new ArgumentError(`clamp: ${which} is NaN; give a number, or leave it out`);
    const box = alloc(x.dtype, 1);
    box[0] = bound;
    if (kindOf(x.dtype) === "int" && box[0] !== bound) {
      throw new DTypeError(
        `clamp: ${which} ${bound} is no ${x.dtype}; round it into the range, leave it out, or cast x first`,
      );
    }
    return fullLike(x, bound);
  }
  const b = requireTensor("clamp", bound, which);
  if (b.dtype !== x.dtype) throw new DTypeError(`clamp: ${which} is ${b.dtype} and x is ${x.dtype}; cast one of them`);
  if (!sameShape(broadcastShapes("clamp", x.shape, b.shape), x.shape)) {
    throw new ShapeError(
      `clamp: ${which} of shape ${show(b.shape)} does not broadcast to ${show(x.shape)}; broadcast x first`,
    );
  }
  return broadcastRight(b, x.shape);
}

/**
 * Values held between bounds, elementwise. The derivative is 1 from bound to bound, both included, and 0 outside.
 *
 * @param x Any numeric tensor.
 * @param bounds `min`, `max` or both. Where they cross, `max` holds.
 * @returns The values, in the same shape and dtype; NaN stays.
 * @throws {ArgumentError} If neither bound is given, one is NaN, or `min` is above `max`.
 * @throws {ShapeError} If a bound does not broadcast to the shape of `x`.
 * @throws {DTypeError} If `x` is bool, or a bound is not of its dtype.
 *
 * @example Between 0 and 1
 * ```ts
 * import { clamp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clamp(tensor([-2, 0.5, 3]), { min: 0, max: 1 }).toArray(), [0, 0.5, 1]);
 * ```
 */
export function clamp<S extends Shape, D extends DType>(x: Tensor<S, D>, bounds: ClampBounds): Tensor<S, D> {
  const value = requireNumeric("clamp", x), { min, max } = bounds ?? {};
  if (min === undefined && max === undefined) {
    throw new ArgumentError("clamp: neither min nor max is given; pass { min }, { max } or both");
  }
  requireOptions("clamp", bounds, "{ min: 0, max: 1 }", ["min", "max"]);
  if (typeof min === "number" && typeof max === "number" && min > max) {
    throw new ArgumentError(`clamp: min ${min} is above max ${max}; exchange them`);
  }
  let y = value;
  if (min !== undefined) {
    const low = boundLike("min", min, value);
    y = select(isLess(y, low), low, y);
  }
  if (max !== undefined) {
    const high = boundLike("max", max, value);
    y = select(isGreater(y, high), high, y);
  }
  return y as Tensor<S, D>;
}
