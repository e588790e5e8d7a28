/** `scan`, `map` and `forLoop`: loops of known length, differentiable both ways. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import { add } from "../primitives/arithmetic.ts";
import { less } from "../primitives/compare.ts";
import { full, iota } from "../primitives/create.ts";
import { requireTensor, scalarOf } from "../ops/operands.ts";
import { show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { isTensor, type Structure, unflattenWith } from "../tree.ts";
import { requireFunction, synchronous } from "../transforms/tensors_in.ts";
import type { Stacked } from "../transforms/vmap.ts";
import { leavesOf, requireSameCarry, requireScalar, traceBody } from "./bodies.ts";
import { scanP, sliceSpec } from "./scan_primitive.ts";
import { repeat } from "./while.ts";

/** A tree without the first axis of every tensor. */
export type SliceOf<T> = T extends Tensor<infer S, infer D extends DType>
  ? S extends readonly [unknown, ...infer R extends readonly number[]] ? Tensor<R, D> : Tensor<readonly number[], D>
  : T extends object ? { readonly [K in keyof T]: SliceOf<T[K]> }
  : T;

/** Options of `scan`. */
export interface ScanOptions {
  /** From the last slice to the first; the results keep the order of the slices. */
  readonly reverse?: boolean;
  /** The number of steps, needed only where nothing is scanned. */
  readonly length?: number;
}

function lengthOf(op: string, xs: readonly Value[], given: number | undefined): number {
  let length = given;
  for (const x of xs) {
    if (x.shape.length === 0) {
      throw new ShapeError(`${op}: a scalar has no axis to scan; pass it in the carry or close over it`);
    }
    if (length !== undefined && x.shape[0] !== length) {
      throw new ShapeError(`${op}: lengths differ, ${length} against ${x.shape[0]} (shape ${show(x.shape)})`);
    }
    length = x.shape[0]!;
  }
  if (length === undefined) throw new ArgumentError(`${op}: nothing is scanned; give the number of steps as length`);
  if (!Number.isInteger(length) || length < 0) {
    throw new ArgumentError(`${op}: length is a whole number, not ${length}`);
  }
  return length;
}

/** The engine of all three. */
function run(
  op: string,
  f: (carry: never, x: never) => unknown,
  init: readonly [Value[], Structure],
  xs: readonly [Value[], Structure],
  options: ScanOptions,
): readonly [unknown, unknown] {
  requireFunction(op, f);
  const length = lengthOf(op, xs[0], options.length);
  const slices = xs[0].map(sliceSpec);
  const { program, results } = traceBody(op, f, [init, [slices, xs[1]]], 2);
  const n = init[0].length;
  requireSameCarry(op, init[0], init[1], program.outputs.slice(0, n), results[0]!);
  const outs = bind(scanP, [...program.captured, ...init[0], ...xs[0]], {
    program,
    consts: program.captured.length,
    carry: n,
    length,
    reverse: options.reverse ?? false,
  });
  return [unflattenWith(init[1], outs.slice(0, n)), unflattenWith(results[1]!, outs.slice(n))];
}

/**
 * A loop that hands a carry from step to step and stacks each step's result.
 *
 * The body is traced once, whatever the length; the loop is differentiable in both modes, in all that goes in.
 *
 * @param f The body: from the carry and one slice of `xs` to `[new carry, result]`, all trees of tensors.
 * @param init The first carry; its structure, shapes and dtypes are kept.
 * @param xs A tree of tensors, each sliced along its first axis, or `null` with `length` given.
 * @param options `reverse`, `length`.
 * @returns `[last carry, results]`, each result with the steps as its first axis.
 * @throws {ShapeError} If lengths differ or the carry changes shape.
 * @throws {ArgumentError} If it changes structure.
 *
 * @example Running sums
 * ```ts
 * import { add, scan, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [total, sums] = scan((s, x) => [add(s, x), add(s, x)] as const, tensor(0), tensor([1, 2, 3]));
 * assertEquals([total.item(), sums.toArray()], [6, [1, 3, 6]]);
 * ```
 */
