/** Pictures turned left to right: about as many as asked for, each whole. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { arange, cast, jit, type Key, key, ones, reshape, type Tensor } from "../../mod.ts";
import { randomFlip } from "./mod.ts";

type Pictures = Tensor<readonly [number, number, number, number]>;
const pictures = (n: number, side = 3): Pictures =>
  reshape(arange(1, n * side * side + 1) as never, [n, side, side, 1] as never) as unknown as Pictures;
const rows = (x: Pictures) => x.toArray().map((p) => p.map((r) => r.map((c) => c[0]!)));

Deno.test("randomFlip() turns about half of many pictures, each whole", () => {
  const n = 400, before = pictures(n), flip = jit((k: Key, x: Pictures) => randomFlip(k, x));
  const after = rows(flip(key(1), before));
  let turned = 0;
  rows(before).forEach((p, i) => {
    const mirrored = p.map((r) => [...r].reverse()), same = JSON.stringify(after[i]) === JSON.stringify(p);
    if (!same) assertEquals(after[i], mirrored);
    turned += same ? 0 : 1;
  });
  // Five standard deviations of 400 fair coins are 50.
  assert(Math.abs(turned - n / 2) <= 50, `${turned}`);
  assertEquals(rows(randomFlip(key(1), before, 0)), rows(before));
});

Deno.test("randomFlip() keeps the dtype, and refuses what are no pictures", () => {
  const bytes = cast(ones([2, 4, 4, 3]), "u8");
  assertEquals(randomFlip(key(0), bytes).dtype, "u8");
  assertThrows(
    () => randomFlip(key(0), ones([2, 2])),
    Error,
    "randomFlip: expected pictures [batch, height, width, channels], got [2, 2]",
  );
  assertThrows(() => randomFlip(key(0), bytes, 2), Error, "randomFlip: the probability is from 0 to 1, not 2");
  assertThrows(() => randomFlip(key(0), bytes, NaN), Error, "randomFlip: the probability is from 0 to 1, not NaN");
});
