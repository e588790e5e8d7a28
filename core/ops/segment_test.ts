import { f64, i32, u8 } from "../../tests/laws/values.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { segmentMax, segmentMean, segmentMin, segmentSum } from "./segment.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

const x = f64([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), labels = i32([4], [0, 2, 0, 2]);

Deno.test("segment reductions gather elements by their labels, in any order", () => {
  assertEquals(segmentSum(x, labels, 3).toArray() as unknown, [[6, 8], [0, 0], [10, 12]]);
  assertEquals(segmentMean(x, labels, 3).toArray() as unknown, [[3, 4], [0, 0], [5, 6]]);
  assertEquals(segmentMax(x, labels, 3).toArray() as unknown, [[5, 6], [-Infinity, -Infinity], [7, 8]]);
  assertEquals(segmentMin(x, labels, 3).toArray() as unknown, [[1, 2], [Infinity, Infinity], [3, 4]]);
  assertEquals(pipe(x, segmentSum(labels, 1)).toArray() as unknown, [[6, 8]]);
});

Deno.test("segment reductions leave out labels out of range, negative ones too", () => {
  assertEquals(segmentSum(f64([3], [1, 2, 4]), i32([3], [-1, 1, 2]), 2).toArray() as unknown, [0, 2]);
  assertEquals(segmentMean(f64([3], [1, 2, 4]), i32([3], [-1, 1, 2]), 2).toArray() as unknown, [0, 2]);
  assertEquals(segmentSum(f64([0, 2], []), i32([0], []), 2).toArray() as unknown, [[0, 0], [0, 0]]);
  assertEquals(segmentSum(f64([1], [1]), i32([1], [0]), 0).shape, [0]);
});

Deno.test("segment reductions take labels of several axes, and integers", () => {
  assertEquals(segmentSum(x, i32([4, 2], [0, 1, 0, 1, 0, 1, 0, 1]), 2).toArray() as unknown, [16, 20]);
  assertEquals(segmentMax(i32([2], [5, -7]), i32([2], [0, 0]), 2).toArray() as unknown, [5, -(2 ** 31)]);
  assertEquals(segmentMin(u8([1], [3]), i32([1], [1]), 2).toArray() as unknown, [255, 3]);
  assertEquals(segmentMean(i32([2], [1, 2]), i32([2], [0, 0]), 1).toArray() as unknown, [1.5]);
});

Deno.test("segmentMax() has a gradient where groups are empty, and none to share there", () => {
  const [, pullback] = vjpFlat(([v]) => [segmentMax(v!, i32([3], [0, 0, 2]), 3)], [f64([3], [1, 1, 5])], [true]);
  assertEquals(pullback([f64([3], [1, 1, 1])])[0]!.toArray() as unknown, [0.5, 0.5, 1]);
});
