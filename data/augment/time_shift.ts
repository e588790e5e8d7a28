/** Series moved in time, and windows of them stretched to their length. */
import {
  add,
  ArgumentError,
  cast,
  type DType,
  expandDims,
  type Key,
  linspace,
  randint,
  reshape,
  type Shape,
  squeeze,
  type Tensor,
  type Value,
  zerosLike,
} from "../../mod.ts";
import { cutAnywhere } from "./crop.ts";
import { type Examples, requireFloats, requireSeries } from "./operands.ts";
import { sample } from "./sample.ts";
import { requireWhole } from "../require_whole.ts";

/** Series as pictures of one column. */
const asPictures = (x: Examples): Examples => expandDims(x, 2) as Examples;

/**
 * Series each moved in time by up to some steps, every way equally likely; what comes in is 0.
 *
 * @param key A key, used here only. @param series Series, `[batch, time, channels]`, of any dtype.
 * @param most The farthest way, in steps, 0 or more.
 * @returns Series of the same shape.
 * @throws {ShapeError} If there are not three axes. @throws {ArgumentError} If `most` is no whole number from 0.
 *
 * @example Nowhere
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { timeShift } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(timeShift(key(0), tensor([[[1], [2]]]), 0).toArray(), [[[1], [2]]]);
 * ```
 */
export function timeShift<S extends Shape, D extends DType>(
  key: Key,
  series: Tensor<S, D>,
  most: number,
): Tensor<S, D> {
  const x = series as Examples, [, time] = requireSeries("timeShift", x);
  requireWhole("timeShift", "the farthest way", most, 0);
  return squeeze(cutAnywhere("timeShift", key, asPictures(x), [time, 1], [most, 0]), { axis: 2 }) as never;
}

/**
 * Of each series a window at a place of its own, stretched to the length of the whole: linear between its steps, its
 * first and last step becoming the first and last of the result.
 *
 * @param key A key, used here only. @param series Series, `[batch, time, channels]`, floats.
 * @param share How much of the series a window holds, above 0 up to 1; rounded to whole steps, of which it has one at
 *   least. 0.9 if left out.
 * @returns Series of the same shape.
 * @throws {ShapeError} If there are not three axes. @throws {DTypeError} If the series do not hold floats.
 * @throws {ArgumentError} If the share is out of range.
 * @see Le Guennec et al., Data augmentation for time series classification using convolutional neural networks, 2016,
 *   https://shs.hal.science/halshs-01357973
 *
 * @example All of it
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { windowSlice } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(windowSlice(key(0), tensor([[[1], [2], [4]]]), 1).toArray(), [[[1], [2], [4]]]);
 * ```
 */
export function windowSlice<S extends Shape, D extends DType>(
  key: Key,
  series: Tensor<S, D>,
  share = 0.9,
): Tensor<S, D> {
  const op = "windowSlice", x = series as Examples, [batch, time] = requireSeries(op, x);
  requireFloats(op, x);
  if (!(share > 0 && share <= 1)) throw new ArgumentError(`${op}: the share is above 0 and up to 1, not ${share}`);
  const steps = Math.max(1, Math.round(share * time));
  const start = reshape(cast(randint(key, [batch], 0, Math.max(time - steps, 0) + 1), "f32"), [batch, 1, 1]);
  const within = reshape(linspace(0, steps - 1, time), [1, time, 1]) as Tensor;
  const at = add(add(start as Tensor, within), -(time - 1) / 2) as Value as Tensor;
  return squeeze(sample(op, asPictures(x), zerosLike(at) as Tensor, at, { fill: "edge" }), { axis: 2 }) as never;
}
