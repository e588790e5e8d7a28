/** The hue of pictures. */
import {
  add,
  ArgumentError,
  clamp,
  concat,
  div,
  type DType,
  equal,
  maximum,
  minimum,
  mod,
  mul,
  type Shape,
  slice,
  sub,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import { type Factor, factorFor, requireColours } from "./colour.ts";
import type { Examples } from "./operands.ts";

/**
 * Pictures of another hue: every colour moved around the colour circle by a share of it, its saturation and value kept.
 * Pictures of one channel stay as they are.
 *
 * @param images Pictures, `[batch, height, width, channels]`, floats from 0 to 1; 3 channels, or 1.
 * @param share Of the circle, from red towards green, from −0.5 to 0.5: a number, or one for each picture, `[batch]`.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes or 1 or 3 channels, or not as many shares as pictures.
 * @throws {DTypeError} If the pictures or the shares are not floats. @throws {ArgumentError} If the share is out of range.
 * @see Smith, Color gamut transform pairs, 1978, https://doi.org/10.1145/965139.807361
 *
 * @example Red opposite to cyan
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adjustHue } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adjustHue(tensor([[[[1, 0, 0]]]]), 0.5).toArray(), [[[[0, 1, 1]]]]);
 * ```
 */
export function adjustHue<S extends Shape, D extends DType>(images: Tensor<S, D>, share: Factor): Tensor<S, D> {
  const op = "adjustHue", channels = requireColours(op, images as Examples);
  if (typeof share === "number" && !(Math.abs(share) <= 0.5)) {
    throw new ArgumentError(`${op}: the share of the circle is from -0.5 to 0.5, not ${share}`);
  }
  const turn = factorFor(op, share, images as Examples);
  return (channels === 1 ? images : turned(images as Examples as Tensor, turn)) as never;
}

type Test = Tensor<Shape, "bool">;

function turned(x: Tensor, turn: Tensor | number): Tensor {
  const channel = (i: number) => slice(x, [0, 0, 0, i], [...x.shape.slice(0, 3), i + 1]) as unknown as Tensor;
  const r = channel(0), g = channel(1), b = channel(2);
  const value = maximum(maximum(r, g), b) as Value as Tensor;
  const range = sub(value, minimum(minimum(r, g), b)) as Value as Tensor;
  // Greys have no hue: any will do, for their range is 0.
  const unit = where(equal(range, 0) as Test, 1, range) as Value as Tensor;
  const sixth = (from: Tensor, to: Tensor, start: number) => add(div(sub(from, to), unit), start) as Value as Tensor;
  const isGreen = equal(value, g) as Test, isRed = equal(value, r) as Test;
  const other = where(isGreen, sixth(b, r, 2), sixth(r, g, 4)) as Value as Tensor;
  const hue = add(where(isRed, sixth(g, b, 0), other), mul(turn, 6)) as Value as Tensor;
  // Each channel is a trapezium of the hue, a third of the circle apart.
  const trapezium = (start: number): Tensor => {
    const k = mod(add(hue, start), 6) as Value as Tensor;
    const depth = clamp(minimum(k, sub(4, k)) as Value as Tensor, { min: 0, max: 1 });
    return sub(value, mul(range, depth)) as Value as Tensor;
  };
  return concat([trapezium(5), trapezium(3), trapezium(1)] as never, { axis: -1 }) as unknown as Tensor;
}
