/** Losses: how far predictions are from what they should be. */
import {
  type DType,
  DTypeError,
  logSumExp,
  mean,
  mul,
  oneHot,
  type Shape,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
} from "../mod.ts";

/** One loss for each example, their mean, or their sum. */
export type Reduction = "none" | "mean" | "sum";

/** The shape of a reduced loss. */
export type Reduced<S extends Shape, R extends Reduction> = R extends "none" ? S : readonly [];

/** Options of a loss. */
export interface LossOptions<R extends Reduction> {
  /** Whether one number for all examples is given, or one for each; `"mean"` if left out. */
  readonly reduction?: R;
}

function reduced(x: Tensor, reduction: Reduction): Tensor {
  return reduction === "none" ? x : reduction === "sum" ? sum(x) as Tensor : mean(x) as Tensor;
}

/**
 * Cross entropy of the softmax of logits, −Σ pᵢ·log softmax(logits)ᵢ over the last axis, stable for logits of any size.
 *
 * @param logits Unnormalised log-probabilities, `[...L, classes]`.
 * @param labels Class indices, integers `[...L]`, or probabilities (one-hot or soft), floats `[...L, classes]`.
 * @param options `reduction`: `"mean"` over all examples if left out.
 * @returns A scalar, or `[...L]` for `"none"`.
 * @throws {ShapeError} If the labels' shape is neither. @throws {DTypeError} If they are bool.
 * @see Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.108
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
export function softmaxCrossEntropy<const L extends Shape, C extends number, const R extends Reduction = "mean">(
  logits: Tensor<readonly [...L, C]>,
  labels: Tensor<Shape, DType>,
  options: LossOptions<R> = {},
): Tensor<Reduced<L, R>> {
  const x = logits as unknown as Tensor, rank = x.shape.length;
  if (rank === 0) throw new ShapeError("softmaxCrossEntropy: logits need an axis of classes, got a scalar");
  const classes = x.shape[rank - 1]!;
  const fits = (s: Shape, want: Shape) => s.length === want.length && s.every((d, i) => d === want[i]);
  const soft = labels.dtype === "f32" || labels.dtype === "f64";
  if (labels.dtype === "bool") {
    throw new DTypeError("softmaxCrossEntropy: labels are class indices or probabilities, not bool; cast them");
  }
  const want = soft ? x.shape : x.shape.slice(0, -1);
  if (!fits(labels.shape, want)) {
    throw new ShapeError(
      `softmaxCrossEntropy: logits [${x.shape.join(", ")}] want ${soft ? "probabilities" : "labels"} of shape [${
        want.join(", ")
      }], got [${labels.shape.join(", ")}]`,
    );
  }
  const p = soft ? labels as Tensor : oneHot(labels as Tensor<Shape, "i32">, classes, { dtype: x.dtype }) as Tensor;
  // Σ p·(logsumexp − x): for probabilities that sum to 1 this is logsumexp − Σ p·x, but holds for any.
  const shifted = sub(logSumExp(x, { axis: -1, keepDims: true }) as Tensor, x) as Tensor;
  const losses = sum(mul(p, shifted) as Tensor, { axis: -1 }) as Tensor;
  return reduced(losses, options.reduction ?? "mean") as unknown as Tensor<Reduced<L, R>>;
}

/**
 * Squared error, (prediction − target)², without a factor ½.
 *
 * @param prediction Floats of any shape. @param target Floats of the same shape.
 * @param options `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the prediction for `"none"`.
 * @throws {ShapeError} If the shapes differ: broadcasting here is mostly a mistake.
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
export function mse<S extends Shape, const R extends Reduction = "mean">(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  options: LossOptions<R> = {},
): Tensor<Reduced<S, R>> {
  const a: Tensor = prediction, b: Tensor = target;
  if (a.shape.length !== b.shape.length || a.shape.some((d, i) => d !== b.shape[i])) {
    throw new ShapeError(`mse: shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] differ; reshape one of them`);
  }
  return reduced(square(sub(a, b) as Tensor), options.reduction ?? "mean") as unknown as Tensor<Reduced<S, R>>;
}
