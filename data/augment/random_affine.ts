/** Pictures scaled, sheared, turned and moved at random. */
import { type DType, foldIn, type Key, type Shape, type Tensor } from "../../mod.ts";
import { alongMaps } from "./affine.ts";
import { inverseMap } from "./moves.ts";
import {
  drawRange,
  type Examples,
  type Range,
  requireAmount,
  requireImages,
  requireRange,
  requireSpread,
  type Spread,
} from "./operands.ts";
import type { SampleOptions } from "./sample.ts";

/** From which ranges `randomAffine` draws, each number of each range being equally likely, and how it samples. */
export interface RandomAffineOptions extends SampleOptions {
  /** Degrees to turn by, counter-clockwise: `[low, high]`, or a number for as much either way; 0 if left out. */
  readonly degrees?: Spread;
  /** The farthest ways right or left and up or down, as shares of width and height; `[0, 0]` if left out. */
  readonly translate?: readonly [number, number];
  /** Factors above 0 to enlarge by, `[low, high]`; `[1, 1]` if left out. */
  readonly scale?: Range;
  /** Degrees by which columns lean, the bottom to the right: `[low, high]`, or a number for either way; 0 if left out. */
  readonly shear?: Spread;
}

/**
 * Pictures each scaled, sheared, turned around its middle, and moved, in this order, all by amounts of its own.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`; floats, of any dtype in
 *   mode `"nearest"`.
 * @param options `degrees`, `translate`, `scale`, `shear`: the ranges; `mode` and `fill`, as of `affine`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {DTypeError} If the pictures are not floats.
 * @throws {ArgumentError} If a range or an option is out of range.
 *
 * @example Small changes
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomAffine } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const x = ones([4, 8, 8, 1]);
 * const y = randomAffine(key(0), x, { degrees: 15, translate: [0.1, 0.1], scale: [0.9, 1.1], fill: "edge" });
 * assertEquals(y.toArray(), x.toArray());
 * ```
 */
export function randomAffine<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  options: RandomAffineOptions = {},
): Tensor<S, D> {
  const op = "randomAffine", [batch, height, width] = requireImages(op, images as Examples);
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0, ...sampling } = options;
  for (const share of translate) requireAmount(op, "a share to translate by", share);
  requireRange(op, "scale", scale);
  const draw = (i: number, range: Range) => drawRange(foldIn(key, i), batch, range);
  const moves = {
    turns: draw(0, requireSpread(op, "degrees", degrees, 0)),
    shears: draw(1, requireSpread(op, "shear", shear, 0)),
    scales: draw(2, scale),
    right: draw(3, [-translate[0] * width, translate[0] * width]),
    down: draw(4, [-translate[1] * height, translate[1] * height]),
  };
  return alongMaps(op, images as Examples, inverseMap(moves), sampling) as never;
}
