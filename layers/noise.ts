/** Layers that draw: when they do, and the noises that add to or multiply by normal numbers. */
import {
  add,
  ArgumentError,
  bernoulli,
  div,
  type DType,
  type Key,
  mul,
  normal,
  type Shape,
  ShapeError,
  type Tensor,
  where,
  zerosLike,
} from "../mod.ts";
import type { ShapeKeeping } from "./block.ts";
import { type Context, grow } from "./net.ts";

/** The key of a layer that draws now, or `undefined` if it is to leave its input as it is. */
export function drawingKey(op: string, { noise, mode, key }: Context): Key | undefined {
  if (!(noise ?? mode === "train")) return undefined;
  if (key !== undefined) return key;
  throw new ArgumentError(`${op}: it draws at random and needs a key; apply the net with { key, mode: "${mode}" }`);
}

/** A layer that draws, from what it does with a key to a batch whose examples have so many axes. */
export function drawing(name: string, op: string, f: (key: Key, x: Tensor, axes: number) => Tensor): ShapeKeeping {
  return (net) =>
    grow(net, {
      name,
      output: net.output,
      apply: (_, s, x, context) => {
        const key = drawingKey(op, context);
        return [key === undefined ? x : f(key, x as Tensor, net.output.shape.length), s];
      },
    });
}

/** Throws unless `rate` is a probability below 1. */
export function requireRate(op: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new ArgumentError(`${op}: the rate is a probability below 1, not ${rate}`);
}

/** Standard normal numbers like a tensor. */
const normalLike = (key: Key, x: Tensor): Tensor =>
  normal(key, x.shape, { dtype: (x.dtype as DType) === "f64" ? "f64" : "f32" }) as Tensor;

/**
 * Adds normal numbers.
 *
 * @param key A key, used here only. @param deviation Their standard deviation, 0 or more.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the deviation is negative.
 * @see Bishop, Training with noise is equivalent to Tikhonov regularization, 1995,
 *   https://doi.org/10.1162/neco.1995.7.1.108
 *
 * @example None
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { gaussianNoiseWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gaussianNoiseWith(key(0), 0)(ones([2])).toArray(), [1, 1]);
 * ```
 */
export function gaussianNoiseWith(key: Key, deviation: number): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireDeviation(deviation);
  return <S extends Shape>(x: Tensor<S>) =>
    add(x as Tensor, mul(normalLike(key, x), deviation)) as unknown as Tensor<S>;
}

function requireDeviation(deviation: number): void {
  if (!(deviation >= 0 && deviation < Infinity)) {
    throw new ArgumentError(`gaussianNoise: the standard deviation is a number from 0 up, not ${deviation}`);
  }
}

/**
 * Normal noise as a layer: added in training, where it needs `context.key`; nothing in evaluation.
 *
 * @param deviation Its standard deviation, 0 or more.
 * @returns From a net to the net with the noise after it.
 * @throws {ArgumentError} If the deviation is negative, or a key is missing while it draws.
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { gaussianNoise, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), gaussianNoise(0.1));
 * assertEquals(net.apply([], [], ones([1, 3]), { mode: "eval" })[0].toArray(), [[1, 1, 1]]);
 * ```
 */
export function gaussianNoise(deviation: number): ShapeKeeping {
  requireDeviation(deviation);
  return drawing(`gaussianNoise(${deviation})`, "gaussianNoise", (key, x) => gaussianNoiseWith(key, deviation)(x));
}

/**
 * Multiplies by normal numbers of mean 1 and variance rate / (1 − rate), which is that of dropout.
 *
 * @param key A key, used here only. @param rate The rate of the dropout it stands for, 0 ≤ rate < 1.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the rate is out of range.
 * @see Srivastava et al., Dropout, 2014, section 10, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Zeros stay
 * ```ts
 * import { key, zeros } from "@adjoint/adjoint";
 * import { gaussianDropoutWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gaussianDropoutWith(key(0), 0.5)(zeros([2])).toArray(), [0, 0]);
 * ```
 */
export function gaussianDropoutWith(key: Key, rate: number): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate("gaussianDropout", rate);
  const deviation = Math.sqrt(rate / (1 - rate));
  return <S extends Shape>(x: Tensor<S>) =>
    mul(x as Tensor, add(mul(normalLike(key, x), deviation), 1)) as unknown as Tensor<S>;
}

/**
 * Gaussian dropout as a layer: active in training, where it needs `context.key`; nothing in evaluation.
 *
 * @param rate The rate of the dropout it stands for, 0 ≤ rate < 1.
 * @returns From a net to the net with the noise after it.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws.
 * @see Srivastava et al., Dropout, 2014, section 10, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { gaussianDropout, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), gaussianDropout(0.5));
 * assertEquals(net.apply([], [], ones([1, 3]), { mode: "eval" })[0].toArray(), [[1, 1, 1]]);
 * ```
 */
export function gaussianDropout(rate: number): ShapeKeeping {
  requireRate("gaussianDropout", rate);
  return drawing(`gaussianDropout(${rate})`, "gaussianDropout", (key, x) => gaussianDropoutWith(key, rate)(x));
}

/** Options of `stochasticDepthWith`. */
export interface StochasticDepthOptions {
  /** Whether each example is drawn for, or all at once; `"example"` if left out. */
  readonly per?: "example" | "batch";
}

/**
 * Sets whole examples to zero with probability `rate` and divides the others by 1 − rate, so that the mean is kept.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @param options `per`: each example, along the first axis, or the whole batch.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the rate or an option is out of range. @throws {ShapeError} If there is no axis of examples.
 * @see Huang et al., Deep networks with stochastic depth, 2016, https://arxiv.org/abs/1603.09382 (there evaluation scales
 *   instead of training; the expectation is the same)
 *
 * @example Rows are all zero or doubled
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { stochasticDepthWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const rows = stochasticDepthWith(key(0), 0.5)(ones([8, 2])).toArray();
 * assert(rows.every(([a, b]) => a === b && (a === 0 || a === 2)));
 * ```
 */
export function stochasticDepthWith(
  key: Key,
  rate: number,
  options: StochasticDepthOptions = {},
): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate("stochasticDepth", rate);
  const per: unknown = options.per ?? "example";
  if (per !== "example" && per !== "batch") {
    throw new ArgumentError(`stochasticDepth: per is ${JSON.stringify(per)}; use "example" or "batch"`);
  }
  return <S extends Shape>(x: Tensor<S>) => {
    const shape: Shape = x.shape;
    if (shape.length === 0) {
      throw new ShapeError("stochasticDepth: a scalar has no axis of examples; give a batch, such as [1]");
    }
    if (rate === 0) return x;
    const mask = shape.map((d, i) => i === 0 && per === "example" ? d : 1);
    const kept = div(x as Tensor, 1 - rate);
    return where(bernoulli(key, 1 - rate, mask), kept, zerosLike(kept)) as unknown as Tensor<S>;
  };
}
