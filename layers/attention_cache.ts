/** Self-attention of a sequence that comes piece by piece, with the keys and values of earlier positions kept. */
import {
  add,
  and,
  arange,
  ArgumentError,
  clamp,
  concat,
  dynamicUpdateSlice,
  expandDims,
  greaterEqual,
  mod,
  type Shape,
  ShapeError,
  sub,
  take,
  type Tensor,
  where,
  zeros,
} from "../mod.ts";
import { seen } from "./attention_masks.ts";
import {
  affine,
  headsTogether,
  headWeights,
  mixHeads,
  requireOptions,
  requireSequence,
  type SelfAttentionOptions,
} from "./heads.ts";
import { requireCount } from "./operands.ts";
import type { Mask } from "./masked_softmax.ts";
import { queriesKeysValues, type SelfAttention } from "./self_attention.ts";

type Whole = Tensor<Shape, "i32">;

/** What self-attention keeps of positions it has seen: a value of fixed size, whatever their number. */
export interface AttentionCache {
  /** Keys, `[...L, G, N, size]`: position t in row t mod N. */
  readonly keys: Tensor;
  /** Values, of the same shape. */
  readonly values: Tensor;
  /** How many positions have been seen. */
  readonly length: Tensor<readonly [], "i32">;
}

/** Options of `attentionCache`. */
export interface AttentionCacheOptions {
  /** Sizes of the axes before the sequence's, such as `[batch]`; none if left out. */
  readonly leading?: Shape;
  /** Number of heads of keys and values, as the parameters were made with. */
  readonly keyValueHeads?: number;
}

/**
 * An empty cache.
 *
 * @param p Parameters of self-attention: their sizes and dtype. @param heads Number of heads.
 * @param positions How many positions N it keeps: the last N. @param options `leading`, `keyValueHeads`.
 * @returns A cache of no positions.
 * @throws {ArgumentError} If a size is no whole number from 1.
 *
 * @example Room for sixteen positions
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { attentionCache, selfAttentionInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(attentionCache(selfAttentionInit(key(0), 8, 2), 2, 16).keys.shape, [2, 16, 4]);
 * ```
 */
export function attentionCache<D extends number>(
  p: SelfAttention<D, boolean>,
  heads: number,
  positions: number,
  options: AttentionCacheOptions = {},
): AttentionCache {
  const { leading = [], keyValueHeads = heads } = options;
  requireOptions("attentionCache", heads, { keyValueHeads });
  requireCount("attentionCache", "positions", positions, 1);
  const size = (p.qkv.w.shape[1] as number) / (heads + 2 * keyValueHeads), dtype = (p.qkv.w as Tensor).dtype;
  if (!Number.isInteger(size)) {
    throw new ArgumentError(
      `attentionCache: parameters for ${p.qkv.w.shape[1]} numbers do not divide among ${
        heads + 2 * keyValueHeads
      } heads of queries, keys and values; give the numbers that they were made with`,
    );
  }
  const empty = zeros([...leading, keyValueHeads, positions, size], { dtype }) as unknown as Tensor;
  return { keys: empty, values: empty, length: zeros([], { dtype: "i32" }) };
}

/**
 * Self-attention of the next positions of a sequence: what causal self-attention of the whole sequence gives for them.
 *
 * A cache of N positions keeps the last N: the result is that of `causal: true, window: N`, so with room for the whole
 * sequence it is that of `causal: true`. Sizes are fixed, so the step runs in `jit`, `scan` and `whileLoop`.
 *
 * @param p Parameters. @param heads Number of heads, as they were made with.
 * @param options As of `selfAttentionWith`; attention is causal here in any case, and nothing is dropped.
 * @returns A function of a cache and the next t vectors, `[...L, t, D]`, to `[cache, y]`: the cache with them, and their
 *   results, `[...L, t, D]`.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If cache or vectors do not fit.
 *
 * @example One at a time is as all at once
 * ```ts
 * import { abs, concat, key, max, normal, slice, sub } from "@adjoint/adjoint";
 * import { attentionCache, selfAttentionInit, selfAttentionStep, selfAttentionWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const p = selfAttentionInit(key(0), 8, 2), step = selfAttentionStep(p, 2);
 * const first = normal(key(1), [4, 8]), last = normal(key(2), [1, 8]);
 * const [cache] = step(attentionCache(p, 2, 5), first), [, y] = step(cache, last);
 * const whole = selfAttentionWith(p, 2, { causal: true })(concat([first, last]));
 * assert(max(abs(sub(y, slice(whole, [4])))).item() < 1e-5);
 * ```
 */
