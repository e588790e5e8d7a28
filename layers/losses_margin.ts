/** Losses that want scores on the right side of a border, by a margin. */
import {
  add,
  clamp,
  div,
  type DType,
  equal,
  expandDims,
  type FloatDType,
  mul,
  neg,
  type Shape,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import { ignoredByDefault, requireLabels } from "./labels.ts";
import type { ClassLossOptions } from "./losses_cross_entropy.ts";
import {
  type LossOptions,
  reduceBy,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireBroadcast,
  requireFloats,
  requireLike,
  requirePair,
  requireSigns,
} from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of losses with a margin. */
export interface MarginOptions<R extends Reduction> extends LossOptions<R> {
  /** How far on the right side is far enough. */
  readonly margin?: number;
}

/** A margin, or an error that says what was given instead. */
export const requireMargin = (op: string, margin: number): number => requireNumber(op, "margin", margin);

/** Scores, and targets of −1 and 1 in their dtype. */
function requireSides(op: string, scores: unknown, targets: unknown): readonly [Tensor, Tensor] {
  const pair = requirePair(op, scores, targets);
  requireSigns(op, pair[1]);
  return pair;
}

/** What is missing to the right side: max(0, x), whose derivative at the border is 1, as in PyTorch. */
const missing = (x: Tensor): Tensor => clamp(x, { min: 0 });

/**
 * Hinge loss, max(0, margin − t·score), of support vector machines. Its derivative at the margin is the one before it.
 *
 * @param scores Floats of any shape; their sign decides. @param targets −1 or 1, in the same shape.
 * @param options `margin`, 1 if left out; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the scores for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the scores are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1, or the margin is not finite.
 * @see Cortes & Vapnik, Support-vector networks, 1995, https://doi.org/10.1007/BF00994018
 *
 * @example Right, but not by the margin, and wrong
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hinge } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hinge(tensor([0.5, 2]), tensor([1, -1]), { reduction: "none" }).toArray(), [0.5, 3]);
 * ```
 */
export function hinge<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  scores: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const [x, t] = requireSides("hinge", scores, targets), margin = requireMargin("hinge", options.margin ?? 1);
  return reduceLosses("hinge", missing(sub(margin, mul(t, x))), options);
}

/**
 * Squared hinge loss, max(0, margin − t·score)².
 *
 * @param scores Floats of any shape; their sign decides. @param targets −1 or 1, in the same shape.
 * @param options `margin`, 1 if left out; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the scores for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the scores are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1, or the margin is not finite.
 *
 * @example Right, but not by the margin, and wrong
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { squaredHinge } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(squaredHinge(tensor([0.5, 2]), tensor([1, -1]), { reduction: "none" }).toArray(), [0.25, 9]);
 * ```
 */
export function squaredHinge<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  scores: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "squaredHinge",
    [x, t] = requireSides(op, scores, targets),
    margin = requireMargin(op, options.margin ?? 1);
  return reduceLosses(op, square(missing(sub(margin, mul(t, x)))), options);
}

/**
 * Hinge loss of distances: the distance itself for the target 1, max(0, margin − distance) for −1. PyTorch:
 * `HingeEmbeddingLoss`.
 *
 * @param distances Floats of any shape. @param targets 1 for alike or −1 for unlike, in the same shape.
 * @param options `margin`, 1 if left out; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the distances for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the distances are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1, or the margin is not finite.
 *
 * @example Alike, and unlike but near
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { hingeEmbedding } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hingeEmbedding(tensor([0.5, 0.25]), tensor([1, -1]), { reduction: "none" }).toArray(), [0.5, 0.75]);
 * ```
 */
export function hingeEmbedding<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  distances: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "hingeEmbedding", [x, t] = requireSides(op, distances, targets);
  const margin = requireMargin(op, options.margin ?? 1);
  return reduceLosses(op, where(equal(t, 1), x, missing(sub(margin, x))), options);
}

/**
 * Logistic loss, log(1 + exp(−t·score)), stable for scores of any size. PyTorch: `SoftMarginLoss`.
 *
 * @param scores Floats of any shape; their sign decides. @param targets −1 or 1, in the same shape.
 * @param options `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the scores for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the scores are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1.
 *
 * @example Far on the wrong side
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softMargin } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softMargin(tensor([1000, 1000]), tensor([-1, 1]), { reduction: "none" }).toArray(), [1000, 0]);
 * ```
 */
