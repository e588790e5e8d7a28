import { gradients, list, v } from "../../tests/laws/points.ts";
import { f64, i32 } from "../../tests/laws/values.ts";
import { reduceSum } from "../primitives/reshape.ts";
import type { Value } from "../tensor.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { clamp, maximum, minimum } from "./compare.ts";
import { assertEquals } from "@std/assert";

Deno.test("maximum() and minimum() propagate NaN and order zeros", () => {
  assertEquals(list(maximum(v(NaN, 1, -0), v(1, NaN, 0))), [NaN, NaN, 0]);
  assertEquals(list(minimum(v(NaN, 1, 0), v(1, NaN, -0))), [NaN, NaN, -0]);
  assertEquals(gradients((a, b) => maximum(a!, b!), v(1, 2, 3), v(1, 3, 2)), [[0.5, 0, 1], [0.5, 1, 0]]);
  assertEquals(gradients((a, b) => minimum(a!, b!), v(1, 2, 3), v(1, 3, 2)), [[0.5, 1, 0], [0.5, 0, 1]]);
});

Deno.test("clamp() takes numbers and tensors as bounds; max holds where they cross", () => {
  const x = v(-2, 0.5, 3, NaN);
  assertEquals(list(clamp(x, { min: 0, max: 1 })), [0, 0.5, 1, NaN]);
  assertEquals(list(clamp(x, { min: v(0, 1, 2, 3) })), [0, 1, 3, NaN]);
  assertEquals(list(clamp(v(0.5), { min: v(2), max: v(1) })), [1]);
  assertEquals(list(clamp(i32([3], [-5, 0, 5]), { min: -1 })), [-1, 0, 5]);
  assertEquals(list(clamp(v(-5, 5), { min: -Infinity, max: 2 })), [-5, 2]);
});

Deno.test("clamp() passes derivatives from bound to bound, and to the bound outside", () => {
  const f = (x?: Value, lo?: Value) => clamp(x!, { min: lo!, max: 1 });
  assertEquals(gradients(f, v(-1, 0, 0.5, 1, 2), v(0, 0, 0, 0, 0)), [[0, 1, 1, 1, 0], [1, 0, 0, 0, 0]]);
});

Deno.test("elementwise functions broadcast as sums do: the gradient of a broadcast operand is summed", () => {
  const row = v(1, 2, 3), column = f64([2, 1], [10, 20]);
  const total = (a?: Value, b?: Value) => reduceSum(maximum(a!, b!) as Value, [0, 1]);
  const [[y], pull] = vjpFlat(([a, b]) => [total(a, b)], [row, column], [true, true]);
  assertEquals([list(y!), ...pull([f64([], () => 1)]).map((g) => list(g!))], [90, [0, 0, 0], [[3], [3]]]);
});
