/** Normalization of each example over space and some channels: group and instance norm; and over neighbouring channels. */
import {
  add,
  ArgumentError,
  div,
  mul,
  pad,
  pow,
  reshape,
  type Shape,
  ShapeError,
  slice,
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
  requireEpsilon,
  requireFit,
  spatialAxes,
} from "./affine.ts";
import type { Pointwise } from "./basic.ts";
import type { Entries, ShapeKeeping } from "./block.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** What a normalization over space takes. */
export interface SpatialNormOptions {
  /** What is added to the variance; 1e-5 if left out. */
  readonly epsilon?: number;
  /** How many axes before the channels are normalized over; 2, those of images, if left out. */
  readonly spatial?: number;
}

/**
 * Group normalization: the channels of each example in `groups` groups, each over space and its channels to mean 0 and
 * variance 1, then scaled and shifted by channel.
 *
 * @param params `scale` and `bias`, `[channels]`; `null` for neither. @param groups How many; they divide the channels.
 * @param options `epsilon`; `spatial`: how many axes before the channels.
 * @returns A function from `[...L, ...spatial, channels]` to a tensor like it.
 * @throws {ShapeError} If the groups do not divide the channels, the parameters do not fit, or there are too few axes.
 * @throws {ArgumentError} If an option is out of range.
 * @see Wu and He, Group normalization, 2018, https://arxiv.org/abs/1803.08494
 *
 * @example Two groups of two channels
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { groupNormWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = groupNormWith(null, 2, { spatial: 0, epsilon: 0 });
 * assertEquals(norm(tensor([1, 3, 10, 30])).toArray(), [-1, 1, -1, 1]);
 * ```
 */
export function groupNormWith(params: Affine | null, groups: number, options: SpatialNormOptions = {}): Pointwise {
  const { epsilon = 1e-5, spatial = 2 } = options;
  requireEpsilon("groupNorm", epsilon);
  return <S extends Shape>(x: Tensor<S>) => {
    const v = x,
      shape: Shape = x.shape,
      axes = spatialAxes("groupNorm", v, spatial),
      channels = shape.at(-1)!;
    requireGroups(groups, channels);
    if (params !== null) requireFit("groupNorm", params.scale.shape, shape);
    const split = reshape(v, [...shape.slice(0, -1), groups, channels / groups]);
    const y = reshape(centred(split, [...axes, shape.length], epsilon), shape);
    return affine(y, params) as unknown as Tensor<S>;
  };
}

function requireGroups(groups: number, channels: number): void {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ArgumentError(`groupNorm: the number of groups is whole and 1 or more, not ${groups}`);
  }
  if (channels % groups !== 0) {
    throw new ShapeError(`groupNorm: ${groups} groups do not divide ${channels} channels; use a divisor of them`);
  }
}

/**
 * Instance normalization: each channel of each example over space to mean 0 and variance 1, then scaled and shifted.
 *
 * @param params `scale` and `bias`, `[channels]`; `null` for neither.
 * @param options `epsilon`; `spatial`: how many axes before the channels.
 * @returns A function from `[...L, ...spatial, channels]` to a tensor like it.
 * @throws {ShapeError} If the parameters do not fit, or there are too few axes. @throws {ArgumentError} If an option is out
 *   of range.
 * @see Ulyanov et al., Instance normalization, 2016, https://arxiv.org/abs/1607.08022
 *
 * @example A signal of one channel
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { instanceNormWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(instanceNormWith(null, { spatial: 1, epsilon: 0 })(tensor([[1], [3]])).toArray(), [[-1], [1]]);
 * ```
 */
export function instanceNormWith(params: Affine | null, options: SpatialNormOptions = {}): Pointwise {
  const { epsilon = 1e-5, spatial = 2 } = options;
  requireEpsilon("instanceNorm", epsilon);
  return <S extends Shape>(x: Tensor<S>) => {
    const axes = spatialAxes("instanceNorm", x, spatial);
    if (params !== null) requireFit("instanceNorm", params.scale.shape, x.shape);
    return affine(centred(x, axes, epsilon), params) as unknown as Tensor<S>;
  };
}

/** Options of `groupNorm` and `instanceNorm`. */
export interface GroupNormOptions<A extends boolean = boolean> extends AffineOptions {
  /** What is added to the variance; 1e-5 if left out. */
  readonly epsilon?: number;
  /** Whether a scale and a bias are learned for each channel. */
  readonly affine?: A;
}

/** What group and instance normalization give: a scale and a bias for each channel, unless there are none. */
export type ChannelNorm<A extends boolean> = <
  I,
  L extends Shape,
  C extends number,
  P extends Entries,
  S extends Entries,
