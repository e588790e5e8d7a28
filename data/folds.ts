/** Cross-validation: every example is tested with once, by a model that has not seen it. */
import { ArgumentError, foldIn, type Key, permutation, type Tensor, tensor } from "../mod.ts";
import { at, countOf } from "./batches.ts";
import type { StratifyOptions } from "./splits.ts";
import { deal, labelList, placesByClass } from "./strata.ts";

/** Where the examples of one fold are. */
export interface Fold {
  /** The places of the examples to train with, `[count − n]`, i32. */
  readonly train: Tensor<readonly [number], "i32">;
  /** The places of those to validate with, `[n]`, i32. */
  readonly validation: Tensor<readonly [number], "i32">;
}

const orderOf = (key: Key, count: number): Int32Array => permutation(foldIn(key, 0), count).dataSync() as Int32Array;

/** Places to train with and to validate with, fold by fold; the first `count % k` folds have one more to validate with. */
function foldsOf(
  op: string,
  count: number,
  k: number,
  key: Key,
  { stratify }: StratifyOptions,
): readonly (readonly [Int32Array, Int32Array])[] {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new ArgumentError(`${op}: there are at least 2 examples, not ${count}`);
  }
  if (!(Number.isInteger(k) && k >= 2 && k <= count)) {
    throw new ArgumentError(`${op}: k is a whole number from 2 to the number of examples, ${count}, not ${k}`);
  }
  const least = Math.floor(count / k), more = count % k;
  const begin = (i: number): number => i * least + Math.min(i, more);
  const drawn = orderOf(key, count);
  const order = stratify === undefined ? drawn : Int32Array.from(
    deal(
      placesByClass(labelList(op, stratify, count), drawn).flatMap(([, places]) => places),
      Array.from({ length: k }, (_, i) => begin(i + 1) - begin(i)),
    ).flat(),
  );
  return Array.from({ length: k }, (_, i) => {
    const [from, to] = [begin(i), begin(i + 1)];
    return [Int32Array.from([...order.subarray(0, from), ...order.subarray(to)]), order.slice(from, to)] as const;
  });
}

/**
 * k folds of examples, in an order drawn at random: each example is in the validation part of one fold and in the training
 * part of all others.
 *
 * @param count How many examples there are, from 2. @param k How many folds, from 2 to `count` (leave one out).
 * @param key A key, used here only.
 * @param options `stratify`: labels whose classes every fold has in their shares, as near as whole numbers come.
 * @returns The folds; validation parts differ by one in length at most.
 * @throws {ArgumentError} If `count` or `k` is out of range. @throws {ShapeError} If there are not `count` labels.
 * @see Stone, Cross-validatory choice and assessment of statistical predictions, 1974,
 *   https://doi.org/10.1111/j.2517-6161.1974.tb00994.x
 *
 * @example Five examples in two folds
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { kFold } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const folds = kFold(5, 2, key(0));
 * assertEquals(folds.map(({ train, validation }) => [train.size, validation.size]), [[2, 3], [3, 2]]);
 * ```
 */
export function kFold(count: number, k: number, key: Key, options: StratifyOptions = {}): readonly Fold[] {
  return foldsOf("kFold", count, k, key, options).map(([train, validation]) => ({
    train: tensor(train) as Tensor<readonly [number], "i32">,
    validation: tensor(validation) as Tensor<readonly [number], "i32">,
  }));
}

/** What `crossValidate` measured. */
export interface CrossValidation {
  /** Each fold's score. */
  readonly scores: readonly number[];
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation, with k − 1 below. */
  readonly deviation: number;
}

/**
 * Trains and scores a model on each of k folds, one after the other.
 *
 * @param examples A tree of tensors with an axis of examples in front, equally long.
 * @param k How many folds, from 2 to the number of examples. @param key A key, for the folds and for each training.
 * @param score Trains with the first examples and gives the score of the second, with a key of its own and the fold's
 *   number, from 0.
 * @param options `stratify`: labels whose classes every fold has in their shares.
 * @returns A promise of the scores, their mean and their deviation.
 * @throws {ArgumentError} If `k` is out of range, or there is no tensor.
 * @throws {ShapeError} If the tensors, or the labels, are not equally many.
 *
 * @example How well the mean predicts
 * ```ts
 * import { key, mean, square, sub, tensor } from "@adjoint/adjoint";
 * import { crossValidate } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const error = (train: { readonly y: ReturnType<typeof tensor> }, test: typeof train) =>
 *   (mean(square(sub(test.y, mean(train.y)))) as ReturnType<typeof tensor>).item() as number;
 * const { scores, mean: average } = await crossValidate({ y: tensor([2, 2, 2, 2]) }, 4, key(0), error);
 * assertEquals([scores, average], [[0, 0, 0, 0], 0]);
 * ```
 */
export async function crossValidate<T>(
  examples: T,
  k: number,
  key: Key,
  score: (train: T, validation: T, key: Key, fold: number) => number | Promise<number>,
  options: StratifyOptions = {},
): Promise<CrossValidation> {
  const folds = foldsOf("crossValidate", countOf("crossValidate", examples), k, key, options), scores: number[] = [];
  for (const [i, [train, validation]] of folds.entries()) {
    scores.push(await score(at(examples, train), at(examples, validation), foldIn(key, i + 1), i));
  }
  const mean = scores.reduce((a, b) => a + b, 0) / k;
  const squares = scores.reduce((sum, s) => sum + (s - mean) ** 2, 0);
  return { scores, mean, deviation: Math.sqrt(squares / (k - 1)) };
}
