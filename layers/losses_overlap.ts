/** Losses of regions: how little two of them overlap. */
import {
  add,
  div,
  type DType,
  type FloatDType,
  mul,
  type Reduce,
  type ReduceOk,
  type Shape,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
} from "../mod.ts";
import {
  type LossOptions,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireElements,
  requirePair,
} from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of losses of regions. */
export interface OverlapOptions<R extends Reduction, A extends number | readonly number[]> extends LossOptions<R> {
  /** The axes of a region, such as height and width; the last if left out. */
  readonly axis?: A;
  /** Added to numerator and denominator, so that two empty regions agree; 1 if left out. */
  readonly smooth?: number;
}

/** Options of `dice`. */
export interface DiceOptions<R extends Reduction, A extends number | readonly number[]> extends OverlapOptions<R, A> {
  /** Whether the denominator has squares, as in V-Net; false if left out. */
  readonly squared?: boolean;
}

interface Overlap {
  readonly both: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/** Soft sizes of two regions and of what they share. */
function overlap(op: string, p: unknown, t: unknown, axis: number | readonly number[], squared: boolean): Overlap {
  const [x, y] = requirePair(op, p, t);
  if (x.shape.length === 0) {
    throw new ShapeError(`${op}: a scalar is no region; give the probabilities an axis to sum over`);
  }
  requireElements(
    x,
    (v) => !(v < 0 || v > 1),
    (v) => `${op}: ${v} is no probability, from 0 to 1; take a sigmoid of logits`,
  );
  const size = (v: Tensor): Tensor => sum(v, { axis }) as unknown as Tensor, own = squared ? square : (v: Tensor) => v;
  return { both: size(mul(x, y)), first: size(own(x)), second: size(own(y)) };
}

const requireSmooth = (op: string, smooth = 1): number =>
  requireNumber(op, "smooth", smooth, (s) => s >= 0, "0 or more");

/**
 * Dice loss of two soft regions, 1 − (2·Σ p·t + s) / (Σ p + Σ t + s).
 *
 * @param probabilities Floats from 0 to 1: how much each place belongs to the region.
 * @param targets Truth values or shares, in the same shape.
 * @param options `axis`: the axes of a region, the last if left out, `[1, 2]` of images `[batch, height, width, classes]`;
 *   `smooth`: s, 1 if left out; `squared`: squares in the denominator; `reduction`: `"mean"` over all regions if left out.
 * @returns A scalar, or the shape without the axes for `"none"`.
 * @throws {ShapeError} If the shapes differ, or an axis is out of range. @throws {DTypeError} If the first are not floats.
 * @throws {ArgumentError} If one of them is not from 0 to 1, or s is negative.
 * @see Milletari et al., V-Net, 2016, https://arxiv.org/abs/1606.04797
 *
 * @example Half of a region found
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { dice } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(dice(tensor([1, 0, 0]), tensor([1, 1, 0]), { smooth: 0 }).item(), 1 - 2 / 3, 1e-6);
 * ```
 */
export function dice<
  S extends Shape,
  D extends FloatDType,
  const R extends Reduction = "mean",
  const A extends number | readonly number[] = -1,
>(
  probabilities: Tensor<S, D> & ReduceOk<"dice", S, A>,
  targets: Tensor<NoInfer<S>, DType>,
  options: DiceOptions<R, A> = {},
): Tensor<Reduced<Reduce<S, A>, R>, D> {
  const smooth = requireSmooth("dice", options.smooth), squared = options.squared === true;
  const { both, first, second } = overlap("dice", probabilities, targets, options.axis ?? -1, squared);
  const share = div(add(mul(both, 2), smooth), add(add(first, second), smooth));
  return reduceLosses("dice", sub(1, share), options);
}

/**
 * Jaccard or intersection-over-union loss of two soft regions, 1 − (Σ p·t + s) / (Σ p + Σ t − Σ p·t + s).
 *
 * @param probabilities Floats from 0 to 1: how much each place belongs to the region.
 * @param targets Truth values or shares, in the same shape.
 * @param options `axis`: the axes of a region, the last if left out, `[1, 2]` of images `[batch, height, width, classes]`;
 *   `smooth`: s, 1 if left out; `reduction`: `"mean"` over all regions if left out.
 * @returns A scalar, or the shape without the axes for `"none"`.
 * @throws {ShapeError} If the shapes differ, or an axis is out of range. @throws {DTypeError} If the first are not floats.
 * @throws {ArgumentError} If one of them is not from 0 to 1, or s is negative.
 * @see Rahman & Wang, Optimizing intersection-over-union, 2016, https://doi.org/10.1007/978-3-319-50835-1_22
 *
 * @example Half of a region found
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { jaccard } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(jaccard(tensor([1, 0, 0]), tensor([1, 1, 0]), { smooth: 0 }).item(), 0.5, 1e-6);
 * ```
 */
export function jaccard<
  S extends Shape,
  D extends FloatDType,
  const R extends Reduction = "mean",
  const A extends number | readonly number[] = -1,
>(
  probabilities: Tensor<S, D> & ReduceOk<"jaccard", S, A>,
  targets: Tensor<NoInfer<S>, DType>,
  options: OverlapOptions<R, A> = {},
): Tensor<Reduced<Reduce<S, A>, R>, D> {
  const smooth = requireSmooth("jaccard", options.smooth);
  const { both, first, second } = overlap("jaccard", probabilities, targets, options.axis ?? -1, false);
  const share = div(add(both, smooth), add(sub(add(first, second), both), smooth));
  return reduceLosses("jaccard", sub(1, share), options);
}
