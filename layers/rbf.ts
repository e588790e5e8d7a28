/** The layer of a radial basis function network: units that answer to the distance from a centre. */
import {
  div,
  eye,
  greater,
  type Key,
  mean,
  mul,
  type Shape,
  ShapeError,
  sqrt,
  square,
  Tensor,
  topK,
  where,
} from "../mod.ts";
import { type RadialKernel, radialKernels } from "./activations_radial.ts";
import { type Initializer, normalInit } from "./initializers.ts";
import { squaredDistances } from "./k_means.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { lastAxis, requireChoice, requireCount } from "./operands.ts";

/** Centres of radial units, whose widths follow from how far apart they are. */
export interface RbfCenters<I extends number, K extends number> {
  /** Centres, `[units, inputs]`. */
  readonly centers: Tensor<readonly [K, I]>;
}

/** Centres and widths of radial units. */
export interface Rbf<I extends number, K extends number> extends RbfCenters<I, K> {
  /** Widths σ, `[units]`, none of them 0. */
  readonly widths: Tensor<readonly [K]>;
}

/** Whether widths are parameters, or follow from the spacing of the centres. */
export type RbfWidths = "learned" | "spacing";

/** The parameters of a radial layer. */
export type RbfParams<I extends number, K extends number, W extends RbfWidths> = W extends "spacing" ? RbfCenters<I, K>
  : Rbf<I, K>;

/** What radial units compute. */
export interface RbfKernelOptions {
  /** The function of the distance; `"gaussian"` if left out. */
  readonly kernel?: RadialKernel;
  /** How many nearest centres make the spacing, 1 or more; 2 if left out. */
  readonly neighbors?: number;
}

/** How a radial layer starts, and what it computes. */
export interface RbfOptions<W extends RbfWidths = RbfWidths> extends RbfKernelOptions {
  /** The centres to start from, `[units, inputs]` (those of `kMeans`, say), or an initializer; normal if left out. */
  readonly centers?: Initializer | Tensor<readonly [number, number]>;
  /** `"learned"` makes widths parameters that start from the spacing; `"spacing"` follows it; `"learned"` if left out. */
  readonly widths?: W;
}

/** The mean squared distance from each centre to its nearest others; 1 where there are none, or they are the same. */
function spacing(centers: Tensor, neighbors: number): Tensor {
  const count = centers.shape[0]!, most = Math.min(neighbors, count - 1);
  const distances = squaredDistances(centers, centers);
  const others: Tensor = where(greater(eye(count, { dtype: centers.dtype }) as Tensor, 0), Infinity, distances);
  const near: Tensor = most === 0
    ? mul(mean(distances, { axis: -1 }) as Tensor, 0)
    : mean(topK(others, most, { largest: false }).values as Tensor, { axis: -1 }) as Tensor;
  return where(greater(near, 0), near, 1);
}

/**
 * Fresh parameters of a radial layer.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param units How many units, 1 or more.
 * @param options `centers`: a tensor `[units, inputs]` or an initializer; `widths`: `"spacing"` for centres alone;
 *   `neighbors`: how many nearest centres make the spacing that widths start from.
 * @returns Centres, `[units, inputs]`, and widths, `[units]`: the root mean square distance to the nearest centres.
 * @throws {ShapeError} If the centres given have another shape. @throws {ArgumentError} If an option is not one there is.
 * @see Moody and Darken, Fast learning in networks of locally-tuned processing units, 1989,
 *   https://doi.org/10.1162/neco.1989.1.2.281
 *
 * @example Widths from the spacing
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { rbfInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = rbfInit(key(0), 1, 3, { centers: tensor([[0], [2], [5]]), neighbors: 1 });
 * assertEquals(p.widths.toArray(), [2, 2, 3]);
 * ```
 */
export function rbfInit<const I extends number, const K extends number, const W extends RbfWidths = "learned">(
  key: Key,
  inputs: I,
  units: K,
  options: RbfOptions<W> = {},
): RbfParams<I, K, W> {
  const { centers = normalInit(1), neighbors = 2, widths = "learned" } = options;
  requireOptions(units, options);
  const start: Tensor = centers instanceof Tensor ? centers as Tensor : centers(key, [units, inputs]) as Tensor;
  if (start.shape.length !== 2 || start.shape[0] !== units || start.shape[1] !== inputs) {
    throw new ShapeError(
      `rbf: ${units} units of ${inputs} inputs want centres [${units}, ${inputs}], got [${start.shape.join(", ")}]`,
    );
  }
  const p = widths === "spacing" ? { centers: start } : { centers: start, widths: sqrt(spacing(start, neighbors)) };
  return p as RbfParams<I, K, W>;
}

