/** Pictures turned around their middles. */
import { type DType, full, fullLike, type Key, type Shape, ShapeError, Tensor, zerosLike } from "../../mod.ts";
import { alongMaps } from "./affine.ts";
import { inverseMap } from "./moves.ts";
import { drawRange, type Examples, requireFloats, requireImages, requireSpread, type Spread } from "./operands.ts";
import { requireSampling, type SampleOptions } from "./sample.ts";

/**
 * Pictures turned around their middles, counter-clockwise. Quarter turns of squares are exact. Derivatives reach the
 * pictures and, in mode `"bilinear"`, the angles.
 *
 * @param images Pictures, `[batch, height, width, channels]`; floats, of any dtype in mode `"nearest"`.
 * @param angles Degrees: a number, or one for each picture, `[batch]`, floats.
 * @param options `mode` and `fill`, as of `affine`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If the pictures have not four axes, or the angles are not one for each.
 * @throws {DTypeError} If the pictures or the angles are not floats. @throws {ArgumentError} If an option is out of range.
 *
 * @example The right comes up
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rotate } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[[[1], [2]], [[3], [4]]]]);
 * assertEquals(rotate(x, 90).toArray(), [[[[2], [4]], [[1], [3]]]]);
 * ```
 */
export function rotate<S extends Shape, D extends DType>(
  images: Tensor<S, D>,
  angles: number | Tensor<readonly [number], "f32" | "f64">,
  options: SampleOptions = {},
): Tensor<S, D> {
  const [batch] = requireImages("rotate", images as Examples);
  if (angles instanceof Tensor) {
    requireFloats("rotate", angles);
    if (angles.shape.length !== 1 || angles.shape[0] !== batch) {
      throw new ShapeError(`rotate: expected angles [${batch}], one a picture, got [${angles.shape.join(", ")}]`);
    }
  }
  const turns =
    (angles instanceof Tensor
      ? angles
      : full([batch], angles, { dtype: images.dtype === "f64" ? "f64" : "f32" })) as Tensor;
  const none = zerosLike(turns) as Tensor;
  const m = inverseMap({ turns, shears: none, scales: fullLike(turns, 1), right: none, down: none });
  return alongMaps("rotate", images as Examples, m, options) as never;
}

/**
 * Pictures each turned around its middle by an angle of its own, every angle of a range being equally likely.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`; floats, of any dtype in
 *   mode `"nearest"`.
 * @param degrees Degrees, counter-clockwise: `[low, high]`, or a number for as much either way.
 * @param options `mode` and `fill`, as of `affine`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {DTypeError} If the pictures are not floats.
 * @throws {ArgumentError} If the range or an option is out of range.
 *
 * @example Half around
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { randomRotate } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomRotate(key(0), tensor([[[[1], [2]]]]), [180, 180]).toArray(), [[[[2], [1]]]]);
 * ```
 */
export function randomRotate<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  degrees: Spread,
  options: SampleOptions = {},
): Tensor<S, D> {
  const [batch] = requireImages("randomRotate", images as Examples);
  requireSampling("randomRotate", images as Examples, options);
  const angles = drawRange(key, batch, requireSpread("randomRotate", "degrees", degrees, 0));
  return rotate(images, angles as never, options);
}