export function selfAttentionStep<D extends number>(
  p: SelfAttention<D, boolean>,
  heads: number,
  options: SelfAttentionOptions = {},
): <L extends Shape, T extends number>(
  cache: AttentionCache,
  x: Tensor<readonly [...L, T, D]>,
) => readonly [AttentionCache, Tensor<readonly [...L, T, D]>] {
  const op = "selfAttentionStep";
  requireOptions(op, heads, { ...options, causal: true });
  return ((cache: AttentionCache, x: Tensor) => {
    requireSequence(op, "a sequence", x.shape, p.qkv.w.shape[0]);
    const count = x.shape.at(-2)!, room = cache.keys.shape.at(-2)!, window = Math.min(options.window ?? room, room);
    const now = add(arange(count), cache.length) as Whole;
    const [q, k, v] = queriesKeysValues(p, heads, options, x, now);
    requireCache(op, cache.keys.shape, k.shape);
    const next = appended(cache, k, v, count);
    // One position sees what the new cache holds. Earlier ones of several may see what the later ones have replaced.
    const one = count === 1;
    const keys = one ? next.keys : concat([cache.keys, k], { axis: -2 }) as Tensor;
    const values = one ? next.values : concat([cache.values, v], { axis: -2 }) as Tensor;
    const held = heldIn(room, one ? next.length : cache.length), at = one ? held : concat([held, now]) as Whole;
    const mask = and(
      seen(expandDims(now, 1) as Whole, at, window, op),
      greaterEqual(at, 0) as unknown as Tensor<Shape, "bool">,
    ) as Mask;
    const weights = headWeights(op, q, keys, options, mask);
    return [
      next,
      affine(p.out as SelfAttention<number>["out"], headsTogether(mixHeads(weights, values, {}, undefined))),
    ];
  }) as never;
}

/** The positions in a cache's rows after `length` positions: the last that fell there; negative where none has. */
function heldIn(room: number, length: Whole): Whole {
  const last = sub(length, 1) as Whole, row = arange(room) as Whole;
  return sub(last, mod(sub(last, row) as Whole, room) as Whole) as Whole;
}

/** The cache with the keys and values of the next positions. */
function appended(cache: AttentionCache, k: Tensor, v: Tensor, count: number): AttentionCache {
  const { keys, values, length } = cache, room = keys.shape.at(-2)!;
  const next = add(length, count) as unknown as AttentionCache["length"];
  if (count === 1) {
    const start = [...k.shape.slice(0, -2).map(() => 0), mod(length, room) as never, 0];
    const put = (old: Tensor, rows: Tensor) => dynamicUpdateSlice(old, rows, start) as Tensor;
    return { keys: put(keys, k), values: put(values, v), length: next };
  }
  const held = heldIn(room, next), fresh = expandDims(greaterEqual(held, length) as unknown as Whole, 1) as never;
  const from = clamp(sub(held, length) as Whole, { min: 0, max: Math.max(0, count - 1) }) as Whole;
  const put = (old: Tensor, rows: Tensor) =>
    count === 0 ? old : where(fresh, take(rows, from, { axis: -2 }) as Tensor, old) as Tensor;
  return { keys: put(keys, k), values: put(values, v), length: next };
}

function requireCache(op: string, cache: Shape, keys: Shape): void {
  const fits = cache.length === keys.length && cache.every((d, i) => i === cache.length - 2 || d === keys[i]);
  if (!fits) {
    throw new ShapeError(
      `${op}: a cache of keys [${cache.join(", ")}] does not go with new keys [${
        keys.join(", ")
      }]; make it with the sizes before the sequence's axes as \`leading\``,
    );
  }
}
