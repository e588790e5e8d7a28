import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f64, i32, integers, make, u32, u8 } from "../../tests/laws/values.ts";
import { ArgumentError } from "../errors.ts";
import { tensor } from "./create.ts";
import { gather, take, takeAlongAxis } from "./gather.ts";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const x = make([3, 2], "f64", (i) => i);

Deno.test("take() puts the indices' axes in the place of the axis", () => {
  assertEquals(take(x, [2, 0, 2], { axis: 0 }).toArray() as unknown, [[4, 5], [0, 1], [4, 5]]);
  assertEquals(take(x, -1, { axis: 1 }).toArray() as unknown, [1, 3, 5]);
  assertEquals(take(x, i32([2, 2], [0, 1, 1, 0]), { axis: -1 }).shape as readonly number[], [3, 2, 2]);
  assertEquals(take(x, i32([], [1]), { axis: 0 }).toArray() as unknown, [2, 3]);
  assertEquals(take(x, [], { axis: 0 }).shape as readonly number[], [0, 2]);
  assertEquals(pipe(x, take([1], { axis: 0 })).toArray() as unknown, [[2, 3]]);
});

Deno.test("take() without an axis reads the row-major list", () => {
  assertEquals(take(x, [5, -6]).toArray() as unknown, [5, 0]);
  assertEquals(pipe(x, take(3)).item(), 3);
});

Deno.test("take() reads the nearest element for indices out of range, and counts negative ones from the end", () => {
  assertEquals(take(x, i32([4], [-1, -3, -100, 9]), { axis: 0 }).toArray() as unknown, [[4, 5], [0, 1], [0, 1], [
    4,
    5,
  ]]);
  assertEquals(take(bool([2], [0, 1]), u8([2], [1, 200])).toArray() as unknown, [true, true]);
});

Deno.test("take() moves whole slices, wherever the axis stands", () => {
  fc.assert(fc.property(fc.nat(2), fc.integer({ min: 1, max: 4 }), (axis, n) => {
    const shape = [2, 3, 2], v = make(shape, "f64", (i) => i), at = integers([n], 0, shape[axis]!, n);
    const y = elementsOf(take(v, at, { axis })), inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    y.forEach((value, i) => {
      const outer = Math.floor(i / (n * inner)), k = Math.floor(i / inner) % n;
      assertEquals(value, (outer * shape[axis]! + elementsOf(at)[k]!) * inner + i % inner);
    });
  }));
});

Deno.test("takeAlongAxis() reads every line by its own indices", () => {
  assertEquals(takeAlongAxis(x, i32([3, 1], [1, 0, -1])).toArray() as unknown, [[1], [2], [5]]);
  assertEquals(takeAlongAxis(x, u32([2, 2], [2, 0, 0, 9]), { axis: 0 }).toArray() as unknown, [[4, 1], [0, 5]]);
  assertEquals(pipe(f64([2], [5, 6]), takeAlongAxis(i32([3], [1, 1, 0]))).toArray() as unknown, [6, 6, 5]);
  assertEquals(takeAlongAxis(x, i32([3, 0], [])).shape as readonly number[], [3, 0]);
});

Deno.test("takeAlongAxis() broadcasts outside the axis", () => {
  assertEquals(takeAlongAxis(x, i32([1, 1], [1])).toArray() as unknown, [[1], [3], [5]]);
  assertEquals(takeAlongAxis(f64([1, 2], [8, 9]), i32([2, 1], [0, 1])).toArray() as unknown, [[8], [9]]);
});

Deno.test("gather() reads places on the first axes, or on those it is told", () => {
  assertEquals(gather(x, i32([2, 2], [0, 1, -1, 0])).toArray() as unknown, [1, 4]);
  assertEquals(gather(x, i32([2, 1], [2, 1])).toArray() as unknown, [[4, 5], [2, 3]]);
  assertEquals(gather(x, i32([1, 1], [1]), { axes: [1] }).toArray() as unknown, [[1, 3, 5]]);
  assertEquals(gather(x, i32([1, 2], [1, 2]), { axes: [1, 0] }).toArray() as unknown, [5]);
  assertEquals(gather(x, i32([2], [2, 7])).item(), 5);
  assertEquals(gather(x, i32([2, 0], [])).shape as readonly number[], [2, 3, 2]);
  assertEquals(pipe(x, gather(i32([1], [1]))).toArray() as unknown, [2, 3]);
});

Deno.test("take() reads the nearest element for u32 beyond i32, which do not count from the end", () => {
  const far = tensor([2 ** 32 - 2, 2 ** 31, 1], { dtype: "u32" });
  assertEquals(take(tensor([1, 2, 3]), far).toArray(), [3, 3, 2]);
});

Deno.test("take() of something that names no elements is refused, not taken for options", () => {
  for (const wrong of [null, true, "0"]) {
    assertThrows(() => take(tensor([1, 2]), wrong as never), ArgumentError, "does not name elements");
  }
});
