import { elementsOf } from "../../tests/laws/compare.ts";
import { f64, make } from "../../tests/laws/values.ts";
import { moveAxis, swapAxes, transpose } from "./reshape.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const ranked = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });

Deno.test("transpose() reverses the axes, or takes any order, counted from either end", () => {
  const x = f64([2, 3], [1, 2, 3, 4, 5, 6]);
  assertEquals(transpose(x).toArray() as unknown, [[1, 4], [2, 5], [3, 6]]);
  assertEquals(transpose(f64([2, 3, 4], 1), [1, -1, 0]).shape, [3, 4, 2]);
  assertEquals(transpose(f64([], [1])).shape, []);
});

Deno.test("transpose() puts element i of the order's axes where axis i is", () => {
  const x = make([2, 3, 4], "f64", (i) => i), y = elementsOf(transpose(x, [2, 0, 1]));
  for (let i = 0; i < 24; i++) {
    const a = Math.floor(i / 12), b = Math.floor(i / 4) % 3, c = i % 4;
    assertEquals(y[c * 6 + a * 3 + b], i);
  }
});

Deno.test("swapAxes() is its own inverse", () => {
  fc.assert(fc.property(ranked, fc.nat(3), fc.nat(3), (shape, i, j) => {
    const n = shape.length, a = i % n, b = j % n - n, x = f64(shape, 1);
    const y = swapAxes(x, a, b);
    assertEquals([y.shape[a], y.shape[b + n]], [shape[b + n], shape[a]]);
    assertEquals([...elementsOf(swapAxes(y, a, b))], [...elementsOf(x)]);
  }));
  assertEquals(pipe(f64([2, 3], 1), swapAxes(0, 1)).shape, [3, 2]);
});

Deno.test("moveAxis() moves one axis or several and keeps the others' order", () => {
  const x = f64([2, 3, 4, 5], 1);
  assertEquals(moveAxis(x, 0, -1).shape, [3, 4, 5, 2]);
  assertEquals(moveAxis(x, -1, 0).shape, [5, 2, 3, 4]);
  assertEquals(moveAxis(x, 1, 2).shape, [2, 4, 3, 5]);
  assertEquals(moveAxis(x, [0, 1], [-1, -2]).shape, [4, 5, 3, 2]);
  assertEquals(moveAxis(x, [3, 0], [0, 1]).shape, [5, 2, 3, 4]);
  assertEquals(pipe(x, moveAxis(2, 0)).shape, [4, 2, 3, 5]);
  fc.assert(fc.property(ranked, fc.nat(3), fc.nat(3), (shape, i, j) => {
    const n = shape.length, from = i % n, to = j % n, y = f64(shape, 1);
    assertEquals([...elementsOf(moveAxis(moveAxis(y, from, to), to, from))], [...elementsOf(y)]);
  }));
});
