/** Losses of one class among several: cross entropy of logits, and negative log-likelihood of log-probabilities. */
import {
  add,
  ArgumentError,
  cast,
  type DType,
  DTypeError,
  type FloatDType,
  logSumExp,
  mul,
  neg,
  notEqual,
  type Shape,
  ShapeError,
  sub,
  sum,
  Tensor,
  where,
} from "../mod.ts";
import { ignoredByDefault, type Labels, requireClasses, requireLabels } from "./labels.ts";
import {
  type LossOptions,
  reduceBy,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireBroadcast,
  requireFloats,
  sameShape,
} from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of losses of class indices. */
export interface ClassLossOptions<R extends Reduction> extends LossOptions<R> {
  /** A weight for each class, `[classes]`; the mean of losses of class indices divides by the sum of the weights used. */
  readonly weights?: Tensor<Shape, DType>;
  /** Examples with this label do not count; −100 if left out. */
  readonly ignoreIndex?: number;
}

/** Options of `softmaxCrossEntropy`. */
export interface CrossEntropyOptions<R extends Reduction> extends ClassLossOptions<R> {
  /** The part of each label that is spread over all classes, 0 to 1; 0 if left out. */
  readonly labelSmoothing?: number;
}

/** The weights of classes, or an error if there is not one for each. */
function classWeights(op: string, x: Tensor, weights: unknown): Tensor | null {
  return weights === undefined ? null : requireBroadcast(op, "weights of classes", x, x.shape.slice(-1), weights);
}

/** Of each line the element that the label chooses, times the weight of its class. */
function pick(x: Tensor, { chosen }: Labels, weights: Tensor | null): Tensor {
  return sum(where(chosen, weights === null ? x : mul(x, weights), 0), { axis: -1 });
}

/** What each example counts: the weight of its class; 0 if it is ignored. */
function counts(labels: Labels, weights: Tensor | null): Tensor {
  if (weights === null) return labels.counted;
  return mul(labels.counted, sum(where(labels.chosen, weights, 0), { axis: -1 }));
}

/**
 * Cross entropy of the softmax of logits, −Σ pᵢ·log softmax(logits)ᵢ over the last axis, stable for logits of any size.
 * PyTorch: `CrossEntropyLoss`.
 *
 * @param logits Unnormalised log-probabilities, `[...L, classes]`.
 * @param labels Class indices, integers `[...L]`, or probabilities (one-hot or soft), floats `[...L, classes]`.
 * @param options `reduction`: `"mean"` over all examples if left out; `labelSmoothing`: ε, which makes p of every label
 *   (1 − ε)·p + ε/classes; `weights`, `[classes]`: factors of the terms of the sum; `ignoreIndex`: the label that does not
 *   count. With class indices the mean is the weighted one, Σ losses / Σ weights of the labels.
 * @returns A scalar, or `[...L]` for `"none"`. In a compiled program, where an index out of range cannot throw, it is NaN.
 * @throws {ShapeError} If the labels' shape is neither, or weights are not one for each class.
 * @throws {DTypeError} If labels are bool, or logits not floats.
 * @throws {ArgumentError} If an index is no class, the smoothing is out of range, or an index to ignore comes with
 *   probabilities.
 * @see Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.108
 * @see Szegedy et al., Rethinking the Inception architecture, 2015, https://arxiv.org/abs/1512.00567 (label smoothing)
 *
 * @example Two classes, undecided
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softmaxCrossEntropy } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = softmaxCrossEntropy(tensor([[0, 0]]), tensor([1], { dtype: "i32" }));
 * assertAlmostEquals(loss.item(), Math.log(2), 1e-6);
 * ```
 */
