/** Brightness, contrast and saturation of pictures. */
import {
  add,
  cast,
  clamp,
  type DType,
  type Key,
  mean,
  mul,
  type Shape,
  ShapeError,
  sub,
  sum,
  Tensor,
  tensor,
  type Value,
} from "../../mod.ts";
import {
  type Examples,
  forSome,
  perExample,
  requireAmount,
  requireFloats,
  requireImages,
  requireProbability,
} from "./operands.ts";

/** A number for all pictures, or one for each, `[batch]`. */
export type Factor = number | Tensor<readonly [number], "f32" | "f64">;

/** Throws unless there are pictures of floats, in one channel or in red, green and blue; gives the number of channels. */
export function requireColours(op: string, images: Examples): number {
  const channels = requireImages(op, images)[3];
  requireFloats(op, images);
  if (channels === 1 || channels === 3) return channels;
  throw new ShapeError(`${op}: expected 3 channels, red, green and blue, or 1, got ${channels}`);
}

/** A factor in the dtype of pictures, with axes like theirs. */
export function factorFor(op: string, factor: Factor, images: Examples): Tensor | number {
  if (!(factor instanceof Tensor)) return factor;
  requireFloats(op, factor);
  const x = factor as Tensor, batch = images.shape[0]!;
  if (x.shape.length === 1 && x.shape[0] === batch) return cast(perExample(x, images), images.dtype as "f32");
  throw new ShapeError(`${op}: expected factors [${batch}], one a picture, got [${x.shape.join(", ")}]`);
}

/** Pictures on the way from others, by a factor that may pass 1; held between 0 and 1. */
function blend(op: string, images: Examples, from: Tensor | number, factor: Factor): Examples {
  if (typeof factor === "number") requireAmount(op, "the factor", factor);
  const x = images as Tensor, share = factorFor(op, factor, images);
  // In this order a factor of 1 leaves every bit as it is.
  const mixed = add(mul(share, x), mul(sub(1, share), from)) as Value as Tensor;
  return clamp(mixed, { min: 0, max: 1 });
}

/** How bright the pixels are, by the weights of ITU-R BT.601: `[batch, height, width, 1]`. */
function luma(images: Examples): Tensor {
  if (images.shape[3] === 1) return images as Tensor;
  const weights = tensor([0.299, 0.587, 0.114], { dtype: images.dtype as "f32" });
  return sum(mul(images as Tensor, weights), { axis: -1, keepDims: true }) as unknown as Tensor;
}

/**
 * Pictures of another brightness: every value times a factor, held between 0 and 1.
 *
 * @param images Pictures, `[batch, height, width, channels]`, floats from 0 to 1.
 * @param factor 0 for black, 1 for no change, more for brighter: a number, or one for each picture, `[batch]`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes, or not as many factors as pictures. @throws {DTypeError} If the
 *   pictures or the factors are not floats. @throws {ArgumentError} If the factor is negative.
 *
 * @example Half as bright
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adjustBrightness } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adjustBrightness(tensor([[[[1], [0.5]]]]), 0.5).toArray(), [[[[0.5], [0.25]]]]);
 * ```
 */
export function adjustBrightness<S extends Shape, D extends DType>(images: Tensor<S, D>, factor: Factor): Tensor<S, D> {
  requireImages("adjustBrightness", images as Examples);
  requireFloats("adjustBrightness", images as Examples);
  return blend("adjustBrightness", images as Examples, 0, factor) as never;
}

/**
 * Pictures of another contrast: every value drawn towards the mean brightness of its picture, or away from it, and held
 * between 0 and 1.
 *
 * @param images Pictures, `[batch, height, width, channels]`, floats from 0 to 1; 3 channels, or 1.
 * @param factor 0 for grey all over, 1 for no change, more for more contrast: a number, or one for each picture,
 *   `[batch]`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes or 1 or 3 channels, or not as many factors as pictures.
 * @throws {DTypeError} If the pictures or the factors are not floats. @throws {ArgumentError} If the factor is negative.
 *
 * @example Half the contrast
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adjustContrast } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adjustContrast(tensor([[[[0], [1]]]]), 0.5).toArray(), [[[[0.25], [0.75]]]]);
 * ```
 */
export function adjustContrast<S extends Shape, D extends DType>(images: Tensor<S, D>, factor: Factor): Tensor<S, D> {
  requireColours("adjustContrast", images as Examples);
  const level = mean(luma(images as Examples), { axis: [1, 2, 3], keepDims: true }) as unknown as Tensor;
  return blend("adjustContrast", images as Examples, level, factor) as never;
}

/**
 * Pictures of another saturation: every pixel drawn towards the grey of its own brightness, or away from it, and held
 * between 0 and 1. Pictures of one channel stay as they are.
 *
 * @param images Pictures, `[batch, height, width, channels]`, floats from 0 to 1; 3 channels, or 1.
 * @param factor 0 for greys, 1 for no change, more for more colour: a number, or one for each picture, `[batch]`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes or 1 or 3 channels, or not as many factors as pictures.
 * @throws {DTypeError} If the pictures or the factors are not floats. @throws {ArgumentError} If the factor is negative.
 *
 * @example No colour
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adjustSaturation } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const grey = adjustSaturation(tensor([[[[1, 1, 0.5]]]]), 0);
 * assertEquals([...grey.dataSync()].map((x) => x.toFixed(3)), ["0.943", "0.943", "0.943"]);
 * ```
 */
export function adjustSaturation<S extends Shape, D extends DType>(images: Tensor<S, D>, factor: Factor): Tensor<S, D> {
  requireColours("adjustSaturation", images as Examples);
  return blend("adjustSaturation", images as Examples, luma(images as Examples), factor) as never;
}

/**
 * Pictures of which each loses its colour with a probability: all three channels become its brightness.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, floats; 3 channels, or 1.
 * @param probability From 0 to 1; a tenth if left out.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes, or not 1 or 3 channels. @throws {DTypeError} If the pictures are not
 *   floats. @throws {ArgumentError} If the probability is out of range.
 *
 * @example White is a grey
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomGrayscale } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomGrayscale(key(0), ones([1, 1, 1, 3]), 0).toArray(), [[[[1, 1, 1]]]]);
 * ```
 */
export function randomGrayscale<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  probability = 0.1,
): Tensor<S, D> {
  requireColours("randomGrayscale", images as Examples);
  requireProbability("randomGrayscale", probability);
  return forSome(key, probability, luma(images as Examples) as Examples, images as Examples) as never;
}
