/** Loops, of known and unknown length. */
import { evalProgram, outputSpecs, type Program, runProgram } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError, TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import { requireTensor, scalarOf } from "../ops/operands.ts";
import type { Primitive } from "../primitive.ts";
import { add } from "../primitives/arithmetic.ts";
import { greater, less, select } from "../primitives/compare.ts";
import { cast, full, iota, zerosLike } from "../primitives/create.ts";
import { broadcastBack, broadcastInFront, reduceSum } from "../primitives/reshape.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { batchProgram, jvpProgram, present, spread, traceLive } from "../transforms/derived.ts";
import { requireFunction, synchronous } from "../transforms/stage.ts";
import type { Stacked } from "../transforms/vmap.ts";
import { isTensor, showStructure, type Structure, unflattenWith } from "../tree.ts";
import { leavesOf, requireSameCarry, requireScalar, traceBody } from "./cond.ts";
import { count, scanP, sliceSpec, taker, where } from "./scan_primitive.ts";

// `whileLoop` as a primitive: a program applied as long as another says so.

/** Inputs: the test's constants, the body's, the carry. `test` and `body` take their constants, then the carry. */
export interface WhileParams {
  readonly test: Program;
  readonly body: Program;
  readonly testConsts: number;
  readonly bodyConsts: number;
}

interface Parts<A> {
  readonly test: A[];
  readonly body: A[];
  readonly carry: A[];
}

function parts<A>(xs: readonly A[], { testConsts, bodyConsts }: WhileParams): Parts<A> {
  const take = taker(xs);
  return { test: take(testConsts), body: take(bodyConsts), carry: take(Infinity) };
}

/** Repeats a program while a test of its carry holds. */
export const whileP: Primitive<WhileParams> = {
  name: "whileLoop",
  infer: (_, { body }) => outputSpecs(body),
  reference: (inputs, p) => {
    const { test, body, carry } = parts(inputs, p);
    let now = carry;
    while (runProgram(p.test, [...test, ...now])[0]!.data[0] !== 0) now = runProgram(p.body, [...body, ...now]);
    return now;
  },
  jvp: (inputs, tangents, p) => {
    const ins = parts(inputs, p), dins = parts(tangents, p), n = ins.carry.length;
    const dBody = dins.body.map((t) => t !== null);
    let dCarry = dins.carry.map((t) => t !== null), pushed;
    for (;;) {
      pushed = jvpProgram(p.body, [...dBody, ...dCarry], dCarry);
      const { mask } = pushed, next = dCarry.map((d, i) => d || mask[i]!);
      if (next.every((d, i) => d === dCarry[i])) break;
      dCarry = next;
    }
    const { program } = pushed, hidden = program.captured;
    // The jvp program takes constants, carry, their tangents; the loop's carry is the carry and its tangents.
    const body = traceLive("whileLoop", (all) => {
      const take = taker(all);
      const captured = take(hidden.length),
        c = take(p.bodyConsts),
        dc = take(count(dBody)),
        k = take(n),
        dk = take(count(dCarry));
      return evalProgram(program, [...captured, ...c, ...k, ...dc, ...dk]);
    }, [...hidden, ...ins.body, ...present(dins.body)[0], ...ins.carry, ...where(ins.carry, dCarry)]);
    const test = traceLive("whileLoop", (all) => evalProgram(p.test, all.slice(0, p.testConsts + n)), [
      ...ins.test,
      ...ins.carry,
      ...where(ins.carry, dCarry),
    ]);
    const outs = bind(whileP, [
      ...ins.test,
      ...body.captured,
      ...hidden,
      ...ins.body,
      ...present(dins.body)[0],
      ...ins.carry,
      ...where(ins.carry.map((x, i) => dins.carry[i] ?? zerosLike(x)), dCarry),
    ], {
      test,
      body,
      testConsts: p.testConsts,
      bodyConsts: body.captured.length + hidden.length + p.bodyConsts + count(dBody),
    });
    return [outs.slice(0, n), spread(outs.slice(n), dCarry)];
  },
  linearize: () => {
    throw new TransformError(
      "whileLoop: reverse mode needs to know the number of steps; use forLoop with whole-number bounds or scan, or take jvp",
    );
  },
  batch: (inputs, mapped, p, axis) => {
    const ins = parts(inputs, p), flags = parts(mapped, p);
    let carry = flags.carry, test, body;
    for (;;) {
      test = batchProgram(p.test, [...flags.test, ...carry], axis);
      // Examples that stop at different steps make the whole carry differ.
      const wanted = test.mask[0]! ? carry.map(() => true) : carry;
      body = batchProgram(p.body, [...flags.body, ...wanted], axis, wanted);
      const { mask } = body, next = wanted.map((c, i) => c || mask[i]!);
      if (next.every((c, i) => c === carry[i])) break;
      carry = next;
    }
    const init = ins.carry.map((x, i) => carry[i] && !flags.carry[i] ? broadcastInFront(x, axis.size) : x);
    const looped = test.mask[0]! ? masked(test.program, body.program, ins, init) : {
      test: test.program,
      body: body.program,
      testConsts: [...test.program.captured, ...ins.test],
      bodyConsts: [...body.program.captured, ...ins.body],
    };
    return {
      outputs: bind(whileP, [...looped.testConsts, ...looped.bodyConsts, ...init], {
        test: looped.test,
        body: looped.body,
        testConsts: looped.testConsts.length,
        bodyConsts: looped.bodyConsts.length,
      }),
      mapped: carry,
    };
  },
  lower: (_, p) => ({ kind: "while", ...p }),
};

/** The loop that goes on while any example does, and keeps the finished ones as they are. */
function masked(test: Program, body: Program, ins: Parts<Value>, init: readonly Value[]) {
  const t = test.captured.length + ins.test.length;
  const testConsts = [...test.captured, ...ins.test];
  const any = traceLive("whileLoop", (all) => {
    const going = evalProgram(test, all)[0]!;
    return [greater(reduceSum(cast(going, "i32"), [0]), full([], 0, "i32"))];
  }, [...testConsts, ...init]);
  const bodyConsts = [...testConsts, ...body.captured, ...ins.body];
  const kept = traceLive("whileLoop", (all) => {
    const now = all.slice(bodyConsts.length);
    const going = evalProgram(test, [...all.slice(0, t), ...now])[0]!;
    const next = evalProgram(body, [...all.slice(t, bodyConsts.length), ...now]);
    return next.map((y, i) => {
      const reduced = y.shape.map((_, a) => a).slice(1);
      return select(broadcastBack(going, y.shape, reduced), y, now[i]!);
    });
  }, [...bodyConsts, ...init]);
  return { test: any, body: kept, testConsts, bodyConsts };
}

// `whileLoop`: a loop whose length the data decide.

type Leaves = readonly [Value[], Structure];

/** The engine of loops of unknown length. The leaves given as `fixed` are handed to both functions and never change. */
function repeat(
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

// `scan`, `map` and `forLoop`: loops of known length, differentiable both ways.

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
function loop(
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
  return loop("scan", f as never, leavesOf("scan", init), leavesOf("scan", xs), options) as unknown as readonly [
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
  return loop("map", body as never, leavesOf("map", null), leavesOf("map", xs), {})[1] as Stacked<Y>;
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
  return loop("forLoop", body as never, leavesOf("forLoop", init), leavesOf("forLoop", is), { length })[0] as C;
}
