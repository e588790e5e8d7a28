/** Loops on flat values, in which the programs of linear algebra are written. */
import { whileP } from "../control/while_primitive.ts";
import { scanP } from "../control/scan_primitive.ts";
import { trace } from "../compiler/program.ts";
import { bind } from "../interpreter.ts";
import type { Value } from "../tensor.ts";
import { iota } from "./create.ts";

/** What a step of `steps` makes: the next carry, and what is stacked. */
export type Step = readonly [carry: readonly Value[], results: readonly Value[]];

/**
 * Applies `body` to the carry, to the step's index (an i32 scalar) and to the slices of `xs` for the indices below
 * `length`, or from the last to the first.
 */
export function steps(
  length: number,
  init: readonly Value[],
  xs: readonly Value[],
  body: (carry: readonly Value[], j: Value, slices: readonly Value[]) => Step,
  reverse = false,
): Step {
  const n = init.length, scanned = [iota([length], 0), ...xs];
  const slices = scanned.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }));
  const program = trace("linear algebra", (ins) => {
    const [carry, results] = body(ins.slice(0, n), ins[n]!, ins.slice(n + 1));
    return [...carry, ...results];
  }, [...init, ...slices]);
  const { captured } = program;
  const outs = bind(scanP, [...captured, ...init, ...scanned], {
    program,
    consts: captured.length,
    carry: n,
    length,
    reverse,
  });
  return [outs.slice(0, n), outs.slice(n)];
}

/** Applies `body` to the carry while `test` (a bool scalar) holds of it. */
export function repeatWhile(
  init: readonly Value[],
  test: (carry: readonly Value[]) => Value,
  body: (carry: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const going = trace("linear algebra", (ins) => [test(ins)], init), next = trace("linear algebra", body, init);
  return bind(whileP, [...going.captured, ...next.captured, ...init], {
    test: going,
    body: next,
    testConsts: going.captured.length,
    bodyConsts: next.captured.length,
  });
}
