/** Normalization of the last axes of each example: layer norm and RMS norm. */
import {
  add,
  type DType,
  foldIn,
  type Key,
  mean,
  mul,
  rsqrt,
  type Shape,
  ShapeError,
  square,
  type Tensor,
} from "../mod.ts";
import {
  type Affine,
  affine,
  affineInit,
  type AffineOptions,
  centred,
  type EntryUnless,
  lastAxes,
  requireAxes,
  requireEpsilon,
  requireFit,
} from "./affine.ts";
import type { Pointwise } from "./basic.ts";
import type { Entries } from "./block.ts";
import { type Initializer, onesInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** What a normalization of the last axes takes. */
export interface LastAxesOptions {
  /** What is added under the root. */
  readonly epsilon?: number;
  /** How many axes, from the last, where parameters do not say; 1 if left out. */
  readonly axes?: number;
}

/**
 * Layer normalization: the last axes to mean 0 and variance 1, then scaled and shifted.
 *
 * @param params `scale` and `bias`, of the shape of the axes to normalize; `null` for neither.
 * @param options `epsilon`, 1e-5 if left out; `axes`: how many, 1 if left out, where there are no parameters.
 * @returns A function from a tensor with any leading axes to one like it.
 * @throws {ShapeError} If the parameters do not fit the last axes, or there are too few axes.
 * @throws {ArgumentError} If an option is out of range.
 * @see Ba et al., Layer normalization, 2016, https://arxiv.org/abs/1607.06450
 *
 * @example A row
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { layerNormWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(layerNormWith(null, { epsilon: 0 })(tensor([1, 3])).toArray(), [-1, 1]);
 * ```
 */
export function layerNormWith(params: Affine | null, options: LastAxesOptions = {}): Pointwise {
  const { epsilon = 1e-5, axes = 1 } = options;
  requireEpsilon("layerNorm", epsilon);
  return <S extends Shape>(x: Tensor<S>) => {
    if (params !== null) requireFit("layerNorm", params.scale.shape, x.shape);
    const v = x, over = lastAxes("layerNorm", v, params === null ? axes : params.scale.shape.length);
    return affine(centred(v, over, epsilon), params) as unknown as Tensor<S>;
  };
}

/** The last `N` sizes of a shape, where `N` is 1, 2 or 3. */
export type LastSizes<O extends Shape, N extends number> = number extends N ? Shape
  : N extends 1 ? O extends readonly [...infer _, infer A extends number] ? readonly [A] : readonly [number]
  : N extends 2 ? O extends readonly [...infer _, infer A extends number, infer B extends number] ? readonly [A, B]
    : readonly [number, number]
  : N extends 3
    ? O extends readonly [...infer _, infer A extends number, infer B extends number, infer C extends number]
      ? readonly [A, B, C]
    : readonly [number, number, number]
  : Shape;

/** Options of `layerNorm`. */
export interface LayerNormOptions<N extends number = number, A extends boolean = boolean> extends AffineOptions {
  /** How many axes, from the last; 1 if left out. */
  readonly axes?: N;
  /** What is added to the variance; 1e-5 if left out. */
  readonly epsilon?: number;
  /** Whether a scale and a bias are learned; true if left out. */
  readonly affine?: A;
}

/**
 * Layer normalization as a layer.
 *
 * @param options `axes`: how many, from the last; `epsilon`, `affine`; `scale`, `bias`: initializers.
 * @returns From a net to the net with it after it.
 * @throws {ShapeError} If an example has too few axes. @throws {ArgumentError} If an option is out of range.
 * @see Ba et al., 2016, https://arxiv.org/abs/1607.06450
 *
 * @example One scale and bias a feature
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, layerNorm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 16]), layerNorm()).init(key(0)).params[0].scale.shape, [16]);
 * ```
 */
export function layerNorm<const N extends number = 1, const A extends boolean = true>(
  options: LayerNormOptions<N, A> = {},
): <I, O extends Shape, P extends Entries, S extends Entries>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, readonly [...P, ...EntryUnless<A, Affine<LastSizes<O, N>>>], S> {
  const { axes = 1, epsilon = 1e-5, affine: learned = true } = options;
  requireEpsilon("layerNorm", epsilon);
  return (net) => {
    const sizes = lastSizes("layerNorm", net.output.shape, axes);
    return grow(net, {
      name: "layerNorm",
      output: net.output,
      ...(learned ? { params: (key) => affineInit(key, sizes, options) } : {}),
      apply: (p, s, x) => [layerNormWith((p ?? null) as Affine | null, { epsilon, axes })(x as Tensor), s],
    });
  };
}

/** The sizes of an example's last `n` axes, or an error. */
function lastSizes(op: string, shape: Shape, n: number): Shape {
  requireAxes(op, n);
  if (n <= shape.length) return shape.slice(shape.length - n);
  throw new ShapeError(`${op}: an example of shape [${shape.join(", ")}] has no ${n} axes to normalize over`);
}

/** The parameters of RMS normalization. */
export interface RmsScale<S extends Shape = Shape> {
  /** What the normalized values are multiplied by. */
  readonly scale: Tensor<S>;
}

/** How an RMS normalization starts. */
export interface RmsInitOptions {
  /** The scale; ones if left out. */
  readonly scale?: Initializer;
}

/**
 * A fresh scale of an RMS normalization.
 *
 * @param key A key, for an initializer that draws. @param shape The sizes of the axes to normalize.
 * @param options `scale`: an initializer.
 * @returns Ones, if the options do not say otherwise.
 *
 * @example For sixteen features
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { rmsNormInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rmsNormInit(key(0), [16]).scale.shape, [16]);
 * ```
 */
export function rmsNormInit<const S extends Shape>(key: Key, shape: S, options: RmsInitOptions = {}): RmsScale<S> {
  return { scale: (options.scale ?? onesInit)(foldIn(key, 0), shape) };
}

/** The distance from 1 to the next number: what PyTorch adds if it is not told. */
const machineEpsilon = (dtype: DType): number => dtype === "f64" ? 2 ** -52 : 2 ** -23;

/**
 * RMS normalization: the last axes divided by the root of their mean square, then scaled.
 *
 * @param params `scale`, of the shape of the axes to normalize; `null` for none.
 * @param options `epsilon`, the dtype's 2⁻²³ or 2⁻⁵² if left out; `axes`: how many, 1 if left out, where there are no
 *   parameters.
 * @returns A function from a tensor with any leading axes to one like it.
 * @throws {ShapeError} If the parameters do not fit the last axes, or there are too few axes.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zhang and Sennrich, Root mean square layer normalization, 2019, https://arxiv.org/abs/1910.07467
 *
 * @example A row
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rmsNormWith } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(rmsNormWith(null)(tensor([1, 7])).toArray()[1]!, 1.4, 1e-6);
 * ```
 */
export function rmsNormWith(params: RmsScale | null, options: LastAxesOptions = {}): Pointwise {
  const { epsilon, axes = 1 } = options;
  if (epsilon !== undefined) requireEpsilon("rmsNorm", epsilon);
  return <S extends Shape>(x: Tensor<S>) => {
    if (params !== null) requireFit("rmsNorm", params.scale.shape, x.shape);
    const v = x, axis = lastAxes("rmsNorm", v, params === null ? axes : params.scale.shape.length);
    const power = mean(square(v), { axis, keepDims: true });
    const y = mul(v, rsqrt(add(power, epsilon ?? machineEpsilon(x.dtype))));
    return (params === null ? y : mul(y, params.scale)) as unknown as Tensor<S>;
  };
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions<N extends number = number, A extends boolean = boolean> extends RmsInitOptions {
  /** How many axes, from the last; 1 if left out. */
  readonly axes?: N;
  /** What is added to the mean square; 2⁻²³ if left out. */
  readonly epsilon?: number;
  /** Whether a scale is learned; true if left out. */
  readonly affine?: A;
}

/**
 * RMS normalization as a layer.
 *
 * @param options `axes`: how many, from the last; `epsilon`, `affine`; `scale`: an initializer.
 * @returns From a net to the net with it after it.
 * @throws {ShapeError} If an example has too few axes. @throws {ArgumentError} If an option is out of range.
 * @see Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467
 *
 * @example One scale a feature
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, rmsNorm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 16]), rmsNorm()).init(key(0)).params[0].scale.shape, [16]);
 * ```
 */
export function rmsNorm<const N extends number = 1, const A extends boolean = true>(
  options: RmsNormOptions<N, A> = {},
): <I, O extends Shape, P extends Entries, S extends Entries>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, readonly [...P, ...EntryUnless<A, RmsScale<LastSizes<O, N>>>], S> {
  const { axes = 1, epsilon, affine: learned = true } = options;
  const given: LastAxesOptions = epsilon === undefined ? { axes } : { axes, epsilon };
  if (epsilon !== undefined) requireEpsilon("rmsNorm", epsilon);
  return (net) => {
    const sizes = lastSizes("rmsNorm", net.output.shape, axes);
    return grow(net, {
      name: "rmsNorm",
      output: net.output,
      ...(learned ? { params: (key) => rmsNormInit(key, sizes, options) } : {}),
      apply: (p, s, x) => [rmsNormWith((p ?? null) as RmsScale | null, given)(x as Tensor), s],
    });
  };
}
