/** The laws for primitives that hold programs: calls, loops and branches. */
import { type Program, trace } from "../../core/compiler/program.ts";
import { condP } from "../../core/control/cond.ts";
import { whileP } from "../../core/control/loops.ts";
import { scanP } from "../../core/control/scan_primitive.ts";
import { add, exp, mul } from "../../core/primitives/arithmetic.ts";
import { less } from "../../core/primitives/compare.ts";
import { full } from "../../core/primitives/create.ts";
import { sin, tanh } from "../../core/primitives/elementary.ts";
import { reduceSum } from "../../core/primitives/reshape.ts";
import type { Spec, Value } from "../../core/tensor.ts";
import { checkpointP, jitP } from "../../core/transforms/derived.ts";
import { type LawCase, laws as lawsOf } from "./laws.ts";
import { i32, uniform } from "./values.ts";

const spec = (...shape: number[]): Spec => ({ shape, dtype: "f64" });
const program = (f: (xs: readonly Value[]) => readonly Value[], ...specs: readonly Spec[]): Program =>
  trace("test", f, specs);

/** Two inputs, two outputs, nothing linear; one output does not depend on the first input. */
const both = program(([x, y]) => [mul(sin(x!), y!), exp(mul(y!, y!))], spec(3), spec(3));

/** Constants, carry and slices: every output depends on all of them. */
const body = program(
  ([w, c, x]) => {
    const next = tanh(add(mul(w!, c!), mul(x!, sin(c!))));
    return [next, reduceSum(mul(next, x!), [0])];
  },
  spec(2),
  spec(2),
  spec(2),
);
const loop = { program: body, consts: 1, carry: 1, length: 3, reverse: false };

const branches = [
  program(([x, y]) => [mul(x!, y!), sin(y!)], spec(2), spec(2)),
  program(([x, _]) => [exp(x!), x!], spec(2), spec(2)),
];

/** The programs are written for f64. */
// deno-lint-ignore no-explicit-any -- a table holds primitives of different parameters
const laws = (cases: readonly LawCase<any>[]): void => lawsOf(cases.map((c) => ({ ...c, f32: false })));

laws([
  {
    name: "jit of a program of two inputs and outputs",
    prim: jitP,
    params: { name: "f", program: both },
    inputs: [uniform([3], -1, 1, 1), uniform([3], -1, 1, 2)],
  },
  {
    name: "checkpoint of a program of two inputs and outputs",
    prim: checkpointP,
    params: { name: "f", program: both },
    inputs: [uniform([3], -1, 1, 3), uniform([3], -1, 1, 4)],
  },
  {
    name: "scan forwards",
    prim: scanP,
    params: loop,
    inputs: [uniform([2], -1, 1, 5), uniform([2], -1, 1, 6), uniform([3, 2], -1, 1, 7)],
  },
  {
    name: "scan backwards",
    prim: scanP,
    params: { ...loop, reverse: true },
    inputs: [uniform([2], -1, 1, 8), uniform([2], -1, 1, 9), uniform([3, 2], -1, 1, 10)],
  },
  {
    name: "scan of no steps",
    prim: scanP,
    params: { ...loop, length: 0 },
    inputs: [uniform([2], -1, 1, 11), uniform([2], -1, 1, 12), uniform([0, 2], -1, 1, 13)],
  },
  ...[0, 1].map((i) => ({
    name: `cond, branch ${i}`,
    prim: condP,
    params: { branches },
    inputs: [i32([], [i]), uniform([2], -1, 1, 14 + i), uniform([2], -1, 1, 16 + i)],
  })),
  {
    // Without reverse mode: only integers are given, so no derivative is asked for.
    name: "whileLoop on integers",
    prim: whileP,
    params: {
      test: trace("test", ([x]) => [less(x!, full([], 40, "i32"))], [{ shape: [], dtype: "i32" }]),
      body: trace("test", ([k, x]) => [mul(k!, x!)], [{ shape: [], dtype: "i32" }, { shape: [], dtype: "i32" }]),
      testConsts: 0,
      bodyConsts: 1,
    },
    inputs: [i32([], [3]), i32([], [2])],
    smooth: false,
  },
]);
