/** `cond` and `switchCase`: branches that the data choose. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import { maximum, minimum } from "../primitives/extremes.ts";
import { cast } from "../primitives/cast.ts";
import { full } from "../primitives/create.ts";
import { requireTensor, scalarOf } from "../ops/operands.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { unflattenWith } from "../tree.ts";
import { requireFunction } from "../transforms/tensors_in.ts";
import { leavesOf, requireSameCarry, requireScalar, traceBody } from "./bodies.ts";
import { condP, unified } from "./cond_primitive.ts";

function choose(
  op: string,
  index: Value,
  branches: readonly ((...args: never[]) => unknown)[],
  operands: readonly unknown[],
) {
  branches.forEach((f) => requireFunction(op, f));
  const args = operands.map((o) => leavesOf(op, o));
  const bodies = branches.map((f) => traceBody(op, f, args, 1));
  const first = bodies[0]!;
  for (const b of bodies) {
    requireSameCarry(
      op,
      first.program.outputs,
      first.results[0]!,
      b.program.outputs,
      b.results[0]!,
      "the branches' results differ in",
    );
  }
  const [programs, captured] = unified(bodies.map((b) => b.program));
  const outs = bind(condP, [index, ...captured, ...args.flatMap(([leaves]) => leaves)], { branches: programs });
  return unflattenWith(first.results[0]!, outs);
}

/**
 * One branch or the other, chosen by the data; only the chosen one is run (under `vmap` with a mapped test, both are).
 *
 * @param test A bool scalar, or a boolean.
 * @param yes What to do where it holds, a function of the operands.
 * @param no What else; its result has the same type.
 * @param operands Trees of tensors handed to the branch; branches may also close over tensors.
 * @returns The chosen branch's result.
 * @throws {ShapeError} If the test is no bool scalar, or the branches' results differ in shape.
 * @throws {ArgumentError} If they differ in structure.
 *
 * @example An absolute value
 * ```ts
 * import { cond, less, neg, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const abs = (x: Tensor<readonly []>) => cond(less(x, 0), (y) => neg(y), (y) => y, x);
 * assertEquals(abs(tensor(-3)).item(), 3);
 * ```
 */
export function cond<A extends readonly unknown[], R>(
  test: Tensor<Shape, DType> | boolean,
  yes: (...operands: A) => R,
  no: (...operands: A) => NoInfer<R>,
  ...operands: A
): R {
  const t = typeof test === "boolean" ? scalarOf("cond", test, "bool") : requireTensor("cond", test, "the test");
  requireScalar("cond", t, "bool", "the test");
  return choose("cond", cast(t, "i32"), [no as never, yes as never], operands) as R;
}

/**
 * One of several branches, chosen by an index; an index out of range is clamped to the first or last branch.
 *
 * @param index An i32 scalar, or a whole number.
 * @param branches Functions of the operands with results of one type.
 * @param operands Trees of tensors handed to the branch.
 * @returns The chosen branch's result.
 * @throws {ShapeError} If the index is no i32 scalar, or the branches' results differ in shape.
 * @throws {ArgumentError} If there is no branch, or the results differ in structure.
 *
 * @example Three activations
 * ```ts
 * import { mul, neg, switchCase, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * type X = Tensor<readonly []>;
 * const f = (i: number) => switchCase(i, [(x: X) => x, (x: X) => neg(x), (x: X) => mul(x, 10)], tensor(2));
 * assertEquals([f(0).item(), f(1).item(), f(7).item()], [2, -2, 20]);
 * ```
 */
export function switchCase<A extends readonly unknown[], R>(
  index: Tensor<Shape, DType> | number,
  branches: readonly ((...operands: A) => R)[],
  ...operands: A
): R {
  if (branches.length === 0) throw new ArgumentError("switchCase: no branches; give at least one function");
  const i = typeof index === "number"
    ? scalarOf("switchCase", index, "i32", "the index", "give a whole number")
    : requireTensor("switchCase", index, "the index");
  requireScalar("switchCase", i, "i32", "the index");
  const clamped = minimum(maximum(i, full([], 0, "i32")), full([], branches.length - 1, "i32"));
  return choose("switchCase", clamped, branches as never, operands) as R;
}
