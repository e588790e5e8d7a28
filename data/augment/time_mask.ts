/** Stretches of time, or bands of channels, masked in series. */
import {
  type DType,
  foldIn,
  full,
  fullLike,
  type Key,
  randint,
  type Shape,
  squeeze,
  sub,
  type Tensor,
  where,
} from "../../mod.ts";
import { type Examples, requireSeries } from "./operands.ts";
import { covered, type Wholes } from "./rectangles.ts";
import { requireWhole } from "../require_whole.ts";

/** How many stretches are masked, and with what. */
export interface MaskOptions {
  /** How many, each drawn by itself, so that they may overlap; 1 if left out. */
  readonly masks?: number;
  /** The number that is put there; 0 if left out. */
  readonly fill?: number;
}

/**
 * Series of each of which a stretch of time is masked in all channels. It is 0 to `most` steps long, each length equally
 * likely, and so is each place where it fits.
 *
 * @param key A key, used here only. @param series Series, `[batch, time, channels]`, of any dtype.
 * @param most The longest stretch, in steps; no more than the whole series are masked.
 * @param options `masks`, how many stretches; `fill`, what is put there.
 * @returns Series of the same shape.
 * @throws {ShapeError} If there are not three axes. @throws {ArgumentError} If a number is no whole number from 0.
 * @see Park et al., SpecAugment: a simple data augmentation method for automatic speech recognition, 2019,
 *   https://arxiv.org/abs/1904.08779
 *
 * @example No steps
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { timeMask } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(timeMask(key(0), ones([1, 2, 1]), 0).toArray(), [[[1], [1]]]);
 * ```
 */
export function timeMask<S extends Shape, D extends DType>(
  key: Key,
  series: Tensor<S, D>,
  most: number,
  options: MaskOptions = {},
): Tensor<S, D> {
  return masked("timeMask", key, series as Examples, 1, most, options) as never;
}

/**
 * Series, such as spectrograms, of each of which a band of neighbouring channels is masked at all times. It is 0 to
 * `most` channels wide, each width equally likely, and so is each place where it fits.
 *
 * @param key A key, used here only. @param series Series, `[batch, time, channels]`, of any dtype.
 * @param most The widest band, in channels; no more than all are masked.
 * @param options `masks`, how many bands; `fill`, what is put there.
 * @returns Series of the same shape.
 * @throws {ShapeError} If there are not three axes. @throws {ArgumentError} If a number is no whole number from 0.
 * @see Park et al., SpecAugment: a simple data augmentation method for automatic speech recognition, 2019,
 *   https://arxiv.org/abs/1904.08779
 *
 * @example No channels
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { frequencyMask } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(frequencyMask(key(0), ones([1, 1, 2]), 0).toArray(), [[[1, 1]]]);
 * ```
 */
export function frequencyMask<S extends Shape, D extends DType>(
  key: Key,
  series: Tensor<S, D>,
  most: number,
  options: MaskOptions = {},
): Tensor<S, D> {
  return masked("frequencyMask", key, series as Examples, 2, most, options) as never;
}

function masked(op: string, key: Key, x: Examples, axis: 1 | 2, most: number, options: MaskOptions): Examples {
  const { masks = 1, fill = 0 } = options;
  requireSeries(op, x);
  requireWhole(op, "the most to mask", most, 0);
  requireWhole(op, "the number of masks", masks, 0);
  return Array.from({ length: masks }, (_, i) => stretch(foldIn(key, i), x, axis, most))
    .reduce((y, there) => where(there, fullLike(y, fill), y) as Examples, x);
}

/** Which elements a stretch along an axis covers, from one end of the other axis to its other. */
function stretch(key: Key, x: Examples, axis: 1 | 2, most: number): Tensor<Shape, "bool"> {
  const [batch, time, channels] = requireSeries("stretch", x), n = axis === 1 ? time : channels;
  const size = randint(foldIn(key, 0), [batch], 0, Math.min(most, n) + 1) as Wholes;
  const from = randint(foldIn(key, 1), [batch], 0, sub(n + 1, size) as never) as Wholes;
  const whole = (d: number) => full([batch], d, { dtype: "i32" }) as Wholes;
  const rectangle = axis === 1
    ? { top: from, height: size, left: whole(0), width: whole(channels) }
    : { top: whole(0), height: whole(time), left: from, width: size };
  return squeeze(covered(rectangle, [time, channels]), { axis: 3 }) as Tensor<Shape, "bool">;
}
