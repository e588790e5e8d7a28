/** Losses of predicted distributions: divergence, and likelihoods of counts and of normal numbers. */
import {
  add,
  ArgumentError,
  div,
  type DType,
  exp,
  type FloatDType,
  greater,
  less,
  log,
  mul,
  notEqual,
  type Shape,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import {
  type LossOptions,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireBroadcast,
  requireElements,
  requirePair,
} from "./losses.ts";
import { requireChoice, requireNumber } from "./operands.ts";

/** Options of `klDivergence`. */
export interface DivergenceOptions<R extends Reduction | "batchmean"> {
  /**
   * `"mean"` over all elements if left out, as in PyTorch; `"batchmean"`, the sum divided by the size of the first axis,
   * is what the mathematics call the mean divergence.
   */
  readonly reduction?: R;
  /** Whether targets are logarithms of probabilities; false if left out. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence of predictions from targets, by elements, t·(log t − x), where x is a log-probability; 0,
 * with derivative 0, where t is 0. PyTorch: `KLDivLoss`.
 *
 * @param logPredictions Logarithms of the predicted probabilities, of any shape: `sub(x, logSumExp(x, …))` of logits.
 * @param targets Probabilities, or their logarithms with `logTarget`, in the same shape.
 * @param options `reduction`: `"none"`, `"mean"` (over all elements; the default), `"sum"`, `"batchmean"`; `logTarget`.
 * @returns A scalar, or the shape of the predictions for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If `"batchmean"` is asked of a scalar.
 * @see Kullback & Leibler, On information and sufficiency, 1951, https://doi.org/10.1214/aoms/1177729694
 *
 * @example A certainty, predicted with probability one half
 * ```ts
 * import { log, tensor } from "@adjoint/adjoint";
 * import { klDivergence } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = klDivergence(log(tensor([[0.5, 0.5]])), tensor([[1, 0]]), { reduction: "batchmean" });
 * assertAlmostEquals(loss.item(), Math.log(2), 1e-6);
 * ```
 */
export function klDivergence<
  S extends Shape,
  D extends FloatDType,
  const R extends Reduction | "batchmean" = "mean",
>(
  logPredictions: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: DivergenceOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "klDivergence",
    [x, t] = requirePair(op, logPredictions, targets),
    given: string = options.reduction ?? "mean";
  const how = requireChoice(op, "reduction", given, ["none", "mean", "sum", "batchmean"]),
    logTarget = options.logTarget === true;
  if (how === "batchmean" && x.shape.length === 0) {
    throw new ArgumentError(
      `${op}: "batchmean" divides by the size of the first axis, and a scalar has none; use "sum"`,
    );
  }
  // Where a target is the probability 0 both its logarithm and a predicted −∞ drop out, of the derivatives too.
  const some = notEqual(t, logTarget ? -Infinity : 0), [y, z] = [where(some, t, logTarget ? 0 : 1), where(some, x, 0)];
  const terms: Tensor = logTarget ? mul(exp(y), sub(y, z)) : mul(y, sub(log(y), z)), losses = where(some, terms, 0);
  const total = how === "batchmean" ? div(sum(losses), x.shape[0]!) : reduceLosses(op, losses, { reduction: how });
  return total as unknown as Tensor<Reduced<S, R>, D>;
}

/** Options of `poissonNll`. */
export interface PoissonOptions<R extends Reduction> extends LossOptions<R> {
  /** Whether the prediction is the logarithm of the rate; true if left out. */
  readonly logInput?: boolean;
  /** Whether Stirling's approximation of log(target!) is added for targets above 1; false if left out. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken, when `logInput` is false; 1e-8 if left out. */
  readonly epsilon?: number;
}

/**
 * Negative log-likelihood of counts under Poisson distributions: exp(x) − t·x of logarithms of rates, or x − t·log(x + ε)
 * of rates; without the constant log(t!) unless `full`. PyTorch: `PoissonNLLLoss`.
 *
 * @param prediction Logarithms of rates, or rates, of any shape. @param counts The counts t, in the same shape.
 * @param options `logInput`, true if left out; `full`; `epsilon`; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If ε is negative.
 *
 * @example A rate of 1 and a count of 2
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { poissonNll } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(poissonNll(tensor([0]), tensor([2])).item(), 1);
 * ```
 */
export function poissonNll<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  counts: Tensor<NoInfer<S>, DType>,
  options: PoissonOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "poissonNll", [x, t] = requirePair(op, prediction, counts), { logInput = true, full = false } = options;
  const epsilon = requireNumber(op, "epsilon", options.epsilon ?? 1e-8, (e) => e >= 0, "0 or more");
  const losses = logInput ? sub(exp(x), mul(t, x)) : sub(x, mul(t, log(add(x, epsilon))));
  if (!full) return reduceLosses(op, losses, options);
  const many = greater(t, 1), n = where(many, t, 2);
  const stirling = add(sub(mul(n, log(n)), n), mul(log(mul(n, 2 * Math.PI)), 0.5));
  return reduceLosses(op, add(losses, where(many, stirling, 0)), options);
}

/** Options of `gaussianNll`. */
export interface GaussianOptions<R extends Reduction> extends LossOptions<R> {
  /** Whether the constant ½·log(2π) is added; false if left out. */
  readonly full?: boolean;
  /** What smaller variances are raised to, above 0; 1e-6 if left out. */
  readonly epsilon?: number;
}

/**
 * Negative log-likelihood of numbers under normal distributions, ½·(log v + (x − t)²/v), with a variance v of at least ε.
 * A variance that was raised to ε has the derivative at ε. PyTorch: `GaussianNLLLoss`.
 *
 * @param means Floats of any shape. @param targets Numbers t of the same shape.
 * @param variance Variances, 0 or more, in a shape that broadcasts to the means': one for each, or 1 where they are shared.
 * @param options `full`; `epsilon`; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the means for `"none"`.
 * @throws {ShapeError} If the shapes do not fit. @throws {DTypeError} If the means are not floats.
 * @throws {ArgumentError} If a variance is negative, or ε is not above 0.
 * @see Nix & Weigend, Estimating the mean and variance of the target probability distribution, 1994, https://doi.org/10.1109/ICNN.1994.374138
 *
 * @example Off by two standard deviations
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { gaussianNll } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gaussianNll(tensor([0]), tensor([2]), tensor([1])).item(), 2);
 * ```
 */
export function gaussianNll<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  means: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  variance: Tensor<Shape, DType>,
  options: GaussianOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "gaussianNll", [x, t] = requirePair(op, means, targets), { full = false } = options;
  const epsilon = requireNumber(op, "epsilon", options.epsilon ?? 1e-6, (e) => e > 0, "above 0");
  const given = requireBroadcast(op, "variances", x, x.shape, variance);
  requireElements(given, (v) => !(v < 0), (v) => `${op}: a variance is 0 or more, not ${v}; square deviations first`);
  const low = less(given, epsilon), v = where(low, add(sub(given, stopGradient(given)), epsilon), given);
  const losses = mul(add(log(v), div(square(sub(x, t)), v)), 0.5);
  return reduceLosses(op, full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, options);
}
