/** Truth values among themselves. */
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { full } from "../primitives/create.ts";
import { andP, notP, orP, xorP } from "../primitives/logic.ts";
import type { Shape } from "../shape.ts";
import type { Broadcast, BroadcastOk, Fail } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { DType } from "../dtype.ts";
import { broadcasted, dual, requireTensor, type ShapeOf } from "./operands.ts";

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
