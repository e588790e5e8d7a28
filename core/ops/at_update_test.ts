import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f64, i32, integers, make } from "../../tests/laws/values.ts";
import { sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { addAt, at, type IndexTerm, maxAt, minAt, mulAt, setAt, type UpdateOp } from "./at.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const counting = (shape: readonly number[]): Value => make(shape, "f64", (i) => i);

/** An update, an element at a time, in order of the part. */
function naive(x: Value, index: readonly IndexTerm[], value: Value, meet: (old: number, now: number) => number) {
  const flat = elementsOf(at(counting(x.shape), ...index)), y = x.dataSync(), v = elementsOf(value);
  flat.forEach((to, i) => y[to] = meet(y[to]!, v[i]!));
  return y;
}

const operations: readonly (readonly [string, UpdateOp, (old: number, now: number) => number])[] = [
  ["setAt", setAt, (_, b) => b],
  ["addAt", addAt, (a, b) => a + b],
  ["mulAt", mulAt, (a, b) => a * b],
  ["maxAt", maxAt, Math.max],
  ["minAt", minAt, Math.min],
];

const term = (n: number): fc.Arbitrary<IndexTerm> =>
  fc.oneof(
    fc.integer({ min: -n, max: n - 1 }),
    fc.constantFrom<IndexTerm>(":", "::-1", "1:", ":-1", "::2", "-1::-2", { start: 1, stop: 2 }),
    fc.array(fc.integer({ min: -n, max: n - 1 }), { minLength: 2, maxLength: 2 }),
  );
const cases = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.integer({ min: 0, max: shape.length }).chain((n) => fc.tuple(...shape.slice(0, n).map(term))),
    fc.integer({ min: 0, max: 1000 }),
  )
);

for (const [name, f, meet] of operations) {
  Deno.test(`${name}() writes, element by element, to the part that at() reads`, () => {
    fc.assert(fc.property(cases, ([shape, index, seed]) => {
      // Whole numbers, so that any order of sums and products is exact.
      const x = integers(shape, -3, 4, seed, "f64"), value = integers(at(x, ...index).shape, -3, 4, seed + 1, "f64");
      assertEquals(
        [...elementsOf(f(x, index, value))],
        [...naive(x, index, value, meet)],
      );
    }));
  });
}

Deno.test("setAt() broadcasts numbers and tensors to the part, and takes new axes and the ellipsis", () => {
  const x = make([2, 3], "f64", () => 0);
  assertEquals(setAt(x, [1], 5).toArray() as unknown, [[0, 0, 0], [5, 5, 5]]);
  assertEquals(setAt(x, [":", "1:"], f64([2, 1], [1, 2])).toArray() as unknown, [[0, 1, 1], [0, 2, 2]]);
  assertEquals(setAt(x, ["...", null, 0], f64([2, 1], [1, 2])).toArray() as unknown, [[1, 0, 0], [2, 0, 0]]);
  assertEquals(setAt(x, [], 1).toArray() as unknown, [[1, 1, 1], [1, 1, 1]]);
  assertEquals(setAt(f64([], [3]), [], 4).item(), 4);
});

Deno.test("setAt() leaves out elements of index tensors that are out of range", () => {
  const x = make([3], "f64", () => 0);
  assertEquals(setAt(x, [i32([4], [0, -1, 3, -4])], f64([4], [1, 2, 3, 4])).toArray() as unknown, [1, 0, 2]);
});

Deno.test("setAt() lets the last of several values stay, and only that one has a gradient", () => {
  const x = f64([2], [1, 2]), v = f64([3], [3, 4, 5]), index = [i32([3], [0, 0, 1])];
  const [[y], pullback] = vjpFlat(([a, b]) => [setAt(a!, index, b!)], [x, v], [true, true]);
  assertEquals(y!.toArray() as unknown, [4, 5]);
  const [dx, dv] = pullback([f64([2], [10, 20])]);
  assertEquals([dx!.toArray(), dv!.toArray()] as unknown, [[0, 0], [0, 10, 20]]);
});

Deno.test("maxAt() shares the gradient among all that tie", () => {
  const x = f64([1], [2]), v = f64([2], [2, 1]), index = [i32([2], [0, 0])];
  const [, pullback] = vjpFlat(([a, b]) => [maxAt(a!, index, b!)], [x, v], [true, true]);
  assertEquals(pullback([f64([1], [1])]).map((g) => g!.toArray()) as unknown, [[0.5], [0.5, 0]]);
});

Deno.test("the update operations take data last and keep the dtype", () => {
  assertEquals(pipe(i32([3], [1, 2, 3]), addAt([[0, 0, 2]], 10)).toArray() as unknown, [21, 2, 13]);
  assertEquals(pipe(bool([2], [1, 1]), setAt([0], false)).toArray() as unknown, [false, true]);
  assertEquals(sizeOf(mulAt(f64([0, 2], []), [":", 0], 2).shape), 0);
});
