/** Parts cover all examples, once each, in the shares that were asked for. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, ArgumentError, key, ShapeError, sum, tensor, zeros } from "../mod.ts";
import { classWeights, examplesAt, kFold, oversample, splitExamples, trainTestSplit, undersample } from "./mod.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sorted = (xs: readonly number[]): number[] => [...xs].sort((a, b) => a - b);
const labelled = fc.array(fc.nat(3), { minLength: 3, maxLength: 60 });
const fractions = fc.array(fc.nat(10), { minLength: 2, maxLength: 4 }).filter((xs) => xs.some((x) => x > 0))
  .map((xs) => xs.map((x) => x / xs.reduce((a, b) => a + b, 0)));

Deno.test("splitExamples() puts each example into one part, and as many into each as its fraction says", () => {
  fc.assert(fc.property(labelled, fractions, fc.boolean(), (labels, shares, stratified) => {
    const named = Object.fromEntries(shares.map((f, i) => [`part${i}`, f])), n = labels.length;
    const parts = splitExamples(key(1), { x: arange(n) }, named, stratified ? { stratify: labels } : {});
    const got = Object.values(parts).map(({ x }) => x.toArray() as unknown as number[]);
    assertEquals(sorted(got.flat()), range(n));
    for (const [i, part] of got.entries()) {
      // Rounding moves a size by less than one; the example that no part is to be without, by at most one of each other part.
      assert(Math.abs(part.length - shares[i]! * n) < shares.length, `${part.length} of ${n} for ${shares[i]}`);
      if (shares[i] === 0 || n >= shares.filter((f) => f > 0).length) assertEquals(part.length === 0, shares[i] === 0);
    }
  }));
});

Deno.test("Stratified parts and folds have each class in its share", () => {
  fc.assert(fc.property(labelled, fc.integer({ min: 2, max: 5 }), (labels, k) => {
    fc.pre(labels.length >= k);
    const counts = (places: readonly number[]) => range(4).map((c) => places.filter((i) => labels[i] === c).length);
    const all = counts(range(labels.length));
    for (const { validation } of kFold(labels.length, k, key(2), { stratify: labels })) {
      const share = counts(validation.toArray() as unknown as number[]);
      // Dealt out in turn, a class's share of a fold is off by less than two: one where it begins, one where it ends.
      for (const [c, n] of share.entries()) {
        assert(Math.abs(n - all[c]! / k) < 2, `${n} of ${all[c]} in a fold of ${k}`);
      }
    }
  }));
  const labels = Int32Array.from({ length: 100 }, (_, i) => i < 90 ? 0 : 1), examples = { y: tensor(labels) };
  const { train, test } = splitExamples(key(0), examples, { train: 0.8, test: 0.2 }, { stratify: examples.y });
  assertEquals([train.y, test.y].map((y) => sum(y).item()), [8, 2]);
  const [, fifth] = trainTestSplit(key(0), examples, 0.2, { stratify: [...labels].map((x) => x === 0 ? "no" : "yes") });
  assertEquals(sum(fifth.y).item(), 2);
});

Deno.test("examplesAt() takes examples by their places, more than once if asked", () => {
  const got = examplesAt({ x: tensor([[1], [2]]) }, tensor(Int32Array.of(1, 1, 0)));
  assertEquals(got.x.toArray() as unknown, [[2], [2], [1]]);
});

Deno.test("classWeights() makes all classes weigh the same and an example one on average", () => {
  fc.assert(fc.property(labelled, (labels) => {
    const weights = classWeights(labels, 5).toArray() as unknown as number[];
    const sums = range(5).map((c) => labels.filter((x) => x === c).length * weights[c]!);
    const there = sums.filter((s) => s > 0);
    // Weights are f32: 2⁻²⁴ relative each.
    for (const s of there) assert(Math.abs(s / (labels.length / there.length) - 1) < 2 ** -23, `${s}`);
    assertEquals(weights[4], 0);
  }));
});

Deno.test("oversample() and undersample() give each class equally many, and its examples equally often", () => {
  fc.assert(fc.property(labelled, (labels) => {
    const counts = range(4).map((c) => labels.filter((x) => x === c).length).filter((n) => n > 0);
    for (const [sample, each] of [[oversample, Math.max(...counts)], [undersample, Math.min(...counts)]] as const) {
      const places = sample(key(3), labels).toArray() as unknown as number[];
      assertEquals(places.length, each * counts.length);
      const times = range(labels.length).map((i) => places.filter((p) => p === i).length);
      for (const c of range(4)) {
        const of = times.filter((_, i) => labels[i] === c);
        assert(of.length === 0 || Math.max(...of) - Math.min(...of) <= 1);
        assertEquals(of.reduce((a, b) => a + b, 0), of.length === 0 ? 0 : each);
      }
    }
  }));
  assertEquals(oversample(key(0), []).size, 0);
});

Deno.test("Parts that cannot be are refused", () => {
  const x = zeros([4]);
  const table: readonly (readonly [() => unknown, typeof ArgumentError | typeof ShapeError, string])[] = [
    [
      () => splitExamples(key(0), x, { a: 0.5, b: 0.4 }),
      ArgumentError,
      "splitExamples: fractions are from 0 to 1 and add up to 1, not 0.5 + 0.4 = 0.9",
    ],
    [() => splitExamples(key(0), x, { a: 1.5, b: -0.5 }), ArgumentError, "splitExamples: fractions are from 0 to 1"],
    [
      () => splitExamples(key(0), x, { a: 1 }, { stratify: [1] }),
      ShapeError,
      "splitExamples: there are 1 labels for 4 examples",
    ],
    [() => kFold(4, 2, key(0), { stratify: [1] }), ShapeError, "kFold: there are 1 labels for 4 examples"],
    [
      () => classWeights(zeros([2, 2]) as never),
      ShapeError,
      "classWeights: labels are [examples], got [2, 2]; of one-hot rows take argmax",
    ],
    [() => classWeights([0, -1]), ArgumentError, "classWeights: labels are whole numbers from 0, not -1"],
    [() => classWeights(["a"]), ArgumentError, "classWeights: labels are whole numbers from 0, not a"],
    [
      () => classWeights([0], NaN),
      ArgumentError,
      "classWeights: the number of classes is a whole number from 1, not NaN",
    ],
    [() => classWeights([3], 3), ArgumentError, "classWeights: label 3 is not below 3 classes"],
    [() => classWeights([]), ArgumentError, "classWeights: there is no label"],
  ];
  for (const [call, error, message] of table) assertThrows(call, error, message);
});
