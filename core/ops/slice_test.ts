import { f64, make } from "../../tests/laws/values.ts";
import { slice } from "./slice.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

const x = make([3, 4], "f64", (i) => i);

Deno.test("slice() takes a range of each of the first axes", () => {
  assertEquals(slice(x, [1], [3]).toArray() as unknown, [[4, 5, 6, 7], [8, 9, 10, 11]]);
  assertEquals(slice(x, [0, 1], [2, 3]).toArray() as unknown, [[1, 2], [5, 6]]);
  assertEquals(slice(x, [null, 1], [null, null], [2, 2]).toArray() as unknown, [[1, 3], [9, 11]]);
  assertEquals(pipe(x, slice([2, 3])).toArray() as unknown, [[11]]);
  assertEquals(slice(x, []).toArray() as unknown, x.toArray());
});

Deno.test("slice() goes backwards with negative steps and counts negative bounds from the end", () => {
  assertEquals(slice(x, [-1, -2], [-4, null], [-1, 1]).toArray() as unknown, [[10, 11], [6, 7], [2, 3]]);
  assertEquals(slice(x, [null, 2], [1, 0], [-1, -1]).toArray() as unknown, [[10, 9]]);
  assertEquals(slice(x, [], [], [-2, -3]).toArray() as unknown, [[11, 8], [3, 0]]);
});

Deno.test("slice() cuts bounds off at the ends, and may be empty", () => {
  assertEquals(slice(x, [-9], [99]).shape as readonly number[], [3, 4]);
  assertEquals(slice(x, [2], [1]).shape as readonly number[], [0, 4]);
  assertEquals(slice(x, [5, 9]).shape as readonly number[], [0, 0]);
  assertEquals(slice(f64([0], []), [0], [5], [-1]).shape as readonly number[], [0]);
});
