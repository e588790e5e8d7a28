/** Attention: mixtures of a memory's vectors, weighted by how well each goes with a query. */
import {
  type DType,
  expandDims,
  type Key,
  matmul,
  mul,
  type Shape,
  ShapeError,
  squeeze,
  swapAxes,
  type Tensor,
} from "../mod.ts";
import type { Score } from "./attention_scores.ts";
import { dropoutWith } from "./basic.ts";
import { type Mask, softmaxUnder } from "./masked_softmax.ts";

/** What attention gives. */
export interface Attended<V extends Shape, W extends Shape> {
  /** A mixture of values for each query. */
  readonly values: Tensor<V>;
  /** What each value is weighted with. */
  readonly weights: Tensor<W>;
}

/** What a call of attention may be given besides queries and memory. */
export interface AttentionOptions<V extends Tensor = Tensor> {
  /** Which of the memory a query sees: bool or additive, and broadcasts to the weights. */
  readonly mask?: Mask;
  /** What is mixed, `[...L, T, E]`; the memory itself if left out. */
  readonly values?: V;
}

/** Attention with a score: of many queries, or of one for each memory. */
export interface Attention<Q extends number, K extends number> {
  /** Queries `[...L, M, Q]` over a memory `[...L, T, K]`. */
  <const L extends Shape, M extends number, T extends number>(
    queries: Tensor<readonly [...L, M, Q]>,
    memory: Tensor<readonly [...L, T, K]>,
    options?: AttentionOptions<never> & { readonly values?: undefined },
  ): Attended<readonly [...L, M, K], readonly [...L, M, T]>;
  /** The same, mixing other values, `[...L, T, E]`. */
  <const L extends Shape, M extends number, T extends number, E extends number>(
    queries: Tensor<readonly [...L, M, Q]>,
    memory: Tensor<readonly [...L, T, K]>,
    options: AttentionOptions<Tensor<readonly [...L, T, E]>>,
  ): Attended<readonly [...L, M, E], readonly [...L, M, T]>;
  /** One query, `[...L, Q]`, over a memory `[...L, T, K]`. */
  <const L extends Shape, T extends number>(
    query: Tensor<readonly [...L, Q]>,
    memory: Tensor<readonly [...L, T, K]>,
    options?: AttentionOptions<never> & { readonly values?: undefined },
  ): Attended<readonly [...L, K], readonly [...L, T]>;
  /** The same, mixing other values, `[...L, T, E]`. */
  <const L extends Shape, T extends number, E extends number>(
    query: Tensor<readonly [...L, Q]>,
    memory: Tensor<readonly [...L, T, K]>,
    options: AttentionOptions<Tensor<readonly [...L, T, E]>>,
  ): Attended<readonly [...L, E], readonly [...L, T]>;
}

/**
 * Attention over a memory: weights α = softmax(score(query, memory)), and the mixture Σ α·y of the memory's vectors y.
 *
 * @param score `dotScore()`, `scaledDotScore()`, `bilinearScore(p)`, `additiveScore(p)`, or another function of queries
 *   `[...L, M, Q]` and keys `[...L, T, K]`.
 * @returns A function of queries `[...L, M, Q]` (or one query `[...L, Q]`), a memory `[...L, T, K]` and options: `mask`,
 *   which broadcasts to the weights, and `values`, `[...L, T, E]`, to be mixed in the memory's place. It gives the
 *   mixtures `values`, `[...L, M, K]`, and `weights`, `[...L, M, T]`, both without M for one query. A query that sees
 *   nothing gets zeros.
 * @throws {ShapeError} If sizes, leading axes, lengths or the mask do not fit.
 * @see Bahdanau et al., 2015, https://arxiv.org/abs/1409.0473
 *
 * @example A query that goes with the second vector
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { attention, dotScore } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = tensor([[1, 0], [0, 1]]);
 * const { values, weights } = attention(dotScore())(tensor([0, 200]), memory);
 * assertEquals([values.toArray(), weights.toArray()], [[0, 1], [0, 1]]);
 * ```
 */
