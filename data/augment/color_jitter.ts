/** Pictures of which all that concerns colour changes at random. */
import { ArgumentError, type DType, foldIn, type Key, type Shape, type Tensor } from "../../mod.ts";
import { adjustBrightness, adjustContrast, adjustSaturation, requireColours } from "./colour.ts";
import { adjustHue } from "./hue.ts";
import { drawRange, type Examples, type Range, requireImages, requireSpread, type Spread } from "./operands.ts";

/** From which ranges `colorJitter` draws; what is left out is left alone. */
export interface ColorJitterOptions {
  /** Factors for `adjustBrightness`: `[low, high]`, or a number b for `[max(0, 1 − b), 1 + b]`. */
  readonly brightness?: Spread;
  /** Factors for `adjustContrast`, in the same forms. */
  readonly contrast?: Spread;
  /** Factors for `adjustSaturation`, in the same forms. */
  readonly saturation?: Spread;
  /** Shares of the circle for `adjustHue`, within ±0.5: `[low, high]`, or a number for as much either way. */
  readonly hue?: Spread;
}

/**
 * Pictures each given a brightness, contrast, saturation and hue of its own, always in this order, every number of each
 * range being equally likely.
 *
 * @param key A key, used here only.
 * @param images Pictures, `[batch, height, width, channels]`, floats from 0 to 1; 3 channels, or 1.
 * @param options `brightness`, `contrast`, `saturation`, `hue`: the ranges.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes, or not 1 or 3 channels. @throws {DTypeError} If the pictures are not
 *   floats. @throws {ArgumentError} If a range is out of range.
 * @see Howard, Some improvements on deep convolutional neural network based image classification, 2013,
 *   https://arxiv.org/abs/1312.5402
 *
 * @example Brighter or darker by up to a tenth
 * ```ts
 * import { key, zeros } from "@adjoint/adjoint";
 * import { colorJitter } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(colorJitter(key(0), zeros([1, 1, 1, 3]), { brightness: 0.1 }).toArray(), [[[[0, 0, 0]]]]);
 * ```
 */
export function colorJitter<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  options: ColorJitterOptions = {},
): Tensor<S, D> {
  const op = "colorJitter", [batch] = requireImages(op, images as Examples);
  requireColours(op, images as Examples);
  const { brightness, contrast, saturation, hue } = options;
  const draw = (i: number, range: Range) => drawRange(foldIn(key, i), batch, range) as never;
  const factors = (what: string, spread: Spread) => requireSpread(op, what, spread, 1, 0);
  let x = images;
  if (brightness !== undefined) x = adjustBrightness(x, draw(0, factors("brightness", brightness)));
  if (contrast !== undefined) x = adjustContrast(x, draw(1, factors("contrast", contrast)));
  if (saturation !== undefined) x = adjustSaturation(x, draw(2, factors("saturation", saturation)));
  if (hue !== undefined) x = adjustHue(x, draw(3, requireHue(op, hue)));
  return x;
}

function requireHue(op: string, hue: Spread): Range {
  const [low, high] = requireSpread(op, "hue", hue, 0);
  if (low >= -0.5 && high <= 0.5) return [low, high];
  throw new ArgumentError(`${op}: hue is a share of the circle within ±0.5, not [${low}, ${high}]`);
}
