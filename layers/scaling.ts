/** Scaling of inputs, fitted on training data: to mean 0 and deviation 1, or to the range from 0 to 1. */
import {
  add,
  div,
  equal,
  greater,
  max,
  mean,
  min,
  mul,
  reshape,
  type Shape,
  ShapeError,
  std,
  sub,
  type Tensor,
  where,
} from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { floats } from "./operands.ts";

/** Mean and standard deviation of each feature. */
export interface Standardization<F extends number> {
  /** Means, `[features]`. */
  readonly mean: Tensor<readonly [F]>;
  /** Standard deviations, `[features]`; 0 for a feature that is constant. */
  readonly std: Tensor<readonly [F]>;
}

/** Smallest and largest value of each feature. */
export interface UnitRange<F extends number> {
  /** Smallest values, `[features]`. */
  readonly min: Tensor<readonly [F]>;
  /** Largest values, `[features]`. */
  readonly max: Tensor<readonly [F]>;
}

/** A function along the last axis. */
export type Featurewise<F extends number> = <L extends Shape>(
  x: Tensor<readonly [...L, F]>,
) => Tensor<readonly [...L, F]>;

/** The data as rows, and the smallest and the largest of each column. */
function columns(op: string, x: unknown) {
  const data = floats(op, x), features = data.shape.at(-1);
  if (features === undefined || data.size === 0) {
    throw new ShapeError(`${op}: there is no example in data of shape [${data.shape.join(", ")}]`);
  }
  const rows: Tensor = reshape(data, [data.size / features, features]);
  return { rows, low: min(rows, { axis: 0 }) as Tensor, high: max(rows, { axis: 0 }) as Tensor };
}

/** A width to divide by: 1 for a feature that is constant. */
const divisor = (width: Tensor): Tensor => where(greater(width, 0), width, 1);

/**
 * Mean and standard deviation of each feature of training data.
 *
 * @param x Data, `[...L, features]`, at least one example.
 * @returns Means and deviations (dividing by the number of examples), `[features]`.
 * @throws {ShapeError} If there is no example.
 *
 * @example Of two examples
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { standardizeFit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const s = standardizeFit(tensor([[1, 5], [3, 5]]));
 * assertEquals([s.mean.toArray(), s.std.toArray()], [[2, 5], [1, 0]]);
 * ```
 */
export function standardizeFit<F extends number>(x: Tensor<readonly [...Shape, F]>): Standardization<F> {
  const { rows, low, high } = columns("standardizeFit", x);
  // The mean of equal numbers may round, and then their deviation is not 0.
  const constant = equal(low, high);
  return {
    mean: where(constant, low, mean(rows, { axis: 0 }) as Tensor) as Tensor<readonly [F]>,
    std: where(constant, 0, std(rows, { axis: 0 }) as Tensor) as Tensor<readonly [F]>,
  };
}

/**
 * Features with the mean taken off, divided by the standard deviation; a constant feature is not divided.
 *
 * @param s Means and deviations, of `standardizeFit`.
 * @returns A function from `[...L, features]` to the same shape.
 *
 * @example Test data by the measure of training data
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { standardizeFit, standardizeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const s = standardizeFit(tensor([[1, 5], [3, 5]]));
 * assertEquals(standardizeWith(s)(tensor([[5, 6]])).toArray(), [[3, 1]]);
 * ```
 */
export function standardizeWith<F extends number>(s: Standardization<F>): Featurewise<F> {
  return <L extends Shape>(x: Tensor<readonly [...L, F]>) =>
    div(sub(x as Tensor, s.mean as Tensor), divisor(s.std as Tensor)) as Tensor<readonly [...L, F]>;
}

/**
 * The inverse of `standardizeWith`.
 *
 * @param s Means and deviations, of `standardizeFit`.
 * @returns A function from `[...L, features]` to the same shape.
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { standardizeFit, standardizeInverse } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const s = standardizeFit(tensor([[1, 5], [3, 5]]));
 * assertEquals(standardizeInverse(s)(tensor([[3, 1]])).toArray(), [[5, 6]]);
 * ```
 */
export function standardizeInverse<F extends number>(s: Standardization<F>): Featurewise<F> {
  return <L extends Shape>(x: Tensor<readonly [...L, F]>) =>
    add(mul(x as Tensor, divisor(s.std as Tensor)), s.mean as Tensor) as Tensor<readonly [...L, F]>;
}

