/** Losses of a yes or no: binary cross entropy, of logits and of probabilities. */
import {
  add,
  customJvp,
  div,
  type DType,
  type FloatDType,
  log,
  log1p,
  maximum,
  mul,
  neg,
  type Shape,
  softplus,
  sub,
  type Tensor,
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

/** Options of `binaryCrossEntropy`. */
export interface BinaryLossOptions<R extends Reduction> extends LossOptions<R> {
  /** What each loss is multiplied by, in a shape that broadcasts to theirs; the mean still divides by their number. */
  readonly weights?: Tensor<Shape, DType>;
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryLogitsOptions<R extends Reduction> extends BinaryLossOptions<R> {
  /** What the term of the yes is multiplied by, in a shape that broadcasts; above 1 it favours recall. */
  readonly posWeight?: Tensor<Shape, DType>;
}

/** Factors of the losses that leave the divisor of the mean alone. */
function rescaled<R extends Reduction>(op: string, losses: Tensor, options: BinaryLossOptions<R>): Tensor {
  if (options.weights === undefined) return losses;
  return mul(losses, requireBroadcast(op, "weights", losses, losses.shape, options.weights));
}

/**
 * Binary cross entropy of the logistic function of logits, −(w·t·log σ(x) + (1 − t)·log(1 − σ(x))), stable for logits of
 * any size. PyTorch: `BCEWithLogitsLoss`.
 *
 * @param logits Floats of any shape.
 * @param targets Probabilities of yes, or truth values, in the same shape.
 * @param options `posWeight`: w; `weights`: factors of the losses; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the logits for `"none"`.
 * @throws {ShapeError} If the shapes differ, or weights do not broadcast. @throws {DTypeError} If the logits are not floats.
 *
 * @example Undecided
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { binaryCrossEntropyWithLogits } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = binaryCrossEntropyWithLogits(tensor([0, 1000]), tensor([true, true]), { reduction: "sum" });
 * assertAlmostEquals(loss.item(), Math.log(2), 1e-6);
 * ```
 */
export function binaryCrossEntropyWithLogits<
  S extends Shape,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  logits: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: BinaryLogitsOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "binaryCrossEntropyWithLogits", [x, t] = requirePair(op, logits, targets);
  const w = options.posWeight === undefined
    ? t
    : mul(t, requireBroadcast(op, "posWeight", x, x.shape, options.posWeight));
  // −log σ(x) = softplus(−x) and −log(1 − σ(x)) = softplus(x), neither of which overflows.
  const losses = add(mul(w, softplus(neg(x))), mul(sub(1, t), softplus(x)));
  return reduceLosses(op, rescaled(op, losses, options), options);
}

/** The losses of probabilities and targets, with the logarithms held at −100. */
const held = (x: Tensor, t: Tensor): Tensor =>
  neg(add(mul(t, maximum(log(x), -100)), mul(sub(1, t), maximum(log1p(neg(x)), -100))));

/**
 * `held` with the derivative of the formula without the bound, (x − t) / (x·(1 − x)), whose divisor is held at 1e-12, a
 * float32 in PyTorch: at probabilities 0 and 1 it is large and leads back inside, instead of 0/0.
 */
const heldLosses = customJvp(
  held,
  ([x, t]: readonly [Tensor, Tensor], [dx, dt]: readonly [Tensor, Tensor]): readonly [Tensor, Tensor] => {
    const slope = div(sub(x, t), maximum(mul(x, sub(1, x)), Math.fround(1e-12)));
    const logs = sub(maximum(log1p(neg(x)), -100), maximum(log(x), -100));
    return [held(x, t), add(mul(slope, dx), mul(logs, dt))];
  },
);

/**
 * Binary cross entropy of probabilities, −(t·log x + (1 − t)·log(1 − x)), each logarithm held at −100 or more, as in
 * PyTorch, so that a wrong certainty costs 100. From logits, `binaryCrossEntropyWithLogits` is more precise. PyTorch:
 * `BCELoss`.
 *
 * @param probabilities Floats from 0 to 1, of any shape.
 * @param targets Probabilities of yes, or truth values, in the same shape.
 * @param options `weights`: factors of the losses; `reduction`: `"mean"` over all elements if left out.
 * @returns A scalar, or the shape of the probabilities for `"none"`. In a compiled program, where a number out of range
 *   cannot throw, it is NaN.
 * @throws {ShapeError} If the shapes differ, or weights do not broadcast.
 * @throws {DTypeError} If the probabilities are not floats. @throws {ArgumentError} If one is not from 0 to 1.
 *
 * @example Undecided, and certain of what is wrong
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { binaryCrossEntropy } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = binaryCrossEntropy(tensor([0.5, 0]), tensor([1, 1]), { reduction: "sum" });
 * assertAlmostEquals(loss.item(), Math.log(2) + 100, 1e-5);
 * ```
 */
export function binaryCrossEntropy<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  probabilities: Tensor<S, D>,
  targets: Tensor<NoInfer<S>, DType>,
  options: BinaryLossOptions<R> = {},
): Tensor<Reduced<S, R>, D> {
  const op = "binaryCrossEntropy", [x, t] = requirePair(op, probabilities, targets);
  const inside = (v: number) => !(v < 0 || v > 1);
  requireElements(
    x,
    inside,
    (v) => `${op}: ${v} is no probability, from 0 to 1; for logits use binaryCrossEntropyWithLogits`,
  );
  return reduceLosses(op, rescaled(op, heldLosses(x, t), options), options);
}
