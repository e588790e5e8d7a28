/** Pooling over all of an image, to one number for each channel. */
import {
  type DType,
  type FloatDType,
  max,
  mean,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  type Value,
} from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { overLeading, perAxis, spatialShape } from "./windows.ts";

/** From a net of examples `[…spatial, C]` to one of examples `[C]`. */
export type GlobalPoolLayer = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<I, Spec<readonly [C], "f32">, P, S>;

/** From `[...L, …spatial, C]` to `[...L, C]`. */
type Whole = (x: Value) => Value;

function whole(op: string, axes: number, f: (flat: Value) => Value): Whole {
  const [n] = perAxis(op, "the number of spatial axes", axes, 1);
  return (x) =>
    overLeading(op, n!, x, (y) => {
      const places = y.shape.slice(1, -1).reduce((a, b) => a * b, 1);
      if (places === 0) throw new ShapeError(`${op}: nothing to pool in [${y.shape.slice(1).join(", ")}]`);
      return f(reshape(y, [y.shape[0]!, places, y.shape.at(-1)!]) as Value);
    });
}

function wholeLayer(op: string, f: (axes: number) => (x: never) => unknown): GlobalPoolLayer {
  return ((net: Net<unknown, Spec>) => {
    const [sizes, channels] = spatialShape(op, net.output.shape), pool = f(sizes.length);
    return grow(net, {
      name: op,
      output: { shape: [channels], dtype: "f32" },
      apply: (_, s, x) => [pool(x as never), s],
    });
  }) as never;
}

/**
 * The largest element of each channel. The derivative goes to the first of equals.
 *
 * @param axes How many axes are spatial: 1, 2 or 3.
 * @returns A function from `[...L, …spatial, C]` to `[...L, C]`.
 * @throws {ShapeError} If there are fewer axes, or no element.
 * @see Oquab et al., Is object localization for free?, 2015, https://doi.org/10.1109/CVPR.2015.7298668
 *
 * @example Of a sequence
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { globalMaxPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(globalMaxPoolWith(1)(tensor([[1, 5], [3, 2]])).toArray(), [3, 5]);
 * ```
 */
export function globalMaxPoolWith(axes: number): <D extends DType>(x: Tensor<Shape, D>) => Tensor<Shape, D> {
  return whole("globalMaxPool", axes, (x) => max(x, { axis: 1 }) as Value) as never;
}

/**
 * A layer that keeps the largest element of each channel.
 *
 * @returns From a net of examples `[…spatial, C]` to one of examples `[C]`.
 * @throws {ShapeError} If examples have no spatial axis, or no element.
 * @see Oquab et al., Is object localization for free?, 2015, https://doi.org/10.1109/CVPR.2015.7298668
 *
 * @example One number a channel
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { globalMaxPool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 7, 32]), globalMaxPool()).output.shape, [32]);
 * ```
 */
export const globalMaxPool = (): GlobalPoolLayer => wholeLayer("globalMaxPool", globalMaxPoolWith);

/**
 * The mean of each channel.
 *
 * @param axes How many axes are spatial: 1, 2 or 3.
 * @returns A function from `[...L, …spatial, C]` to `[...L, C]`.
 * @throws {ShapeError} If there are fewer axes, or no element.
 * @see Lin et al., Network in network, 2014, https://arxiv.org/abs/1312.4400
 *
 * @example Of a sequence
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { globalAveragePoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(globalAveragePoolWith(1)(tensor([[1, 5], [3, 2]])).toArray(), [2, 3.5]);
 * ```
 */
export function globalAveragePoolWith(
  axes: number,
): <D extends FloatDType>(x: Tensor<Shape, D>) => Tensor<Shape, D> {
  return whole("globalAveragePool", axes, (x) => mean(x, { axis: 1 }) as Value) as never;
}

/**
 * A layer that takes the mean of each channel.
 *
 * @returns From a net of examples `[…spatial, C]` to one of examples `[C]`.
 * @throws {ShapeError} If examples have no spatial axis, or no element.
 * @see Lin et al., Network in network, 2014, https://arxiv.org/abs/1312.4400
 *
 * @example One number a channel
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { globalAveragePool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 7, 32]), globalAveragePool()).output.shape, [32]);
 * ```
 */
export const globalAveragePool = (): GlobalPoolLayer => wholeLayer("globalAveragePool", globalAveragePoolWith);
