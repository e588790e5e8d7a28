import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f32, f64, i32 } from "../../tests/laws/values.ts";
import { concat, splitAxis, stack, unstack } from "./concat.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("concat() joins along any axis, sizes 0 included", () => {
  const a = f64([2, 1], [1, 2]), b = f64([2, 2], [3, 4, 5, 6]);
  assertEquals(concat([a, b], { axis: 1 }).toArray() as unknown, [[1, 3, 4], [2, 5, 6]]);
  assertEquals(concat([a, f64([2, 0], []), b], { axis: -1 }).shape, [2, 3]);
  assertEquals(concat([f64([1, 2], [1, 2]), b]).shape, [3, 2]);
  assertEquals(concat([a]).toArray() as unknown, [[1], [2]]);
});

Deno.test("concat() and stack() meet in the common dtype", () => {
  const y = concat([bool([1], [1]), i32([1], [7])]), z = stack([i32([], [7]), f32([], [0.5])]);
  assertEquals([y.dtype, y.toArray()], ["i32", [1, 7]]);
  assertEquals([z.dtype, z.toArray()], ["f32", [7, 0.5]]);
});

Deno.test("splitAxis() is undone by concat()", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.nat(2),
    fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
    (shape, a, cuts) => {
      const x = f64(shape, 1), axis = a % shape.length;
      const parts = splitAxis(x, cuts.sort((p, q) => p - q), { axis });
      assertEquals(parts.length, cuts.length + 1);
      const y = concat(parts, { axis });
      assertEquals(y.shape, x.shape);
      assertEquals([...elementsOf(y)], [...elementsOf(x)]);
    },
  ));
});

Deno.test("splitAxis() makes equal parts, or cuts at positions from either end", () => {
  const x = f64([6], [0, 1, 2, 3, 4, 5]);
  const all = (parts: readonly { toArray(): unknown }[]) => parts.map((p) => p.toArray());
  assertEquals(all(splitAxis(x, 3)), [[0, 1], [2, 3], [4, 5]]);
  assertEquals(all(splitAxis(x, [1, -2])), [[0], [1, 2, 3], [4, 5]]);
  assertEquals(all(splitAxis(x, [])), [[0, 1, 2, 3, 4, 5]]);
  assertEquals(pipe(f64([2, 2], [1, 2, 3, 4]), splitAxis(2, { axis: 1 })).map((p) => p.shape), [[2, 1], [2, 1]]);
});

Deno.test("unstack() undoes stack()", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.nat(3),
    (shape, n, a) => {
      const axis = a % (shape.length + 1) - (shape.length + 1);
      const xs = Array.from({ length: n }, (_, i) => f64(shape, i + 1));
      const y = stack(xs, { axis }), back = unstack(y, { axis });
      assertEquals(y.shape.at(axis), n);
      assertEquals(back.map((x) => x.toArray()), xs.map((x) => x.toArray()));
    },
  ));
  assertEquals(unstack(f64([2, 0], []), { axis: 1 }), []);
});
