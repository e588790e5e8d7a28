/** Pieces of pictures: where they may come from, and that each comes whole. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, cast, jit, type Key, key, ones, reshape, type Tensor } from "../../mod.ts";
import { centerCrop, randomCrop, randomShift } from "./mod.ts";

type Pictures = Tensor<readonly [number, number, number, number]>;
const pictures = (n: number, side = 3): Pictures =>
  reshape(arange(1, n * side * side + 1) as never, [n, side, side, 1] as never) as unknown as Pictures;
const rows = (x: Pictures) => x.toArray().map((p) => p.map((r) => r.map((c) => c[0]!)));

Deno.test("randomShift() moves each picture whole, everywhere within reach, and fills with 0", () => {
  const before = pictures(300), after = rows(jit((k: Key, x: Pictures) => randomShift(k, x, 1))(key(2), before));
  const ways = new Set<string>();
  rows(before).forEach((p, i) => {
    const found = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].filter((dx) => after[i]!.every((r, y) => r.every((v, x) => v === (p[y + dy]?.[x + dx] ?? 0)))).map((
        dx,
      ) => `${dy} ${dx}`)
    );
    assertEquals(found.length, 1);
    ways.add(found[0]!);
  });
  assertEquals(ways.size, 9);
});

Deno.test("randomCrop() cuts each picture whole, everywhere it fits", () => {
  const before = pictures(300), cut = jit((k: Key, x: Pictures) => randomCrop(k, x, [2, 3], { padding: [0, 1] }));
  const after = rows(cut(key(3), before)), places = new Set<string>();
  rows(before).forEach((p, i) => {
    const wide = p.map((r) => [0, ...r, 0]);
    const found = [0, 1].flatMap((y) => [0, 1, 2].map((x) => [y, x] as const)).filter(([y, x]) =>
      after[i]!.every((r, dy) => r.every((v, dx) => v === wide[y + dy]![x + dx]))
    );
    assertEquals(found.length, 1);
    places.add(found.join());
  });
  // Two places down times three across.
  assertEquals(places.size, 6);
});

Deno.test("randomCrop() of the whole picture is the picture, of any batch and dtype", () => {
  fc.assert(fc.property(fc.nat(3), fc.nat(4), (n, side) => {
    const x = cast(ones([n, side, side + 1, 2]), "u8");
    const y = randomCrop(key(n), x, [side, side + 1]);
    assertEquals([y.shape, y.dtype, y.toArray()], [x.shape, "u8", x.toArray()]);
  }));
});

Deno.test("centerCrop() takes one more from the end where sizes leave an odd rest", () => {
  const x = pictures(1);
  assertEquals(rows(centerCrop(x, [1, 3])), [[[4, 5, 6]]]);
  assertEquals(rows(centerCrop(x, [2, 2])), [[[1, 2], [4, 5]]]);
  assertEquals(centerCrop(x, [0, 2]).shape, [1, 0, 2, 1]);
});

Deno.test("crops refuse pieces larger than the pictures, and sizes that are none", () => {
  const x = pictures(2);
  const tooLarge = "pieces of 4 × 3 do not fit in pictures of 3 × 3; pad them, or cut less";
  assertThrows(() => randomCrop(key(0), x, [4, 3]), Error, `randomCrop: ${tooLarge}`);
  assertThrows(() => centerCrop(x, [4, 3]), Error, `centerCrop: ${tooLarge}`);
  assertThrows(() => centerCrop(x, [1.5, 3]), Error, "centerCrop: a size is a whole number from 0, not 1.5");
  assertThrows(() => randomCrop(key(0), x, [2, 2], { padding: -1 }), Error, "the padding is a whole number from 0");
  assertThrows(() => randomCrop(key(0), ones([2, 2]), [1, 1]), Error, "randomCrop: expected pictures");
  assertThrows(() => randomShift(key(0), ones([2]), 1), Error, "randomShift: expected pictures");
  assertThrows(() => randomShift(key(0), x, -1), Error, "whole number of pixels from 0, not -1");
});
