/** Precision, recall and F1, for each class or over all of them. */
import { add, cast, diagonal, div, equal, greater, mul, type Shape, sum, type Tensor, where } from "../mod.ts";
import { requireChoice } from "./operands.ts";
import { mapMetric, type Metric, type MetricValue } from "./metrics.ts";
import { type ClassBatch, type ClassMetricOptions, type Confusion, confusion } from "./metrics_classes.ts";

/**
 * How classes are put together: `"macro"`, the mean over the classes that occur or are predicted; `"micro"`, of the counts
 * of all classes, which of one label an example is the accuracy; `"none"`, a number for each class.
 */
export type Average = "macro" | "micro" | "none";

/** Options of `precision`, `recall` and `f1`. */
export interface AverageOptions<A extends Average = Average> extends ClassMetricOptions {
  /** How classes are put together, `"macro"` if left out. */
  readonly average?: A;
}

/** A number, or one for each class, `[classes]`. */
export type Averaged<A extends Average> = A extends "none" ? Tensor<readonly [number], "f64"> : MetricValue;

type Counts = Tensor<Shape, "f64">;
/** A share of counts: true positives, all that were predicted, all that there are. */
type Share = (right: Counts, predicted: Counts, actual: Counts) => readonly [part: Counts, whole: Counts];

function shareMetric<A extends Average>(op: string, classes: number, options: AverageOptions<A>, share: Share) {
  const average = requireChoice(op, "average", options.average ?? "macro", ["macro", "micro", "none"]);
  return mapMetric(confusion(op, classes, options), (matrix) => {
    const counts = cast(matrix, "f64") as Counts, axis = (k: number) => sum(counts, { axis: k }) as Counts;
    const groups = [diagonal(matrix), axis(0), axis(1)].map((x) => cast(x as Counts, "f64") as Counts);
    const [right, predicted, actual] = groups as [Counts, Counts, Counts];
    if (average === "micro") {
      const [part, whole] = share(sum(right) as Counts, sum(predicted) as Counts, sum(actual) as Counts);
      return div(part, whole);
    }
    const [part, whole] = share(right, predicted, actual), empty = equal(whole, 0) as Tensor<Shape, "bool">;
    const each = where(empty, 0, div(part, where(empty, 1, whole)) as Counts) as Counts;
    const known = greater(add(predicted, actual), 0) as Tensor<Shape, "bool">;
    return average === "none" ? each : div(sum(where(known, each, 0)), sum(cast(known, "f64")));
  }) as unknown as Metric<ClassBatch, Confusion, Averaged<A>>;
}

/**
 * Precision: of the examples taken for a class, the share that is of it; 0 for a class that none was taken for.
 *
 * @param classes How many classes. @param options `average`, `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; averages of no examples are NaN.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class or logits have not as many.
 *
 * @example For each class
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, precision } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 1], [0, 3], [0, 1]]), labels = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(measure(precision(2, { average: "none" }), [[logits, labels]]).toArray(), [1, 0.5]);
 * ```
 */
export const precision = <const A extends Average = "macro">(
  classes: number,
  options: AverageOptions<A> = {},
): Metric<ClassBatch, Confusion, Averaged<A>> =>
  shareMetric("precision", classes, options, (right, predicted) => [right, predicted]);

/**
 * Recall: of the examples of a class, the share that was taken for it; 0 for a class without examples.
 *
 * @param classes How many classes. @param options `average`, `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; averages of no examples are NaN.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class or logits have not as many.
 *
 * @example For each class
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, recall } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 1], [0, 3], [0, 1]]), labels = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(measure(recall(2, { average: "none" }), [[logits, labels]]).toArray(), [0.5, 1]);
 * ```
 */
export const recall = <const A extends Average = "macro">(
  classes: number,
  options: AverageOptions<A> = {},
): Metric<ClassBatch, Confusion, Averaged<A>> =>
  shareMetric("recall", classes, options, (right, _, actual) => [right, actual]);

/**
 * F1, the harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN); 0 for a class of which nothing is right.
 *
 * @param classes How many classes. @param options `average`, `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; averages of no examples are NaN.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class or logits have not as many.
 * @see Van Rijsbergen, Information retrieval, 1979, http://www.dcs.gla.ac.uk/Keith/Preface.html, chapter 7
 *
 * @example The mean of two classes
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { f1, measure } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 1], [0, 3], [0, 1]]), labels = tensor([0, 1, 0], { dtype: "i32" });
 * assertAlmostEquals(measure(f1(2), [[logits, labels]]).item(), 2 / 3, 1e-15);
 * ```
 */
export const f1 = <const A extends Average = "macro">(
  classes: number,
  options: AverageOptions<A> = {},
): Metric<ClassBatch, Confusion, Averaged<A>> =>
  shareMetric("f1", classes, options, (right, predicted, actual) => [
    mul(right, 2) as Counts,
    add(predicted, actual) as Counts,
  ]);
