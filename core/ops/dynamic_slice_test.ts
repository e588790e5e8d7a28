import { f64, i32, make } from "../../tests/laws/values.ts";
import type { Value } from "../tensor.ts";
import { batchFlat } from "../transforms/vmap.ts";
import { dynamicSlice, dynamicUpdateSlice } from "./slice.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

const x = make([3, 4], "f64", (i) => i);

Deno.test("dynamicSlice() reads a block at numbers, scalars or a vector", () => {
  const want = [[5, 6], [9, 10]];
  assertEquals(dynamicSlice(x, [1, 1], [2, 2]).toArray() as unknown, want);
  assertEquals(dynamicSlice(x, [i32([], [1]), 1], [2, 2]).toArray() as unknown, want);
  assertEquals(dynamicSlice(x, i32([2], [1, 1]), [2, 2]).toArray() as unknown, want);
  assertEquals(pipe(x, dynamicSlice([1, 1], [2, 2])).toArray() as unknown, want);
  assertEquals(dynamicSlice(f64([], [3]), [], []).item(), 3);
});

Deno.test("dynamicSlice() counts negative starts from the end and moves the block within", () => {
  assertEquals(dynamicSlice(x, [-1, -3], [1, 2]).toArray() as unknown, [[9, 10]]);
  assertEquals(dynamicSlice(x, [2, 9], [2, 2]).toArray() as unknown, [[6, 7], [10, 11]]);
  assertEquals(dynamicSlice(x, [i32([], [-100]), i32([], [-1])], [1, 1]).toArray() as unknown, [[3]]);
});

Deno.test("dynamicUpdateSlice() replaces a block, moved within", () => {
  const u = f64([1, 2], [-1, -2]);
  assertEquals(dynamicUpdateSlice(x, u, [1, 1]).toArray() as unknown, [[0, 1, 2, 3], [4, -1, -2, 7], [8, 9, 10, 11]]);
  assertEquals(pipe(x, dynamicUpdateSlice(u, i32([2], [5, 3]))).toArray() as unknown, [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, -1, -2],
  ]);
  assertEquals(dynamicUpdateSlice(f64([2], [0, 0]), i32([1], [7]), [0]).toArray() as unknown, [7, 0]);
});

Deno.test("dynamicSlice() and dynamicUpdateSlice() map over starts", () => {
  const axis = { size: 2, name: undefined }, starts = i32([2], [0, 9]), v = f64([3], [1, 2, 3]);
  const [ys] = batchFlat(([s]) => [dynamicSlice(v, [s!], [2])], [starts], [true], axis);
  assertEquals(ys[0]!.toArray() as unknown, [[1, 2], [2, 3]]);
  const [zs] = batchFlat(([s]) => [dynamicUpdateSlice(v, f64([1], [0]), [s!])] as Value[], [starts], [true], axis);
  assertEquals(zs[0]!.toArray() as unknown, [[0, 2, 3], [1, 2, 0]]);
});
