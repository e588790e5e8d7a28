/** Metrics of predicted probabilities: perplexity, calibration, and the area under the ROC curve. */
import {
  abs,
  add,
  any,
  argmax,
  ArgumentError,
  bincount,
  cast,
  ceil,
  clamp,
  concat,
  div,
  type DType,
  DTypeError,
  equal,
  exp,
  type FloatDType,
  isNaN,
  max,
  mul,
  notEqual,
  reshape,
  searchSorted,
  type Shape,
  ShapeError,
  sort,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
} from "../mod.ts";
import { softmax } from "./activations_softmax.ts";
import { ignoredByDefault, requireIgnoreIndex } from "./labels.ts";
import { requireFloats, requireTensor, sameShape } from "./losses.ts";
import { softmaxCrossEntropy } from "./losses_cross_entropy.ts";
import {
  addTrees,
  type Count,
  mapMetric,
  meanOf,
  type Metric,
  type MetricValue,
  nothing,
  type Total,
  totalOf,
} from "./metrics.ts";
import { type ClassBatch, type ClassMetricOptions, type Flags, labelled } from "./metrics_classes.ts";

type Indices = Tensor<Shape, "i32">;
type Doubles = Tensor<Shape, "f64">;

/**
 * Perplexity: e to the mean cross entropy, over all tokens of all batches.
 *
 * @param options `ignoreIndex`: the label that does not count, such as that of padding; −100 if left out.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; NaN of no tokens.
 * @throws {ArgumentError} If the index to ignore is no whole number; from `of`, if a label is no class.
 * @see Jelinek et al., Perplexity — a measure of the difficulty of speech recognition tasks, 1977,
 *   https://doi.org/10.1121/1.2016299
 *
 * @example As undecided as four equal classes
 * ```ts
 * import { tensor, zeros } from "@adjoint/adjoint";
 * import { measure, perplexity } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const labels = tensor([1, 3], { dtype: "i32" });
 * assertAlmostEquals(measure(perplexity(), [[zeros([2, 4]), labels]]).item(), 4, 1e-6);
 * ```
 */
export function perplexity(options: ClassMetricOptions = {}): Metric<ClassBatch, Total, MetricValue> {
  const op = "perplexity", ignoreIndex = requireIgnoreIndex(op, options.ignoreIndex ?? ignoredByDefault);
  // In f64, as f32 rounds a line differently by how many there are.
  const entropy: Metric<ClassBatch, Total, MetricValue> = {
    of: (given, labels) => {
      const { logits, counted } = labelled(op, given, labels, { ignoreIndex });
      const lines = cast(logits, "f64") as Tensor<readonly [number, number], "f64">;
      const losses: Doubles = softmaxCrossEntropy(lines, labels, { ignoreIndex, reduction: "none" });
      return totalOf(where(counted, losses, 0) as Doubles, sum(cast(counted, "i32")) as Count);
    },
    concat: addTrees,
    empty: nothing(),
    value: meanOf,
  };
  return mapMetric(entropy, (mean) => exp(mean));
}

/** Options of `expectedCalibrationError`. */
export interface CalibrationOptions extends ClassMetricOptions {
  /** How many equal bins the confidences are sorted into, 15 if left out. */
  readonly bins?: number;
}

/** What the examples of each bin of confidence show, `[bins]`. */
export interface Calibration {
  /** How many there are. */
  readonly count: Tensor<readonly [number], "i32">;
  /** How many of them are right. */
  readonly right: Tensor<readonly [number], "i32">;
  /** The sum of their confidences. */
  readonly confidence: Tensor<readonly [number], "f64">;
}

/**
 * Expected calibration error: by how much confidence, the largest probability, and accuracy differ, in the mean over bins
 * of confidence ((m − 1)/M, m/M], weighted by how many examples are in them.
 *
 * @param options `bins` M, `ignoreIndex`.
 * @returns A metric of logits, `[...L, classes]`, and class indices, `[...L]`; NaN of no examples.
 * @throws {ArgumentError} If a setting is out of range; from `of`, if a label is no class.
 * @see Guo et al., On calibration of modern neural networks, 2017, https://arxiv.org/abs/1706.04599, equation 5
 *
 * @example Sure of itself, and half right
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { expectedCalibrationError, measure } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = tensor([[50, 0], [50, 0]]), labels = tensor([0, 1], { dtype: "i32" });
 * assertAlmostEquals(measure(expectedCalibrationError(), [[logits, labels]]).item(), 0.5, 1e-6);
 * ```
 */
