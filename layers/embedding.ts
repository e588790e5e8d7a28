/** Embeddings: a vector for each of a number of tokens. */
import {
  add,
  ArgumentError,
  clamp,
  equal,
  expandDims,
  type Key,
  less,
  setAt,
  type Shape,
  stopGradient,
  take,
  type Tensor,
  where,
} from "../mod.ts";
import { type Initializer, normalInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** A vector for each token. */
export interface Embedding<V extends number, F extends number> {
  /** The vectors, `[tokens, features]`. */
  readonly w: Tensor<readonly [V, F]>;
}

/** A dtype of tokens. */
export type TokenDType = "i32" | "u32" | "u8";

/** Which token stands for nothing. */
export interface PaddingOptions {
  /** The token whose vector starts as zeros and has no gradient; a negative one counts from the end. */
  readonly paddingIndex?: number;
}

/** How an embedding starts. */
export interface EmbeddingOptions extends PaddingOptions {
  /** The vectors; normal with deviation 1 if left out, as in PyTorch. */
  readonly weights?: Initializer;
}

function paddingOf(tokens: number, { paddingIndex }: PaddingOptions): number | undefined {
  if (paddingIndex === undefined) return undefined;
  if (!Number.isInteger(paddingIndex) || paddingIndex < -tokens || paddingIndex >= tokens) {
    throw new ArgumentError(`embedding: paddingIndex ${paddingIndex} is not one of the ${tokens} tokens`);
  }
  return paddingIndex < 0 ? paddingIndex + tokens : paddingIndex;
}

/**
 * Fresh vectors of an embedding.
 *
 * @param key A key, used here only. @param tokens How many tokens. @param features Size of a vector.
 * @param options `weights`: an initializer; `paddingIndex`: the token whose vector starts as zeros.
 * @returns Vectors, `[tokens, features]`.
 * @throws {ArgumentError} If `paddingIndex` is not one of the tokens.
 *
 * @example A padding token
 * ```ts
 * import { at, key } from "@adjoint/adjoint";
 * import { embeddingInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(at(embeddingInit(key(0), 10, 2, { paddingIndex: 0 }).w, 0).toArray(), [0, 0]);
 * ```
 */
export function embeddingInit<const V extends number, const F extends number>(
  key: Key,
  tokens: V,
  features: F,
  options: EmbeddingOptions = {},
): Embedding<V, F> {
  const w = (options.weights ?? normalInit(1))(key, [tokens, features]), padding = paddingOf(tokens, options);
  return { w: padding === undefined ? w : setAt(w as Tensor, [padding], 0) as Tensor<readonly [V, F]> };
}

/**
 * The vectors of tokens. Negative tokens count from the end; those out of range read the nearest there is, as `take` does.
 *
 * @param p Vectors, `[tokens, features]`.
 * @param options `paddingIndex`: the token whose vector has no gradient.
 * @returns A function from integers of any shape, `[...S]`, to `[...S, features]`.
 * @throws {ArgumentError} If `paddingIndex` is not one of the tokens. @throws {DTypeError} If the tokens are not integers.
 *
 * @example Two tokens
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { embeddingWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { w: tensor([[1, 2], [3, 4], [5, 6]]) };
 * assertEquals(embeddingWith(p)(tensor([2, 0], { dtype: "i32" })).toArray(), [[5, 6], [1, 2]]);
 * ```
 */
export function embeddingWith<V extends number, F extends number>(
  p: Embedding<V, F>,
  options: PaddingOptions = {},
): <S extends Shape, D extends TokenDType>(tokens: Tensor<S, D>) => Tensor<readonly [...S, F]> {
  const w = p.w as Tensor, count = w.shape[0]!, padding = paddingOf(count, options);
  return <S extends Shape, D extends TokenDType>(tokens: Tensor<S, D>) => {
    const given = tokens as Tensor<Shape, "i32">;
    if (padding === undefined) return take(w, given, { axis: 0 }) as Tensor<readonly [...S, F]>;
    // The row that is read, so that whatever reads the padding's row counts as padding.
    const rows = clamp(where(less(given, 0), add(given, count), given), { min: 0, max: count - 1 });
    const vectors = take(w, rows, { axis: 0 }) as Tensor;
    const nothing = expandDims(equal(rows, padding), -1) as Tensor<Shape, "bool">;
    return where(nothing, stopGradient(vectors), vectors) as Tensor<readonly [...S, F]>;
  };
}

/**
 * An embedding as a layer: from tokens, i32, to their vectors.
 *
 * @param tokens How many tokens. @param features Size of a vector.
 * @param options `weights`: an initializer; `paddingIndex`: the token whose vector is zeros and is not learned.
 * @returns From a net of i32 examples `[...L]` to one of examples `[...L, features]`.
 * @throws {ArgumentError} If `paddingIndex` is not one of the tokens.
 *
 * @example A sequence of twenty tokens out of a hundred
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { embedding, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([20], { dtype: "i32" }), embedding(100, 16));
 * const { params, state } = net.init(key(0));
 * assertEquals(net.apply(params, state, zeros([2, 20], { dtype: "i32" }), { mode: "eval" })[0].shape, [2, 20, 16]);
 * ```
 */
export function embedding<const V extends number, const F extends number>(
  tokens: V,
  features: F,
  options: EmbeddingOptions = {},
): <I, L extends Shape, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<L, "i32">, P, S>,
) => Net<I, Spec<readonly [...L, F], "f32">, readonly [...P, Embedding<V, F>], S> {
  paddingOf(tokens, options);
  return <I, L extends Shape, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<L, "i32">, P, S>,
  ) => {
    const output: Spec<readonly [...L, F], "f32"> = { shape: [...net.output.shape, features], dtype: "f32" };
    return grow(net, {
      name: `embedding(${tokens}, ${features})`,
      output,
      params: (key) => embeddingInit(key, tokens, features, options),
      apply: (p, s, x) => [embeddingWith(p as Embedding<V, F>, options)(x as Tensor<Shape, "i32">), s],
    });
  };
}
