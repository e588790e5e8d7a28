/** What holds for every augmentation: it is a function of its key, runs in `jit`, and changes each example by itself. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { add, cast, foldIn, full, jit, type Key, key, randint, type Shape, type Tensor, uniform } from "../../mod.ts";
import * as data from "./mod.ts";

type Any = Tensor<Shape, "f32">;
type Case = readonly [name: string, f: (k: Key, x: Any) => Any];

const labels = (x: Any): Any => cast(full([x.shape[0]!, 1], 1), "f32") as unknown as Any;

const pictures: readonly Case[] = [
  ["randomFlip", (k, x) => data.randomFlip(k, x)],
  ["randomShift", (k, x) => data.randomShift(k, x, 2)],
  ["randomCrop", (k, x) => data.randomCrop(k, x, [4, 5], { padding: 1 }) as unknown as Any],
  ["randomResizedCrop", (k, x) => data.randomResizedCrop(k, x, [4, 5]) as unknown as Any],
  [
    "randomAffine",
    (k, x) => data.randomAffine(k, x, { degrees: 9, shear: 5, scale: [0.8, 1.1], translate: [0.1, 0.2] }),
  ],
  ["randomRotate", (k, x) => data.randomRotate(k, x, 30, { fill: "edge" })],
  ["colorJitter", (k, x) => data.colorJitter(k, x, { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 })],
  ["randomGrayscale", (k, x) => data.randomGrayscale(k, x, 0.5)],
  ["randomNoise", (k, x) => data.randomNoise(k, x, [0.1, 0.2])],
  ["cutout", (k, x) => data.cutout(k, x, 3)],
  ["randomErasing", (k, x) => data.randomErasing(k, x, { fill: "noise" })],
  ["mixup", (k, x) => data.mixup(k, { images: x, labels: labels(x) }, 1).images],
  ["cutmix", (k, x) => data.cutmix(k, { images: x, labels: labels(x) }, 1).images],
  ["augmentWith", data.augmentWith<Any>((k, x) => data.randomFlip(k, x), (k, x) => data.cutout(k, x, 2))],
];

const series: readonly Case[] = [
  ["randomScaling", (k, x) => data.randomScaling(k, x, 0.1)],
  ["timeMask", (k, x) => data.timeMask(k, x, 3)],
  ["frequencyMask", (k, x) => data.frequencyMask(k, x, 2)],
  ["timeShift", (k, x) => data.timeShift(k, x, 2)],
  ["windowSlice", (k, x) => data.windowSlice(k, x, 0.5)],
  ["magnitudeWarp", (k, x) => data.magnitudeWarp(k, x, 0.2)],
];

const text: readonly Case[] = [
  ["wordDropout", (k, x) => data.wordDropout(k, cast(x, "i32"), 0.5, { mask: 1 }) as unknown as Any],
  ["swapNeighbours", (k, x) => data.swapNeighbours(k, cast(x, "i32"), 0.5) as unknown as Any],
  ["maskTokens", (k, x) => data.maskTokens(k, cast(x, "i32"), { mask: 1, vocabulary: 9 }).inputs as unknown as Any],
];

/** Twelve times the same example, or as many as asked for, so that only draws can make a difference. */
const alike = (shape: Shape) => (n: number): Any => {
  const one = shape.length === 1
    ? cast(randint(key(9), [1, ...shape], 2, 1000), "f32")
    : uniform(key(9), [1, ...shape]);
  return add(full([n, ...shape.map(() => 1)], 0), one as Any) as unknown as Any;
};
const all = [
  ...pictures.map((c) => [...c, alike([6, 7, 3])] as const),
  ...series.map((c) => [...c, alike([9, 4])] as const),
  ...text.map((c) => [...c, alike([20])] as const),
];

Deno.test("augmentations are functions of their keys: again the same, and with another key another", () => {
  for (const [name, f, examples] of all) {
    const x = examples(12), y = f(key(1), x).toArray();
    // Mixing examples that are alike leaves them, but for rounding.
    if (name === "mixup" || name === "cutmix") continue;
    assertEquals(f(key(1), x).toArray(), y, name);
    assert(JSON.stringify(f(key(2), x).toArray()) !== JSON.stringify(y), name);
  }
});

Deno.test("augmentations give in jit what they give without", () => {
  for (const [name, f, examples] of all) {
    const x = examples(5), eager = f(key(3), x), compiled = jit(f)(key(3), x), expected = eager.dataSync();
    assertEquals([compiled.shape, compiled.dtype], [eager.shape, eager.dtype], name);
    // Sums may be taken in another order.
    compiled.dataSync().forEach((v, i) => assertAlmostEquals(v, expected[i]!, 1e-5, `${name}: element ${i}`));
  }
});

Deno.test("augmentations change alike examples of a batch differently", () => {
  for (const [name, f, examples] of all) {
    if (name === "mixup" || name === "cutmix") continue;
    const kinds = (f(key(4), examples(12)).toArray() as unknown[]).map((example) => JSON.stringify(example));
    assert(kinds.some((kind) => kind !== kinds[0]), name);
  }
});

Deno.test("augmentations take one example, and none", () => {
  for (const [name, f, examples] of all) {
    for (const n of [0, 1]) {
      const y = f(key(5), examples(n));
      assertEquals([y.shape[0], y.shape.length], [n, examples(n).shape.length], name);
      if (n === 0) assertEquals(jit(f)(key(5), examples(n)).shape, y.shape, name);
    }
  }
});

Deno.test("augmentWith() gives each step a key of its own, and nothing changes without steps", () => {
  const x = uniform(key(6), [4, 3, 3, 1]) as unknown as Any, k = key(7);
  const flip = (k: Key, x: Any) => data.randomFlip(k, x), shift = (k: Key, x: Any) => data.randomShift(k, x, 1);
  const both = data.augmentWith<Any>(flip, shift)(k, x).toArray();
  assertEquals(both, shift(foldIn(k, 1), flip(foldIn(k, 0), x)).toArray());
  assertEquals(data.augmentWith<Any>()(k, x).toArray(), x.toArray());
  assertThrows(() => data.augmentWith("flip" as never), Error, "augmentWith: step 0 is not a function");
});
