/** `whileLoop`: a loop whose length the data decide. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { showStructure, type Structure, unflattenWith } from "../tree.ts";
import { requireFunction } from "../transforms/tensors_in.ts";
import { leavesOf, requireSameCarry, requireScalar, traceBody } from "./bodies.ts";
import { whileP } from "./while_primitive.ts";

type Leaves = readonly [Value[], Structure];

/** The engine of loops of unknown length. The leaves given as `fixed` are handed to both functions and never change. */
export function repeat(
  op: string,
  test: (fixed: never, carry: never) => unknown,
  body: (fixed: never, carry: never) => unknown,
  fixed: Leaves,
  [leaves, structure]: Leaves,
): unknown {
  const going = traceBody(op, test, [fixed, [leaves, structure]], 1), gives = going.results[0]!;
  if (gives.kind !== "leaf") {
    throw new ArgumentError(`${op}: the test must return a bool scalar, not the tree ${showStructure(gives)}`);
  }
  requireScalar(op, going.program.outputs[0]!, "bool", "the test");
  const next = traceBody(op, body, [fixed, [leaves, structure]], 1);
  requireSameCarry(op, leaves, structure, next.program.outputs, next.results[0]!);
  const testConsts = [...going.program.captured, ...fixed[0]], bodyConsts = [...next.program.captured, ...fixed[0]];
  const outs = bind(whileP, [...testConsts, ...bodyConsts, ...leaves], {
    test: going.program,
    body: next.program,
    testConsts: testConsts.length,
    bodyConsts: bodyConsts.length,
  });
  return unflattenWith(structure, outs);
}

/**
 * Repeats a body while a test of its carry holds.
 *
 * Forward mode goes through it; reverse mode cannot, for the number of steps is not known: use `forLoop` or `scan`.
 *
 * @param test From the carry to a bool scalar.
 * @param body From the carry to the next, of the same structure, shapes and dtypes.
 * @param init The first carry, a tree of tensors.
 * @returns The carry at which the test first fails.
 * @throws {ShapeError} If the test gives no bool scalar, or the carry changes shape.
 * @throws {TransformError} In reverse mode.
 *
 * @example The first power of two past 100
 * ```ts
 * import { less, mul, tensor, whileLoop } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(whileLoop((x) => less(x, 100), (x) => mul(x, 2), tensor(1)).item(), 128);
 * ```
 */
export function whileLoop<C>(test: (carry: C) => Tensor<Shape, DType>, body: (carry: C) => C, init: C): C {
  requireFunction("whileLoop", test);
  requireFunction("whileLoop", body);
  const alone = (f: (carry: C) => unknown) => (_: null, carry: C) => f(carry);
  return repeat(
    "whileLoop",
    alone(test) as never,
    alone(body) as never,
    leavesOf("whileLoop", null),
    leavesOf("whileLoop", init),
  ) as C;
}
