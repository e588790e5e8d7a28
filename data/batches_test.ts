import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, ArgumentError, key, ShapeError, tensor, zeros } from "../mod.ts";
import { batches } from "./batches.ts";
import { trainTestSplit } from "./splits.ts";

const flat = (got: Iterable<{ readonly x: { toArray(): unknown } }>) =>
  [...got].flatMap((b) => b.x.toArray() as number[]);

Deno.test("batches() give every example once, in their order or shuffled, and go on where they stopped", () => {
  fc.assert(fc.property(fc.nat(20), fc.integer({ min: 1, max: 7 }), fc.nat(4), (n, size, start) => {
    const examples = { x: arange(n) }, all = Array.from({ length: n }, (_, i) => i);
    assertEquals(flat(batches(examples, size)), all);
    const shuffled = flat(batches(examples, size, { key: key(3) }));
    assertEquals([...shuffled].sort((a, b) => a - b), all);
    assertEquals(flat(batches(examples, size, { key: key(3), start })), shuffled.slice(start * size));
    assertEquals(flat(batches(examples, size, { dropLast: true })).length, n - n % size);
  }));
});

Deno.test("trainTestSplit() parts the examples", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, f) => {
    const [a, b] = trainTestSplit(key(1), { x: arange(n) }, f);
    assertEquals([...flat([a]), ...flat([b])].sort((p, q) => p - q), Array.from({ length: n }, (_, i) => i));
  }));
});

Deno.test("batches() and trainTestSplit() say what is wrong", () => {
  const x = zeros([4]);
  const table: readonly (readonly [() => unknown, typeof ArgumentError | typeof ShapeError, string])[] = [
    [() => [...batches(x, 0)], ArgumentError, "batches: the size is a whole number from 1, not 0"],
    [() => [...batches(x, 1, { start: -1 })], ArgumentError, "batches: start is a whole number from 0, not -1"],
    [() => [...batches([], 1)], ArgumentError, "batches: there is no tensor among the examples"],
    [
      () => [...batches([x, zeros([3])], 1)],
      ShapeError,
      "batches: the tensors have 4, 3 examples; they must have equally many",
    ],
    [
      () => [...batches([x, tensor(1)], 1)],
      ShapeError,
      "batches: the tensors have 4, no axis of examples; they must have equally many",
    ],
    [() => trainTestSplit(key(0), x, 2), ArgumentError, "trainTestSplit: the fraction is from 0 to 1, not 2"],
  ];
  for (const [call, kind, message] of table) assertEquals(assertThrows(call, kind).message, message);
});
