/** Metrics: what is measured of batch after batch, so that how the examples were split into batches makes no difference. */
import { add, cast, div, type DType, type FloatDType, type Shape, sum, type Tensor, tree, zeros } from "../mod.ts";
import { requireFloats } from "./losses.ts";

/**
 * A Monoid of what is known of examples, with ways in and out of it: `concat` is associative and `empty` its unit, so
 * batches may be measured in any grouping, and `concatAll` of fp-ts takes it.
 *
 * All four are pure. Except for `rocAuc`, what is known keeps its shapes, so that `of` and `concat` may stand in a jitted
 * evaluation or be the carry of a `scan`.
 *
 * @typeParam A What a batch is, as arguments. @typeParam K What is known of examples. @typeParam V The metric.
 */
export interface Metric<in A extends readonly unknown[], in out K, out V> {
  /** What a batch shows. */
  readonly of: (...batch: A) => K;
  /** What two parts of the examples show together. */
  readonly concat: (x: K, y: K) => K;
  /** What no examples show. */
  readonly empty: K;
  /** The metric; NaN where there is nothing to divide by. */
  readonly value: (known: K) => V;
}

/** A scalar in f64, in which metrics are given. */
export type MetricValue = Tensor<readonly [], "f64">;
/** A count. */
export type Count = Tensor<readonly [], "i32">;

/** Sums of trees of the same form. */
export const addTrees = <K>(x: K, y: K): K => tree.map((a, b) => add(a, b!), x, y);

/**
 * Another number from what a metric knows: `mapMetric(accuracy(), (a) => sub(1, a))` is the error rate.
 *
 * @param metric A metric. @param f From its value to another.
 * @returns The metric with that value.
 *
 * @example An error rate
 * ```ts
 * import { sub, tensor } from "@adjoint/adjoint";
 * import { accuracy, mapMetric } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const errors = mapMetric(accuracy(), (right) => sub(1, right));
 * const known = errors.of(tensor([[2, 1], [3, 0]]), tensor([0, 1], { dtype: "i32" }));
 * assertEquals(errors.value(known).item(), 0.5);
 * ```
 */
export const mapMetric = <A extends readonly unknown[], K, V, W>(
  metric: Metric<A, K, V>,
  f: (value: V) => W,
): Metric<A, K, W> => ({ ...metric, value: (known) => f(metric.value(known)) });

/** A metric of whatever batches. */
export interface AnyMetric {
  /** As in `Metric`. */
  readonly of: (...batch: never[]) => unknown;
  /** As in `Metric`. */
  readonly concat: (x: never, y: never) => unknown;
  /** As in `Metric`. */
  readonly empty: unknown;
  /** As in `Metric`. */
  readonly value: (known: never) => unknown;
}
/** What metrics by name know. */
export type KnownOf<M> = { readonly [N in keyof M]: M[N] extends { readonly empty: infer K } ? K : never };
/** The values of metrics by name. */
export type ValuesOf<M> = {
  readonly [N in keyof M]: M[N] extends { readonly value: (...k: never[]) => infer V } ? V : never;
};
/** The batch that metrics by name take. */
export type BatchOf<M> = M[keyof M] extends { readonly of: (...batch: infer A) => unknown } ? Readonly<A> : never;

/**
 * Several metrics of the same batches as one.
 *
 * @param metrics Metrics by name.
 * @returns A metric whose value is an object with theirs.
 *
 * @example Two at once
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { accuracy, combineMetrics, topKAccuracy } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const both = combineMetrics({ first: accuracy(), among2: topKAccuracy(2) });
 * const { first, among2 } = both.value(both.of(tensor([[3, 2, 1]]), tensor([1], { dtype: "i32" })));
 * assertEquals([first.item(), among2.item()], [0, 1]);
 * ```
 */
export function combineMetrics<const M extends Readonly<Record<string, AnyMetric>>>(
  metrics: M,
): Metric<BatchOf<M>, KnownOf<M>, ValuesOf<M>> {
  type Any = Metric<readonly unknown[], unknown, unknown>;
  const entries = Object.entries(metrics) as unknown as readonly (readonly [string, Any])[];
  const each = (f: (metric: Any, name: string) => unknown) =>
    Object.fromEntries(entries.map(([name, m]) => [name, f(m, name)]));
  type Known = Readonly<Record<string, unknown>>;
  return {
    of: (...batch: BatchOf<M>) => each((m) => m.of(...batch as readonly unknown[])),
    concat: (x: Known, y: Known) => each((m, name) => m.concat(x[name], y[name])),
    empty: each((m) => m.empty),
    value: (known: Known) => each((m, name) => m.value(known[name])),
  } as unknown as Metric<BatchOf<M>, KnownOf<M>, ValuesOf<M>>;
}

/**
 * A metric of all batches.
 *
 * @param metric A metric. @param batches Its arguments for each batch.
 * @returns Its value; that of no examples if there is no batch.
 *
 * @example In two batches
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { measure, meanAbsoluteError } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const batches = [[tensor([1, 2]), tensor([1, 4])], [tensor([5]), tensor([6])]] as const;
 * assertEquals(measure(meanAbsoluteError(), batches).item(), 1);
 * ```
 */
export function measure<A extends readonly unknown[], K, V>(metric: Metric<A, K, V>, batches: Iterable<A>): V {
  let known = metric.empty;
  for (const batch of batches) known = metric.concat(known, metric.of(...batch));
  return metric.value(known);
}

/** A sum and how many terms it has. */
export interface Total {
  /** The sum. */
  readonly sum: MetricValue;
  /** How many terms. */
  readonly count: Count;
}

/** No terms. */
export const nothing = (): Total => ({
  sum: zeros([], { dtype: "f64" }) as MetricValue,
  count: zeros([], { dtype: "i32" }) as Count,
});

/** The sum of some terms, added up in f64. */
export const totalOf = (terms: Tensor<Shape, DType>, count: Count): Total => ({
  sum: sum(cast(terms, "f64")) as MetricValue,
  count,
});

/** A number of terms as a tensor. */
export const countOf = (n: number): Count => add(zeros([], { dtype: "i32" }), n) as Count;

/** A sum over its count. */
export const meanOf = ({ sum, count }: Total): MetricValue => div(sum, count) as MetricValue;

/**
 * The mean of numbers, such as losses that were not reduced: that of all, where a mean of batches' means would weigh
 * examples of small batches more.
 *
 * @returns A metric of float tensors of any shape.
 *
 * @example Batches of two and one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { meanMetric, measure } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(measure(meanMetric(), [[tensor([1, 2])], [tensor([6])]]).item(), 3);
 * ```
 */
export const meanMetric = (): Metric<readonly [values: Tensor<Shape, FloatDType>], Total, MetricValue> => ({
  of: (values) => totalOf(requireFloats("meanMetric", "values", values), countOf(values.size)),
  concat: addTrees,
  empty: nothing(),
  value: meanOf,
});
