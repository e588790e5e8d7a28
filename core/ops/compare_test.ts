import { list, v } from "../../tests/laws/points.ts";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./compare.ts";
import { assertEquals } from "@std/assert";

Deno.test("comparisons with NaN are false, save notEqual", () => {
  const a = v(NaN, 1), b = v(NaN, 1);
  assertEquals([equal, lessEqual, greaterEqual].map((f) => list(f(a, b))), Array(3).fill([false, true]));
  assertEquals([less, greater].map((f) => list(f(a, b))), Array(2).fill([false, false]));
  assertEquals(list(notEqual(a, b)), [true, false]);
});
