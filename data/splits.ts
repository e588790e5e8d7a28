/** Examples in parts: to train with, to choose with and to test with. */
import { ArgumentError, foldIn, type Key, permutation, type Tensor } from "../mod.ts";
import { at, countOf } from "./batches.ts";
import { apportion, deal, labelList, type Labels, placesByClass } from "./strata.ts";

/** Options of what parts examples. */
export interface StratifyOptions {
  /** A label for each example: every part has each class in its share, as near as whole numbers come. */
  readonly stratify?: Labels;
}

/**
 * The examples at some places.
 *
 * @param examples A tree of tensors with an axis of examples in front, equally long.
 * @param places Which ones, i32 `[n]`: those of a `Fold`, or of `oversample`. One may come more than once.
 * @returns A tree like `examples`, of n examples.
 * @throws {ArgumentError} If there is no tensor. @throws {ShapeError} If they have not equally many examples.
 *
 * @example The last and the first
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { examplesAt } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { x } = examplesAt({ x: tensor([5, 6, 7]) }, tensor([2, 0], { dtype: "i32" }));
 * assertEquals(x.toArray(), [7, 5]);
 * ```
 */
export function examplesAt<T>(examples: T, places: Tensor<readonly [number], "i32">): T {
  countOf("examplesAt", examples);
  return at(examples, places.dataSync() as Int32Array);
}

/**
 * Examples in parts, drawn at random.
 *
 * @param key A key, used here only.
 * @param examples A tree of tensors with an axis of examples in front, equally long.
 * @param fractions How much goes to each part, by its name; together 1. No part with a fraction above 0 is empty where there
 *   are enough examples.
 * @param options `stratify`: labels whose classes every part has in their shares.
 * @returns The parts by their names.
 * @throws {ArgumentError} If fractions are out of range or do not add up to 1, or there is no tensor.
 * @throws {ShapeError} If the tensors, or the labels, are not equally many.
 *
 * @example To train, to choose and to test
 * ```ts
 * import { arange, key } from "@adjoint/adjoint";
 * import { splitExamples } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const parts = splitExamples(key(0), { x: arange(20) }, { train: 0.7, validation: 0.15, test: 0.15 });
 * assertEquals([parts.train.x.size, parts.validation.x.size, parts.test.x.size], [14, 3, 3]);
 * ```
 */
export function splitExamples<T, const F extends Readonly<Record<string, number>>>(
  key: Key,
  examples: T,
  fractions: F,
  options: StratifyOptions = {},
): { readonly [K in keyof F]: T } {
  const names = Object.keys(fractions);
  const parts = partsOf("splitExamples", key, examples, Object.values(fractions), options);
  return Object.fromEntries(parts.map((part, i) => [names[i]!, part])) as { readonly [K in keyof F]: T };
}

function partsOf<T>(
  op: string,
  key: Key,
  examples: T,
  fractions: readonly number[],
  { stratify }: StratifyOptions,
): readonly T[] {
  const count = countOf(op, examples), sizes = apportion(op, count, fractions);
  const order = [...permutation(foldIn(key, 0), count).dataSync()];
  if (stratify !== undefined) {
    const strata = placesByClass(labelList(op, stratify, count), order);
    return deal(strata.flatMap(([, places]) => places), sizes).map((places) => at(examples, Int32Array.from(places)));
  }
  const begins = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a + b, 0));
  return sizes.map((size, i) => at(examples, Int32Array.from(order.slice(begins[i], begins[i]! + size))));
}

/**
 * Examples in two parts, drawn at random: to train with, and to test with.
 *
 * @param key A key, used here only.
 * @param examples A tree of tensors with an axis of examples in front, equally long.
 * @param fraction How much goes to the second part, from 0 to 1; at least one example is in each part where there are two.
 * @param options `stratify`: labels whose classes both parts have in their shares.
 * @returns The first part and the second.
 * @throws {ArgumentError} If the fraction is out of range, or there is no tensor.
 * @throws {ShapeError} If the tensors, or the labels, are not equally many.
 *
 * @example A fifth to test with
 * ```ts
 * import { arange, key } from "@adjoint/adjoint";
 * import { trainTestSplit } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const [train, test] = trainTestSplit(key(0), { x: arange(10) }, 0.2);
 * assertEquals([train.x.shape, test.x.shape], [[8], [2]] as never);
 * ```
 */
export function trainTestSplit<T>(
  key: Key,
  examples: T,
  fraction: number,
  options: StratifyOptions = {},
): readonly [T, T] {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new ArgumentError(`trainTestSplit: the fraction is from 0 to 1, not ${fraction}`);
  }
  const [first, second] = partsOf("trainTestSplit", key, examples, [1 - fraction, fraction], options);
  return [first!, second!];
}
