import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  broadcastShapes,
  checkPermutation,
  checkShape,
  dropAxes,
  keepAxes,
  normalizeAxes,
  normalizeAxis,
  resolveReshape,
  sameShape,
  type Shape,
  show,
  sizeOf,
  stridesOf,
} from "./shape.ts";

const shape: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

Deno.test("strides walk a shape in row-major order", () => {
  fc.assert(fc.property(shape, (s) => {
    const strides = stridesOf(s);
    assertEquals(strides.length, s.length);
    if (sizeOf(s) > 0) assertEquals(s.reduce((n, d, i) => n + (d - 1) * strides[i]!, 1), sizeOf(s));
  }));
});

Deno.test("broadcasting is commutative, has the scalar as its unit, and gives a shape both fit", () => {
  const attempt = (...s: Shape[]): number[] | "no" => {
    try {
      return broadcastShapes("add", ...s);
    } catch {
      return "no";
    }
  };
  fc.assert(fc.property(shape, shape, (a, b) => {
    assertEquals(attempt(a, b), attempt(b, a));
    assertEquals(attempt(a, []), a);
    assertEquals(attempt(a, a), a);
    const c = attempt(a, b);
    if (c !== "no") assert([a, b].every((s) => s.every((d, i) => d === 1 || d === c[c.length - s.length + i])));
  }));
});

Deno.test("axes are counted from either end, and kept or dropped", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }), (rank, a) => {
    fc.pre(a < rank);
    assertEquals(normalizeAxis("sum", a - rank, rank), a);
  }));
  assertEquals([normalizeAxes("sum", undefined, 3), normalizeAxes("sum", -1, 3), normalizeAxes("sum", [2, 0], 3)], [
    [0, 1, 2],
    [2],
    [0, 2],
  ]);
  assertEquals([dropAxes([2, 3, 4], [0, 2]), keepAxes([2, 3, 4], [0, 2])], [[3], [1, 3, 1]]);
});

Deno.test("a reshape keeps the number of elements and finds the one size left open", () => {
  assertEquals([
    resolveReshape("reshape", [2, 6], [3, -1]),
    resolveReshape("reshape", [0, 3], [-1, 3]),
    resolveReshape("reshape", [], [1]),
  ], [[3, 4], [0, 3], [1]]);
});

Deno.test("shapes are shown as messages write them, checked and frozen", () => {
  assertEquals([show([]), show([3]), show([2, 3])], ["scalar", "3", "2×3"]);
  const given = [2, 3], s = checkShape("zeros", given);
  given[0] = 9;
  assert(sameShape(s, [2, 3]) && Object.isFrozen(s));
});

/** Wrong shapes and axes, and what they say. */
const wrong: readonly (readonly [() => unknown, string])[] = [
  [
    () => broadcastShapes("add", [2, 3], [4]),
    "add: cannot broadcast 2×3 with 4; sizes must be equal or 1, counted from the last axis",
  ],
  [() => normalizeAxis("sum", 2, 2), "sum: axis 2 is out of range for rank 2; use -2 to 1"],
  [() => normalizeAxis("sum", 0, 0), "sum: axis 0 of a scalar, which has no axes"],
  [() => normalizeAxis("sum", 0.5, 2), "sum: axis 0.5 is out of range for rank 2; use -2 to 1"],
  [() => normalizeAxes("sum", [0, -2], 2), "sum: axes [0,-2] name the same axis twice"],
  [() => resolveReshape("reshape", [2, 3], [4]), "reshape: cannot reshape 2×3 to 4; 6 elements against 4"],
  [
    () => resolveReshape("reshape", [2, 3], [-1, 4]),
    "reshape: cannot reshape 2×3 to -1×4; 6 elements do not divide by 4",
  ],
  [() => resolveReshape("reshape", [2], [-1, -1]), "reshape: cannot reshape 2 to -1×-1; only one size may be -1"],
  [
    () => resolveReshape("reshape", [2], [-2]),
    "reshape: cannot reshape 2 to -2; every size is a whole number, or one -1",
  ],
  [() => checkPermutation("transpose", [0, 0], 2), "transpose: [0,0] is not a permutation of the 2 axes"],
  [() => checkShape("zeros", [1.5]), "zeros: 1.5 is not a shape; every size is a whole number, 0 or more"],
];
for (const [call, message] of wrong) {
  Deno.test(`a wrong shape says: ${message}`, () => {
    assertEquals(assertThrows(call, Error).message, message);
  });
}