export function scan<C, X, Y>(
  f: (carry: C, x: SliceOf<X>) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): readonly [C, Stacked<Y>] {
  return run("scan", f as never, leavesOf("scan", init), leavesOf("scan", xs), options) as unknown as readonly [
    C,
    Stacked<Y>,
  ];
}

/**
 * Applies a function to every slice along the first axis, one after the other: less memory than `vmap`, one body in the
 * program.
 *
 * @param f From one slice of `xs` to a tree of tensors.
 * @param xs A tree of tensors of equal first size.
 * @returns The results, stacked along a new first axis.
 * @throws {ShapeError} If lengths differ.
 *
 * @example Squares, one at a time
 * ```ts
 * import { map, square, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(map((x) => square(x), tensor([1, 2, 3])).toArray(), [1, 4, 9]);
 * ```
 */
export function map<X, Y>(f: (x: SliceOf<X>) => Y, xs: X): Stacked<Y> {
  requireFunction("map", f);
  const body = (_: null, x: SliceOf<X>) => [null, synchronous("map", f(x))];
  return run("map", body as never, leavesOf("map", null), leavesOf("map", xs), {})[1] as Stacked<Y>;
}

/** @internal */
type I32 = Tensor<readonly [], "i32">;

/** A bound of a loop whose length is computed. */
function boundOf(bound: I32 | number): Value {
  const b = typeof bound === "number"
    ? scalarOf("forLoop", bound, "i32", "a bound", "give a whole number")
    : requireTensor("forLoop", bound, "a bound");
  requireScalar("forLoop", b, "i32", "a bound");
  return b;
}

/**
 * A loop over whole numbers: `carry = f(i, carry)` for i from `lower` up to, without, `upper`.
 *
 * With JavaScript numbers as bounds the number of steps is known and both modes of differentiation work; with i32 scalar
 * tensors it is a `whileLoop`, forward mode only.
 *
 * @param lower First index.
 * @param upper One past the last.
 * @param f From the index (an i32 scalar) and the carry to the new carry.
 * @param init The first carry.
 * @returns The last carry; `init` where `upper ≤ lower`.
 * @throws {ShapeError} If the carry changes shape.
 *
 * @example Powers of two
 * ```ts
 * import { forLoop, mul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(forLoop(0, 10, (_, x) => mul(x, 2), tensor(1)).item(), 1024);
 * ```
 */
export function forLoop<C>(
  lower: number | I32,
  upper: number | I32,
  f: (i: I32, carry: C) => C,
  init: C,
): C {
  requireFunction("forLoop", f);
  const step = (i: I32, carry: C): C => synchronous("forLoop", f(i, carry));
  if (isTensor(lower) || isTensor(upper)) {
    const [start, stop] = [lower, upper].map((b) => boundOf(b));
    const carry = leavesOf("forLoop", init);
    const counted: Structure = { kind: "array", items: [{ kind: "leaf" }, carry[1]] };
    type Counted = readonly [i: I32, carry: C];
    const last = repeat(
      "forLoop",
      ((stop: I32, [i]: Counted) => less(i, stop)) as never,
      ((_: I32, [i, carry]: Counted) => [add(i, full([], 1, "i32")), step(i, carry)]) as never,
      [[stop!], { kind: "leaf" }],
      [[start!, ...carry[0]], counted],
    ) as Counted;
    return last[1];
  }
  for (const bound of [lower, upper]) {
    if (!Number.isInteger(bound)) {
      throw new ArgumentError(`forLoop: bounds are whole numbers or i32 scalars, not ${bound}`);
    }
  }
  const length = Math.max(0, (upper as number) - (lower as number));
  const body = (carry: C, i: I32) => [step(i, carry), null];
  const is = add(iota([length], 0), full([length], lower as number, "i32"));
  return run("forLoop", body as never, leavesOf("forLoop", init), leavesOf("forLoop", is), { length })[0] as C;
}
