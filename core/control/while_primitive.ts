/** `whileLoop` as a primitive: a program applied as long as another says so. */
import { evalProgram, outputSpecs, type Program, runProgram } from "../compiler/program.ts";
import { TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { broadcastBack, broadcastInFront } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { greater } from "../primitives/compare.ts";
import { full, zerosLike } from "../primitives/create.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { select } from "../primitives/select.ts";
import type { Value } from "../tensor.ts";
import { batchProgram, jvpProgram, present, spread, traceLive } from "../transforms/derived.ts";
import { count, taker, where } from "./scan_primitive.ts";

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