export function attention<Q extends number, K extends number>(score: Score<Q, K>): Attention<Q, K> {
  const scored = score as unknown as (queries: Tensor, keys: Tensor) => Tensor;
  const attend = (queries: Tensor, memory: Tensor, options: AttentionOptions = {}): Attended<Shape, Shape> => {
    const values = options.values ?? memory, one = queries.rank === memory.rank - 1;
    requireMemory("attention", one ? [...queries.shape.slice(0, -1), 1, queries.shape.at(-1)!] : queries.shape, memory);
    requireValues("attention", memory, values);
    // A mask broadcasts to the weights, which lack the axis of queries where there is one only.
    const { mask } = options, wide = one && mask !== undefined && mask.rank > 0 ? expandDims(mask, -2) as Mask : mask;
    const scores = scored(one ? expandDims(queries, -2) as Tensor : queries, memory);
    const weights = softmaxUnder("attention", scores, wide), mixed = matmul(weights, values) as Tensor;
    return one
      ? { values: squeeze(mixed, { axis: -2 }) as Tensor, weights: squeeze(weights, { axis: -2 }) as Tensor }
      : { values: mixed, weights };
  };
  return attend as unknown as Attention<Q, K>;
}

/** Options of `scaledDotProductAttention`. */
export interface ScaledDotProductOptions {
  /** Which keys a query sees: bool or additive, broadcasts to `[...L, M, T]`; all if left out. */
  readonly mask?: Mask;
  /** What inner products are multiplied by; 1/√D if left out. */
  readonly scale?: number;
  /** Probability with which a weight is dropped, 0 if left out; used where a key is given. */
  readonly dropout?: number;
  /** A key for dropout, used here only; nothing is dropped without. */
  readonly key?: Key;
}

/**
 * Scaled dot-product attention, softmax(q·kᵀ / √D)·v.
 *
 * @param q Queries, `[...L, M, D]`. @param k Keys, `[...L, T, D]`. @param v Values, `[...L, T, E]`.
 * @param options `mask`: `true` for keys that are seen, or numbers added to the scores; `scale` in place of 1/√D;
 *   `dropout` and `key`: weights dropped at random.
 * @returns Mixtures of the values, `[...L, M, E]`; zeros for a query that sees nothing.
 * @throws {ShapeError} If sizes, leading axes, lengths or the mask do not fit.
 * @throws {ArgumentError} If the rate of dropout is out of range.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example No position sees a later one: the first gets its own value
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { causalMask, scaledDotProductAttention } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const q = tensor([[1], [0]]), v = tensor([[2], [4]]);
 * assertEquals(scaledDotProductAttention(q, q, v, { mask: causalMask(2) }).toArray(), [[2], [3]]);
 * ```
 */
export function scaledDotProductAttention<
  const L extends Shape,
  M extends number,
  T extends number,
  D extends number,
  E extends number,
  F extends DType = "f32",
>(
  q: Tensor<readonly [...L, M, D], F>,
  k: Tensor<readonly [...L, T, D], F>,
  v: Tensor<readonly [...L, T, E], F>,
  options: ScaledDotProductOptions = {},
): Tensor<readonly [...L, M, E], F> {
  const op = "scaledDotProductAttention", keys = k as unknown as Tensor, values = v as unknown as Tensor;
  requireMemory(op, q.shape, keys);
  requireValues(op, keys, values);
  if (q.shape.at(-1) !== keys.shape.at(-1)) {
    throw new ShapeError(
      `${op}: queries [${(q.shape as Shape).join(", ")}] and keys [${
        keys.shape.join(", ")
      }] have vectors of different sizes; project one of them`,
    );
  }
  const { scale = 1 / Math.sqrt(Math.max(1, keys.shape.at(-1)!)), mask, dropout = 0, key } = options;
  const scores = mul(matmul(q as unknown as Tensor, swapAxes(keys, -1, -2) as Tensor) as Tensor, scale) as Tensor;
  const weights = softmaxUnder(op, scores, mask);
  return matmul(key === undefined ? weights : dropoutWith(key, dropout)(weights), values) as unknown as Tensor<
    readonly [...L, M, E],
    F
  >;
}

function requireMemory(op: string, queries: Shape, memory: Tensor): void {
  const fits = queries.length === memory.rank && memory.rank >= 2 &&
    memory.shape.slice(0, -2).every((d, i) => d === queries[i]);
  if (fits) return;
  throw new ShapeError(
    `${op}: queries [${queries.join(", ")}] and a memory [${
      memory.shape.join(", ")
    }] differ before their last two axes; broadcast one of them`,
  );
}

function requireValues(op: string, memory: Tensor, values: Tensor): void {
  const want = memory.shape.slice(0, -1), have = values.shape.slice(0, -1);
  if (want.length === have.length && want.every((d, i) => d === have[i])) return;
  throw new ShapeError(
    `${op}: keys [${memory.shape.join(", ")}] and values [${
      values.shape.join(", ")
    }] are not of one length, or differ before it; there is one value for each key`,
  );
}
