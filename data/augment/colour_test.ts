/** Colours against formulas worked out a pixel at a time, and the draws of colorJitter against what they ask for. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cast, full, jit, type Key, key, ones, reshape, type Tensor, tensor, uniform, zeros } from "../../mod.ts";
import { assertUniform, type Pictures } from "../../tests/places.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  colorJitter,
  type Factor,
  randomGrayscale,
} from "./mod.ts";

type Pixel = readonly [number, number, number];
type Adjust = (x: Pictures, factor: Factor) => Pictures;

const clamp = (x: number) => Math.min(Math.max(x, 0), 1);
const luma = ([r, g, b]: Pixel) => 0.299 * r + 0.587 * g + 0.114 * b;
const channel = fc.integer({ min: 0, max: 8 }).map((i) => i / 8);
const pixels = fc.array(fc.tuple(channel, channel, channel), { minLength: 1, maxLength: 4 });
const picture = (ps: readonly Pixel[]): Pictures => tensor([[ps as Pixel[]]]) as unknown as Pictures;
const pixelsOf = (x: Pictures): Pixel[] => x.toArray()[0]![0] as unknown as Pixel[];

/** Holds an adjustment to a formula that is given a pixel, the factor and the whole picture; f32 is good to 2^-22 here. */
function assertPixels(
  f: Adjust,
  formula: (p: Pixel, factor: number, all: readonly Pixel[]) => number[],
  most = 2,
): void {
  fc.assert(
    fc.property(pixels, fc.integer({ min: most < 1 ? -8 : 0, max: 8 }).map((i) => i * most / 8), (ps, factor) => {
      const x = picture(ps), expected = ps.map((p) => formula(p, factor, ps));
      const compiled = jit((y: Pictures, k: Factor) => f(y, k))(x, tensor([factor]) as never);
      for (const y of [f(x, factor), compiled]) {
        pixelsOf(y).forEach((p, i) => p.forEach((v, c) => assertAlmostEquals(v, expected[i]![c]!, 2e-6)));
      }
    }),
    { numRuns: 25 },
  );
}

Deno.test("adjustBrightness() multiplies, adjustContrast() blends with the mean, adjustSaturation() with grey", () => {
  const blend = (p: Pixel, from: number, k: number) => p.map((v) => clamp(k * v + (1 - k) * from));
  assertPixels(adjustBrightness, (p, k) => blend(p, 0, k));
  assertPixels(adjustContrast, (p, k, all) => blend(p, all.reduce((s, q) => s + luma(q), 0) / all.length, k));
  assertPixels(adjustSaturation, (p, k) => blend(p, luma(p), k));
});

/** Foley's hexcone, the textbook's way: to hue, saturation and value by cases, and back by sixths. */
function turnedHue(p: Pixel, share: number): number[] {
  const [r, g, b] = p, v = Math.max(...p), range = v - Math.min(...p);
  if (range === 0) return [v, v, v];
  const sixths = v === r ? (g - b) / range : v === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  const h = ((sixths + 6 * share) % 6 + 6) % 6, i = Math.floor(h), f = h - i, s = range / v;
  const low = v * (1 - s), falling = v * (1 - s * f), rising = v * (1 - s * (1 - f));
  return [[v, rising, low], [falling, v, low], [low, v, rising], [low, falling, v], [rising, low, v], [
    v,
    low,
    falling,
  ]][i]!;
}

Deno.test("adjustHue() turns the hexcone, and a third of a turn moves the channels on", () => {
  assertPixels(adjustHue, turnedHue, 0.5);
  const x = uniform(key(1), [1, 1, 5, 3]) as unknown as Pictures;
  pixelsOf(adjustHue(x, 1 / 3)).forEach(([r, g, b], i) => {
    const [from] = [pixelsOf(x)[i]!];
    [[g, from[0]], [b, from[1]], [r, from[2]]].forEach(([is, be]) => assertAlmostEquals(is!, be!, 2e-6));
  });
});

Deno.test("adjustments by 1, or by no turn, leave pictures; each picture has its own factor", () => {
  const x = uniform(key(2), [2, 3, 3, 3]) as unknown as Pictures;
  for (const f of [adjustBrightness, adjustContrast, adjustSaturation]) {
    assertEquals(f(x, 1).toArray(), x.toArray());
    const [first, second] = f(x, tensor([1, 0.5]) as never).toArray();
    assertEquals(first, x.toArray()[0]);
    assert(JSON.stringify(second) !== JSON.stringify(x.toArray()[1]));
  }
  adjustHue(x, 0).dataSync().forEach((v, i) => assertAlmostEquals(v, x.dataSync()[i]!, 1e-6));
});

