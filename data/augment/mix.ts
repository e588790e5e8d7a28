/** Examples mixed with others of their batch, and their labels with them. */
import {
  add,
  ArgumentError,
  beta,
  cast,
  div,
  type DType,
  floor,
  foldIn,
  type Key,
  mul,
  permutation,
  randint,
  type Shape,
  ShapeError,
  shiftRight,
  sqrt,
  sub,
  sum,
  take,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import { type Examples, perExample, requireBatch, requireFloats, requireImages } from "./operands.ts";
import { covered, type Rectangles, type Size, type Wholes } from "./rectangles.ts";

/** Examples and what they show. */
export interface ImagesWithLabels<S extends Shape, D extends DType, L extends Shape, E extends DType> {
  /** The examples, `[batch, ...]`. */
  readonly images: Tensor<S, D>;
  /** For each a share of every class, floats, `[batch, classes]`: one-hot before they are mixed. */
  readonly labels: Tensor<L, E>;
}

function requireLabels(op: string, images: Examples, labels: Examples, alpha: number): number {
  const batch = requireBatch(op, images);
  requireFloats(op, labels);
  if (!(alpha > 0 && alpha < Infinity)) throw new ArgumentError(`${op}: alpha is a number above 0, not ${alpha}`);
  if (labels.shape.length > 0 && labels.shape[0] === batch) return batch;
  const shape = labels.shape.join(", ");
  throw new ShapeError(`${op}: ${batch} examples have labels [${batch}, classes], one-hot, not [${shape}]`);
}

/** Examples and others, in shares of one for each example. */
function blend(x: Examples, others: Examples, share: Tensor): Examples {
  const kept = cast(perExample(share, x), x.dtype as "f32");
  return add(mul(kept, x as Tensor), mul(sub(1, kept), others as Tensor)) as Value;
}

/**
 * Each example and its labels blended with another of the batch, a share λ of its own being left of it. λ is drawn for
 * each example from the beta distribution of parameters alpha and alpha; partners are the batch in another order.
 *
 * @param key A key, used here only. @param batch `images`, `[batch, ...]`, floats, and `labels`, `[batch, classes]`,
 *   floats, one-hot. @param alpha Above 0: far below 1, nearly all is left of one of the two; far above, half of each.
 * @returns `images` and `labels` of the same shapes.
 * @throws {ShapeError} If there are not as many labels as examples. @throws {DTypeError} If either are not floats.
 * @throws {ArgumentError} If alpha is not above 0.
 * @see Zhang et al., mixup: beyond empirical risk minimization, 2018, https://arxiv.org/abs/1710.09412
 *
 * @example What is alike stays
 * ```ts
 * import { key, ones, tensor } from "@adjoint/adjoint";
 * import { mixup } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const mixed = mixup(key(0), { images: ones([1, 2, 2, 1]), labels: tensor([[0, 1]]) }, 0.2);
 * assertEquals(mixed.labels.toArray(), [[0, 1]]);
 * ```
 */
export function mixup<S extends Shape, D extends DType, L extends Shape, E extends DType>(
  key: Key,
  batch: ImagesWithLabels<S, D, L, E>,
  alpha: number,
): ImagesWithLabels<S, D, L, E> {
  const images = batch.images as Examples, labels = batch.labels as Examples;
  const n = requireLabels("mixup", images, labels, alpha);
  requireFloats("mixup", images);
  const share = beta(foldIn(key, 0), alpha, alpha, [n]) as Tensor, partners = permutation(foldIn(key, 1), n);
  const mixed = (x: Examples) => blend(x, take(x, partners, { axis: 0 }) as Examples, share);
  return { images: mixed(images) as never, labels: mixed(labels) as never };
}

/**
 * Pictures of each of which a rectangle comes from another of the batch; labels are blended by the areas that are left.
 * A share λ is drawn for each picture from the beta distribution of parameters alpha and alpha; the rectangle has the
 * proportions of the picture and 1 − λ of its area, its middle anywhere, and what lies outside is cut off.
 *
 * @param key A key, used here only. @param batch `images`, `[batch, height, width, channels]`, of any dtype, and
 *   `labels`, `[batch, classes]`, floats, one-hot. @param alpha Above 0; 1 in the paper, for areas equally likely.
 * @returns `images` and `labels` of the same shapes.
 * @throws {ShapeError} If there are not four axes, or not as many labels as pictures. @throws {DTypeError} If the labels
 *   are not floats. @throws {ArgumentError} If alpha is not above 0.
 * @see Yun et al., CutMix: regularization strategy to train strong classifiers with localizable features, 2019,
 *   https://arxiv.org/abs/1905.04899
 *
 * @example What is alike stays
 * ```ts
 * import { key, ones, tensor } from "@adjoint/adjoint";
 * import { cutmix } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const mixed = cutmix(key(0), { images: ones([1, 2, 2, 1]), labels: tensor([[0, 1]]) }, 1);
 * assertEquals(mixed.labels.toArray(), [[0, 1]]);
 * ```
 */
export function cutmix<S extends Shape, D extends DType, L extends Shape, E extends DType>(
  key: Key,
  batch: ImagesWithLabels<S, D, L, E>,
  alpha: number,
): ImagesWithLabels<S, D, L, E> {
  const images = batch.images as Examples, labels = batch.labels as Examples;
  const [n, height, width] = requireImages("cutmix", images);
  requireLabels("cutmix", images, labels, alpha);
  const share = beta(foldIn(key, 0), alpha, alpha, [n]) as Tensor, partners = permutation(foldIn(key, 1), n);
  const others = (x: Examples) => take(x, partners, { axis: 0 }) as Examples;
  const inside = covered(drawBoxes(foldIn(key, 2), share, [height, width]), [height, width]);
  const area = sum(cast(inside, "f32"), { axis: [1, 2, 3] }) as Value as Tensor;
  const left = sub(1, div(area, Math.max(height * width, 1))) as Value as Tensor;
  return {
    images: where(inside, others(images), images) as never,
    labels: blend(labels, others(labels), left) as never,
  };
}

/** Boxes in the proportions of a picture, that take all but a share of its area where they lie inside. */
function drawBoxes(key: Key, share: Tensor, [height, width]: Size): Rectangles {
  const side = sqrt(sub(1, share) as Value as Tensor) as Tensor;
  const along = (i: number, n: number): { from: Wholes; size: Wholes } => {
    const size = cast(floor(mul(side, n) as Value as Tensor), "i32") as Wholes;
    const middle = randint(foldIn(key, i), share.shape, 0, Math.max(n, 1)) as Wholes;
    return { from: sub(middle, shiftRight(size, 1)) as Wholes, size };
  };
  const rows = along(0, height), columns = along(1, width);
  return { top: rows.from, left: columns.from, height: rows.size, width: columns.size };
}
