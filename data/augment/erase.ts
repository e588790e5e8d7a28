/** Parts of pictures erased, so that nets look at the rest too. */
import {
  and,
  ArgumentError,
  type DType,
  foldIn,
  full,
  fullLike,
  type Key,
  normal,
  randint,
  type Shape,
  sub,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import {
  type Examples,
  forSome,
  perExample,
  type Range,
  requireFloats,
  requireImages,
  requireProbability,
  requireRange,
} from "./operands.ts";
import { covered, drawSizes, placeAnywhere, type Wholes } from "./rectangles.ts";
import { requireWhole } from "../require_whole.ts";

/**
 * Pictures in each of which a square is 0. Its middle is a pixel of the picture, every one equally likely, so that at the
 * edges a part of it may lie outside.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param size The side of the square, in pixels.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {ArgumentError} If the size is no whole number from 0.
 * @see DeVries and Taylor, Improved regularization of convolutional neural networks with Cutout, 2017,
 *   https://arxiv.org/abs/1708.04552
 *
 * @example One pixel of one
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { cutout } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cutout(key(0), ones([1, 1, 1, 1]), 1).toArray(), [[[[0]]]]);
 * ```
 */
export function cutout<S extends Shape, D extends DType>(key: Key, images: Tensor<S, D>, size: number): Tensor<S, D> {
  const x = images as Examples, [batch, height, width] = requireImages("cutout", x);
  requireWhole("cutout", "the size", size, 0);
  const side = full([batch], size, { dtype: "i32" }) as Wholes;
  // The pixel before the middle of an even square stands for its middle.
  const from = (i: number, n: number) => sub(randint(foldIn(key, i), [batch], 0, Math.max(n, 1)), size >> 1) as Wholes;
  const square = { top: from(0, height), left: from(1, width), height: side, width: side };
  return where(covered(square, [height, width]), fullLike(x, 0), x) as never;
}

/** Which rectangles are erased, how often, and with what. */
export interface RandomErasingOptions {
  /** The probability that there is one; a half if left out. */
  readonly probability?: number;
  /** Areas, as shares of the picture's, each equally likely; `[0.02, 0.33]` if left out. */
  readonly scale?: Range;
  /** Height over width, each logarithm equally likely; `[0.3, 3.3]` if left out. */
  readonly ratio?: Range;
  /** The number that is put there, or `"noise"` for standard normal ones, one an element; 0 if left out. */
  readonly fill?: number | "noise";
}

/**
 * Pictures of which some have a rectangle erased, of an area and of proportions of its own, anywhere in the picture.
 * A picture for which ten draws give no rectangle that fits stays as it is.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`; floats for `"noise"`,
 *   else of any dtype. @param options `probability`, `scale`, `ratio`, `fill`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {DTypeError} If noise is put in pictures that are not floats.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zhong et al., Random erasing data augmentation, 2020, https://arxiv.org/abs/1708.04896
 *
 * @example Never
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomErasing } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomErasing(key(0), ones([1, 1, 2, 1]), { probability: 0 }).toArray(), [[[[1], [1]]]]);
 * ```
 */
export function randomErasing<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  options: RandomErasingOptions = {},
): Tensor<S, D> {
  const op = "randomErasing", { probability = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], fill = 0 } = options;
  const x = images as Examples, [batch, height, width] = requireImages(op, x);
  requireProbability(op, probability);
  requireRange(op, "scale", scale, 1);
  requireRange(op, "ratio", ratio);
  if (fill !== "noise" && typeof fill !== "number") {
    throw new ArgumentError(`${op}: fill is a number or "noise", not ${JSON.stringify(fill)}`);
  }
  const { found, ...size } = drawSizes(foldIn(key, 0), batch, [height, width], { scale, ratio }, true);
  const there = covered(placeAnywhere(foldIn(key, 1), [height, width], size), [height, width]);
  const put = fill === "noise" ? normal(foldIn(key, 2), x.shape, { dtype: requireFloats(op, x) }) : fullLike(x, fill);
  const erased = where(and(there, perExample(found, x)), put, x) as Value;
  return forSome(foldIn(key, 3), probability, erased, x) as never;
}