export function expectedCalibrationError(
  options: CalibrationOptions = {},
): Metric<ClassBatch, Calibration, MetricValue> {
  const op = "expectedCalibrationError", { bins = 15 } = options;
  if (!(Number.isInteger(bins) && bins >= 1)) {
    throw new ArgumentError(`${op}: bins are a whole number from 1, not ${String(bins)}`);
  }
  requireIgnoreIndex(op, options.ignoreIndex ?? ignoredByDefault);
  return {
    of: (given, labels) => {
      const { logits, chosen, counted } = labelled(op, given, labels, options);
      if (logits.shape.at(-1) === 0) throw new ShapeError(`${op}: logits have no classes`);
      const confidence = max(softmax(cast(logits, "f64") as Doubles), { axis: -1 }) as Doubles;
      const places = argmax(logits, { axis: -1 }) as Indices;
      const known = argmax(cast(chosen, "i32"), { axis: -1 }) as Indices, right = equal(places, known) as Flags;
      const bin = clamp(sub(cast(ceil(mul(confidence, bins)), "i32") as Indices, 1) as Indices, {
        min: 0,
        max: bins - 1,
      });
      const within = where(counted, bin, -1) as Indices;
      return {
        count: bincount(within, { length: bins }),
        right: bincount(where(right, within, -1) as Indices, { length: bins }),
        confidence: bincount(within, { length: bins, weights: confidence }),
      };
    },
    concat: addTrees,
    empty: {
      count: zeros([bins], { dtype: "i32" }),
      right: zeros([bins], { dtype: "i32" }),
      confidence: zeros([bins], { dtype: "f64" }),
    },
    value: ({ count, right, confidence }) => {
      const gaps = abs(sub(cast(right, "f64") as Doubles, confidence as Doubles) as Doubles);
      return div(sum(gaps), cast(sum(count), "f64")) as MetricValue;
    },
  };
}

/** All examples' scores and which are positive: an exact area needs every one of them. */
export interface Scored {
  /** The scores, `[n]`. */
  readonly scores: Tensor<readonly [number], "f64">;
  /** Whether an example is positive, `[n]`. */
  readonly positive: Tensor<readonly [number], "bool">;
}

/** A batch of a detector: scores, such as logits or probabilities, and labels like them, bool or integers. */
export type ScoreBatch = readonly [scores: Tensor<Shape, FloatDType>, labels: Tensor<Shape, DType>];

/**
 * The area under the ROC curve, exactly: the share of pairs of a positive and a negative example in which the positive has
 * the larger score, pairs of equal scores counting half (Mann & Whitney's U). It keeps all scores, so that what is known
 * grows with the examples.
 *
 * @returns A metric of scores of any shape and labels like them, bool, or integers with 0 for negatives; NaN where one kind
 *   is missing or a score is NaN.
 * @throws {ShapeError} From `of`, if the shapes differ. @throws {DTypeError} From `of`, if labels are floats.
 * @see Hanley & McNeil, The meaning and use of the area under a ROC curve, 1982, https://doi.org/10.1148/radiology.143.1.7063747
 *
 * @example Three of four pairs in order
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, rocAuc } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const scores = tensor([0.1, 0.4, 0.35, 0.8]), labels = tensor([false, false, true, true]);
 * assertEquals(measure(rocAuc(), [[scores, labels]]).item(), 0.75);
 * ```
 */
export function rocAuc(): Metric<ScoreBatch, Scored, MetricValue> {
  const op = "rocAuc";
  return {
    of: (given, labels) => {
      const scores = requireFloats(op, "scores", given), truth = requireTensor(op, "labels", labels);
      const dtype: DType = truth.dtype;
      if (dtype === "f32" || dtype === "f64") {
        throw new DTypeError(
          `${op}: labels are bool or integers, not ${dtype}; compare them first: greater(labels, 0.5)`,
        );
      }
      if (!sameShape(scores.shape, truth.shape)) {
        const [a, b] = [scores, truth].map((x) => `[${x.shape.join(", ")}]`);
        throw new ShapeError(`${op}: scores ${a} want labels of that shape, got ${b}`);
      }
      const positive = dtype === "bool" ? truth as Flags : notEqual(truth as Indices, 0) as Flags;
      return {
        scores: reshape(cast(scores, "f64") as Doubles, [scores.size]),
        positive: reshape(positive, [scores.size]),
      };
    },
    concat: (x, y) => ({
      scores: concat([x.scores, y.scores]) as Scored["scores"],
      positive: concat([x.positive, y.positive]) as Scored["positive"],
    }),
    empty: { scores: zeros([0], { dtype: "f64" }), positive: zeros([0], { dtype: "bool" }) },
    value: ({ scores, positive }) => {
      const sorted = sort(scores),
        places = (side: "left" | "right") => cast(searchSorted(sorted, scores, { side }), "f64");
      // Twice the rank, counted from 1, with ties at the mean of theirs: whole numbers, which f64 adds without rounding.
      const ranks = add(add(places("left"), places("right")) as Doubles, 1) as Doubles;
      const p = sum(cast(positive, "f64")) as MetricValue, n = sub(scores.size, p) as MetricValue;
      const wins = sub(
        sum(where(positive, ranks, 0) as Doubles) as MetricValue,
        mul(p, add(p, 1)) as MetricValue,
      ) as MetricValue;
      return where(any(isNaN(scores)), NaN, div(wins, mul(mul(p, n), 2))) as MetricValue;
    },
  };
}
