/** Pieces cut out of pictures, in the middle or at random, and so pictures moved whole. */
import {
  ArgumentError,
  type DType,
  dynamicSlice,
  type Key,
  pad,
  randint,
  reshape,
  type Shape,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  vmap,
} from "../../mod.ts";
import { type Examples, requireImages } from "./operands.ts";
import { requireWhole } from "../require_whole.ts";

/** The shape of pictures of shape `S` cut to `H` rows and `W` columns. */
export type Cropped<S extends Shape, H extends number, W extends number> = readonly [S[0], H, W, S[3]];

/** How pictures are surrounded before they are cut. */
export interface RandomCropOptions {
  /** Rows of zeros above and below, and columns on both sides: one number for all, or `[rows, columns]`; 0 if left out. */
  readonly padding?: number | readonly [number, number];
}

/**
 * Pictures each cut at a place of its own, every place equally likely. With the size of the pictures and a padding, each
 * is moved by up to that many pixels, as is usual for CIFAR-10.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param size Rows and columns of the pieces, `[h, w]`. @param options `padding`: zeros put around the pictures first.
 * @returns Pieces, `[batch, h, w, channels]`.
 * @throws {ShapeError} If there are not four axes, or the pieces are larger than the padded pictures.
 * @throws {ArgumentError} If a size or a padding is no whole number from 0.
 * @see He et al., Deep residual learning for image recognition, 2016, section 4.2, https://arxiv.org/abs/1512.03385
 *
 * @example Four pixels around pictures of the size of CIFAR-10's
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomCrop } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomCrop(key(0), ones([8, 32, 32, 3]), [32, 32], { padding: 4 }).shape, [8, 32, 32, 3]);
 * ```
 */
export function randomCrop<S extends Shape, D extends DType, H extends number, W extends number>(
  key: Key,
  images: Tensor<S, D>,
  size: readonly [H, W],
  options: RandomCropOptions = {},
): Tensor<Cropped<S, H, W>, D> {
  const op = "randomCrop", { padding = 0 } = options;
  const [rows, columns] = typeof padding === "number" ? [padding, padding] : padding;
  for (const p of [rows, columns]) requireWhole(op, "the padding", p, 0);
  return cutAnywhere(op, key, images as Examples, size, [rows, columns]) as never;
}

/**
 * Pictures each moved up or down and to a side by up to some pixels, every way equally likely; what comes in is 0.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param most The farthest way, in pixels, 0 or more.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {ArgumentError} If `most` is no whole number from 0.
 *
 * @example Nowhere
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { randomShift } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomShift(key(0), tensor([[[[1], [2]]]]), 0).toArray(), [[[[1], [2]]]]);
 * ```
 */
export function randomShift<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  most: number,
): Tensor<S, D> {
  if (!(Number.isSafeInteger(most) && most >= 0)) {
    throw new ArgumentError(`randomShift: the farthest way is a whole number of pixels from 0, not ${most}`);
  }
  const [, height, width] = requireImages("randomShift", images as Examples);
  return cutAnywhere("randomShift", key, images as Examples, [height, width], [most, most]) as never;
}

/** Pieces of a size, from places drawn in pictures with so many rows of zeros above and below, and columns beside. */
export function cutAnywhere(
  op: string,
  key: Key,
  images: Examples,
  size: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Examples {
  requireImages(op, images);
  const wide = pad(images as Tensor, [[0, 0], [rows, rows], [columns, columns], [0, 0]]);
  const [batch, height, width, channels] = requireImages(op, wide), [h, w] = size;
  requireFit(op, size, [height, width]);
  const places = tensor([height - h + 1, width - w + 1], { dtype: "i32" });
  const from = randint(key, [batch, 2], 0, places as never) as Tensor<readonly [number, 2], "i32">;
  const cut = (picture: Tensor, at: Tensor<Shape, "i32">) =>
    dynamicSlice(picture, [corner(at, 0), corner(at, 1), 0], [h, w, channels]) as Tensor;
  return vmap(cut as never, { inAxes: [0, 0] } as never)(wide as never, from as never) as never;
}

function requireFit(op: string, size: readonly [number, number], [height, width]: readonly [number, number]): void {
  for (const n of size) requireWhole(op, "a size", n, 0);
  if (size[0] <= height && size[1] <= width) return;
  throw new ShapeError(
    `${op}: pieces of ${size[0]} × ${size[1]} do not fit in pictures of ${height} × ${width}; pad them, or cut less`,
  );
}

const corner = (at: Tensor<Shape, "i32">, i: number): Tensor<readonly [], "i32"> =>
  reshape(dynamicSlice(at, [i], [1]) as never, []) as never;

/**
 * The middles of pictures. Where as many rows or columns cannot go from both sides, one more goes from the end.
 *
 * @param images Pictures, `[batch, height, width, channels]`, of any dtype. @param size Rows and columns, `[h, w]`.
 * @returns Their middles, `[batch, h, w, channels]`.
 * @throws {ShapeError} If there are not four axes, or the middles are larger than the pictures.
 * @throws {ArgumentError} If a size is no whole number from 0.
 *
 * @example The second of three columns
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { centerCrop } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(centerCrop(tensor([[[[1], [2], [3]]]]), [1, 1]).toArray(), [[[[2]]]]);
 * ```
 */
export function centerCrop<S extends Shape, D extends DType, H extends number, W extends number>(
  images: Tensor<S, D>,
  size: readonly [H, W],
): Tensor<Cropped<S, H, W>, D> {
  const [batch, height, width, channels] = requireImages("centerCrop", images as Examples), [h, w] = size;
  requireFit("centerCrop", size, [height, width]);
  const top = Math.floor((height - h) / 2), left = Math.floor((width - w) / 2);
  return slice(images as Tensor, [0, top, left, 0], [batch, top + h, left + w, channels]) as never;
}
