/** Losses between numbers: how far a prediction is from its target. */
import {
  abs,
  add,
  clamp,
  type DType,
  type FloatDType,
  less,
  lessEqual,
  log1p,
  maximum,
  mul,
  relu,
  type Shape,
  sinh,
  softplus,
  square,
  sub,
  type Tensor,
  where,
} from "../mod.ts";
import { type Reduced, reduceWeighted, type Reduction, requirePair, type WeightedLossOptions } from "./losses.ts";
import { requireNumber } from "./operands.ts";

function difference(op: string, prediction: unknown, target: unknown): Tensor {
  const [x, t] = requirePair(op, prediction, target);
  return sub(x, t);
}

/**
 * Squared error, (prediction − target)², without a factor ½. PyTorch: `MSELoss`.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ: broadcasting here is mostly a mistake.
 * @throws {DTypeError} If the predictions are not floats.
 *
 * @example The mean of two squares
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { mse } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mse(tensor([1, 2]), tensor([0, 4])).item(), 2.5);
 * ```
 */
export function mse<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: WeightedLossOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  return reduceWeighted("mse", square(difference("mse", prediction, target)), options);
}

/**
 * Absolute error, |prediction − target|; its derivative is 0 where they are equal. PyTorch: `L1Loss`.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 *
 * @example The mean of two distances
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { mae } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mae(tensor([1, 2]), tensor([0, 4])).item(), 1.5);
 * ```
 */
export function mae<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: WeightedLossOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  return reduceWeighted("mae", abs(difference("mae", prediction, target)), options);
}

/** Options of `huber`. */
export interface HuberOptions<R extends Reduction> extends WeightedLossOptions<R> {
  /** Where the parabola becomes a line, above 0; 1 if left out. */
  readonly delta?: number;
}

/**
 * Huber's loss of the error e: ½·e² for |e| ≤ δ, and δ·(|e| − ½·δ) beyond, a line in the slope of the parabola there.
 * PyTorch: `HuberLoss`, whose weighted mean however divides by the number of elements.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `delta`: δ, 1 if left out; `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If δ is not above 0.
 * @see Huber, Robust estimation of a location parameter, 1964, https://doi.org/10.1214/aoms/1177703732
 *
 * @example A small error and a large one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { huber } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(huber(tensor([1, 10]), tensor([0, 0]), { delta: 2, reduction: "none" }).toArray(), [0.5, 18]);
 * ```
 */
export function huber<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: HuberOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const delta = requireNumber("huber", "delta", options.delta ?? 1, (d) => d > 0, "above 0");
  const e = difference("huber", prediction, target), size = abs(e);
  const losses = where(lessEqual(size, delta), mul(square(e), 0.5), mul(sub(size, delta / 2), delta));
  return reduceWeighted("huber", losses, options);
}

/** Options of `smoothL1`. */
export interface SmoothL1Options<R extends Reduction> extends WeightedLossOptions<R> {
  /** Where the parabola becomes a line, 0 or more; 1 if left out. */
  readonly beta?: number;
}

/**
 * The absolute error with its tip rounded: e²/(2β) for |e| < β, and |e| − ½·β beyond. It is `huber` divided by β; β = 0
 * gives the absolute error. PyTorch: `SmoothL1Loss`.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `beta`: β, 1 if left out; `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If β is negative.
 * @see Girshick, Fast R-CNN, 2015, https://arxiv.org/abs/1504.08083, eq. 3
 *
 * @example A small error and a large one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { smoothL1 } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(smoothL1(tensor([1, 10]), tensor([0, 0]), { beta: 2, reduction: "none" }).toArray(), [0.25, 9]);
 * ```
 */
export function smoothL1<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: SmoothL1Options<R> = {},
): Tensor<Reduced<S, R>, D> {
  const beta = requireNumber("smoothL1", "beta", options.beta ?? 1, (b) => b >= 0, "0 or more");
  const e = difference("smoothL1", prediction, target), size = abs(e);
  if (beta === 0) return reduceWeighted("smoothL1", size, options);
  const losses = where(less(size, beta), mul(square(e), 0.5 / beta), sub(size, beta / 2));
  return reduceWeighted("smoothL1", losses, options);
}

/**
 * The logarithm of the hyperbolic cosine of the error: about ½·e² where it is small, |e| − log 2 where it is large, and
 * smooth throughout. Precise at both ends.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 *
 * @example An error whose cosh overflows
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { logCosh } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(logCosh(tensor([1000]), tensor([0])).item(), 1000 - Math.log(2), 1e-3);
 * ```
 */
