/** Pictures turned left to right. */
import { type DType, type Key, reverse, type Shape, type Tensor } from "../../mod.ts";
import { type Examples, forSome, requireImages, requireProbability } from "./operands.ts";

/**
 * Pictures of which each is turned left to right with a probability.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param probability From 0 to 1; a half if left out.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {ArgumentError} If the probability is out of range.
 *
 * @example All of them
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { randomFlip } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomFlip(key(0), tensor([[[[1], [2]]]]), 1).toArray(), [[[[2], [1]]]]);
 * ```
 */
export function randomFlip<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  probability = 0.5,
): Tensor<S, D> {
  requireProbability("randomFlip", probability);
  const x = images as Examples;
  requireImages("randomFlip", x);
  return forSome(key, probability, reverse(x, { axis: 2 }) as Examples, x) as never;
}