/**
 * Smallest and largest value of each feature of training data.
 *
 * @param x Data, `[...L, features]`, at least one example.
 * @returns The smallest and the largest, `[features]`.
 * @throws {ShapeError} If there is no example.
 *
 * @example Of two examples
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { unitRangeFit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unitRangeFit(tensor([[1, 5], [3, 2]])).min.toArray(), [1, 2]);
 * ```
 */
export function unitRangeFit<F extends number>(x: Tensor<readonly [...Shape, F]>): UnitRange<F> {
  const { low, high } = columns("unitRangeFit", x);
  return { min: low as Tensor<readonly [F]>, max: high as Tensor<readonly [F]> };
}

/**
 * Features moved and scaled so that the range of the training data becomes 0 to 1; a constant feature is moved only.
 *
 * @param s The range, of `unitRangeFit`.
 * @returns A function from `[...L, features]` to the same shape; data outside the range fall outside 0 to 1.
 *
 * @example Half-way
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { unitRangeFit, unitRangeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const s = unitRangeFit(tensor([[1, 5], [3, 5]]));
 * assertEquals(unitRangeWith(s)(tensor([[2, 5]])).toArray(), [[0.5, 0]]);
 * ```
 */
export function unitRangeWith<F extends number>(s: UnitRange<F>): Featurewise<F> {
  const width = divisor(sub(s.max as Tensor, s.min as Tensor));
  return <L extends Shape>(x: Tensor<readonly [...L, F]>) =>
    div(sub(x as Tensor, s.min as Tensor), width) as Tensor<readonly [...L, F]>;
}

/**
 * The inverse of `unitRangeWith`.
 *
 * @param s The range, of `unitRangeFit`.
 * @returns A function from `[...L, features]` to the same shape.
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { unitRangeFit, unitRangeInverse } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const s = unitRangeFit(tensor([[1, 5], [3, 5]]));
 * assertEquals(unitRangeInverse(s)(tensor([[0.5, 0]])).toArray(), [[2, 5]]);
 * ```
 */
export function unitRangeInverse<F extends number>(s: UnitRange<F>): Featurewise<F> {
  const width = divisor(sub(s.max as Tensor, s.min as Tensor));
  return <L extends Shape>(x: Tensor<readonly [...L, F]>) =>
    add(mul(x as Tensor, width), s.min as Tensor) as Tensor<readonly [...L, F]>;
}

/** From a net of examples with `F` features to one with the same examples scaled. */
export type ScalingLayer<F extends number> = <
  I,
  L extends Shape,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...L, F], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, F], "f32">, P, S>;

function scalingLayer<F extends number>(name: string, features: number, f: Featurewise<F>): ScalingLayer<F> {
  return (net) => {
    const shape: Shape = net.output.shape;
    if (shape.at(-1) !== features) {
      throw new ShapeError(
        `${name}: fitted on ${features} features, and an example is [${shape.join(", ")}]; fit it on data like it`,
      );
    }
    return grow(net, { name, output: net.output, apply: (_, s, x) => [f(x as Tensor as never), s] });
  };
}

/**
 * `standardizeWith` as a layer; nothing of it is learned.
 *
 * @param s Means and deviations, of `standardizeFit`.
 * @returns From a net of examples `[...L, features]` to one of the same shape.
 * @throws {ShapeError} If an example has another number of features.
 *
 * @example In front of a network
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { input, standardize, standardizeFit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), standardize(standardizeFit(tensor([[1, 5], [3, 5]]))));
 * assertEquals(net.apply([], [], tensor([[5, 6]]), { mode: "eval" })[0].toArray(), [[3, 1]]);
 * ```
 */
export function standardize<F extends number>(s: Standardization<F>): ScalingLayer<F> {
  return scalingLayer("standardize", s.mean.shape[0], standardizeWith(s));
}

/**
 * `unitRangeWith` as a layer; nothing of it is learned.
 *
 * @param s The range, of `unitRangeFit`.
 * @returns From a net of examples `[...L, features]` to one of the same shape.
 * @throws {ShapeError} If an example has another number of features.
 *
 * @example In front of a network
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { input, unitRange, unitRangeFit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), unitRange(unitRangeFit(tensor([[1, 5], [3, 5]]))));
 * assertEquals(net.apply([], [], tensor([[2, 5]]), { mode: "eval" })[0].toArray(), [[0.5, 0]]);
 * ```
 */
export function unitRange<F extends number>(s: UnitRange<F>): ScalingLayer<F> {
  return scalingLayer("unitRange", s.min.shape[0], unitRangeWith(s));
}
