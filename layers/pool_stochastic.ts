/** Stochastic pooling: an element of every window drawn at random. */
import {
  add,
  argmax,
  div,
  expandDims,
  type FloatDType,
  greater,
  gumbel,
  type Key,
  log,
  onesLike,
  type PerAxis,
  relu,
  type Shape,
  square,
  squeeze,
  takeAlongAxis,
  type Value,
  where,
  zerosLike,
} from "../mod.ts";
import { drawingKey } from "./noise.ts";
import { patches } from "./patches.ts";
import type { PoolOptions } from "./pool.ts";
import { type Pool, type PoolLayer, poolLayer, poolWith, reduceOver } from "./pooling.ts";

const op = "stochasticPool", optionNames = ["stride", "padding", "ceilMode"];

/**
 * One element of every window, drawn with probability in proportion to it. The derivative goes to the element drawn.
 *
 * @param key A key, used here only. @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]`, activations of 0 or more (negative ones count as 0), to
 *   `[...L, …windows, C]`. A window of zeros gives 0.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Stochastic pooling, 2013, https://arxiv.org/abs/1301.3557, eqs. 3–4
 *
 * @example Zeros are never drawn
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { stochasticPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[0], [3], [2], [0]]);
 * assertEquals(stochasticPoolWith(key(0), [2])(x).toArray(), [[3], [2]]);
 * ```
 */
export function stochasticPoolWith<const W extends Shape>(
  key: Key,
  window: W,
  options: PoolOptions = {},
): Pool<W, FloatDType> {
  return poolWith(op, window, options, optionNames, (x, w) => {
    const elements = patches(relu(x) as Value, w), axis = elements.shape.length - 2;
    // The largest of log aᵢ + Gumbel noise falls on i with probability aᵢ / Σ a.
    const noise = gumbel(key, elements.shape, { dtype: elements.dtype as FloatDType });
    const drawn = argmax(add(log(elements), noise) as Value, { axis }) as Value;
    const at = expandDims(drawn, axis) as never;
    return squeeze(takeAlongAxis(elements, at, { axis }) as Value, { axis }) as Value;
  });
}

/**
 * The mean of every window with each element weighted by itself, Σ a² / Σ a: what stochastic pooling gives on average.
 *
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]`, activations of 0 or more (negative ones count as 0), to
 *   `[...L, …windows, C]`. A window of zeros gives 0.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Stochastic pooling, 2013, https://arxiv.org/abs/1301.3557, eq. 6
 *
 * @example 1 with probability 1/4, 3 with 3/4
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { stochasticPoolMeanWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stochasticPoolMeanWith([2])(tensor([[1], [3]])).toArray(), [[2.5]]);
 * ```
 */
export function stochasticPoolMeanWith<const W extends Shape>(
  window: W,
  options: PoolOptions = {},
): Pool<W, FloatDType> {
  return poolWith(op, window, options, optionNames, (x, w) => {
    const a = relu(x) as Value, total = reduceOver("sum", a, w), some = greater(total, 0);
    const mean = div(reduceOver("sum", square(a) as Value, w), where(some, total, onesLike(total)) as Value) as Value;
    return where(some, mean, zerosLike(total)) as Value;
  });
}

/**
 * A layer that draws an element of every window in training, and takes the mean over the draws otherwise.
 *
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns From a net of examples `[…spatial, C]`, activations of 0 or more, to one of examples `[…windows, C]`; in
 *   training it needs a key.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If an option is out of range, or there is no key to train with.
 * @see Zeiler and Fergus, Stochastic pooling, 2013, https://arxiv.org/abs/1301.3557
 *
 * @example Its mean, in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { input, stochasticPool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2, 1]), stochasticPool(2));
 * assertEquals(net.apply([], [], tensor([[[1], [3]]]), { mode: "eval" })[0].toArray(), [[[2.5]]]);
 * ```
 */
export function stochasticPool(window: PerAxis, options: PoolOptions = {}): PoolLayer {
  return poolLayer(op, window, options, (size) => (x, context) => {
    const key = drawingKey(op, context);
    if (key === undefined) return stochasticPoolMeanWith(size, options)(x);
    return stochasticPoolWith(key, size, options)(x);
  });
}
