/** Scores of attention: how well a query goes with a key. */
import {
  add,
  div,
  expandDims,
  foldIn,
  type Key,
  matmul,
  type Shape,
  ShapeError,
  swapAxes,
  tanh,
  type Tensor,
} from "../mod.ts";
import { glorotUniform, type Initializer } from "./initializers.ts";
import { requireChoice } from "./operands.ts";

/**
 * From queries `[...L, M, Q]` and keys `[...L, T, K]` to scores `[...L, M, T]`, for queries of size Q and keys of size K.
 */
export type Score<Q extends number = number, K extends number = number> = <
  L extends Shape,
  M extends number,
  T extends number,
>(
  queries: Tensor<readonly [...L, M, Q]>,
  keys: Tensor<readonly [...L, T, K]>,
) => Tensor<readonly [...L, M, T]>;

type Untyped = (queries: Tensor, keys: Tensor) => Tensor;
const typed = <Q extends number, K extends number>(f: Untyped): Score<Q, K> => f as unknown as Score<Q, K>;

/** Queries against keys of the same size, each pair's inner product. */
const products = (op: string, q: Tensor, k: Tensor): Tensor => {
  if (q.shape.at(-1) !== k.shape.at(-1)) {
    throw new ShapeError(
      `${op}: queries [${q.shape.join(", ")}] and keys [${
        k.shape.join(", ")
      }] have vectors of different sizes; project one of them, or use bilinearScore or additiveScore`,
    );
  }
  return matmul(q, swapAxes(k, -1, -2) as Tensor) as Tensor;
};

/**
 * The inner product of query and key.
 *
 * @returns A score, of queries and keys of one size.
 * @throws {ShapeError} If their sizes differ.
 * @see Luong et al., 2015, https://arxiv.org/abs/1508.04025
 *
 * @example One query, two keys
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { dotScore } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dotScore()(tensor([[1, 2]]), tensor([[1, 0], [1, 1]])).toArray(), [[1, 3]]);
 * ```
 */
export function dotScore(): Score {
  return typed((q, k) => products("dotScore", q, k));
}

/** Options of `scaledDotScore`. */
export interface ScaledDotOptions {
  /** What the inner product is divided by: the root of the vectors' size, if left out, or the size itself. */
  readonly divisor?: "squareRoot" | "size";
}

/**
 * The inner product of query and key over √d, so that its deviation does not grow with their size d.
 *
 * @param options `divisor`: `"squareRoot"` for √d, `"size"` for d.
 * @returns A score, of queries and keys of one size.
 * @throws {ArgumentError} If the divisor is neither. @throws {ShapeError} If their sizes differ.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Vectors of four
 * ```ts
 * import { ones } from "@adjoint/adjoint";
 * import { scaledDotScore } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const q = ones([1, 4]), k = ones([2, 4]);
 * assertEquals(scaledDotScore()(q, k).toArray(), [[2, 2]]);
 * assertEquals(scaledDotScore({ divisor: "size" })(q, k).toArray(), [[1, 1]]);
 * ```
 */
export function scaledDotScore(options: ScaledDotOptions = {}): Score {
  const { divisor = "squareRoot" } = options;
  requireChoice("scaledDotScore", "divisor", divisor, ["squareRoot", "size"]);
  return typed((q, k) => {
    const size = q.shape.at(-1) ?? 1;
    return div(products("scaledDotScore", q, k), divisor === "size" ? size : Math.sqrt(size)) as Tensor;
  });
}

/** How the weights of a score start. */
export interface ScoreOptions {
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
}

/** Parameters of the bilinear score: a matrix from queries, `[K, Q]`. */
export interface BilinearScore<Q extends number, K extends number> {
  /** Weights W of yᵀ·W·c. */
  readonly w: Tensor<readonly [K, Q]>;
}

/**
 * Fresh parameters of the bilinear score.
 *
 * @param key A key, used here only. @param querySize Size Q of a query. @param keySize Size K of a key.
 * @param options `weights`: an initializer.
 * @returns A matrix `[K, Q]`.
 *
 * @example Queries of two, keys of three
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { bilinearScoreInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bilinearScoreInit(key(0), 2, 3).w.shape, [3, 2]);
 * ```
 */
export function bilinearScoreInit<const Q extends number, const K extends number>(
  key: Key,
  querySize: Q,
  keySize: K,
  options: ScoreOptions = {},
): BilinearScore<Q, K> {
  return { w: (options.weights ?? glorotUniform)(key, [keySize, querySize]) };
}

