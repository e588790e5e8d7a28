/** Metrics of classifiers. All take logits and class indices, as `softmaxCrossEntropy` does. */
import {
  add,
  and,
  arange,
  argmax,
  ArgumentError,
  bincount,
  cast,
  div,
  type DType,
  equal,
  expandDims,
  type FloatDType,
  less,
  lessEqual,
  mul,
  not,
  or,
  reshape,
  type Shape,
  sum,
  type Tensor,
  where,
  zeros,
} from "../mod.ts";
import { ignoredByDefault, requireClasses, requireIgnoreIndex, requireLabels } from "./labels.ts";
import { requireFloats } from "./losses.ts";
import { addTrees, type Count, type Metric, type MetricValue } from "./metrics.ts";

/** Truth values. */
export type Flags = Tensor<Shape, "bool">;
type Indices = Tensor<Shape, "i32">;

/** A batch of a classifier: logits `[...L, classes]` and class indices, integers `[...L]`. */
export type ClassBatch = readonly [logits: Tensor<Shape, FloatDType>, labels: Tensor<Shape, DType>];

/** Options of metrics of classifiers. */
export interface ClassMetricOptions {
  /** Examples with this label do not count; −100 if left out. */
  readonly ignoreIndex?: number;
}

/** Logits, and where their labels are; in a compiled program, where an index out of range cannot throw, it does not count. */
export interface Labelled {
  readonly logits: Tensor;
  /** Whether this is the class, `[...L, classes]`. */
  readonly chosen: Flags;
  /** Whether an example counts, `[...L]`. */
  readonly counted: Flags;
}

/** Checks a batch of a classifier. */
export function labelled(
  op: string,
  given: unknown,
  labels: unknown,
  { ignoreIndex = ignoredByDefault }: ClassMetricOptions,
) {
  const logits = requireFloats(op, "logits", given),
    { chosen, counted } = requireLabels(op, "logits", logits, labels, ignoreIndex);
  return { logits, chosen, counted: equal(counted, 1) as Flags } satisfies Labelled;
}

const count = (flags: Flags): Count => sum(cast(flags, "i32")) as Count;
const f64 = (x: Indices): Tensor<Shape, "f64"> => cast(x, "f64");

/** How many of the examples that count were right. */
export interface Tally {
  /** How many were right. */
  readonly right: Count;
  /** How many there were. */
  readonly count: Count;
}

/** Accuracy by rank: the label's logit is among the k largest; of equal logits the first classes are the larger ones. */
function ranked(op: string, k: number, options: ClassMetricOptions): Metric<ClassBatch, Tally, MetricValue> {
  if (!(Number.isInteger(k) && k >= 1)) throw new ArgumentError(`${op}: k is a whole number from 1, not ${String(k)}`);
  requireIgnoreIndex(op, options.ignoreIndex ?? ignoredByDefault);
  const none = zeros([], { dtype: "i32" }) as Count;
  return {
    of: (given, labels) => {
      const { logits, chosen, counted } = labelled(op, given, labels, options), classes = logits.shape.at(-1)!;
      const places = arange(0, classes, 1, { dtype: "i32" }) as Indices;
      const own = expandDims(sum(where(chosen, logits, 0), { axis: -1 }) as Tensor, -1) as Tensor;
      const at = expandDims(sum(where(chosen, places, 0), { axis: -1 }) as Indices, -1) as Indices;
      // What is not known to be less or equal is larger, so that NaN is never right.
      const above = or(not(lessEqual(logits, own) as Flags), and(equal(logits, own), less(places, at))) as Flags;
      const rank = sum(cast(above, "i32"), { axis: -1 }) as Indices;
      return { right: count(and(less(rank, k), counted) as Flags), count: count(counted) };
    },
    concat: addTrees,
    empty: { right: none, count: none },
    value: ({ right, count }) => div(f64(right), f64(count)) as MetricValue,
  };
}

/**
 * Accuracy: the share of examples whose label has the largest logit; of equal ones the first counts, as with `argmax`.
 *
 * @param options `ignoreIndex`: the label that does not count, −100 if left out.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; NaN of no examples.
 * @throws {ArgumentError} If the index to ignore is no whole number; from `of`, if a label is no class.
 *
 * @example Two of three
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { accuracy, measure } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 1], [0, 3], [1, 0]]), labels = tensor([0, 1, 1], { dtype: "i32" });
 * assertAlmostEquals(measure(accuracy(), [[logits, labels]]).item(), 2 / 3, 1e-15);
 * ```
 */
export const accuracy = (options: ClassMetricOptions = {}): Metric<ClassBatch, Tally, MetricValue> =>
  ranked("accuracy", 1, options);

/**
 * Top-k accuracy: the share of examples whose label is among the k largest logits; of equal ones the first count.
 *
 * @param k How many, from 1. @param options `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; NaN of no examples.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class.
 *
 * @example The second guess counts too
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, topKAccuracy } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = tensor([[3, 2, 1], [3, 2, 1]]), labels = tensor([1, 2], { dtype: "i32" });
 * assertEquals(measure(topKAccuracy(2), [[logits, labels]]).item(), 0.5);
 * ```
 */
export const topKAccuracy = (k: number, options: ClassMetricOptions = {}): Metric<ClassBatch, Tally, MetricValue> =>
  ranked("topKAccuracy", k, options);

/** How often each class, a row, was taken for each, a column: `[classes, classes]`. */
export type Confusion = Tensor<readonly [number, number], "i32">;

/** `confusionMatrix`, for a metric that is called otherwise in messages. */
export function confusion(
  op: string,
  classes: number,
  options: ClassMetricOptions,
): Metric<ClassBatch, Confusion, Confusion> {
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new ArgumentError(`${op}: classes are a whole number from 1, not ${String(classes)}`);
  }
  requireIgnoreIndex(op, options.ignoreIndex ?? ignoredByDefault);
  return {
    of: (given, labels) => {
      const { logits, chosen, counted } = labelled(op, given, labels, options);
      if (requireClasses(op, "logits", logits) !== classes) {
        throw new ArgumentError(`${op}: logits have ${logits.shape.at(-1)} classes, not ${classes}; name as many`);
      }
      const label = sum(where(chosen, arange(0, classes, 1, { dtype: "i32" }) as Indices, 0), { axis: -1 }) as Indices;
      const taken = argmax(logits, { axis: -1 }) as Indices;
      const cell = where(counted, add(mul(label, classes), taken), -1) as Indices;
      return reshape(bincount(cell, { length: classes * classes }), [classes, classes]);
    },
    concat: (x, y) => add(x, y) as Confusion,
    empty: zeros([classes, classes], { dtype: "i32" }),
    value: (counts) => counts,
  };
}

/**
 * The confusion matrix: how often examples of one class had their largest logit at another.
 *
 * @param classes How many classes. @param options `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`: counts `[classes, classes]`, i32, with labels
 *   as rows and predictions as columns.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class or logits have not as many.
 *
 * @example One zero taken for a one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { confusionMatrix, measure } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 1], [0, 3], [0, 1]]), labels = tensor([0, 1, 0], { dtype: "i32" });
 * assertEquals(measure(confusionMatrix(2), [[logits, labels]]).toArray(), [[1, 1], [0, 1]]);
 * ```
 */
export const confusionMatrix = (
  classes: number,
  options: ClassMetricOptions = {},
): Metric<ClassBatch, Confusion, Confusion> => confusion("confusionMatrix", classes, options);