function requireOptions(units: number, { kernel = "gaussian", neighbors = 2, widths = "learned" }: RbfOptions): void {
  requireCount("rbf", "the number of units", units, 1);
  requireChoice("rbf", "kernel", kernel, Object.keys(radialKernels));
  requireChoice("rbf", "widths", widths, ["learned", "spacing"]);
  requireCount("rbf", "neighbors", neighbors, 1);
}

/**
 * The answers of radial units, φ(‖x − c‖² / 2σ²) for each centre c and its width σ, with φ(t) = e^−t for `"gaussian"`,
 * √(1 + t) for `"multiquadric"` and 1/√(1 + t) for `"inverseMultiquadric"`.
 *
 * @param p Centres, `[units, inputs]`, and widths, `[units]`; without widths these are the spacing of the centres.
 * @param options `kernel`: `"gaussian"` if left out; `neighbors`: how many nearest centres make the spacing.
 * @returns A function from `[...L, inputs]` to `[...L, units]`.
 * @throws {ArgumentError} If `kernel` is not one there is. @throws {ShapeError} If the last axis is not `inputs` long.
 * @see Broomhead and Lowe, Multivariable functional interpolation and adaptive networks, 1988,
 *   https://www.complex-systems.com/abstracts/v02_i03_a05/
 *
 * @example Full answer at the centre
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rbfWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { centers: tensor([[1, 2], [9, 9]]), widths: tensor([1, 0.1]) };
 * assertEquals(rbfWith(p)(tensor([1, 2])).toArray(), [1, 0]);
 * ```
 */
export function rbfWith<I extends number, K extends number>(
  p: Rbf<I, K> | RbfCenters<I, K>,
  options: RbfKernelOptions = {},
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<readonly [...L, K]> {
  const { kernel = "gaussian", neighbors = 2 } = options, centers = p.centers as Tensor;
  requireOptions(centers.shape[0]!, options);
  const variance = "widths" in p ? square(p.widths as Tensor) : spacing(centers, neighbors);
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) => {
    const given = x as Tensor;
    if (given.shape.at(-1) !== centers.shape[1]) {
      throw new ShapeError(
        `rbf: centres are [${centers.shape.join(", ")}], and the inputs [${given.shape.join(", ")}] do not end in ${
          centers.shape[1]
        }`,
      );
    }
    const t: Tensor = div(squaredDistances(given, centers), mul(variance, 2));
    return radialKernels[kernel](t) as Tensor<readonly [...L, K]>;
  };
}

/**
 * A layer of radial units, along the last axis of each example; a dense layer after it makes a radial basis function
 * network.
 *
 * @param units How many units, 1 or more.
 * @param options `centers`: where they start, a tensor (the centres of `kMeans`, say) or an initializer; `kernel`;
 *   `widths`: `"learned"`, or `"spacing"` of the centres; `neighbors`: how many nearest centres make the spacing.
 * @returns From a net of examples `[...L, inputs]` to one of examples `[...L, units]`.
 * @throws {ArgumentError} If an option is not one there is. @throws {ShapeError} If an example is a scalar.
 * @see Moody and Darken, Fast learning in networks of locally-tuned processing units, 1989,
 *   https://doi.org/10.1162/neco.1989.1.2.281
 *
 * @example Centres from the data
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, normal } from "@adjoint/adjoint";
 * import { dense, input, kMeans, rbf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { centers } = kMeans(key(0), normal(key(1), [50, 2]), 8);
 * const net = pipe(input([2]), rbf(8, { centers }), dense(1));
 * assertEquals(net.init(key(0)).params[0].widths.shape, [8]);
 * ```
 */
export function rbf<const K extends number, const W extends RbfWidths = "learned">(
  units: K,
  options: RbfOptions<W> = {},
): <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, K], "f32">, readonly [...P, RbfParams<D, K, W>], S> {
  requireOptions(units, options);
  return <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
  ) => {
    const shape: Shape = net.output.shape, inputs = lastAxis("rbf", shape);
    const output = { shape: [...shape.slice(0, -1), units], dtype: "f32" } as unknown as Spec<
      readonly [...L, K],
      "f32"
    >;
    return grow(net, {
      name: `rbf(${units})`,
      output,
      params: (key) => rbfInit(key, inputs, units, options),
      apply: (p, s, x) => [rbfWith(p as RbfCenters<number, K>, options)(x as Tensor as never), s],
    });
  };
}
