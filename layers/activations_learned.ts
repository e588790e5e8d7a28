/** Activations that learn a number for each channel, the last axis, or draw slopes at random. */
import {
  ArgumentError,
  type DType,
  type FloatOf,
  full,
  type Key,
  mul,
  type Shape,
  type Tensor,
  uniform,
} from "../mod.ts";
import { bent, leakyRelu } from "./activations_rectified.ts";
import { snakeOf } from "./activations_smooth.ts";
import { type Initializer, onesInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { drawingKey } from "./noise.ts";
import { floats, lastAxis, requireNumber } from "./operands.ts";

/** Slopes below zero, one for each channel. */
export interface Prelu<C extends number> {
  /** Slopes, `[channels]`; `[1]` serves any number of channels. */
  readonly slope: Tensor<readonly [C]>;
}

/** How `prelu` starts. */
export interface PreluOptions {
  /** The slopes; 0.25 everywhere if left out. */
  readonly slopes?: Initializer;
}

const quarter: Initializer = (_, shape) => full(shape, 0.25) as never;

/**
 * Fresh slopes of a parametric `relu`.
 *
 * @param key A key, used here only, by an initializer that draws.
 * @param channels Size of the last axis, or 1 for one slope that all share.
 * @param options `slopes`: an initializer; 0.25 everywhere if left out.
 * @returns Slopes, `[channels]`.
 *
 * @example Two channels
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { preluInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(preluInit(key(0), 2).slope.toArray(), [0.25, 0.25]);
 * ```
 */
export function preluInit<const C extends number>(key: Key, channels: C, options: PreluOptions = {}): Prelu<C> {
  return { slope: (options.slopes ?? quarter)(key, [channels]) };
}

/**
 * `relu` with learned slopes below zero, one for each channel; the derivative at 0 is the slope.
 *
 * @param p Slopes, `[channels]` or `[1]`.
 * @returns A function from `[...L, channels]` to the same shape.
 * @throws {ShapeError} If the last axis does not fit the slopes.
 * @see He et al., Delving deep into rectifiers, 2015, https://arxiv.org/abs/1502.01852
 *
 * @example A slope for each of two channels
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { preluWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(preluWith({ slope: tensor([0.5, 2]) })(tensor([[-1, -1], [1, 1]])).toArray(), [[-0.5, -2], [1, 1]]);
 * ```
 */
export function preluWith(p: Prelu<number>): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  return <S extends Shape>(x: Tensor<S>) => bent(floats("prelu", x), (v) => mul(v, p.slope) as Tensor) as Tensor<S>;
}

/**
 * `relu` with learned slopes below zero as a layer, a slope for each channel, which is the last axis of an example.
 *
 * @param options `slopes`: an initializer; 0.25 everywhere if left out.
 * @returns From a net to the net with `prelu` after it.
 * @throws {ShapeError} If an example is a scalar.
 * @see He et al., Delving deep into rectifiers, 2015, https://arxiv.org/abs/1502.01852
 *
 * @example A slope for each of three channels
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, prelu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([8, 8, 3]), prelu()).init(key(0)).params[0].slope.shape, [3]);
 * ```
 */
export function prelu(
  options: PreluOptions = {},
): <I, L extends Shape, C extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, C], "f32">, readonly [...P, Prelu<C>], S> {
  return (net) => {
    const channels = lastAxis("prelu", net.output.shape);
    return grow(net, {
      name: "prelu",
      output: net.output,
      params: (key) => preluInit(key, channels, options),
      apply: (p, s, x) => [preluWith(p as Prelu<number>)(x as Tensor), s],
    });
  };
}

/** Options of `rrelu`. */
export interface RreluOptions {
  /** The smallest slope; 1/8 if left out. */
  readonly lower?: number;
  /** The largest slope, not below the smallest; 1/3 if left out. */
  readonly upper?: number;
}

function slopesOf({ lower = 1 / 8, upper = 1 / 3 }: RreluOptions): readonly [number, number] {
  requireNumber("rrelu", "lower", lower);
  requireNumber("rrelu", "upper", upper);
  if (lower > upper) throw new ArgumentError(`rrelu: lower ${lower} is above upper ${upper}`);
  return [lower, upper];
}

/**
 * `relu` with a slope below zero that is drawn at random for each element.
 *
 * @param key A key, used here only. @param options `lower`, `upper`: the range of slopes, 1/8 to 1/3 if left out.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If `lower` is above `upper`.
 * @see Xu et al., Empirical evaluation of rectified activations, 2015, https://arxiv.org/abs/1505.00853
 *
 * @example What is above zero stays
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { rreluWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const [a, b] = rreluWith(key(0))(tensor([2, -24])).toArray();
 * assert(a === 2 && b! >= -8 && b! <= -3);
 * ```
 */
