/** Metrics of predicted numbers. */
import {
  abs,
  add,
  cast,
  div,
  type DType,
  type FloatDType,
  maximum,
  mean,
  mul,
  type Shape,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from "../mod.ts";
import { requirePair } from "./losses.ts";
import {
  addTrees,
  type Count,
  countOf,
  meanOf,
  type Metric,
  type MetricValue,
  nothing,
  type Total,
  totalOf,
} from "./metrics.ts";

/** A batch of predictions and targets of the same shape; each element is an example. */
export type NumberBatch = readonly [predictions: Tensor<Shape, FloatDType>, targets: Tensor<Shape, DType>];

type Doubles = Tensor<Shape, "f64">;
const doubles = (op: string, predictions: unknown, targets: unknown): readonly [Doubles, Doubles] => {
  const [p, t] = requirePair(op, predictions, targets);
  return [cast(p, "f64") as Doubles, cast(t, "f64") as Doubles];
};

const errorMetric = (op: string, size: (error: Doubles) => Doubles): Metric<NumberBatch, Total, MetricValue> => ({
  of: (predictions, targets) => {
    const [p, t] = doubles(op, predictions, targets);
    return totalOf(size(sub(p, t) as Doubles), countOf(p.size));
  },
  concat: addTrees,
  empty: nothing(),
  value: meanOf,
});

/**
 * Mean absolute error, over all elements of all batches.
 *
 * @returns A metric of predictions and targets of the same shape; NaN of no elements.
 * @throws {ShapeError} From `of`, if the shapes differ. @throws {DTypeError} From `of`, if predictions are no floats.
 *
 * @example One off by two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { meanAbsoluteError, measure } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(measure(meanAbsoluteError(), [[tensor([1, 2]), tensor([1, 4])]]).item(), 1);
 * ```
 */
export const meanAbsoluteError = (): Metric<NumberBatch, Total, MetricValue> =>
  errorMetric("meanAbsoluteError", (e) => abs(e));

/**
 * Mean squared error, over all elements of all batches; `mapMetric(meanSquaredError(), sqrt)` is its root.
 *
 * @returns A metric of predictions and targets of the same shape; NaN of no elements.
 * @throws {ShapeError} From `of`, if the shapes differ. @throws {DTypeError} From `of`, if predictions are no floats.
 *
 * @example One off by two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { meanSquaredError, measure } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(measure(meanSquaredError(), [[tensor([1, 2]), tensor([1, 4])]]).item(), 2);
 * ```
 */
export const meanSquaredError = (): Metric<NumberBatch, Total, MetricValue> =>
  errorMetric("meanSquaredError", (e) => square(e));

/** What R² knows: how many targets, their mean, the squares about it, and the squares that predictions leave. */
export interface Variation {
  /** How many targets there are. */
  readonly count: Count;
  /** Their mean; 0 of none. */
  readonly mean: MetricValue;
  /** Σ (t − mean)². */
  readonly squares: MetricValue;
  /** Σ (t − p)². */
  readonly left: MetricValue;
}

/**
 * R², the share of the targets' variance that predictions explain: 1 − Σ(t − p)² / Σ(t − t̄)². Squares are put together
 * about the means of parts, so that targets far from 0 lose no digits.
 *
 * @returns A metric of predictions and targets of the same shape; NaN of no elements, and NaN or −∞ where targets do not
 *   vary.
 * @throws {ShapeError} From `of`, if the shapes differ. @throws {DTypeError} From `of`, if predictions are no floats.
 * @see Chan, Golub & LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979,
 *   http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf
 *
 * @example The mean explains nothing
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, rSquared } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(measure(rSquared(), [[tensor([2, 2, 2]), tensor([1, 2, 3])]]).item(), 0);
 * ```
 */
export const rSquared = (): Metric<NumberBatch, Variation, MetricValue> => {
  const none = zeros([], { dtype: "f64" }) as MetricValue;
  return {
    of: (predictions, targets) => {
      const [p, t] = doubles("rSquared", predictions, targets), count = countOf(t.size), left = sum(square(sub(t, p)));
      if (t.size === 0) return { count, mean: none, squares: none, left: none };
      const middle = mean(t) as MetricValue;
      return { count, mean: middle, squares: sum(square(sub(t, middle))) as MetricValue, left: left as MetricValue };
    },
    concat: (x, y) => {
      const count = add(x.count, y.count) as Count, n = maximum(cast(count, "f64") as MetricValue, 1) as MetricValue;
      const [nx, ny] = [x, y].map((k) => cast(k.count, "f64") as MetricValue) as [MetricValue, MetricValue];
      const apart = sub(y.mean, x.mean) as MetricValue, share = div(ny, n) as MetricValue;
      const between = mul(square(apart), mul(nx, share)) as MetricValue;
      return {
        count,
        mean: add(mul(x.mean, div(nx, n)), mul(y.mean, share)) as MetricValue,
        squares: add(add(x.squares, y.squares), between) as MetricValue,
        left: add(x.left, y.left) as MetricValue,
      };
    },
    empty: { count: zeros([], { dtype: "i32" }) as Count, mean: none, squares: none, left: none },
    value: ({ squares, left }) => sub(1, div(left, squares)) as MetricValue,
  };
};