Deno.test("colours of one channel and of no pictures", () => {
  const grey = uniform(key(3), [2, 2, 2, 1]) as unknown as Pictures, none = zeros([0, 2, 2, 3]) as unknown as Pictures;
  for (const f of [(x: Pictures) => adjustSaturation(x, 0.3), (x: Pictures) => adjustHue(x, 0.3)]) {
    f(grey).dataSync().forEach((v, i) => assertAlmostEquals(v, grey.dataSync()[i]!, 1e-6));
  }
  assertEquals(colorJitter(key(0), none, { brightness: 1, contrast: 1, saturation: 1, hue: 0.5 }).shape, [0, 2, 2, 3]);
  assertEquals(randomGrayscale(key(0), none).shape, [0, 2, 2, 3]);
});

Deno.test("colorJitter() draws factors over their ranges, one a picture", () => {
  const jitter = jit((k: Key, x: Pictures) => colorJitter(k, x, { brightness: 0.4 }));
  const x = full([500, 1, 1, 1], 0.5) as unknown as Pictures;
  assertUniform([...jitter(key(4), x).dataSync()].map((v) => v / 0.5), 0.6, 1.4);
  // Beyond 1 a number's range ends at 0, and black and white stay within [0, 1].
  assertUniform(
    [...colorJitter(key(4), full([500, 1, 1, 1], 0.25) as never as Pictures, { brightness: 2 }).dataSync()].map((v) =>
      v * 4
    ),
    0,
    3,
  );
  const red = reshape(tensor([1, 0, 0]), [1, 1, 1, 3]) as unknown as Pictures;
  const reds = tensor(Array.from({ length: 500 }, () => red.toArray()[0]!)) as unknown as Pictures;
  // From red, green rises through the first sixth of the circle, blue on the other side of it.
  const hues = colorJitter(key(5), reds, { hue: 1 / 6 }).toArray().map((p) => p[0]![0]![1]! - p[0]![0]![2]!);
  assertUniform(hues, -1, 1);
  assertEquals(colorJitter(key(5), reds).toArray(), reds.toArray());
});

Deno.test("randomGrayscale() makes about as many pictures grey as asked for", () => {
  const x = uniform(key(6), [500, 1, 2, 3]) as unknown as Pictures, before = x.toArray();
  const grey = jit((k: Key, y: Pictures) => randomGrayscale(k, y, 0.2))(key(7), x).toArray();
  const changed = grey.filter((p, i) => JSON.stringify(p) !== JSON.stringify(before[i]));
  changed.flat(2).forEach((p) => assert(p[0] === p[1] && p[1] === p[2]));
  // Five standard deviations of 500 coins of a fifth are 5·√(500·0.2·0.8) = 44.7.
  assertAlmostEquals(changed.length, 100, 44.7);
  assertEquals(randomGrayscale(key(7), x, 0).toArray(), before);
  const pixel = randomGrayscale(key(7), x, 1).toArray()[3]![0]![1]!;
  pixel.forEach((v) => assertAlmostEquals(v, luma(before[3]![0]![1] as unknown as Pixel), 1e-6));
});

Deno.test("colours refuse channels, dtypes and factors that do not serve", () => {
  const x = ones([2, 2, 2, 3]) as unknown as Pictures, two = ones([2, 2, 2, 2]);
  const channels = "expected 3 channels, red, green and blue, or 1, got 2";
  assertThrows(() => adjustHue(two, 0), Error, `adjustHue: ${channels}`);
  assertThrows(() => randomGrayscale(key(0), two), Error, `randomGrayscale: ${channels}`);
  assertThrows(() => adjustBrightness(cast(x, "u8"), 1), Error, "adjustBrightness: takes floats, not u8");
  assertThrows(() => adjustContrast(x, -1), Error, "adjustContrast: the factor is a number from 0, not -1");
  assertThrows(() => adjustHue(x, 0.6), Error, "adjustHue: the share of the circle is from -0.5 to 0.5, not 0.6");
  const factors = "adjustSaturation: expected factors [2], one a picture, got [1]";
  assertThrows(() => adjustSaturation(x, tensor([1]) as Tensor as never), Error, factors);
  assertThrows(() => colorJitter(key(0), x, { hue: 0.7 }), Error, "hue is a share of the circle within ±0.5");
  assertThrows(
    () => colorJitter(key(0), x, { contrast: [-1, 2] }),
    Error,
    "contrast is a number, or a range [low, high] from 0 up",
  );
});
