/** Inputs brought to one scale: by their mean and deviation, or by their least and largest value. */
import { add, div, equal, max, mean, min, mul, onesLike, type Shape, std, sub, type Tensor, where } from "../mod.ts";
import { requireFit } from "./affine.ts";
import type { Pointwise } from "./basic.ts";
import type { Entries } from "./block.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** Means and standard deviations. */
export interface Moments<S extends Shape = Shape> {
  /** Means. */
  readonly mean: Tensor<S>;
  /** Standard deviations. */
  readonly deviation: Tensor<S>;
}

/** `d`, with 1 where it is 0: a constant is centred and not scaled. */
const divisor = (d: Tensor): Tensor => where(equal(d, 0), onesLike(d), d);

/**
 * Mean and deviation of each feature of some examples.
 *
 * @param x Examples along the first axis, `[examples, ...features]`.
 * @returns `mean` and `deviation`, `[...features]`; the deviation divides by the number of examples.
 * @throws {ShapeError} If `x` is a scalar.
 *
 * @example Of three numbers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { momentsOf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(momentsOf(tensor([[1], [3]])).deviation.toArray(), [1]);
 * ```
 */
export function momentsOf<F extends Shape>(x: Tensor<readonly [number, ...F]>): Moments<F> {
  const v = x as Tensor<readonly number[]>;
  return {
    mean: mean(v, { axis: 0 }) as Tensor as unknown as Tensor<F>,
    deviation: std(v, { axis: 0 }) as unknown as Tensor<F>,
  };
}

/**
 * Standardization: less the mean, by the deviation. A feature of deviation 0 is only centred.
 *
 * @param moments `mean` and `deviation`, of the last axes' shape.
 * @returns A function from a tensor with any leading axes to one like it.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example To mean 0 and deviation 1
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { momentsOf, standardizeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1], [3]]);
 * assertEquals(pipe(x, standardizeWith(momentsOf(x))).toArray(), [[-1], [1]]);
 * ```
 */
export function standardizeWith(moments: Moments): Pointwise {
  return <S extends Shape>(x: Tensor<S>) =>
    div(sub(x as Tensor, moments.mean), divisor(moments.deviation)) as unknown as Tensor<S>;
}

/**
 * What standardization was applied to: times the deviation, plus the mean.
 *
 * @param moments `mean` and `deviation`, of the last axes' shape.
 * @returns A function from a tensor with any leading axes to one like it.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example There and back
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { momentsOf, standardizeWith, unstandardizeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1], [3]]), m = momentsOf(x);
 * assertEquals(pipe(x, standardizeWith(m), unstandardizeWith(m)).toArray(), [[1], [3]]);
 * ```
 */
export function unstandardizeWith(moments: Moments): Pointwise {
  return <S extends Shape>(x: Tensor<S>) =>
    add(mul(x as Tensor, divisor(moments.deviation)), moments.mean) as unknown as Tensor<S>;
}

/** Least and largest values. */
export interface Range<S extends Shape = Shape> {
  /** Least values. */
  readonly min: Tensor<S>;
  /** Largest values. */
  readonly max: Tensor<S>;
}

/**
 * Least and largest value of each feature of some examples.
 *
 * @param x Examples along the first axis, `[examples, ...features]`.
 * @returns `min` and `max`, `[...features]`.
 * @throws {ShapeError} If `x` is a scalar or has no examples.
 *
 * @example Of two numbers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rangeOf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rangeOf(tensor([[1], [3]])).max.toArray(), [3]);
 * ```
 */
export function rangeOf<F extends Shape>(x: Tensor<readonly [number, ...F]>): Range<F> {
  const v = x as Tensor<readonly number[]>;
  return { min: min(v, { axis: 0 }) as unknown as Tensor<F>, max: max(v, { axis: 0 }) as unknown as Tensor<F> };
}

/**
 * Normalization to [0, 1]: the least value becomes 0 and the largest 1. A constant feature becomes 0.
 *
 * @param range `min` and `max`, of the last axes' shape.
 * @returns A function from a tensor with any leading axes to one like it.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Into the unit interval
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { rangeOf, rescaleWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1], [2], [3]]);
 * assertEquals(pipe(x, rescaleWith(rangeOf(x))).toArray(), [[0], [0.5], [1]]);
 * ```
 */
export function rescaleWith(range: Range): Pointwise {
  return <S extends Shape>(x: Tensor<S>) =>
    div(sub(x as Tensor, range.min), divisor(sub(range.max, range.min))) as unknown as Tensor<S>;
}

/**
 * Standardization as a layer. The moments are an entry of its state: they are saved with the net and never learned.
 *
 * @param moments `mean` and `deviation`, of the shape of an example, or of its last axes.
 * @returns From a net to the net with it after it.
 * @throws {ShapeError} If the moments are not those of an example's last axes.
 *
 * @example The first layer of a net
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tensor } from "@adjoint/adjoint";
 * import { dense, input, momentsOf, standardize } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([1]), standardize(momentsOf(tensor([[1], [3]]))), dense(4));
 * assertEquals(net.init(key(0)).state[0].mean.toArray(), [2]);
 * ```
 */
export function standardize<M extends Shape>(
  moments: Moments<M>,
): <I, O extends Shape, P extends Entries, S extends Entries>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, P, readonly [...S, Moments<M>]> {
  return (net) => {
    requireFit("standardize", moments.mean.shape, net.output.shape);
    return grow(net, {
      name: "standardize",
      output: net.output,
      state: () => moments,
      apply: (_, s, x) => [standardizeWith(s as Moments)(x as Tensor), s],
    });
  };
}
