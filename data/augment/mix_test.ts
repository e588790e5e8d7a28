/** Mixed examples: that labels tell what is in them, and how much is drawn to be. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { add, arange, cast, eye, jit, type Key, key, ones, reshape, type Tensor, zeros } from "../../mod.ts";
import { assertUniform, type Pictures } from "../../tests/places.ts";
import { cutmix, mixup } from "./mod.ts";

type Labels = Tensor<readonly [number, number]>;
const labelsOf = (n: number): Labels => eye(n) as unknown as Labels;

/** Pictures of which each pixel is the number of its picture. */
const numbered = (n: number, height: number, width: number): Pictures =>
  add(zeros([n, height, width, 1]), reshape(arange(n) as never, [n, 1, 1, 1] as never)) as unknown as Pictures;

/** The share of its own class that is left in each row, of those that were mixed with another. */
function sharesOf(labels: Labels): number[] {
  return labels.toArray().flatMap((row, i) => {
    // Two shares in f32, from one number and its complement.
    assertAlmostEquals(row.reduce((a, b) => a + b, 0), 1, 1e-6);
    assert(row.filter((v) => v !== 0).length <= 2);
    return row[i]! > 1 - 1e-6 && row.filter((v) => v !== 0).length === 1 ? [] : [row[i]!];
  });
}

Deno.test("mixup() blends pictures and labels by the same shares, with partners in another order", () => {
  const n = 300, labels = labelsOf(n), images = reshape(labels, [n, n, 1, 1]) as unknown as Pictures;
  const mix = jit((k: Key, x: Pictures, y: Labels) => mixup(k, { images: x, labels: y }, 1));
  const mixed = mix(key(1), images, labels);
  assertEquals(mixed.images.dataSync(), mixed.labels.dataSync());
  // The beta distribution of 1 and 1 is uniform.
  assertUniform(sharesOf(mixed.labels), 0, 1, 1e-6);
  // Every example is a partner once, so that classes get λ of one example and 1 − λ of another.
  const partners = mixed.labels.toArray().map((row, i) => Math.max(0, row.findIndex((v, c) => v !== 0 && c !== i)));
  assert(new Set(partners).size > n - 10);
});

Deno.test("mixup() draws shares from the beta distribution of its alpha", () => {
  const n = 300, { labels } = mixup(key(2), { images: zeros([n, 1]), labels: labelsOf(n) }, 0.2);
  const shares = sharesOf(labels), spread = shares.reduce((s, v) => s + (v - 0.5) ** 2, 0) / shares.length;
  const variance = 1 / (4 * (2 * 0.2 + 1));
  // Squares between 0 and 1/4 of mean m deviate by √(m · (1/4 − m)) at most.
  assertAlmostEquals(spread, variance, 5 * Math.sqrt(variance * (0.25 - variance) / shares.length));
});

Deno.test("cutmix() weighs labels by the area that each picture keeps", () => {
  const n = 200, mix = jit((k: Key, x: Pictures, y: Labels) => cutmix(k, { images: x, labels: y }, 1));
  const { images, labels } = mix(key(3), numbered(n, 10, 12), labelsOf(n)), rows = labels.toArray();
  const boxes = images.toArray().map((picture, i) => {
    const pixels = picture.flat(2), other = pixels.find((v) => v !== i);
    const kept = pixels.filter((v) => v === i).length / pixels.length;
    assert(pixels.every((v) => v === i || v === other));
    assertAlmostEquals(rows[i]![i]!, kept, 1e-6);
    if (other !== undefined) assertAlmostEquals(rows[i]![other]!, 1 - kept, 1e-6);
    return kept;
  });
  assert(Math.min(...boxes) < 0.5 && Math.max(...boxes) === 1, `${Math.min(...boxes)} to ${Math.max(...boxes)}`);
});

Deno.test("cutmix() draws boxes of 1 − λ of the area, cut off at the edges", () => {
  const n = 200, side = 40, keep = cutmix(key(4), { images: numbered(n, side, side), labels: labelsOf(n) }, 1e4);
  // λ is 1/2 ± 0.02, so boxes are ⌊√(1 − λ) · 40⌋ = 28 long, from 14 before a middle of 0 to 39 to 14 after.
  const mean = 1 - keep.labels.toArray().reduce((s, row, i) => s + row[i]!, 0) / n;
  // 14 + … + 1 of them are cut off on one side and 13 + … + 1 on the other, of 40 middles: 28 − 196 / 40 are left.
  const expected = (23.1 / side) ** 2;
  // Areas between 14² and 28² deviate by half of what is between at most.
  assertAlmostEquals(mean, expected, 5 * (28 ** 2 - 14 ** 2) / (2 * side ** 2) / Math.sqrt(n));
});

Deno.test("mixing keeps dtypes, and one or no examples", () => {
  const bytes = cast(ones([1, 2, 2, 1]), "u8"), mixed = cutmix(key(0), { images: bytes, labels: ones([1, 1]) }, 1);
  assertEquals([mixed.images.dtype, mixed.images.toArray(), mixed.labels.toArray()], ["u8", bytes.toArray(), [[1]]]);
  const wide = mixup(key(0), { images: cast(ones([2, 3]), "f64"), labels: cast(eye(2), "f64") }, 1);
  assertEquals([wide.images.dtype, wide.labels.dtype], ["f64", "f64"]);
  assertEquals(mixup(key(0), { images: ones([0, 3]), labels: ones([0, 2]) }, 1).images.shape, [0, 3]);
  assertEquals(cutmix(key(0), { images: ones([0, 3, 3, 1]), labels: ones([0, 2]) }, 1).labels.shape, [0, 2]);
});

Deno.test("mixing refuses labels that do not fit, and alphas that are none", () => {
  const images = ones([2, 2, 2, 1]), labels = labelsOf(2);
  const shape = "mixup: 2 examples have labels [2, classes], one-hot, not [3, 3]";
  assertThrows(() => mixup(key(0), { images, labels: labelsOf(3) }, 1), Error, shape);
  assertThrows(() => mixup(key(0), { images, labels: cast(labels, "i32") }, 1), Error, "mixup: takes floats, not i32");
  assertThrows(() => mixup(key(0), { images: cast(images, "u8"), labels }, 1), Error, "mixup: takes floats, not u8");
  assertThrows(() => cutmix(key(0), { images, labels }, 0), Error, "cutmix: alpha is a number above 0, not 0");
  assertThrows(() => cutmix(key(0), { images: ones([2, 2]), labels }, 1), Error, "cutmix: expected pictures");
});
