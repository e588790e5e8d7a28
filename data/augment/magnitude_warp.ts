/** Series of which the magnitude changes smoothly in time. */
import {
  add,
  cast,
  type DType,
  type Key,
  matmul,
  mul,
  normal,
  type Shape,
  type Tensor,
  tensor,
  type Value,
} from "../../mod.ts";
import { type Examples, requireAmount, requireFloats, requireSeries } from "./operands.ts";
import { requireWhole } from "../require_whole.ts";

/**
 * Series multiplied by smooth curves, one for each channel: natural cubic splines through normal numbers around 1 at
 * knots of equal distances, from the first step to the last.
 *
 * @param key A key, used here only. @param series Series, `[batch, time, channels]`, floats.
 * @param deviation The standard deviation of the numbers at the knots, 0 or more.
 * @param knots How many there are, 2 or more; 4 if left out.
 * @returns Series of the same shape.
 * @throws {ShapeError} If there are not three axes. @throws {DTypeError} If the series do not hold floats.
 * @throws {ArgumentError} If the deviation is negative, or the number of knots is no whole number from 2.
 * @see Um et al., Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
 *   networks, 2017, https://arxiv.org/abs/1706.00527
 *
 * @example By 1
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { magnitudeWarp } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(magnitudeWarp(key(0), ones([1, 2, 1]), 0).toArray(), [[[1], [1]]]);
 * ```
 */
export function magnitudeWarp<S extends Shape, D extends DType>(
  key: Key,
  series: Tensor<S, D>,
  deviation: number,
  knots = 4,
): Tensor<S, D> {
  const op = "magnitudeWarp", x = series as Examples, [batch, time, channels] = requireSeries(op, x);
  const dtype = requireFloats(op, x);
  requireAmount(op, "the standard deviation", deviation);
  requireWhole(op, "the number of knots", knots, 2);
  const heights = mul(normal(key, [batch, knots, channels]), deviation) as Value as Tensor;
  // A spline is linear in what it goes through, so that 1 can be added to the curve.
  const curves = matmul(splines(time, knots) as never, heights as never) as Value as Tensor;
  return mul(x as Tensor, cast(add(1, curves) as Value as Tensor, dtype)) as never;
}

/** What knots of height 1, the others being 0, give at times from the first knot to the last: `[time, knots]`. */
function splines(time: number, knots: number): Tensor {
  const unit = Array.from({ length: knots }, (_, k) => Array.from({ length: knots }, (_, i) => i === k ? 1 : 0));
  const each = unit.map((y) => ({ y, bend: bends(y) }));
  const rows = Array.from({ length: time }, (_, t) => {
    const at = time === 1 ? 0 : t * (knots - 1) / (time - 1), i = Math.min(Math.floor(at), knots - 2);
    const u = at - i, v = 1 - u;
    return each.map(({ y, bend }) =>
      v * y[i]! + u * y[i + 1]! + ((v ** 3 - v) * bend[i]! + (u ** 3 - u) * bend[i + 1]!) / 6
    );
  });
  return tensor(Float32Array.from(rows.flat()), { shape: [time, knots] }) as Tensor;
}

/**
 * Second derivatives of a natural cubic spline at its knots, a step apart: 0 at the ends, and between them
 * m(i − 1) + 4·m(i) + m(i + 1) = 6·(y(i − 1) − 2·y(i) + y(i + 1)), solved from the front and back again.
 */
function bends(y: readonly number[]): number[] {
  const share = [0], rest = [0];
  for (let i = 1; i < y.length - 1; i++) {
    const pivot = 4 - share[i - 1]!;
    share.push(1 / pivot);
    rest.push((6 * (y[i - 1]! - 2 * y[i]! + y[i + 1]!) - rest[i - 1]!) / pivot);
  }
  const m = y.map(() => 0);
  for (let i = y.length - 2; i > 0; i--) m[i] = rest[i]! - share[i]! * m[i + 1]!;
  return m;
}
