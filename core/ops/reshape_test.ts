import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f64, i32 } from "../../tests/laws/values.ts";
import { sizeOf } from "../shape.ts";
import { broadcastTo, expandDims, flatten, reshape, squeeze } from "./reshape.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });

Deno.test("reshape() keeps the elements in row-major order and infers one size", () => {
  const x = f64([2, 3], [1, 2, 3, 4, 5, 6]);
  assertEquals(reshape(x, [3, 2]).toArray() as unknown, [[1, 2], [3, 4], [5, 6]]);
  assertEquals(reshape(x, [-1]).shape as readonly number[], [6]);
  assertEquals(reshape(x, [1, -1, 2]).shape as readonly number[], [1, 3, 2]);
  assertEquals(reshape(f64([0, 3], []), [3, -1]).shape as readonly number[], [3, 0]);
  assertEquals(reshape(f64([1], [5]), []).item(), 5);
  assertEquals(pipe(i32([4], [1, 2, 3, 4]), reshape([2, 2])).toArray() as unknown, [[1, 2], [3, 4]]);
});

Deno.test("flatten() has one axis, of a scalar too", () => {
  assertEquals(flatten(bool([2, 2], [1, 0, 0, 1])).toArray() as unknown, [true, false, false, true]);
  assertEquals(flatten(f64([], [7])).toArray() as unknown, [7]);
});

Deno.test("squeeze() undoes expandDims(), whatever the axes", () => {
  fc.assert(fc.property(shapes, fc.uniqueArray(fc.nat(3), { maxLength: 3 }), fc.boolean(), (shape, axes, fromEnd) => {
    const rank = shape.length + axes.length, places = axes.filter((a) => a < rank);
    const total = shape.length + places.length;
    fc.pre(places.every((a) => a < total));
    const x = f64(shape, 1), y = expandDims(x, fromEnd ? places.map((a) => a - total) : places);
    assertEquals(places.every((a) => y.shape[a] === 1), true);
    assertEquals(squeeze(y, { axis: places }).shape, x.shape);
    assertEquals([...elementsOf(y)], [...elementsOf(x)]);
  }));
  const x = f64([2, 3], 1), y = expandDims(x, [0, -1]);
  assertEquals(y.shape, [1, 2, 3, 1]);
  assertEquals(squeeze(y, { axis: [0, -1] }).shape, [2, 3]);
});

Deno.test("squeeze() without an axis takes all of size 1", () => {
  assertEquals(squeeze(f64([1, 2, 1, 1], 1)).shape, [2]);
  assertEquals(squeeze(f64([1, 1], 1)).shape, []);
  assertEquals(squeeze(f64([1, 0], [])).shape, [0]);
  assertEquals(squeeze(f64([1, 1, 2], 1), { axis: 0 }).shape, [1, 2]);
});

Deno.test("broadcastTo() repeats along axes of size 1 and new ones", () => {
  assertEquals(broadcastTo(f64([2, 1], [1, 2]), [2, 2, 3]).toArray() as unknown, [
    [[1, 1, 1], [2, 2, 2]],
    [[1, 1, 1], [2, 2, 2]],
  ]);
  assertEquals(broadcastTo(f64([1], [1]), [0]).shape, [0]);
  assertEquals(pipe(f64([], [4]), broadcastTo([2])).toArray() as unknown, [4, 4]);
  assertEquals(sizeOf(broadcastTo(f64([0, 1], []), [3, 0, 2]).shape), 0);
});
