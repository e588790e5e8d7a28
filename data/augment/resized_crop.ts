/** Pieces of many sizes cut out of pictures, and brought to one. */
import {
  add,
  cast,
  div,
  type DType,
  floorDiv,
  foldIn,
  type Key,
  type Shape,
  stack,
  sub,
  type Tensor,
  type Value,
  where,
  zerosLike,
} from "../../mod.ts";
import { alongMaps } from "./affine.ts";
import type { Cropped } from "./crop.ts";
import { type Examples, requireImages, requireRange } from "./operands.ts";
import { drawSizes, placeAnywhere, type Proportions, type Rectangles, type Size, type Wholes } from "./rectangles.ts";
import { requireSampling, type SampleOptions } from "./sample.ts";
import { requireWhole } from "../require_whole.ts";

/** Which pieces are cut, and how they are sampled. */
export interface RandomResizedCropOptions extends Partial<Proportions> {
  /** Areas, as shares of the picture's, each equally likely; `[0.08, 1]` if left out. */
  readonly scale?: Proportions["scale"];
  /** Width over height, each logarithm equally likely; `[3/4, 4/3]` if left out. */
  readonly ratio?: Proportions["ratio"];
  /** As of `affine`; `"bilinear"` if left out. */
  readonly mode?: NonNullable<SampleOptions["mode"]>;
}

/**
 * Pictures of each of which a piece of an area and of proportions of its own is cut, and brought to one size. Where ten
 * draws give no piece that fits, it is the largest in the middle whose proportions are allowed. Nothing is smoothed
 * before sizes are reduced; pixels right beside a piece count where it is enlarged.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`; floats, of any dtype in
 *   mode `"nearest"`. @param size Rows and columns of the result, `[h, w]`. @param options `scale`, `ratio`, `mode`.
 * @returns Pictures, `[batch, h, w, channels]`.
 * @throws {ShapeError} If there are not four axes, or the pictures are empty. @throws {DTypeError} If the pictures are
 *   not floats. @throws {ArgumentError} If a size, a range or the mode is out of range.
 * @see Szegedy et al., Going deeper with convolutions, 2015, section 6, https://arxiv.org/abs/1409.4842
 *
 * @example To the size of ImageNet's nets
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomResizedCrop } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomResizedCrop(key(0), ones([2, 40, 60, 3]), [32, 32]).shape, [2, 32, 32, 3]);
 * ```
 */
export function randomResizedCrop<S extends Shape, D extends DType, H extends number, W extends number>(
  key: Key,
  images: Tensor<S, D>,
  size: readonly [H, W],
  options: RandomResizedCropOptions = {},
): Tensor<Cropped<S, H, W>, D> {
  const op = "randomResizedCrop", { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], mode = "bilinear" } = options;
  const [batch, height, width] = requireImages(op, images as Examples);
  for (const n of size) requireWhole(op, "a size", n, 1);
  requireRange(op, "scale", scale, 1);
  requireRange(op, "ratio", ratio);
  requireSampling(op, images as Examples, { mode });
  const pieces = drawPieces(key, batch, [height, width], { scale, ratio });
  return alongMaps(op, images as Examples, mapsTo(pieces, [height, width], size), {
    size,
    mode,
    fill: "edge",
  }) as never;
}

function drawPieces(key: Key, batch: number, picture: Size, proportions: Proportions): Rectangles {
  const drawn = drawSizes(foldIn(key, 0), batch, picture, proportions), [h, w] = largest(picture, proportions.ratio);
  const or = (x: Wholes, otherwise: Wholes | number) => where(drawn.found, x, otherwise) as Value as Wholes;
  const height = or(drawn.height, h), width = or(drawn.width, w);
  const anywhere = placeAnywhere(foldIn(key, 1), picture, { height, width });
  const middle = (n: number, size: Wholes): Wholes => floorDiv(sub(n, size), 2) as Wholes;
  return {
    top: or(anywhere.top, middle(picture[0], height)),
    left: or(anywhere.left, middle(picture[1], width)),
    height,
    width,
  };
}

/** The largest rows and columns of a picture whose proportions are allowed. */
function largest([height, width]: Size, [low, high]: readonly [number, number]): Size {
  if (width < low * height) return [Math.max(1, Math.round(width / low)), width];
  return width > high * height ? [height, Math.max(1, Math.round(height * high))] : [height, width];
}

/** Maps from places in results of a size to the pieces of pictures. */
function mapsTo({ top, left, height, width }: Rectangles, picture: Size, size: Size): Tensor {
  const share = (pixels: Wholes, to: number): Tensor => div(cast(pixels, "f32"), to) as unknown as Tensor;
  // From the middle of the picture to the middle of the piece.
  const offset = (from: Wholes, pixels: Wholes, n: number): Tensor =>
    add(cast(from, "f32"), div(sub(cast(pixels, "f32"), n), 2)) as unknown as Tensor;
  const x = share(width, size[1]), none = zerosLike(x) as Tensor;
  const row = (...xs: readonly Tensor[]): Tensor => stack(xs as never, { axis: 1 }) as unknown as Tensor;
  const across = row(x, none, offset(left, width, picture[1]));
  return row(across, row(none, share(height, size[0]), offset(top, height, picture[0])));
}
