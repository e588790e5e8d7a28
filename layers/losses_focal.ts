/** Focal losses: cross entropies in which what is already right counts little. */
import {
  add,
  type DType,
  exp,
  type FloatDType,
  logSumExp,
  mul,
  neg,
  type Shape,
  softplus,
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
  requireElements,
  requireFloats,
  requirePair,
} from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of `sigmoidFocal`. */
export interface SigmoidFocalOptions<R extends Reduction> extends LossOptions<R> {
  /** The weight α of yes, that of no being 1 − α; 0.25 if left out, `null` for no weights. */
  readonly alpha?: number | null;
  /** The exponent γ, 0 or more; 2 if left out. */
  readonly gamma?: number;
}

/** Options of `softmaxFocal`. */
export interface SoftmaxFocalOptions<R extends Reduction> extends ClassLossOptions<R> {
  /** The exponent γ, 0 or more; 2 if left out. */
  readonly gamma?: number;
}

const requireGamma = (op: string, gamma = 2): number => requireNumber(op, "gamma", gamma, (g) => g >= 0, "0 or more");

/**
 * Focal loss of a yes or no, −α·(1 − p)^γ·log p, where p is the probability that the logistic function of the logit gives
 * to what is true. Stable for logits of any size. γ = 0 is the weighted binary cross entropy. torchvision:
 * `sigmoid_focal_loss`.
 *
 * @param logits Floats of any shape. @param targets Truth values, 0 or 1, in the same shape.
 * @param options `alpha`, 0.25 if left out; `gamma`, 2 if left out; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the logits for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the logits are not floats.
 * @throws {ArgumentError} If α is not from 0 to 1, γ is negative, or a target neither 0 nor 1.
 * @see Lin et al., Focal loss for dense object detection, 2017, https://arxiv.org/abs/1708.02002, eq. 5
 *
 * @example Undecided: ¼·(½)²·log 2
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { sigmoidFocal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(sigmoidFocal(tensor([0]), tensor([1])).item(), Math.log(2) / 16, 1e-7);
 * ```
 */
export function sigmoidFocal<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  logits: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: SigmoidFocalOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "sigmoidFocal", [x, t] = requirePair(op, logits, targets), gamma = requireGamma(op, options.gamma);
  const { alpha = 0.25 } = options;
  if (alpha !== null) requireNumber(op, "alpha", alpha, (a) => a >= 0 && a <= 1, "from 0 to 1, or null");
  requireElements(t, (v) => v === 0 || v === 1, (v) => `${op}: targets are 0 or 1, not ${v}`);
  const no = sub(1, t), yesCost = softplus(neg(x)), noCost = softplus(x);
  // 1 − p is σ(−x) for yes and σ(x) for no; its power is taken as an exponential of its logarithm, which cannot underflow.
  const wrong = exp(mul(add(mul(t, noCost), mul(no, yesCost)), -gamma));
  const losses = mul(wrong, add(mul(t, yesCost), mul(no, noCost)));
  const weighted = alpha === null ? losses : mul(losses, add(mul(t, alpha), mul(no, 1 - alpha)));
  return reduceLosses(op, weighted, options);
}

/**
 * Focal loss of one class among several, −w·(1 − p)^γ·log p, where p is the softmax's probability of the right class.
 * Stable for logits of any size. γ = 0 is the cross entropy.
 *
 * @param logits Unnormalised log-probabilities, `[...L, classes]`. @param labels Class indices, integers `[...L]`.
 * @param options `gamma`, 2 if left out; `weights`, `[classes]`: w; `ignoreIndex`: the label that does not count, −100 if
 *   left out; `reduction`: `"mean"` over all examples if left out, in which weights do not change the divisor.
 * @returns A scalar, or `[...L]` for `"none"`. In a compiled program, where an index out of range cannot throw, it is NaN.
 * @throws {ShapeError} If there is not one label for each line, or one weight for each class.
 * @throws {DTypeError} If labels are not integers, or logits not floats.
 * @throws {ArgumentError} If an index is no class, or γ is negative.
 * @see Lin et al., Focal loss for dense object detection, 2017, https://arxiv.org/abs/1708.02002
 *
 * @example Two classes, undecided: (½)²·log 2
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softmaxFocal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = softmaxFocal(tensor([[0, 0]]), tensor([1], { dtype: "i32" }));
 * assertAlmostEquals(loss.item(), Math.log(2) / 4, 1e-7);
 * ```
 */
export function softmaxFocal<
  const L extends Shape,
  C extends number,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  logits: Tensor<readonly [...L, C], D>,
  labels: Tensor<Shape, DType>,
  options: SoftmaxFocalOptions<R> = {},
): Tensor<Reduced<L, R>, D> {
  const op = "softmaxFocal", x = requireFloats(op, "logits", logits), gamma = requireGamma(op, options.gamma);
  const { chosen, counted } = requireLabels(op, "logits", x, labels, options.ignoreIndex ?? ignoredByDefault);
  const all = logSumExp(x, { axis: -1 }), right = sum(where(chosen, x, 0), { axis: -1 });
  // log(1 − p) from the other classes alone: 1 − p would be 0 for a sure answer. Far below any logit, not −∞, for one class.
  const others = logSumExp(where(chosen, -1e30, x), { axis: -1 });
  const losses = mul(exp(mul(sub(others, all), gamma)), sub(all, right));
  const weighted = options.weights === undefined ? losses : mul(
    losses,
    sum(where(chosen, requireBroadcast(op, "weights of classes", x, x.shape.slice(-1), options.weights), 0), {
      axis: -1,
    }),
  );
  return reduceBy(op, mul(weighted, counted), counted, options);
}
