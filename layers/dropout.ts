/** Dropout: of elements, of channels, and the kind that suits SELU. */
import {
  add,
  bernoulli,
  div,
  fullLike,
  type Key,
  mul,
  type Shape,
  ShapeError,
  type Tensor,
  where,
  zerosLike,
} from "../mod.ts";
import type { ShapeKeeping } from "./block.ts";
import { drawing, requireRate } from "./noise.ts";

/**
 * Sets each element to zero with probability `rate` and divides the others by 1 − rate, so that the mean is kept.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the rate is out of range.
 * @see Srivastava et al., Dropout, 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Half of the ones are left, doubled
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { dropoutWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * assert(dropoutWith(key(0), 0.5)(ones([8])).toArray().every((x) => x === 0 || x === 2));
 * ```
 */
export function dropoutWith(key: Key, rate: number): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate("dropout", rate);
  return (x) => dropped(key, rate, x, x.shape);
}

/** A tensor with what a mask of the given shape, broadcast, drops. */
function dropped<S extends Shape>(key: Key, rate: number, x: Tensor<S>, mask: Shape): Tensor<S> {
  if (rate === 0) return x;
  const kept = div(x as Tensor, 1 - rate);
  return where(bernoulli(key, 1 - rate, mask), kept, zerosLike(kept)) as unknown as Tensor<S>;
}

/**
 * Dropout as a layer: active in training, where it needs `context.key`; nothing in evaluation, unless
 * `context.noise` says so.
 *
 * @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns From a net to the net with dropout after it.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws.
 * @see Srivastava et al., Dropout, 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { dropout, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), dropout(0.5));
 * assertEquals(net.apply([], [], ones([1, 3]), { mode: "eval" })[0].toArray(), [[1, 1, 1]]);
 * ```
 *
 * @example Monte Carlo dropout: it goes on drawing in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { type Key, key, mean, ones, split, stack, vmap } from "@adjoint/adjoint";
 * import { dropout, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), dropout(0.5)), x = ones([1, 3]);
 * const draw = (key: Key) => net.apply([], [], x, { key, mode: "eval", noise: true })[0];
 * assertEquals(mean(vmap(draw)(stack(split(key(0), 50))), { axis: 0 }).shape, [1, 3]);
 * ```
 */
export function dropout(rate: number): ShapeKeeping {
  requireRate("dropout", rate);
  return drawing(`dropout(${rate})`, "dropout", (key, x) => dropoutWith(key, rate)(x));
}

/** Options of `spatialDropoutWith`. */
export interface SpatialDropoutOptions {
  /** How many axes in front of the channels are dropped together; 2, those of images, if left out. */
  readonly spatial?: number;
}

/**
 * Sets whole channels to zero with probability `rate` and divides the others by 1 − rate.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @param options `spatial`: how many axes before the last, the channels', are dropped together.
 * @returns A function from a tensor `[...L, ...spatial, channels]` to one like it.
 * @throws {ArgumentError} If the rate is out of range. @throws {ShapeError} If the tensor has too few axes.
 * @see Tompson et al., Efficient object localization using convolutional networks, 2015, https://arxiv.org/abs/1411.4280
 *
 * @example A channel is all zero or doubled
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { spatialDropoutWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const [[a, b]] = spatialDropoutWith(key(0), 0.5, { spatial: 1 })(ones([1, 2, 3])).toArray() as [number[][]];
 * assert(a!.every((v, i) => v === b![i] && (v === 0 || v === 2)));
 * ```
 */
export function spatialDropoutWith(
  key: Key,
  rate: number,
  options: SpatialDropoutOptions = {},
): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate("spatialDropout", rate);
  const { spatial = 2 } = options;
  return <S extends Shape>(x: Tensor<S>) => {
    const shape: Shape = x.shape, channels = shape.length - 1;
    if (channels < spatial) {
      throw new ShapeError(
        `spatialDropout: [${shape.join(", ")}] has no ${spatial} axes before its channels; give spatial: ${
          Math.max(0, channels)
        } or a tensor of more axes`,
      );
    }
    return dropped(key, rate, x, shape.map((d, i) => i >= channels - spatial && i < channels ? 1 : d));
  };
}

/**
 * Spatial dropout as a layer: in training it drops whole channels of each example, all axes but the last together.
 *
 * @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns From a net to the net with dropout after it.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws. @throws {ShapeError} If an
 *   example is a scalar.
 * @see Tompson et al., 2015, https://arxiv.org/abs/1411.4280
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { input, spatialDropout } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2, 2, 1]), spatialDropout(0.5));
 * assertEquals(net.apply([], [], ones([1, 2, 2, 1]), { mode: "eval" })[0].dataSync(), new Float32Array([1, 1, 1, 1]));
 * ```
 */
export function spatialDropout(rate: number): ShapeKeeping {
  requireRate("spatialDropout", rate);
  const layer = drawing(
    `spatialDropout(${rate})`,
    "spatialDropout",
    (key, x, axes) => spatialDropoutWith(key, rate, { spatial: axes - 1 })(x),
  );
  return (net) => {
    if (net.output.shape.length > 0) return layer(net);
    throw new ShapeError("spatialDropout: an example is a scalar, and has no axis of channels; reshape it to [1]");
  };
}

/** What SELU tends to at −∞: −λ·α of Klambauer et al. */
const saturation = -1.7580993408473766;

/**
 * Sets each element to SELU's negative limit with probability `rate`, then scales and shifts so that mean 0 and variance
 * 1 stay so.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the rate is out of range.
 * @see Klambauer et al., Self-normalizing neural networks, 2017, https://arxiv.org/abs/1706.02515
 *
 * @example Two values are left of ones
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { alphaDropoutWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Set(alphaDropoutWith(key(0), 0.5)(ones([50])).toArray()).size, 2);
 * ```
 */
export function alphaDropoutWith(key: Key, rate: number): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate("alphaDropout", rate);
  const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * saturation ** 2)), shift = -scale * rate * saturation;
  return <S extends Shape>(x: Tensor<S>) => {
    if (rate === 0) return x;
    const v = x as Tensor, kept = where(bernoulli(key, 1 - rate, v.shape), v, fullLike(v, saturation));
    return add(mul(kept as Tensor, scale), shift) as unknown as Tensor<S>;
  };
}

/**
 * Alpha dropout as a layer, for nets of SELU: active in training, where it needs `context.key`.
 *
 * @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns From a net to the net with dropout after it.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws.
 * @see Klambauer et al., 2017, https://arxiv.org/abs/1706.02515
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { alphaDropout, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), alphaDropout(0.1));
 * assertEquals(net.apply([], [], ones([1, 3]), { mode: "eval" })[0].toArray(), [[1, 1, 1]]);
 * ```
 */
export function alphaDropout(rate: number): ShapeKeeping {
  requireRate("alphaDropout", rate);
  return drawing(`alphaDropout(${rate})`, "alphaDropout", (key, x) => alphaDropoutWith(key, rate)(x));
}
