/** Classes that have unequally many examples, made to weigh the same. */
import { ArgumentError, foldIn, type Key, permutation, type Tensor, tensor } from "../mod.ts";
import { requireWhole } from "./require_whole.ts";
import { labelList, type Labels, placesByClass } from "./strata.ts";

/**
 * A weight for each class with which all classes together weigh the same and an example one on average: n ÷ (k · nᵢ) for k
 * classes of n examples, nᵢ of them in class i.
 *
 * @param labels Classes by number, from 0, `[n]`.
 * @param classes How many classes there are; one more than the largest label if left out.
 * @returns Weights, f32 `[classes]`: for a weighted loss. A class without an example has 0, and is not counted in k.
 * @throws {ArgumentError} If a label is no whole number from 0 to below `classes`, there is none, or `classes` is no whole
 *   number from 1.
 * @throws {ShapeError} If the labels have not one axis.
 * @see King and Zeng, Logistic regression in rare events data, 2001, https://doi.org/10.1093/oxfordjournals.pan.a004868
 *
 * @example Three of one class, one of the other
 * ```ts
 * import { classWeights } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const [common, rare] = classWeights([0, 0, 0, 1]).toArray();
 * assertEquals([common!.toFixed(4), rare], ["0.6667", 2]);
 * ```
 */
export function classWeights(labels: Labels, classes?: number): Tensor<readonly [number]> {
  const list = labelList("classWeights", labels), n = list.length;
  if (n === 0) throw new ArgumentError("classWeights: there is no label");
  if (classes !== undefined) requireWhole("classWeights", "the number of classes", classes, 1);
  const wrong = Array.from(list).find((x) => !(typeof x === "number" && Number.isInteger(x) && x >= 0));
  if (wrong !== undefined) throw new ArgumentError(`classWeights: labels are whole numbers from 0, not ${wrong}`);
  const classOf = list as ArrayLike<number>, counts: number[] = [];
  for (let i = 0; i < n; i++) counts[classOf[i]!] = (counts[classOf[i]!] ?? 0) + 1;
  const k = classes ?? counts.length;
  if (counts.length > k) throw new ArgumentError(`classWeights: label ${counts.length - 1} is not below ${k} classes`);
  const there = counts.filter((count) => count > 0).length;
  return tensor(Float32Array.from({ length: k }, (_, i) => counts[i] === undefined ? 0 : n / (there * counts[i])));
}

/**
 * Places of examples with which every class is as frequent as the most frequent one: of the others, examples come more than
 * once. Oversample what is trained with only, after the parts to validate and to test with were taken away.
 *
 * @param key A key, used here only. @param labels A label for each example, `[n]`.
 * @returns Places, i32, in an order drawn at random: for `examplesAt`. The examples of a class come equally often, give or
 *   take one.
 * @throws {ShapeError} If the labels have not one axis.
 *
 * @example Two and one
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { oversample } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const places = oversample(key(0), ["a", "a", "b"]).toArray();
 * assertEquals(places.filter((i) => i === 2).length, 2);
 * ```
 */
export function oversample(key: Key, labels: Labels): Tensor<readonly [number], "i32"> {
  return balanced("oversample", key, labels, Math.max);
}

/**
 * Places of examples with which every class is as frequent as the rarest one: of the others, examples are left out.
 *
 * @param key A key, used here only. @param labels A label for each example, `[n]`.
 * @returns Places, i32, in an order drawn at random: for `examplesAt`. None comes more than once.
 * @throws {ShapeError} If the labels have not one axis.
 *
 * @example Two and one
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { undersample } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(undersample(key(0), ["a", "a", "b"]).size, 2);
 * ```
 */
export function undersample(key: Key, labels: Labels): Tensor<readonly [number], "i32"> {
  return balanced("undersample", key, labels, Math.min);
}

function balanced(
  op: string,
  key: Key,
  labels: Labels,
  choose: (...counts: number[]) => number,
): Tensor<readonly [number], "i32"> {
  const list = labelList(op, labels), order = permutation(foldIn(key, 0), list.length).dataSync();
  const strata = placesByClass(list, order).map(([, places]) => places);
  const each = choose(...strata.map((places) => places.length));
  const chosen = strata.flatMap((places) => Array.from({ length: each }, (_, i) => places[i % places.length]!));
  const mixed = permutation(foldIn(key, 1), chosen.length).dataSync();
  return tensor(Int32Array.from(mixed, (i) => chosen[i]!)) as Tensor<readonly [number], "i32">;
}