export function softMargin<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  scores: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: LossOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const [x, t] = requireSides("softMargin", scores, targets);
  return reduceLosses("softMargin", softplus(neg(mul(t, x))), options);
}

/**
 * Ranking loss of two scores, max(0, margin − t·(first − second)): for t = 1 the first should be the higher by the margin.
 * PyTorch: `MarginRankingLoss`.
 *
 * @param first Floats of any shape. @param second Floats of the same shape. @param targets −1 or 1, in the same shape.
 * @param options `margin`, 0 if left out; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the scores for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the scores are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1, or the margin is not finite.
 *
 * @example In the right order, and in the wrong one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { marginRanking } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = marginRanking(tensor([3, 1]), tensor([1, 3]), tensor([1, 1]), { reduction: "none" });
 * assertEquals(loss.toArray(), [0, 2]);
 * ```
 */
export function marginRanking<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  first: Tensor<S, D>,
  second: Tensor<NoInfer<S>, DType>,
  targets: Tensor<NoInfer<S>, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "marginRanking", margin = requireMargin(op, options.margin ?? 0);
  const a = requireFloats(op, "first scores", first), b = requireLike(op, ["first scores", "second scores"], a, second);
  const t = requireLike(op, ["scores", "targets"], a, targets);
  requireSigns(op, t);
  return reduceLosses(op, missing(sub(margin, mul(t, sub(a, b)))), options);
}

/** Options of `multiMargin`. */
export interface MultiMarginOptions<R extends Reduction> extends ClassLossOptions<R> {
  /** How much higher than the others the right score should be; 1 if left out. */
  readonly margin?: number;
  /** The power of what is missing, 1 or 2; 1 if left out. */
  readonly p?: 1 | 2;
}

/**
 * Hinge loss of one class y among several, Σⱼ w_y·max(0, margin − score_y + scoreⱼ)^p / classes over the classes j ≠ y.
 * PyTorch: `MultiMarginLoss`.
 *
 * @param scores Floats, `[...L, classes]`. @param labels Class indices y, integers `[...L]`.
 * @param options `margin`, 1 if left out; `p`, 1 or 2, 1 if left out; `weights`, `[classes]`: w; `ignoreIndex`: the label
 *   that does not count, −100 if left out; `reduction`: `"mean"` over all examples if left out, in which weights do not
 *   change the divisor.
 * @returns A scalar, or `[...L]` for `"none"`. In a compiled program, where an index out of range cannot throw, it is NaN.
 * @throws {ShapeError} If there is not one label for each line, or one weight for each class.
 * @throws {DTypeError} If labels are not integers, or scores not floats.
 * @throws {ArgumentError} If an index is no class, `p` is neither 1 nor 2, or the margin is not finite.
 * @see Crammer & Singer, Multiclass kernel-based vector machines, 2001, https://jmlr.org/papers/v2/crammer01a.html
 *
 * @example One of the two others comes too near
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { multiMargin } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(multiMargin(tensor([[3, 2.25, 0, 0]]), tensor([0], { dtype: "i32" })).item(), 0.0625);
 * ```
 */
export function multiMargin<
  const L extends Shape,
  C extends number,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  scores: Tensor<readonly [...L, C], D>,
  labels: Tensor<Shape, DType>,
  options: MultiMarginOptions<R> = {},
): Tensor<Reduced<L, R>, D> {
  const op = "multiMargin", x = requireFloats(op, "scores", scores), { p = 1 } = options;
  const margin = requireMargin(op, options.margin ?? 1);
  requireNumber(op, "p", p, (n) => n === 1 || n === 2, "1 or 2");
  const { chosen, counted } = requireLabels(op, "scores", x, labels, options.ignoreIndex ?? ignoredByDefault);
  const right = sum(where(chosen, x, 0), { axis: -1 }), short = missing(add(sub(x, expandDims(right, -1)), margin));
  const each = where(chosen, 0, p === 2 ? square(short) : short);
  const losses = div(sum(each, { axis: -1 }), x.shape.at(-1)!);
  if (options.weights === undefined) return reduceBy(op, mul(losses, counted), counted, options);
  const w = requireBroadcast(op, "weights of classes", x, x.shape.slice(-1), options.weights);
  return reduceBy(op, mul(mul(losses, sum(where(chosen, w, 0), { axis: -1 })), counted), counted, options);
}