/**
 * The bilinear score yᵀ·W·c of a query c and a key y, which may differ in size.
 *
 * @param p The matrix W, `[K, Q]`.
 * @returns A score.
 * @throws {ShapeError} If queries or keys are not of the matrix's sizes.
 * @see Luong et al., 2015, https://arxiv.org/abs/1508.04025
 *
 * @example A query of one, keys of two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { bilinearScore } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const score = bilinearScore({ w: tensor([[1], [10]]) });
 * assertEquals(score(tensor([[2]]), tensor([[1, 0], [0, 1]])).toArray(), [[2, 20]]);
 * ```
 */
export function bilinearScore<Q extends number, K extends number>(p: BilinearScore<Q, K>): Score<Q, K> {
  const w = p.w as unknown as Tensor;
  return typed((q, k) => {
    requireSizes("bilinearScore", q, k, w.shape[1]!, w.shape[0]!);
    return products("bilinearScore", matmul(q, swapAxes(w, 0, 1) as Tensor) as Tensor, k);
  });
}

/** Parameters of the additive score. */
export interface AdditiveScore<Q extends number, K extends number, H extends number> {
  /** From keys, `[K, H]`. */
  readonly w: Tensor<readonly [K, H]>;
  /** From queries, `[Q, H]`. */
  readonly u: Tensor<readonly [Q, H]>;
  /** From the hidden units to the score. */
  readonly v: Tensor<readonly [H]>;
}

/**
 * Fresh parameters of the additive score.
 *
 * @param key A key, used here only. @param querySize Size Q of a query. @param keySize Size K of a key.
 * @param hidden Number H of hidden units. @param options `weights`: an initializer.
 * @returns Matrices `[K, H]` and `[Q, H]`, and a vector `[H]`.
 *
 * @example Five hidden units
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { additiveScoreInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { w, u, v } = additiveScoreInit(key(0), 2, 3, 5);
 * assertEquals([w.shape, u.shape, v.shape], [[3, 5], [2, 5], [5]]);
 * ```
 */
export function additiveScoreInit<const Q extends number, const K extends number, const H extends number>(
  key: Key,
  querySize: Q,
  keySize: K,
  hidden: H,
  options: ScoreOptions = {},
): AdditiveScore<Q, K, H> {
  const weights = options.weights ?? glorotUniform;
  return {
    w: weights(foldIn(key, 0), [keySize, hidden]),
    u: weights(foldIn(key, 1), [querySize, hidden]),
    v: weights(foldIn(key, 2), [hidden]),
  };
}

/**
 * The additive score vᵀ·tanh(W·y + U·c) of a query c and a key y: a network with one hidden layer.
 *
 * @param p Matrices, which multiply from the right, and the vector v.
 * @returns A score.
 * @throws {ShapeError} If queries or keys are not of the matrices' sizes.
 * @see Bahdanau et al., 2015, https://arxiv.org/abs/1409.0473
 *
 * @example One hidden unit
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { additiveScore } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const score = additiveScore({ w: tensor([[1]]), u: tensor([[2]]), v: tensor([3]) });
 * assertAlmostEquals(score(tensor([[0.5]]), tensor([[1]])).item(), 3 * Math.tanh(2), 1e-6);
 * ```
 */
export function additiveScore<Q extends number, K extends number, H extends number>(
  p: AdditiveScore<Q, K, H>,
): Score<Q, K> {
  const { w, u, v } = p as unknown as AdditiveScore<number, number, number>;
  return typed((q, k) => {
    requireSizes("additiveScore", q, k, u.shape[0], w.shape[0]);
    const fromKeys = expandDims(matmul(k, w as unknown as Tensor) as Tensor, -3) as Tensor;
    const fromQueries = expandDims(matmul(q, u as unknown as Tensor) as Tensor, -2) as Tensor;
    return matmul(tanh(add(fromKeys, fromQueries) as Tensor) as Tensor, v as unknown as Tensor) as Tensor;
  });
}

function requireSizes(op: string, q: Tensor, k: Tensor, querySize: number, keySize: number): void {
  for (const [what, x, size] of [["queries", q, querySize], ["keys", k, keySize]] as const) {
    if (x.shape.at(-1) !== size) {
      throw new ShapeError(
        `${op}: ${what} [${x.shape.join(", ")}] have vectors of ${x.shape.at(-1)}, the weights are for ${size}`,
      );
    }
  }
}