>(
  net: Net<I, Spec<readonly [...L, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, C], "f32">, readonly [...P, ...EntryUnless<A, Affine<readonly [C]>>], S>;

/**
 * Group normalization as a layer, over all axes of an example.
 *
 * @param groups How many; they divide the channels, the last axis.
 * @param options `epsilon`; `affine`, true if left out; `scale`, `bias`: initializers.
 * @returns From a net to the net with it after it.
 * @throws {ShapeError} If the groups do not divide the channels. @throws {ArgumentError} If an option is out of range.
 * @see Wu and He, 2018, https://arxiv.org/abs/1803.08494
 *
 * @example Four groups
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { groupNorm, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([5, 5, 8]), groupNorm(4)).init(key(0)).params[0].bias.shape, [8]);
 * ```
 */
export function groupNorm<const A extends boolean = true>(
  groups: number,
  options: GroupNormOptions<A> = {},
): ChannelNorm<A> {
  const { epsilon = 1e-5, affine: learned = true } = options;
  requireEpsilon("groupNorm", epsilon);
  return (net) => {
    const channels = requireChannels("groupNorm", net.output.shape), spatial = net.output.shape.length - 1;
    requireGroups(groups, channels);
    return grow(net, {
      name: `groupNorm(${groups})`,
      output: net.output,
      ...(learned ? { params: (key) => affineInit(key, [channels], options) } : {}),
      apply: (p, s, x) => [groupNormWith((p ?? null) as Affine | null, groups, { epsilon, spatial })(x as Tensor), s],
    });
  };
}

/**
 * Instance normalization as a layer, of each channel over the other axes of an example.
 *
 * @param options `epsilon`; `affine`, false if left out; `scale`, `bias`: initializers.
 * @returns From a net to the net with it after it.
 * @throws {ShapeError} If an example has no axis beside its channels. @throws {ArgumentError} If an option is out of range.
 * @see Ulyanov et al., 2016, https://arxiv.org/abs/1607.08022
 *
 * @example Without parameters
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, instanceNorm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([5, 5, 8]), instanceNorm()).init(key(0)).params, []);
 * ```
 */
export function instanceNorm<const A extends boolean = false>(options: GroupNormOptions<A> = {}): ChannelNorm<A> {
  const { epsilon = 1e-5, affine: learned = false } = options;
  requireEpsilon("instanceNorm", epsilon);
  return (net) => {
    const channels = requireChannels("instanceNorm", net.output.shape), spatial = net.output.shape.length - 1;
    if (spatial === 0) {
      throw new ShapeError(
        `instanceNorm: an example of shape [${channels}] has one value a channel; give it axes before the last`,
      );
    }
    return grow(net, {
      name: "instanceNorm",
      output: net.output,
      ...(learned ? { params: (key) => affineInit(key, [channels], options) } : {}),
      apply: (p, s, x) => [instanceNormWith((p ?? null) as Affine | null, { epsilon, spatial })(x as Tensor), s],
    });
  };
}

function requireChannels(op: string, shape: Shape): number {
  if (shape.length > 0) return shape.at(-1)!;
  throw new ShapeError(`${op}: an example is a scalar, and has no axis of channels; reshape it to [1]`);
}

/** Options of local response normalization. */
export interface LocalResponseOptions {
  /** The factor of the mean square; 1e-4 if left out. */
  readonly alpha?: number;
  /** The exponent; 0.75 if left out. */
  readonly beta?: number;
  /** What is added to the mean square; 1 if left out. */
  readonly k?: number;
}

/**
 * Local response normalization: each value divided by (k + α · mean of squares of `size` neighbouring channels)^β, where
 * channels beyond the ends count as zeros.
 *
 * @param size How many channels, along the last axis. @param options `alpha`, `beta`, `k`.
 * @returns A function from a tensor `[...L, channels]` to one like it.
 * @throws {ArgumentError} If the size is no whole number from 1 up. @throws {ShapeError} If the tensor is a scalar.
 * @see Krizhevsky et al., ImageNet classification, 2012, section 3.3,
 *   https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html (there a sum, not a mean)
 *
 * @example Of a channel and its neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { localResponseNormWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(localResponseNormWith(3, { alpha: 3, beta: 1 })(tensor([1, 1, 1])).toArray()[1], 0.25);
 * ```
 */
export function localResponseNormWith(size: number, options: LocalResponseOptions = {}): Pointwise {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  requireSize(size);
  return <S extends Shape>(x: Tensor<S>) => {
    const v = x, shape: Shape = x.shape, channels = requireChannels("localResponseNorm", shape);
    const before = Math.floor(size / 2),
      widths = shape.map((_, i) => (i === shape.length - 1 ? [before, size - 1 - before] : [0, 0]) as [number, number]);
    const padded = pad(square(v), widths);
    const lead = shape.slice(0, -1), none = lead.map(() => 0);
    const near = Array.from({ length: size }, (_, i) => slice(padded, [...none, i], [...lead, i + channels]));
    const total = near.reduce((a, b) => add(a, b));
    return div(v, pow(add(mul(total, alpha / size), k), beta)) as unknown as Tensor<S>;
  };
}

function requireSize(size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new ArgumentError(`localResponseNorm: the size is whole and 1 or more, not ${size}`);
  }
}

/**
 * Local response normalization as a layer.
 *
 * @param size How many channels, along the last axis. @param options `alpha`, `beta`, `k`.
 * @returns From a net to the net with it after it.
 * @throws {ArgumentError} If the size is no whole number from 1 up. @throws {ShapeError} If an example is a scalar.
 * @see Krizhevsky et al., 2012
 *
 * @example It keeps the shape
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { zeros } from "@adjoint/adjoint";
 * import { input, localResponseNorm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4, 4, 8]), localResponseNorm(5));
 * assertEquals(net.apply([], [], zeros([2, 4, 4, 8]), { mode: "eval" })[0].shape, [2, 4, 4, 8]);
 * ```
 */
export function localResponseNorm(size: number, options: LocalResponseOptions = {}): ShapeKeeping {
  requireSize(size);
  return (net) => {
    requireChannels("localResponseNorm", net.output.shape);
    return grow(net, {
      name: `localResponseNorm(${size})`,
      output: net.output,
      apply: (_, s, x) => [localResponseNormWith(size, options)(x as Tensor), s],
    });
  };
}
