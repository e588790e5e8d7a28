import { elementsOf } from "../../tests/laws/compare.ts";
import { f64, make } from "../../tests/laws/values.ts";
import { repeat, tile } from "./reshape.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("tile() lays the tensor out again and again", () => {
  const x = f64([2, 2], [1, 2, 3, 4]);
  assertEquals(tile(x, 2).toArray() as unknown, [[1, 2, 1, 2], [3, 4, 3, 4]]);
  assertEquals(tile(x, [2, 1]).toArray() as unknown, [[1, 2], [3, 4], [1, 2], [3, 4]]);
  assertEquals(tile(f64([2], [1, 2]), [2, 2]).toArray() as unknown, [[1, 2, 1, 2], [1, 2, 1, 2]]);
  assertEquals(tile(f64([], [7]), 3).toArray() as unknown, [7, 7, 7]);
  assertEquals(tile(x, 0).shape as readonly number[], [2, 0]);
  assertEquals(pipe(f64([1], [5]), tile([2])).toArray() as unknown, [5, 5]);
});

Deno.test("tile() reads index modulo size", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 3 }),
    (axes) => {
      const shape = axes.map((a) => a[0]), times = axes.map((a) => a[1]), x = make(shape, "f64", (i) => i);
      const y = tile(x, times), out = shape.map((d, a) => d * times[a]!);
      assertEquals([...y.shape] as number[], out);
      elementsOf(y).forEach((value, i) => {
        let rest = i, flat = 0, stride = 1;
        for (let a = shape.length - 1; a >= 0; a--) {
          flat += rest % out[a]! % shape[a]! * stride;
          rest = Math.floor(rest / out[a]!);
          stride *= shape[a]!;
        }
        assertEquals(value, flat);
      });
    },
  ));
});

Deno.test("repeat() repeats each element, or slice, as often as asked", () => {
  const x = f64([2, 2], [1, 2, 3, 4]);
  assertEquals(repeat(x, 2).toArray() as unknown, [1, 1, 2, 2, 3, 3, 4, 4]);
  assertEquals(repeat(x, 2, { axis: 0 }).toArray() as unknown, [[1, 2], [1, 2], [3, 4], [3, 4]]);
  assertEquals(repeat(x, [2, 0], { axis: 1 }).toArray() as unknown, [[1, 1], [3, 3]]);
  assertEquals(repeat(x, [0, 1, 2, 0]).toArray() as unknown, [2, 3, 3]);
  assertEquals(repeat(f64([], [5]), 2).toArray() as unknown, [5, 5]);
  assertEquals(repeat(f64([0, 2], []), 3, { axis: 1 }).shape as readonly number[], [0, 6]);
  assertEquals(pipe(x, repeat(2, { axis: -1 })).toArray() as unknown, [[1, 1, 2, 2], [3, 3, 4, 4]]);
});
