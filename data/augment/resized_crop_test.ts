/** Pieces brought to one size: which they are, read off pictures of which each pixel holds its own place. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cast, jit, type Key, key, normal, ones, zeros } from "../../mod.ts";
import { assertUniform, mapsOf, type Pictures, placesOf } from "../../tests/places.ts";
import { randomResizedCrop, type RandomResizedCropOptions } from "./mod.ts";

const height = 30, width = 40, to = 5;

/** The pieces that were drawn from pictures of 30 × 40. */
function piecesOf(n: number, options: RandomResizedCropOptions) {
  const crop = jit((k: Key, x: Pictures) => randomResizedCrop(k, x, [to, to], options));
  return mapsOf(crop(key(n), placesOf(n, height, width))).map(({ a, b, c, d, e, f }) => {
    [b, d].forEach((x) => assertAlmostEquals(x, 0, 1e-4));
    const h = e * to, w = a * to, whole = [h, w, f + (height - h) / 2, c + (width - w) / 2];
    whole.forEach((x) => assertAlmostEquals(x, Math.round(x), 1e-3));
    const [rows, columns, top, left] = whole.map(Math.round) as [number, number, number, number];
    assert(top >= 0 && left >= 0 && top + rows <= height && left + columns <= width);
    return { rows, columns, top, left };
  });
}

Deno.test("randomResizedCrop() draws areas, proportions and places over their ranges", () => {
  const pieces = piecesOf(400, { scale: [0.1, 0.35], ratio: [1 / 2, 2] });
  // Sides of at most 29 and 15 are rounded by half a pixel, so areas by up to 22 of 1200; sides of 8 and 15 or more,
  // so logarithms by up to 1/16 + 1/30.
  assertUniform(pieces.map(({ rows, columns }) => rows * columns / (height * width)), 0.1, 0.35, 0.02);
  assertUniform(pieces.map(({ rows, columns }) => Math.log(columns / rows)), -Math.LN2, Math.LN2, 0.1);
  // Of n + 1 places by equal steps the deviation is √((n + 2) / 12n), a little more than 1/√12.
  assertUniform(pieces.map(({ rows, top }) => top / (height - rows)), 0, 1, 0.01);
  assertUniform(pieces.map(({ columns, left }) => left / (width - columns)), 0, 1, 0.01);
});

Deno.test("randomResizedCrop() takes the largest middle where nothing drawn fits", () => {
  const middle = (ratio: readonly [number, number]) => piecesOf(2, { scale: [1, 1], ratio })[0];
  // 40 columns of width 3 times the height are 13 rows, and 30 rows of a third as many columns are 10.
  assertEquals(middle([3, 3]), { rows: 13, columns: 40, top: 8, left: 0 });
  assertEquals(middle([1 / 3, 1 / 3]), { rows: 30, columns: 10, top: 0, left: 15 });
});

Deno.test("randomResizedCrop() of everything is the picture", () => {
  const x = normal(key(1), [3, 4, 4, 2]);
  assertEquals(randomResizedCrop(key(0), x, [4, 4], { scale: [1, 1], ratio: [1, 1] }).toArray(), x.toArray());
  assertEquals(randomResizedCrop(key(0), zeros([0, 4, 4, 2]), [2, 3]).shape, [0, 2, 3, 2]);
});

Deno.test("randomResizedCrop() refuses sizes, ranges and dtypes that do not serve, in its own name", () => {
  const x = ones([1, 4, 4, 1]);
  const op = "randomResizedCrop";
  assertThrows(() => randomResizedCrop(key(0), x, [0, 1]), Error, `${op}: a size is a whole number from 1, not 0`);
  const scale = `${op}: scale is a range [low, high] above 0 and up to 1, not [0.5, 2]`;
  assertThrows(() => randomResizedCrop(key(0), x, [1, 1], { scale: [0.5, 2] }), Error, scale);
  assertThrows(() => randomResizedCrop(key(0), x, [1, 1], { ratio: [2, 1] }), Error, `${op}: ratio is a range`);
  assertThrows(() => randomResizedCrop(key(0), cast(x, "u8"), [1, 1]), Error, `${op}: takes floats, not u8`);
  assertThrows(() => randomResizedCrop(key(0), ones([1, 0, 4, 1]), [1, 1]), Error, "0 × 4 have no pixel to read");
});
