/** `whileLoop`: a loop whose length the data decide. */
import { bind } from "../interpreter.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { unflattenWith } from "../tree.ts";
import { requireFunction } from "../transforms/tensors_in.ts";
import { leavesOf, requireSameCarry, requireScalar, traceBody } from "./bodies.ts";
import { whileP } from "./while_primitive.ts";

/**
 * Repeats a body while a test of its carry holds.
 *
 * Forward mode goes through it; reverse mode cannot, for the number of steps is not known: use `forLoop` or `scan`.
 *
 * @param test From the carry to a bool scalar. @param body From the carry to the next, of the same structure, shapes and dtypes.
 * @param init The first carry, a tree of tensors.
 * @returns The carry at which the test first fails.
 * @throws {ShapeError} If the test gives no bool scalar, or the carry changes shape. @throws {TransformError} In reverse mode.
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
  const [leaves, structure] = leavesOf("whileLoop", init);
  const going = traceBody("whileLoop", test as never, [[leaves, structure]], 1);
  requireScalar("whileLoop", going.program.outputs[0]!, "bool", "the test");
  const next = traceBody("whileLoop", body as never, [[leaves, structure]], 1);
  requireSameCarry("whileLoop", leaves, structure, next.program.outputs, next.results[0]!);
  const outs = bind(whileP, [...going.program.captured, ...next.program.captured, ...leaves], {
    test: going.program,
    body: next.program,
    testConsts: going.program.captured.length,
    bodyConsts: next.program.captured.length,
  });
  return unflattenWith(structure, outs) as C;
}
