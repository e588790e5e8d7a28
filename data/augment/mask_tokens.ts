/** Tokens masked, for nets that learn to tell what was there. */
import {
  and,
  bernoulli,
  cast,
  type DType,
  foldIn,
  fullLike,
  type Key,
  less,
  randint,
  type Shape,
  type Tensor,
  uniform,
  where,
} from "../../mod.ts";
import { type Examples, requireProbability } from "./operands.ts";
import { differFrom, type MaskIds, requireIds, requireTokens } from "./text.ts";
import { requireWhole } from "../require_whole.ts";

/** Which tokens are masked, and what they may become. */
export interface MaskTokensOptions extends MaskIds {
  /** The probability that a token is to be told; 0.15 if left out. */
  readonly probability?: number;
  /** How many tokens there are to draw from, 0 to one less than this; the mask need not be among them. */
  readonly vocabulary: number;
  /** Further tokens that are never to be told, such as those for the beginning and the end. */
  readonly keep?: readonly number[];
}

/** Tokens with some masked, and what a net is to tell of them. */
export interface MaskedTokens<S extends Shape, D extends DType> {
  /** What the net is given. */
  readonly inputs: Tensor<S, D>;
  /** What it is to tell: the tokens as they were, at every place. */
  readonly targets: Tensor<S, D>;
  /** At which places it is to tell: the only ones at which `inputs` may differ from `targets`. */
  readonly mask: Tensor<S, "bool">;
}

/**
 * Tokens of which some are to be told, as in BERT: of these 80% become the mask, 10% any token, and 10% stay.
 *
 * @param key A key, used here only. @param tokens Tokens, `[batch, length]`, integers.
 * @param options `vocabulary`, how many tokens there are; `mask`, what hides them; `probability`, 0.15 if left out; `pad`
 *   and `keep`, tokens that are never to be told.
 * @returns `inputs`, `targets` and `mask`, all of the shape of the tokens.
 * @throws {ShapeError} If there are not two axes. @throws {DTypeError} If tokens are not integers.
 * @throws {ArgumentError} If the probability is out of range, an id is no whole number from 0, or the vocabulary is empty.
 * @see Devlin et al., BERT: pre-training of deep bidirectional transformers for language understanding, 2019,
 *   section 3.1, https://arxiv.org/abs/1810.04805
 *
 * @example All but what fills up
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { maskTokens } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = tensor([[5, 7, 0]], { dtype: "i32" });
 * const { targets, mask } = maskTokens(key(0), tokens, { probability: 1, mask: 1, pad: 0, vocabulary: 10 });
 * assertEquals(targets.toArray(), [[5, 7, 0]]);
 * assertEquals(mask.toArray(), [[true, true, false]]);
 * ```
 */
export function maskTokens<S extends Shape, D extends DType>(
  key: Key,
  tokens: Tensor<S, D>,
  options: MaskTokensOptions,
): MaskedTokens<S, D> {
  const op = "maskTokens", x = tokens as Examples, { probability = 0.15, mask, pad, vocabulary, keep = [] } = options;
  requireTokens(op, x);
  requireProbability(op, probability);
  requireIds(op, { mask, pad });
  for (const id of keep) requireWhole(op, "a token to keep", id, 0);
  requireWhole(op, "vocabulary", vocabulary, 1);
  const drawn = bernoulli(foldIn(key, 0), probability, x.shape) as Tensor<Shape, "bool">;
  const told = and(drawn, differFrom(x, pad, ...keep)) as Tensor<Shape, "bool">;
  const any = cast(randint(foldIn(key, 1), x.shape, 0, vocabulary), x.dtype) as Examples;
  const way = uniform(foldIn(key, 2), x.shape) as Tensor;
  const below = (p: number) => less(way, p) as Tensor<Shape, "bool">;
  const changed = where(below(0.8), fullLike(x, mask), where(below(0.9), any, x) as Examples) as Examples;
  return { inputs: where(told, changed, x) as never, targets: tokens, mask: told as never };
}