export function logCosh<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: WeightedLossOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const e = difference("logCosh", prediction, target), size = abs(e), small = less(size, 1);
  // cosh e = 1 + 2·sinh²(e/2) has no cancellation near 0; |e| + log((1 + e^(−2|e|)) / 2) has no overflow far from it.
  const near = log1p(mul(square(sinh(mul(where(small, e, 0), 0.5))), 2));
  const far = add(size, sub(softplus(mul(size, -2)), Math.LN2));
  return reduceWeighted("logCosh", where(small, near, far), options);
}

/** Options of `tukeyBiweight`. */
export interface TukeyOptions<R extends Reduction> extends WeightedLossOptions<R> {
  /** Errors from here on are all the same, above 0; 4.685 if left out. */
  readonly delta?: number;
}

/**
 * Tukey's biweight of the error e: δ²/6·(1 − (1 − e²/δ²)³) for |e| ≤ δ, and δ²/6 beyond, where outliers no longer count.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `delta`: δ; 4.685 if left out, which for normal errors of deviation 1 is 95 % as efficient as the squared
 *   error; `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If δ is not above 0.
 * @see Beaton & Tukey, The fitting of power series, 1974, https://doi.org/10.1080/00401706.1974.10489171
 *
 * @example An outlier costs no more than the bound
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { tukeyBiweight } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tukeyBiweight(tensor([3, 1000]), tensor([0, 0]), { delta: 3, reduction: "none" }).toArray(), [1.5, 1.5]);
 * ```
 */
export function tukeyBiweight<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: TukeyOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const delta = requireNumber("tukeyBiweight", "delta", options.delta ?? 4.685, (d) => d > 0, "above 0");
  const u = clamp(square(mul(difference("tukeyBiweight", prediction, target), 1 / delta)), { max: 1 });
  // 1 − (1 − u)³ multiplied out, so that nothing cancels for small errors.
  return reduceWeighted("tukeyBiweight", mul(mul(u, add(mul(u, sub(u, 3)), 3)), delta ** 2 / 6), options);
}

/** Options of `pinball`. */
export interface PinballOptions<R extends Reduction> extends WeightedLossOptions<R> {
  /** Which quantile is predicted, above 0 and below 1; 0.5, the median, if left out. */
  readonly quantile?: number;
}

/**
 * Pinball or quantile loss of d = target − prediction: q·d for d ≥ 0, and (q − 1)·d below. Its mean is least at the
 * quantile q. At d = 0 the derivative is the mean of both sides'.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `quantile`: q, 0.5 if left out; `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If q is not between 0 and 1.
 * @see Koenker & Bassett, Regression quantiles, 1978, https://doi.org/10.2307/1913643
 *
 * @example For the upper quarter, too low is three times as bad as too high
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { pinball } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = pinball(tensor([0, 2]), tensor([1, 1]), { quantile: 0.75, reduction: "none" });
 * assertEquals(loss.toArray(), [0.75, 0.25]);
 * ```
 */
export function pinball<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: PinballOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const inside = (q: number) => q > 0 && q < 1;
  const q = requireNumber("pinball", "quantile", options.quantile ?? 0.5, inside, "above 0 and below 1");
  const e = difference("pinball", prediction, target);
  return reduceWeighted("pinball", maximum(mul(e, -q), mul(e, 1 - q)), options);
}

/** Options of `epsilonInsensitive`. */
export interface EpsilonInsensitiveOptions<R extends Reduction> extends WeightedLossOptions<R> {
  /** Errors up to here cost nothing, 0 or more; 0.1 if left out. */
  readonly epsilon?: number;
}

/**
 * What the absolute error exceeds a tolerance by, max(0, |prediction − target| − ε): the loss of support vector
 * regression.
 *
 * @param prediction Floats of any shape. @param target Numbers of the same shape.
 * @param options `epsilon`: ε, 0.1 if left out; `reduction`: `"mean"` over all elements if left out; `weights`.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the predictions are not floats.
 * @throws {ArgumentError} If ε is negative.
 * @see Drucker et al., Support vector regression machines, 1996, https://papers.nips.cc/paper/1996/hash/d38901788c533e8286cb6400b40b386d-Abstract.html
 *
 * @example Within and beyond
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { epsilonInsensitive } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = epsilonInsensitive(tensor([1, 5]), tensor([2, 2]), { epsilon: 2, reduction: "none" });
 * assertEquals(loss.toArray(), [0, 1]);
 * ```
 */
export function epsilonInsensitive<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  prediction: Tensor<S, D>,
  target: Tensor<NoInfer<S>, DType>,
  options: EpsilonInsensitiveOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const name = "epsilonInsensitive";
  const epsilon = requireNumber(name, "epsilon", options.epsilon ?? 0.1, (e) => e >= 0, "0 or more");
  return reduceWeighted(name, relu(sub(abs(difference(name, prediction, target)), epsilon)), options);
}
