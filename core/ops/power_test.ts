import { derivative, gradients, list, v } from "../../tests/laws/points.ts";
import { i32, u32 } from "../../tests/laws/values.ts";
import type { Value } from "../tensor.ts";
import { pow } from "./arithmetic.ts";
import { assertEquals } from "@std/assert";

Deno.test("pow() of integers is exact modulo the width", () => {
  assertEquals(list(pow(i32([4], [3, -3, 2, 7]), i32([4], [19, 3, 31, 0]))), [1162261467, -27, -(2 ** 31), 1]);
  assertEquals(list(pow(u32([1], [65537]), 2)), [131073]);
  assertEquals(list(pow(i32([4], [1, -1, 2, 0]), -3)), [1, -1, 0, 0]);
});

Deno.test("pow() has IEEE 754's values, where JavaScript's differ too", () => {
  assertEquals(list(pow(v(1, 1, -1, NaN, 0, -8), v(NaN, Infinity, Infinity, 0, 0, 1 / 3))), [1, 1, 1, 1, 1, NaN]);
});

Deno.test("pow() has finite derivatives at 0 where there are any", () => {
  assertEquals(gradients((x) => pow(x!, 2), v(0, 3)), [[0, 6]]);
  assertEquals(gradients((x) => pow(x!, 0), v(0, 3)), [null]);
  assertEquals(gradients((x) => pow(x!, 1), v(0, 3)), [[1, 1]]);
  assertEquals(gradients((x, y) => pow(x!, y!), v(0, 0, 3, 0), v(2, 0, 0, 1)), [[0, 0, 0, 1], [0, 0, Math.log(3), 0]]);
  assertEquals(gradients((x) => pow(x!, 0.5), v(0)), [[Infinity]]);
});

Deno.test("pow() has exact derivatives of every order, at 0 too", () => {
  const cube = (x: Value) => pow(x, 3);
  assertEquals([0, 1, 2, 3].map((n) => list(derivative(cube, n)(v(2, 0)))), [[8, 0], [12, 0], [12, 0], [6, 6]]);
});
