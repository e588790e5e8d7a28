/** A choice between two values, element by element. */
import type { DType } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { select } from "../primitives/select.ts";
import type { Shape } from "../shape.ts";
import type { Broadcast3, Broadcast3Ok } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { TruthOk } from "./logic.ts";
import { broadcasted, type DTypeOf, type Operand, promoted, requireTensor, type ShapeOf } from "./operands.ts";

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