export function rreluWith(
  key: Key,
  options: RreluOptions = {},
): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, FloatOf<D>> {
  const [min, max] = slopesOf(options);
  return <S extends Shape, D extends DType>(x: Tensor<S, D>) => {
    const v = floats("rrelu", x), slopes = uniform(key, v.shape, { min, max, dtype: v.dtype });
    return bent(v, (b) => mul(b, slopes)) as Tensor<S, FloatOf<D>>;
  };
}

/**
 * `relu` with random slopes below zero as a layer: drawn in training, which needs `context.key`; their mean in evaluation.
 *
 * @param options `lower`, `upper`: the range of slopes, 1/8 to 1/3 if left out.
 * @returns From a net to the net with `rrelu` after it.
 * @throws {ArgumentError} If `lower` is above `upper`, or a key is missing in training.
 * @see Xu et al., Empirical evaluation of rectified activations, 2015, https://arxiv.org/abs/1505.00853
 *
 * @example The mean slope
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { input, rrelu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), rrelu({ lower: 0, upper: 1 }));
 * assertEquals(net.apply([], [], tensor([[4, -4]]), { mode: "eval" })[0].toArray(), [[4, -2]]);
 * ```
 */
export function rrelu(
  options: RreluOptions = {},
): <I, O extends Shape, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, P, S> {
  const [lower, upper] = slopesOf(options);
  return (net) =>
    grow(net, {
      name: "rrelu",
      output: net.output,
      apply: (_, s, x, context) => {
        const v = x as Tensor, key = drawingKey("rrelu", context);
        if (key === undefined) return [leakyRelu(v, { negativeSlope: (lower + upper) / 2 }), s];
        return [rreluWith(key, options)(v), s];
      },
    });
}

/** Frequencies, one for each channel. */
export interface Snake<C extends number> {
  /** Frequencies, `[channels]`, none of them 0; `[1]` serves any number of channels. */
  readonly alpha: Tensor<readonly [C]>;
}

/** How `learnedSnake` starts. */
export interface LearnedSnakeOptions {
  /** The frequencies; 1 everywhere if left out. */
  readonly alphas?: Initializer;
}

/**
 * Fresh frequencies of `snake`.
 *
 * @param key A key, used here only, by an initializer that draws.
 * @param channels Size of the last axis, or 1 for one frequency that all share.
 * @param options `alphas`: an initializer; 1 everywhere if left out.
 * @returns Frequencies, `[channels]`.
 *
 * @example Two channels
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { snakeInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(snakeInit(key(0), 2).alpha.toArray(), [1, 1]);
 * ```
 */
export function snakeInit<const C extends number>(key: Key, channels: C, options: LearnedSnakeOptions = {}): Snake<C> {
  return { alpha: (options.alphas ?? onesInit)(key, [channels]) };
}

/**
 * `snake` with a frequency for each channel.
 *
 * @param p Frequencies, `[channels]` or `[1]`.
 * @returns A function from `[...L, channels]` to the same shape.
 * @throws {ShapeError} If the last axis does not fit the frequencies.
 * @see Ziyin et al., Neural networks fail to learn periodic functions and how to fix it, 2020,
 *   https://arxiv.org/abs/2006.08195
 *
 * @example As with a number
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { snake, snakeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[0.3]]);
 * assertEquals(snakeWith({ alpha: tensor([2]) })(x).toArray(), snake(x, { alpha: 2 }).toArray());
 * ```
 */
export function snakeWith(p: Snake<number>): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  return <S extends Shape>(x: Tensor<S>) => snakeOf(floats("snake", x), p.alpha as Tensor) as Tensor<S>;
}

/**
 * `snake` as a layer that learns a frequency for each channel, which is the last axis of an example.
 *
 * @param options `alphas`: an initializer; 1 everywhere if left out.
 * @returns From a net to the net with `snake` after it.
 * @throws {ShapeError} If an example is a scalar.
 * @see Ziyin et al., Neural networks fail to learn periodic functions and how to fix it, 2020,
 *   https://arxiv.org/abs/2006.08195
 *
 * @example A frequency for each of eight units
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { dense, input, learnedSnake } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([1]), dense(8), learnedSnake()).init(key(0)).params[1].alpha.shape, [8]);
 * ```
 */
export function learnedSnake(
  options: LearnedSnakeOptions = {},
): <I, L extends Shape, C extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, C], "f32">, readonly [...P, Snake<C>], S> {
  return (net) => {
    const channels = lastAxis("learnedSnake", net.output.shape);
    return grow(net, {
      name: "learnedSnake",
      output: net.output,
      params: (key) => snakeInit(key, channels, options),
      apply: (p, s, x) => [snakeWith(p as Snake<number>)(x as Tensor), s],
    });
  };
}
