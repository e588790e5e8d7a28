/** Clustering by k-means. */
import {
  add,
  and,
  any,
  argmin,
  at,
  bincount,
  categorical,
  choice,
  div,
  expandDims,
  forLoop,
  greater,
  type Key,
  less,
  log,
  min,
  notEqual,
  segmentSum,
  setAt,
  type Shape,
  ShapeError,
  split,
  square,
  stopGradient,
  sub,
  sum,
  take,
  type Tensor,
  tensor,
  where,
  whileLoop,
  zeros,
} from "../mod.ts";
import { floats, requireCount } from "./operands.ts";

/** Options of `kMeans`. */
export interface KMeansOptions {
  /** The largest number of times that centres are moved; 100 if left out. */
  readonly iterations?: number;
}

/** What `kMeans` finds. */
export interface KMeans<N extends number, F extends number, K extends number> {
  /** The means of the clusters, `[k, features]`. */
  readonly centers: Tensor<readonly [K, F]>;
  /** The cluster of each example, i32 `[examples]`. */
  readonly labels: Tensor<readonly [N], "i32">;
  /** The sum of squared distances from the examples to their centres. */
  readonly inertia: Tensor<readonly []>;
  /** How many times the centres were moved, i32. */
  readonly iterations: Tensor<readonly [], "i32">;
}

/** ‖x − c‖² for each row c of `centers`, `[k, features]`: from `[...L, features]` to `[...L, k]`. */
export const squaredDistances = (x: Tensor, centers: Tensor): Tensor =>
  sum(square(sub(expandDims(x, -2), centers)), { axis: -1 }) as Tensor;

/**
 * Finds `k` centres such that the squared distances from examples to the nearest are small: Lloyd's iterations from a
 * start by k-means++, until no example changes its cluster. A cluster that loses its examples keeps its centre.
 *
 * @param key A key, used here only. @param x Examples, `[examples, features]`. @param k How many clusters, 1 or more.
 * @param options `iterations`: at most so many, 100 if left out.
 * @returns `centers`, `labels`, `inertia` and the number of `iterations`. Derivatives are 0.
 * @throws {ShapeError} If there are fewer examples than clusters. @throws {ArgumentError} If a number is no whole one.
 * @see Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007,
 *   https://theory.stanford.edu/~sergei/papers/kMeansPP-soda.pdf
 *
 * @example Two clusters
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { kMeans } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { centers } = kMeans(key(0), tensor([[1], [3], [11], [13]]), 2);
 * assertEquals(centers.toArray().flat().toSorted((a, b) => a - b), [2, 12]);
 * ```
 */
export function kMeans<const K extends number, N extends number, F extends number>(
  key: Key,
  x: Tensor<readonly [N, F]>,
  k: K,
  options: KMeansOptions = {},
): KMeans<N, F, K> {
  const data = stopGradient(floats("kMeans", x)), { iterations = 100 } = options;
  requireCount("kMeans", "k", k, 1);
  requireCount("kMeans", "iterations", iterations);
  if (data.shape.length !== 2 || data.shape[0]! < k) {
    throw new ShapeError(
      `kMeans: data are [examples, features] with ${k} examples or more, not [${data.shape.join(", ")}]`,
    );
  }
  const labelsOf = (centers: Tensor) => argmin(squaredDistances(data, centers), { axis: -1 }) as Tensor<Shape, "i32">;
  const first = spread(key, data, k), truth: Tensor<Shape, "bool"> = tensor(true) as Tensor<Shape, "bool">;
  const end = whileLoop(
    (s) => and(s.changed, less(s.count, iterations)),
    (s) => {
      const sums = segmentSum(data, s.labels, k) as Tensor;
      const counts = expandDims(bincount(s.labels, { length: k }), -1) as Tensor<Shape, "i32">;
      const some = greater(counts, 0);
      const centers: Tensor = where(some, div(sums, where(some, counts, 1)) as Tensor, s.centers);
      const labels = labelsOf(centers);
      return {
        centers,
        labels,
        changed: any(notEqual(labels, s.labels)) as Tensor<Shape, "bool">,
        count: add(s.count, 1) as Tensor<Shape, "i32">,
      };
    },
    {
      centers: first,
      labels: labelsOf(first),
      changed: truth,
      count: tensor(0, { dtype: "i32" }) as Tensor<Shape, "i32">,
    },
  );
  return {
    centers: end.centers as Tensor<readonly [K, F]>,
    labels: end.labels as Tensor<readonly [N], "i32">,
    inertia: sum(min(squaredDistances(data, end.centers), { axis: -1 })) as Tensor<readonly []>,
    iterations: end.count as Tensor<readonly [], "i32">,
  };
}

/** k examples drawn one after the other, each with probability proportional to its squared distance from those before. */
function spread(key: Key, data: Tensor, k: number): Tensor {
  const [count, features] = data.shape as readonly [number, number], keys = split(key, [k]);
  const nth = (i: Tensor<Shape, "i32">) => take(data, i, { axis: 0 }) as Tensor;
  const begin = nth(choice(at(keys, 0) as Key, count) as Tensor<Shape, "i32">);
  const centers: Tensor = setAt(zeros([k, features], { dtype: data.dtype }) as Tensor, [0], begin);
  const away = (c: Tensor): Tensor => sum(square(sub(data, c)), { axis: -1 }) as Tensor;
  return forLoop(1, k, (i, s) => {
    // Where every example is a centre already, any one will do.
    const some = any(greater(s.nearest, 0)), logits: Tensor = where(some, log(s.nearest), 0);
    const next = nth(categorical(at(keys, i) as Key, logits) as Tensor<Shape, "i32">), distances = away(next);
    return {
      centers: setAt(s.centers, [i], next) as Tensor,
      nearest: where(less(distances, s.nearest), distances, s.nearest) as Tensor,
    };
  }, { centers, nearest: away(begin) }).centers;
}