export function softmaxCrossEntropy<
  const L extends Shape,
  C extends number,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  logits: Tensor<readonly [...L, C], D>,
  labels: Tensor<Shape, DType>,
  options: CrossEntropyOptions<R> = {},
): Tensor<Reduced<L, R>, D> {
  const op = "softmaxCrossEntropy", x = requireFloats(op, "logits", logits), classes = requireClasses(op, "logits", x);
  const range = (e: number) => e >= 0 && e <= 1;
  const smoothing = requireNumber(op, "labelSmoothing", options.labelSmoothing ?? 0, range, "from 0 to 1");
  const weights = classWeights(op, x, options.weights);
  if (labels instanceof Tensor && labels.dtype === "bool") {
    throw new DTypeError(`${op}: labels are class indices or probabilities, not bool; cast them`);
  }
  // Σ p·(logsumexp − x): for probabilities that sum to 1 this is logsumexp − Σ p·x, but holds for any.
  const costs: Tensor = sub(logSumExp(x, { axis: -1, keepDims: true }), x);
  if (labels instanceof Tensor && (labels.dtype === "f32" || labels.dtype === "f64")) {
    if (options.ignoreIndex !== undefined) {
      throw new ArgumentError(
        `${op}: ignoreIndex goes with class indices; to ignore a line of probabilities make it zeros`,
      );
    }
    const p = requireProbabilities(op, x, labels);
    const smoothed = smoothing === 0 ? p : add(mul(p, 1 - smoothing), smoothing / classes);
    return reduceLosses(op, sum(mul(smoothed, weights === null ? costs : mul(costs, weights)), { axis: -1 }), options);
  }
  const known = requireLabels(op, "logits", x, labels, options.ignoreIndex ?? ignoredByDefault);
  const picked = pick(costs, known, weights), counted = counts(known, weights);
  if (smoothing === 0) return reduceBy(op, mul(picked, known.counted), counted, options);
  const spread = sum(weights === null ? costs : mul(costs, weights), { axis: -1 });
  const all = add(mul(picked, 1 - smoothing), mul(spread, smoothing / classes));
  return reduceBy(op, mul(where(notEqual(known.counted, 0), all, 0), known.counted), counted, options);
}

function requireProbabilities(op: string, x: Tensor, labels: Tensor<Shape, DType>): Tensor {
  if (sameShape(labels.shape, x.shape)) return cast(labels, x.dtype as FloatDType) as Tensor;
  throw new ShapeError(
    `${op}: logits [${x.shape.join(", ")}] want probabilities of shape [${x.shape.join(", ")}], got [${
      labels.shape.join(", ")
    }]`,
  );
}

/**
 * Negative log-likelihood of class indices: minus the log-probability of each example's class. PyTorch: `NLLLoss`.
 *
 * @param logProbabilities Logarithms of probabilities, `[...L, classes]`; for logits use `softmaxCrossEntropy`.
 * @param labels Class indices, integers `[...L]`.
 * @param options `reduction`: `"mean"` over all examples if left out, Σ losses / Σ weights of the labels; `weights`,
 *   `[classes]`; `ignoreIndex`: the label that does not count, −100 if left out.
 * @returns A scalar, or `[...L]` for `"none"`. In a compiled program, where an index out of range cannot throw, it is NaN.
 * @throws {ShapeError} If there is not one label for each line, or one weight for each class.
 * @throws {DTypeError} If labels are not integers, or log-probabilities not floats.
 * @throws {ArgumentError} If an index is no class.
 *
 * @example A probability of one half
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { negativeLogLikelihood } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logs = tensor([[Math.log(0.5), Math.log(0.5)]]);
 * assertAlmostEquals(negativeLogLikelihood(logs, tensor([0], { dtype: "i32" })).item(), Math.log(2), 1e-6);
 * ```
 */
export function negativeLogLikelihood<
  const L extends Shape,
  C extends number,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  logProbabilities: Tensor<readonly [...L, C], D>,
  labels: Tensor<Shape, DType>,
  options: ClassLossOptions<R> = {},
): Tensor<Reduced<L, R>, D> {
  const op = "negativeLogLikelihood", x = requireFloats(op, "log-probabilities", logProbabilities);
  const known = requireLabels(op, "log-probabilities", x, labels, options.ignoreIndex ?? ignoredByDefault);
  const weights = classWeights(op, x, options.weights);
  return reduceBy(op, mul(pick(neg(x), known, weights), known.counted), counts(known, weights), options);
}
