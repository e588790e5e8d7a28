import {
  apply,
  below,
  constant,
  type Cumulative,
  type Expr,
  index,
  int,
  type Kernel,
  load,
  type LoopNest,
  minus,
  plus,
  select,
} from "../../core/compiler/kernel.ts";
import type { DType, TypedArray } from "../../core/dtype.ts";
import type { NdArray } from "../../core/tensor.ts";
import { arrayIn } from "./compare.ts";
import { runKernel } from "./run_kernels.ts";
import { f32, f64, i32 } from "./values.ts";
import { assertEquals, assertThrows } from "@std/assert";

const run = (
  kernel: Kernel,
  ...inputs: NdArray[]
): number[] => [...runKernel(kernel, inputs).output.data as TypedArray];
const loop = (domain: readonly number[], body: Expr, more: Partial<LoopNest> = {}): LoopNest => ({
  kind: "loop",
  domain,
  reduce: [],
  combine: null,
  body,
  dtype: body.dtype,
  ...more,
});
const vector = (...xs: number[]) => arrayIn(f64([xs.length], xs));
const read = (e: Expr, dtype: DType = "f64") => load(0, [e], dtype);

Deno.test("runKernel() combines over the reduced range, and over none", () => {
  const x = arrayIn(f64([2, 3], [1, 5, -2, 4, 4, 0])), body = load(0, [index(0), index(1)], "f64");
  const over = (combine: LoopNest["combine"], n = 3, dtype: DType = "f64") =>
    run(loop([2], body, { reduce: [n], combine, dtype }), x);
  assertEquals(over("sum"), [4, 8]);
  assertEquals(over("prod"), [-10, 0]);
  assertEquals(over("max"), [5, 4]);
  assertEquals(over("min"), [-2, 0]);
  assertEquals(over("argmax", 3, "i32"), [1, 0]);
  assertEquals(over("argmin", 3, "i32"), [2, 2]);
  assertEquals([over("sum", 0), over("prod", 0), over("max", 0), over("min", 0)], [
    [0, 0],
    [1, 1],
    [-Infinity, -Infinity],
    [Infinity, Infinity],
  ]);
});

Deno.test("runKernel() lets a NaN win maxima and positions of maxima", () => {
  const x = vector(1, NaN, 3, NaN), body = read(index(0));
  assertEquals(run(loop([], body, { reduce: [4], combine: "max" }), x), [NaN]);
  assertEquals(run(loop([], body, { reduce: [4], combine: "argmax", dtype: "i32" }), x), [1]);
});

Deno.test("runKernel() evaluates only the chosen side of a select", () => {
  const before = minus(index(0), int(1));
  const body = select(below(index(0), int(1)), constant(0, "f64"), read(before));
  assertEquals(run(loop([3], body), vector(7, 8, 9)), [0, 7, 8]);
});

Deno.test("runKernel() rounds after every function", () => {
  const third = (dtype: DType) => apply("third", (x) => x / 3, [read(index(0), dtype)], dtype);
  const whole = (e: Expr) => apply("times3", (x) => x * 3 - 1, [e], e.dtype);
  const x = arrayIn(f32([1], [1]));
  assertEquals(run(loop([1], whole(third("f32"))), x), [Math.fround(Math.fround(1 / 3) * 3 - 1)]);
  const wrap = apply("double", (v) => 2 * v, [read(index(0), "i32")], "i32");
  assertEquals(run(loop([1], wrap), arrayIn(i32([1], [2 ** 30]))), [-(2 ** 31)]);
});

Deno.test("runKernel() throws on a load out of range, of another dtype or rank", () => {
  const x = vector(1, 2);
  assertThrows(
    () => run(loop([2], read(plus(index(0), int(1)))), x),
    Error,
    "a load at 2 on axis 0 of input 0 of shape [2]",
  );
  assertThrows(() => run(loop([2], read(index(0), "f32")), x), Error, "a load of f32 from input 0, which is f64");
  assertThrows(() => run(loop([2], load(0, [], "f64")), x), Error, "a load at 0 indices");
  assertThrows(() => run(loop([2], index(1)), x), Error, "index 1 in a nest of 1 loops");
});

Deno.test("runKernel() scatters in order onto a copy, leaving out what is out of range", () => {
  const base = vector(10, 20, 30), values = vector(1, 2, 3, 4), places = arrayIn(i32([4], [2, 0, 2, -1]));
  const scatter = (how: "set" | "add" | "mul" | "max" | "min") =>
    run(
      loop([4], load(1, [index(0)], "f64"), {
        scatter: { base: 0, at: [load(2, [index(0)], "i32")], shape: [3], with: how },
      }),
      base,
      values,
      places,
    );
  assertEquals(scatter("set"), [2, 20, 3]);
  assertEquals(scatter("add"), [12, 20, 34]);
  assertEquals(scatter("mul"), [20, 20, 90]);
  assertEquals(scatter("max"), [10, 20, 30]);
  assertEquals(scatter("min"), [2, 20, 1]);
  assertEquals(base.data, new Float64Array([10, 20, 30]));
});

Deno.test("runKernel() runs along an axis, either way", () => {
  const x = arrayIn(f64([2, 3], [1, 2, 3, 3, 1, 2])), body = load(0, [index(0), index(1)], "f64");
  const along = (axis: number, combine: Cumulative["combine"], reverse = false) =>
    run({ kind: "cumulative", domain: [2, 3], axis, reverse, combine, body, dtype: "f64" }, x);
  assertEquals(along(1, "sum"), [1, 3, 6, 3, 4, 6]);
  assertEquals(along(1, "sum", true), [6, 5, 3, 6, 3, 2]);
  assertEquals(along(0, "prod"), [1, 2, 3, 3, 2, 6]);
  assertEquals(along(1, "max"), [1, 2, 3, 3, 3, 3]);
  assertEquals(along(1, "min"), [1, 1, 1, 3, 1, 1]);
  const lse = along(1, "logSumExp");
  assertEquals(lse[0], 1);
  assertEquals(Math.abs(lse[1]! - Math.log(Math.E + Math.E ** 2)) < 1e-15, true);
});

Deno.test("runKernel() sorts by several keys, stably, NaN last", () => {
  const keys = vector(2, NaN, 1, 2, 1), second = vector(1, 0, 5, 0, 5), carried = arrayIn(i32([5], [0, 1, 2, 3, 4]));
  const by = (n: number) =>
    run({ kind: "sort", domain: [5], axis: 0, keys: n, output: 2, dtype: "i32" }, keys, second, carried);
  assertEquals(by(1), [2, 4, 0, 3, 1]);
  assertEquals(by(2), [2, 4, 3, 0, 1]);
});

Deno.test("runKernel() bounds what another order of a sum may give", () => {
  const x = vector(1, 1e16, -1e16), kernel = loop([], read(index(0)), { reduce: [3], combine: "sum" });
  const { output, bound } = runKernel(kernel, [x]);
  // The exact sum is 1; the terms add up to 2·10^16 in size, so the error is below 3 · 2^-53 · 2·10^16 ≈ 6.7.
  assertEquals(Math.abs(output.data[0]! - 1) <= bound(0) && bound(0) < 7, true);
});
