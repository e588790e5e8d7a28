import { f32, f64, i32 } from "../../tests/laws/values.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { tensor } from "./create.ts";
import { logSumExp } from "./exponential.ts";
import { norm } from "./linalg_solve.ts";
import {
  median,
  nanMax,
  nanMean,
  nanMedian,
  nanMin,
  nanProd,
  nanQuantile,
  nanStd,
  nanSum,
  nanVar,
  quantile,
} from "./order_statistics.ts";
import { std, sum, variance } from "./reduce.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

type V3 = Tensor<readonly [3]>;

Deno.test("variance() and std() divide by n less the correction", () => {
  const x = tensor([1, 3, 5, 7]);
  assertEquals(variance(x).item(), 5);
  assertAlmostEquals(variance(x, { correction: 1 }).item(), 20 / 3, 20 / 3 * 2 ** -23);
  assertEquals(std(tensor([[1, 3], [2, 2]]), { axis: 1, keepDims: true }).toArray(), [[1], [0]]);
  assertEquals(variance(i32([2], [1, 3])).dtype, "f32");
  assertEquals(variance(tensor([1]), { correction: 1 }).item(), NaN);
  assertEquals(variance(f32([0], [])).item(), NaN);
});

Deno.test("variance() of numbers far from zero loses nothing to cancellation", () => {
  assertEquals(variance(f64([4], [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).item(), 22.5);
});

Deno.test("std() of equal elements has derivative 0, as in PyTorch", () => {
  assertEquals(grad((x: V3) => std(x))(tensor([2, 2, 2])).toArray(), [0, 0, 0]);
});

Deno.test("norm() of every order", () => {
  const x = tensor([3, -4, 0]);
  assertEquals(norm(x).item(), 5);
  assertEquals(norm(x, { ord: 1 }).item(), 7);
  assertEquals(norm(x, { ord: Infinity }).item(), 4);
  assertEquals(norm(x, { ord: -Infinity }).item(), 0);
  assertEquals(norm(x, { ord: 0 }).item(), 2);
  // Two powers and a root, of which each may err by two units in the last place.
  assertAlmostEquals(norm(x, { ord: 3 }).item(), 91 ** (1 / 3), 91 ** (1 / 3) * 8 * 2 ** -24);
  assertEquals(norm(x, { ord: -1 }).item(), 0);
  assertAlmostEquals(norm(tensor([1, 2]), { ord: -1 }).item(), 2 / 3, 8 * 2 ** -24);
  assertEquals(norm(tensor([[3, 4], [0, 0]])).item(), 5);
  assertEquals(norm(f32([0], [])).item(), 0);
});

Deno.test("norm() has derivative 0 at the zero vector and where an element is 0", () => {
  for (const ord of [1, 1.5, 2, 3]) {
    const g = grad((x: V3) => norm(x, { ord }));
    assertEquals(g(tensor([0, 0, 0])).toArray(), [0, 0, 0]);
    const [a, b, c] = g(tensor([0, 2, 0])).toArray();
    assertEquals([a, c], [0, 0]);
    // Two powers, two products and a quotient, of which each rounds once.
    assertAlmostEquals(b!, 1, 8 * 2 ** -24);
  }
});

Deno.test("logSumExp() neither overflows nor underflows", () => {
  assertAlmostEquals(logSumExp(f64([2], [1000, 1000])).item() as number, 1000 + Math.LN2, 1000 * 2 ** -52);
  assertAlmostEquals(logSumExp(f64([2], [-1000, -1000])).item() as number, -1000 + Math.LN2, 1000 * 2 ** -52);
  assertEquals(
    logSumExp(tensor([[-Infinity, 0], [-Infinity, -Infinity], [Infinity, 1], [NaN, 1]]), { axis: 1 }).toArray(),
    [
      0,
      -Infinity,
      Infinity,
      NaN,
    ],
  );
  assertEquals(logSumExp(f32([0], [])).item(), -Infinity);
});

Deno.test("logSumExp() has finite derivatives where elements, or all of them, are -Infinity", () => {
  const g = grad((x: Tensor<readonly [2, 2]>) => sum(logSumExp(x, { axis: 1 })));
  assertEquals(g(tensor([[-Infinity, 3], [-Infinity, -Infinity]])).toArray(), [[0, 1], [0, 0]]);
});

Deno.test("median() is the middle, or the mean of the two", () => {
  assertEquals(median(tensor([5, 1, 3])).item(), 3);
  assertEquals(median(tensor([[4, 1], [2, 3]]), { axis: [0, 1], keepDims: true }).toArray(), [[2.5]]);
  assertEquals(median(tensor([1, NaN, 2])).item(), NaN);
  assertEquals(median(i32([2], [1, 2])).item(), 1.5);
});

Deno.test("quantile() by each method, of one fraction and of a list, also data last", () => {
  const x = tensor([4, 1, 3, 2]);
  const one: Tensor<readonly [], "f32"> = quantile(x, 0.5);
  const two: Tensor<readonly [2, 1], "f32"> = quantile(x, [0, 1], { keepDims: true });
  assertEquals(one.item(), 2.5);
  assertEquals(two.toArray(), [[1], [4]]);
  const by = (method: "linear" | "lower" | "higher" | "midpoint" | "nearest") => quantile(x, 0.25, { method }).item();
  assertEquals([by("linear"), by("lower"), by("higher"), by("midpoint"), by("nearest")], [1.75, 1, 2, 1.5, 2]);
  assertEquals(pipe(x, quantile(0.5)).item(), 2.5);
  assertEquals(pipe(tensor([[1, 3], [2, 8]]), quantile([0.5], { axis: 1 })).toArray(), [[2, 5]]);
});

Deno.test("quantile() stays finite beside infinities", () => {
  assertEquals(quantile(tensor([-Infinity, 1, Infinity]), 0.5).item(), 1);
});

Deno.test("quantile() passes its derivative to the elements it lies between", () => {
  assertEquals(grad((x: V3) => quantile(x, 0.25))(tensor([3, 1, 2])).toArray(), [0, 0.5, 0.5]);
});

Deno.test("nan-ignoring reductions pass over NaN", () => {
  const x = tensor([[1, NaN, 3], [NaN, NaN, NaN]]);
  const o = { axis: 1 } as const;
  assertEquals(nanSum(x, o).toArray(), [4, 0]);
  assertEquals(nanProd(x, o).toArray(), [3, 1]);
  assertEquals(nanMean(x, o).toArray(), [2, NaN]);
  assertEquals(nanMax(x, o).toArray(), [3, NaN]);
  assertEquals(nanMin(x, o).toArray(), [1, NaN]);
  assertEquals(nanVar(x, o).toArray(), [1, NaN]);
  assertEquals(nanVar(x, { axis: 1, correction: 1 }).toArray(), [2, NaN]);
  assertEquals(nanStd(x, o).toArray(), [1, NaN]);
  assertEquals(nanMedian(x, o).toArray(), [2, NaN]);
});

Deno.test("nan-ignoring reductions of integers are the plain ones", () => {
  const x = i32([3], [1, 2, 6]);
  assertEquals([nanSum(x).item(), nanProd(x).item(), nanMax(x).item(), nanMin(x).item()], [9, 12, 6, 1]);
  assertEquals([nanMean(x).item(), nanMedian(x).item()], [3, 2]);
});

Deno.test("nanMax() of numbers and infinities is their maximum", () => {
  assertEquals(nanMax(tensor([NaN, -Infinity])).item(), -Infinity);
  assertEquals(nanMin(tensor([NaN, Infinity])).item(), Infinity);
});

Deno.test("nanQuantile() is the quantile of what is left, by every method", () => {
  const x = f64([2, 5], [4, NaN, 1, 3, 2, NaN, 7, NaN, 5, NaN]), left = f64([4], [4, 1, 3, 2]), rest = f64([2], [7, 5]);
  for (const method of ["linear", "lower", "higher", "midpoint", "nearest"] as const) {
    for (const q of [0, 0.25, 0.5, 0.7, 1]) {
      const [a, b] = nanQuantile(x, q, { axis: 1, method }).toArray() as number[];
      assertAlmostEquals(a!, quantile(left, q, { method }).item() as number, 8 * 2 ** -52);
      assertAlmostEquals(b!, quantile(rest, q, { method }).item() as number, 16 * 2 ** -52);
    }
  }
});

Deno.test("nan-ignoring reductions give NaN no derivative", () => {
  const x = tensor([1, NaN, 3]);
  assertEquals(grad((v: V3) => nanMean(v))(x).toArray(), [0.5, 0, 0.5]);
  assertEquals(grad((v: V3) => nanMax(v))(x).toArray(), [0, 0, 1]);
  assertEquals(grad((v: V3) => nanVar(v))(x).toArray(), [-1, 0, 1]);
  assertEquals(grad((v: V3) => nanQuantile(v, 0.25))(x).toArray(), [0.75, 0, 0.25]);
});

Deno.test("median() and quantile() between infinities and between numbers whose distance overflows", () => {
  for (const f of [median, nanMedian]) {
    assertEquals(f(tensor([Infinity, Infinity])).item(), Infinity);
    assertEquals(f(tensor([-Infinity, 1])).item(), -Infinity);
    assertEquals(f(tensor([-Infinity, Infinity])).item(), NaN);
    assertEquals(f(tensor([-3e38, 3e38])).item(), 0);
  }
  assertEquals(quantile(tensor([-Infinity, 1]), [0, 0.25, 1]).toArray(), [-Infinity, -Infinity, 1]);
});

Deno.test("nanVar() of infinities is NaN, as variance() is", () => {
  for (const x of [tensor([Infinity, Infinity]), tensor([1, -Infinity])]) {
    assertEquals([nanVar(x).item(), nanStd(x).item(), variance(x).item()], [NaN, NaN, NaN]);
  }
});
