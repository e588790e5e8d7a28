/** Folds cover all examples, once each. */
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, ArgumentError, type Key, key, ShapeError, type Tensor, zeros } from "../mod.ts";
import { crossValidate, kFold } from "./mod.ts";

const sorted = (...parts: readonly Tensor<readonly [number], "i32">[]): number[] =>
  parts.flatMap((p) => [...p.dataSync()]).sort((a, b) => a - b);

Deno.test("kFold() puts every example into one validation part, and the others into training", () => {
  const sizes = fc.integer({ min: 2, max: 40 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 2, max: n })));
  fc.assert(
    fc.property(sizes, fc.nat(), ([count, k], seed) => {
      const folds = kFold(count, k, key(seed)), all = Array.from({ length: count }, (_, i) => i);
      assertEquals(folds.length, k);
      assertEquals(sorted(...folds.map((f) => f.validation)), all);
      for (const { train, validation } of folds) {
        assertEquals(sorted(train, validation), all);
        assertEquals([Math.floor(count / k), Math.ceil(count / k)].includes(validation.size), true);
      }
    }),
    { numRuns: 50 },
  );
  const places = (k: Key) => kFold(20, 4, k).map((f) => f.validation.toArray());
  assertEquals(places(key(1)), places(key(1)));
  assertEquals(JSON.stringify(places(key(1))) === JSON.stringify(places(key(2))), false);
});

Deno.test("crossValidate() hands each fold's examples and a key of its own to the score", async () => {
  const examples = { x: arange(7), y: [arange(7)] as const }, seen: number[] = [], keys: string[] = [];
  const result = await crossValidate(examples, 3, key(0), (train, validation, k, fold) => {
    assertEquals(validation.x.toArray(), validation.y[0].toArray());
    assertEquals(train.x.size + validation.x.size, 7);
    seen.push(...(validation.x.toArray() as unknown as number[]));
    keys.push(`${k.toArray()}`);
    return fold === 0 ? 1 : Promise.resolve(fold + 2);
  });
  assertEquals(seen.sort(), [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(keys.filter((k, i) => keys.indexOf(k) === i).length, 3);
  // 1, 3 and 4: mean 8/3, squares 25/9 + 1/9 + 16/9 = 42/9 over two.
  assertEquals(result.scores, [1, 3, 4]);
  assertAlmostEquals(result.mean, 8 / 3, 1e-15);
  assertAlmostEquals(result.deviation, Math.sqrt(21 / 9), 1e-15);
});

Deno.test("folds refuse what does not divide", async () => {
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => kFold(1, 2, key(0)), "kFold: there are at least 2 examples, not 1"],
    [() => kFold(5, 1, key(0)), "kFold: k is a whole number from 2 to the number of examples, 5, not 1"],
    [() => kFold(5, 6, key(0)), "kFold: k is a whole number from 2 to the number of examples, 5, not 6"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
  const uneven = { x: zeros([3]), y: zeros([2]) };
  await assertRejects(() => crossValidate(uneven, 2, key(0), () => 0), ShapeError);
});
