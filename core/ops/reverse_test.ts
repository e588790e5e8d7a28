import { elementsOf } from "../../tests/laws/compare.ts";
import { f64, i32, make } from "../../tests/laws/values.ts";
import { reverse, roll } from "./concat.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const ranked = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 });

Deno.test("reverse() turns round all axes, or some", () => {
  const x = i32([2, 2], [1, 2, 3, 4]);
  assertEquals(reverse(x).toArray() as unknown, [[4, 3], [2, 1]]);
  assertEquals(reverse(x, { axis: 0 }).toArray() as unknown, [[3, 4], [1, 2]]);
  assertEquals(reverse(x, { axis: [-1] }).toArray() as unknown, [[2, 1], [4, 3]]);
  assertEquals(reverse(f64([0, 2], [])).shape, [0, 2]);
  assertEquals(reverse(f64([], [1])).item(), 1);
});

Deno.test("roll() moves element i to i + shift, round the end", () => {
  fc.assert(fc.property(ranked, fc.nat(2), fc.integer({ min: -9, max: 9 }), (shape, a, shift) => {
    const axis = a % shape.length, n = shape[axis]!, inner = shape.slice(axis + 1).reduce((p, q) => p * q, 1);
    const x = make(shape, "f64", (i) => i), y = elementsOf(roll(x, shift, { axis }));
    elementsOf(x).forEach((value, i) => {
      const at = Math.floor(i / inner) % n, to = ((at + shift) % n + n) % n;
      assertEquals(y[i + (to - at) * inner], value);
    });
  }));
});

Deno.test("roll() without an axis rolls the row-major list; several axes take one shift, or one each", () => {
  const x = f64([2, 3], [0, 1, 2, 3, 4, 5]);
  assertEquals(roll(x, 1).toArray() as unknown, [[5, 0, 1], [2, 3, 4]]);
  assertEquals(roll(x, 1, { axis: [0, 1] }).toArray() as unknown, [[5, 3, 4], [2, 0, 1]]);
  assertEquals(roll(x, [1, -1], { axis: [0, 1] }).toArray() as unknown, [[4, 5, 3], [1, 2, 0]]);
  assertEquals(roll(x, [1, 1], { axis: [1, 1] }).toArray() as unknown, [[1, 2, 0], [4, 5, 3]]);
  assertEquals(pipe(x, roll(-1, { axis: 0 })).toArray() as unknown, [[3, 4, 5], [0, 1, 2]]);
});
