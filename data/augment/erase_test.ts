/** What is erased from pictures: where, how much, and how often. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cast, jit, type Key, key, ones, zeros } from "../../mod.ts";
import { assertUniform, type Pictures } from "../../tests/places.ts";
import { cutout, randomErasing, type RandomErasingOptions } from "./mod.ts";

const blank = (n: number, height: number, width: number, channels = 1): Pictures => ones([n, height, width, channels]);

/** The rectangle of what is not 1 in a picture, or null; everything in it must not be 1. */
function holeOf(picture: readonly (readonly (readonly number[])[])[]) {
  const gone = picture.flatMap((r, y) => r.flatMap((p, x) => p[0] === 1 ? [] : [[y, x] as const]));
  if (gone.length === 0) return null;
  const ys = gone.map(([y]) => y), xs = gone.map(([, x]) => x);
  const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)];
  assertEquals(gone.length, (bottom - top + 1) * (right - left + 1));
  return { top, left, rows: bottom - top + 1, columns: right - left + 1 };
}

Deno.test("cutout() puts the middle of its square on any pixel, cut off at the edges", () => {
  const cut = jit((k: Key, x: Pictures) => cutout(k, x, 3)), seen = new Map<string, number>();
  for (const picture of cut(key(1), blank(2000, 4, 5)).toArray()) {
    const hole = JSON.stringify(holeOf(picture));
    seen.set(hole, (seen.get(hole) ?? 0) + 1);
  }
  // Of 20 pixels, each is the middle of about 100 in 2000; five standard deviations are 5·√(2000·(1/20)·(19/20)) = 48.8.
  assertEquals(seen.size, 20);
  seen.forEach((count) => assertAlmostEquals(count, 100, 48.8));
  assert(seen.has('{"top":0,"left":0,"rows":2,"columns":2}') && seen.has('{"top":1,"left":1,"rows":3,"columns":3}'));
});

Deno.test("cutout() of 0 erases nothing, of twice the picture everything, in any dtype, all channels at once", () => {
  const bytes = cast(ones([2, 3, 3, 2]), "u8");
  assertEquals(cutout(key(0), bytes, 0).toArray(), bytes.toArray());
  const all = cutout(key(0), bytes, 6);
  assertEquals([all.dtype, all.toArray()], ["u8", zeros([2, 3, 3, 2]).toArray()]);
  const even = holeOf(cutout(key(3), blank(1, 40, 40), 4).toArray()[0]!)!;
  assertEquals([even.rows, even.columns], [4, 4]);
  for (const p of cutout(key(2), blank(1, 3, 3, 2), 2).toArray()[0]!.flat()) assertEquals(p[0], p[1]);
  assertEquals(cutout(key(0), blank(0, 3, 3), 2).shape, [0, 3, 3, 1]);
  assertEquals(cutout(key(0), zeros([1, 0, 3, 1]), 2).shape, [1, 0, 3, 1]);
});

Deno.test("randomErasing() draws areas, proportions and places, in as many pictures as asked for", () => {
  const options: RandomErasingOptions = { probability: 0.7, scale: [0.1, 0.3], ratio: [0.5, 2], fill: 0.25 };
  const after = jit((k: Key, x: Pictures) => randomErasing(k, x, options))(key(2), blank(600, 30, 40)).toArray();
  const holes = after.flatMap((p) => holeOf(p) ?? []);
  // Five standard deviations of 600 coins are 5·√(600·0.7·0.3) = 56.
  assertAlmostEquals(holes.length, 420, 56);
  assert(new Set(after.flat(3)).size === 2 && after.flat(3).includes(0.25));
  // Sides of at most 27 are rounded by half a pixel, and are 7 or more: see the test of randomResizedCrop.
  assertUniform(holes.map(({ rows, columns }) => rows * columns / 1200), 0.1, 0.3, 0.02);
  assertUniform(holes.map(({ rows, columns }) => Math.log(rows / columns)), -Math.LN2, Math.LN2, 0.1);
  assertUniform(holes.map(({ rows, top }) => top / (30 - rows)), 0, 1, 0.02);
  assertUniform(holes.map(({ columns, left }) => left / (40 - columns)), 0, 1, 0.02);
});

Deno.test("randomErasing() fills with noise, always or never, and leaves alone where nothing fits", () => {
  const noisy = randomErasing(key(4), blank(1, 20, 20, 2), {
    probability: 1,
    scale: [0.5, 0.5],
    ratio: [1, 1],
    fill: "noise",
  });
  const noise = noisy.toArray().flat(3).filter((v) => v !== 1), mean = noise.reduce((a, b) => a + b, 0) / noise.length;
  // A square of √200 ≈ 14 pixels, in two channels; their mean deviates by 1/√392.
  assertEquals(noise.length, 2 * 14 * 14);
  assertAlmostEquals(mean, 0, 5 / Math.sqrt(392));
  const x = blank(3, 4, 4);
  assertEquals(randomErasing(key(0), x, { probability: 0 }).toArray(), x.toArray());
  assertEquals(randomErasing(key(0), x, { probability: 1, scale: [1, 1], ratio: [3, 3] }).toArray(), x.toArray());
  assertEquals(
    randomErasing(key(0), x, { probability: 1, scale: [1, 1], ratio: [1, 1] }).toArray(),
    zeros([3, 4, 4, 1]).toArray(),
  );
  assertEquals(randomErasing(key(0), blank(0, 4, 4)).shape, [0, 4, 4, 1]);
});

Deno.test("erasing refuses options that do not serve", () => {
  const x = blank(1, 2, 2), bytes = cast(x, "u8");
  assertThrows(() => cutout(key(0), x, 1.5), Error, "cutout: the size is a whole number from 0, not 1.5");
  assertThrows(() => cutout(key(0), ones([2]), 1), Error, "cutout: expected pictures");
  assertThrows(
    () => randomErasing(key(0), x, { probability: 2 }),
    Error,
    "randomErasing: the probability is from 0 to 1",
  );
  assertThrows(() => randomErasing(key(0), x, { scale: [0.1, 2] }), Error, "randomErasing: scale is a range");
  assertThrows(() => randomErasing(key(0), bytes, { fill: "noise" }), Error, "randomErasing: takes floats, not u8");
  assertThrows(
    () => randomErasing(key(0), x, { fill: "mean" as never }),
    Error,
    'fill is a number or "noise", not "mean"',
  );
});
