/** Normal noise on examples of any kind: added to each element, or multiplied with each channel. */
import {
  add,
  ArgumentError,
  cast,
  type DType,
  type FloatDType,
  foldIn,
  type Key,
  mul,
  normal,
  type Shape,
  type Tensor,
  type Value,
} from "../../mod.ts";
import {
  drawRange,
  type Examples,
  perExample,
  type Range,
  requireAmount,
  requireBatch,
  requireFloats,
} from "./operands.ts";

/** One deviation for all, or a range from which each example draws its own. */
export type Deviation = number | Range;

function requireDeviation(op: string, deviation: Deviation): void {
  if (typeof deviation === "number") return requireAmount(op, "the standard deviation", deviation);
  const [low, high] = deviation;
  if (low >= 0 && low <= high && high < Infinity) return;
  throw new ArgumentError(`${op}: standard deviations are a range [low, high] from 0 up, not [${low}, ${high}]`);
}

/** Normal numbers of a shape, the first axis of which counts examples, of each example's deviation. */
function deviations(op: string, key: Key, x: Examples, shape: Shape, deviation: Deviation): Value {
  const batch = requireBatch(op, x), dtype: FloatDType = requireFloats(op, x);
  requireDeviation(op, deviation);
  const numbers = normal(foldIn(key, 0), shape, { dtype });
  if (typeof deviation === "number") return mul(numbers, deviation) as Value;
  const each = cast(drawRange(foldIn(key, 1), batch, deviation), dtype) as Tensor;
  return mul(numbers as Tensor, perExample(each, x)) as Value;
}

/**
 * Examples with normal noise added to every element, which is called jittering where they are series. Nothing is held
 * between bounds afterwards.
 *
 * @param key A key, used here only. @param x Examples, `[batch, ...]`, floats.
 * @param deviation The standard deviation of the noise, or a range `[low, high]` from which each example draws its own.
 * @returns Examples of the same shape.
 * @throws {ShapeError} If `x` is a scalar. @throws {DTypeError} If it does not hold floats. @throws {ArgumentError} If a
 *   deviation is negative.
 * @see Um et al., Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
 *   networks, 2017, https://arxiv.org/abs/1706.00527
 *
 * @example None
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomNoise } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomNoise(key(0), ones([1, 2]), 0).toArray(), [[1, 1]]);
 * ```
 */
export function randomNoise<S extends Shape, D extends DType>(
  key: Key,
  x: Tensor<S, D>,
  deviation: Deviation,
): Tensor<S, D> {
  const examples = x as Examples;
  return add(
    examples as Tensor,
    deviations("randomNoise", key, examples, examples.shape, deviation) as Tensor,
  ) as never;
}

/**
 * Examples of which every channel is multiplied by a normal number around 1, the same at all times or places.
 *
 * @param key A key, used here only. @param x Examples, `[batch, ..., channels]`, floats.
 * @param deviation The standard deviation of the numbers, or a range `[low, high]` from which each example draws its own.
 * @returns Examples of the same shape.
 * @throws {ShapeError} If `x` is a scalar. @throws {DTypeError} If it does not hold floats. @throws {ArgumentError} If a
 *   deviation is negative.
 * @see Um et al., Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
 *   networks, 2017, https://arxiv.org/abs/1706.00527
 *
 * @example By 1
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { randomScaling } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomScaling(key(0), ones([1, 2, 1]), 0).toArray(), [[[1], [1]]]);
 * ```
 */
export function randomScaling<S extends Shape, D extends DType>(
  key: Key,
  x: Tensor<S, D>,
  deviation: Deviation,
): Tensor<S, D> {
  const examples = x as Examples, last = examples.shape.length - 1;
  const shape = examples.shape.map((d, a) => a === 0 || a === last ? d : 1);
  const factors = add(1, deviations("randomScaling", key, examples, shape, deviation) as Tensor);
  return mul(examples as Tensor, factors as Value as Tensor) as never;
}
