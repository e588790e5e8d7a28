import { bool, f32, f64, i32, u8 } from "../../tests/laws/values.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { scatter, scatterAdd, scatterMax, scatterMin, scatterMul } from "./gather.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

const x = f64([3, 2], [1, 2, 3, 4, 5, 6]), rows = i32([3, 1], [2, 0, 2]);
const updates = f64([3, 2], [10, 20, 30, 40, 50, 60]);

Deno.test("scatter() replaces, the last of several staying", () => {
  assertEquals(scatter(x, rows, updates).toArray() as unknown, [[30, 40], [3, 4], [50, 60]]);
  assertEquals(scatter(x, rows, 0).toArray() as unknown, [[0, 0], [3, 4], [0, 0]]);
  assertEquals(scatter(bool([2], [0, 0]), i32([1, 1], [1]), true).toArray() as unknown, [false, true]);
});

Deno.test("scatterAdd(), scatterMul(), scatterMax() and scatterMin() take every update of a place", () => {
  assertEquals(scatterAdd(x, rows, updates).toArray() as unknown, [[31, 42], [3, 4], [65, 86]]);
  assertEquals(scatterMul(x, rows, updates).toArray() as unknown, [[30, 80], [3, 4], [2500, 7200]]);
  assertEquals(scatterMax(x, rows, updates).toArray() as unknown, [[30, 40], [3, 4], [50, 60]]);
  assertEquals(scatterMin(x, rows, f64([3, 2], [0, 9, 9, 9, 9, -1])).toArray() as unknown, [[1, 2], [3, 4], [0, -1]]);
});

Deno.test("scatters count negative indices from the end and leave out places out of range", () => {
  const at = i32([4, 1], [-1, 3, -4, 0]);
  assertEquals(scatterAdd(f64([3], [0, 0, 0]), at, f64([4], [1, 2, 3, 4])).toArray() as unknown, [4, 0, 1]);
});

Deno.test("scatters write places on the axes they are told, broadcast, and take data last", () => {
  assertEquals(scatter(x, i32([1, 1], [1]), 0, { axes: [1] }).toArray() as unknown, [[1, 0], [3, 0], [5, 0]]);
  assertEquals(scatterAdd(x, i32([1, 2], [1, 2]), 10, { axes: [1, 0] }).toArray() as unknown, [[1, 2], [3, 4], [
    5,
    16,
  ]]);
  assertEquals(pipe(x, scatterAdd(rows, f64([2], [1, 2]))).toArray() as unknown, [[2, 4], [3, 4], [7, 10]]);
  assertEquals(pipe(x, scatter(rows, 7, { axes: [0] })).toArray() as unknown, [[7, 7], [3, 4], [7, 7]]);
});

Deno.test("scatters work in the tensor's dtype", () => {
  assertEquals(scatterAdd(u8([1], [250]), i32([2, 1], [0, 0]), u8([2], [5, 2])).toArray() as unknown, [1]);
  assertEquals(scatterAdd(f32([1], [0]), i32([1, 1], [0]), i32([1], [3])).dtype, "f32");
  // Sums are made in f64 and rounded once: 2^24 + 1 + 1 in f32 steps would stay at 2^24.
  assertEquals(scatterAdd(f32([1], [2 ** 24]), i32([2, 1], [0, 0]), 1).toArray() as unknown, [2 ** 24 + 2]);
});

Deno.test("scatterMax() shares the gradient of a tie evenly and gives an unbeaten element all of it", () => {
  const [, pullback] = vjpFlat(
    ([a, b]) => [scatterMax(a!, i32([3, 1], [0, 0, 1]), b!)],
    [f64([2], [1, 9]), f64([3], [2, 2, 3])],
    [true, true],
  );
  assertEquals(pullback([f64([2], [1, 1])]).map((g) => g!.toArray()) as unknown, [[0, 1], [0.5, 0.5, 0]]);
});

Deno.test("scatterMul() has gradients at zeros", () => {
  const run = (u: readonly number[]) => {
    const [, pullback] = vjpFlat(
      ([a, b]) => [scatterMul(a!, i32([3, 1], [0, 0, 0]), b!)],
      [f64([1], [2]), f64([3], u)],
      [true, true],
    );
    return pullback([f64([1], [1])]).map((g) => g!.toArray()) as unknown;
  };
  assertEquals(run([4, 8, 16]), [[512], [256, 128, 64]]);
  assertEquals(run([4, 0, 16]), [[0], [0, 128, 0]]);
  assertEquals(run([0, 0, 16]), [[0], [0, 0, 0]]);
});
