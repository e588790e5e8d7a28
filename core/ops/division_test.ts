import { gradients, list, v } from "../../tests/laws/points.ts";
import { i32, u8 } from "../../tests/laws/values.ts";
import { floorDiv, mod } from "./arithmetic.ts";
import { assertEquals } from "@std/assert";

Deno.test("floorDiv() and mod() follow Python's signs", () => {
  const a = v(7, -7, 7, -7, 6, -6), b = v(3, 3, -3, -3, -3, 3);
  assertEquals(list(floorDiv(a, b)), [2, -3, -3, 2, -2, -2]);
  assertEquals(list(mod(a, b)), [1, 2, -2, -1, -0, 0]);
});

Deno.test("floorDiv() and mod() of floats at the edges are NumPy's", () => {
  assertEquals(list(floorDiv(v(1, -1, 0, 1, -1), v(0, 0, 0, Infinity, Infinity))), [Infinity, -Infinity, NaN, 0, -1]);
  assertEquals(list(mod(v(1, -1, 1, -1), v(0, Infinity, Infinity, -Infinity))), [NaN, Infinity, 1, -1]);
  // 1 / 0.1 rounds to 10, yet ten times 0.1 is more than 1 as the remainder shows.
  assertEquals([list(floorDiv(v(1), 0.1)), list(mod(v(1), 0.1))], [[9], [0.09999999999999995]]);
});

Deno.test("floorDiv() and mod() of integers divided by 0 are 0, and the least i32 by -1 wraps around", () => {
  assertEquals(list(floorDiv(i32([3], [5, -5, -(2 ** 31)]), i32([3], [0, 0, -1]))), [0, 0, -(2 ** 31)]);
  assertEquals(list(mod(i32([3], [5, -5, -7]), i32([3], [0, 0, 3]))), [0, 0, 2]);
  assertEquals(list(floorDiv(u8([2], [255, 7]), u8([2], [2, 0]))), [127, 0]);
});

Deno.test("mod() has the derivatives 1 and -floorDiv", () => {
  assertEquals(gradients((a, b) => mod(a!, b!), v(7, -7), v(3, 3)), [[1, 1], [-2, 3]]);
});
