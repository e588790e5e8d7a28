/** How weights start: random, at a scale that keeps signals and gradients alive. */
import { type Key, mul, normal, ones, type Shape, type Tensor, truncatedNormal, uniform, zeros } from "../mod.ts";
import { requireChoice, requireNumber } from "./operands.ts";
import { orthogonalMatrix } from "./orthogonal.ts";

/** From a key and a shape to a tensor. The last axis is the outputs', the one before it the inputs', any before those a kernel's. */
export type Initializer = <const S extends Shape>(key: Key, shape: S) => Tensor<S>;

/** The law that weights are drawn from. */
export type Distribution = "normal" | "truncatedNormal" | "uniform";

/**
 * Inputs and outputs that one weight's tensor connects: sizes times the kernel's.
 *
 * @example Of a 3×3 kernel
 * ```ts
 * import { fans } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fans([3, 3, 16, 32]), { fanIn: 144, fanOut: 288 });
 * ```
 */
export function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    const n = shape[0] ?? 1;
    return { fanIn: n, fanOut: n };
  }
  const kernel = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return { fanIn: kernel * shape.at(-2)!, fanOut: kernel * shape.at(-1)! };
}

/** The standard deviation of a unit normal cut at ±2. */
const truncatedDeviation = 0.87962566103423978;

/** Draws with mean 0 and the given standard deviation. */
function draw<const S extends Shape>(key: Key, shape: S, deviation: number, law: Distribution): Tensor<S> {
  switch (law) {
    case "normal":
      return mul(normal(key, shape), deviation) as Tensor<S>;
    case "truncatedNormal":
      return mul(truncatedNormal(key, shape), deviation / truncatedDeviation) as Tensor<S>;
    case "uniform": {
      const bound = Math.sqrt(3) * deviation;
      return uniform(key, shape, { min: -bound, max: bound }) as Tensor<S>;
    }
  }
}

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions {
  /** The variance is this over the fan; 1 if left out. */
  readonly scale?: number;
  /** Which fan: inputs, outputs, or the mean of both. */
  readonly mode?: "fanIn" | "fanOut" | "fanAverage";
  /** The law; truncated normal if left out. */
  readonly distribution?: Distribution;
}

/**
 * Weights of variance scale / fan.
 *
 * @param options `scale`, `mode`, `distribution`.
 * @returns An initializer.
 * @throws {ArgumentError} If the scale is not positive, or there is no such mode or law.
 * @see He et al., Delving deep into rectifiers, 2015, https://arxiv.org/abs/1502.01852
 *
 * @example A tensor at its scale
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { varianceScaling } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(varianceScaling({ scale: 2 })(key(0), [10, 3]).shape, [10, 3]);
 * ```
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { scale = 1, mode = "fanIn", distribution = "truncatedNormal" } = options;
  requireNumber("varianceScaling", "scale", scale, (s) => s > 0, "a positive number");
  requireChoice("varianceScaling", "mode", mode, ["fanIn", "fanOut", "fanAverage"]);
  requireChoice("varianceScaling", "distribution", distribution, ["normal", "truncatedNormal", "uniform"]);
  return (key, shape) => {
    const { fanIn, fanOut } = fans(shape);
    const fan = mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
    return draw(key, shape, Math.sqrt(scale / Math.max(1, fan)), distribution);
  };
}

/**
 * Glorot's uniform: variance 2 / (fan in + fan out), for tanh and sigmoid.
 *
 * @see Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @example Within its bounds
 * ```ts
 * import { abs, key, max } from "@adjoint/adjoint";
 * import { glorotUniform } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const w = glorotUniform(key(0), [4, 2]);
 * assert(max(abs(w)).item() <= 1);
 * ```
 */
export const glorotUniform: Initializer = varianceScaling({ mode: "fanAverage", distribution: "uniform" });

/**
 * Glorot's normal: variance 2 / (fan in + fan out).
 *
 * @see Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { glorotNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = glorotNormal(key(0), [150, 50]);
 * assertAlmostEquals(variance(w).item() * 100, 1, 0.05);
 * ```
 */
export const glorotNormal: Initializer = varianceScaling({ mode: "fanAverage", distribution: "normal" });

/**
 * Glorot's, from a normal cut at two standard deviations.
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { glorotTruncatedNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = glorotTruncatedNormal(key(0), [150, 50]);
 * assertAlmostEquals(variance(w).item() * 100, 1, 0.05);
 * ```
 */
export const glorotTruncatedNormal: Initializer = varianceScaling({ mode: "fanAverage" });

/**
 * He's uniform: variance 2 / fan in, for ReLU.
 *
 * @see He et al., 2015, https://arxiv.org/abs/1502.01852
 *
 * @example Within its bounds
 * ```ts
 * import { abs, key, max } from "@adjoint/adjoint";
 * import { heUniform } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const w = heUniform(key(0), [6, 2]);
 * assert(max(abs(w)).item() <= 1);
 * ```
 */
export const heUniform: Initializer = varianceScaling({ scale: 2, distribution: "uniform" });

/**
 * He's normal: variance 2 / fan in, for ReLU.
 *
 * @see He et al., 2015, https://arxiv.org/abs/1502.01852
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { heNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = heNormal(key(0), [100, 100]);
 * assertAlmostEquals(variance(w).item() * 100, 2, 0.1);
 * ```
 */
export const heNormal: Initializer = varianceScaling({ scale: 2, distribution: "normal" });

/**
 * He's, from a normal cut at two standard deviations.
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { heTruncatedNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = heTruncatedNormal(key(0), [100, 100]);
 * assertAlmostEquals(variance(w).item() * 100, 2, 0.1);
 * ```
 */
export const heTruncatedNormal: Initializer = varianceScaling({ scale: 2 });

/**
 * LeCun's uniform: variance 1 / fan in, for SELU.
 *
 * @see LeCun et al., Efficient BackProp, 1998
 *
 * @example Within its bounds
 * ```ts
 * import { abs, key, max } from "@adjoint/adjoint";
 * import { lecunUniform } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const w = lecunUniform(key(0), [3, 2]);
 * assert(max(abs(w)).item() <= 1);
 * ```
 */
export const lecunUniform: Initializer = varianceScaling({ distribution: "uniform" });

/**
 * LeCun's normal: variance 1 / fan in.
 *
 * @see LeCun et al., Efficient BackProp, 1998
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { lecunNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = lecunNormal(key(0), [100, 100]);
 * assertAlmostEquals(variance(w).item() * 100, 1, 0.05);
 * ```
 */
export const lecunNormal: Initializer = varianceScaling({ distribution: "normal" });

/**
 * LeCun's, from a normal cut at two standard deviations.
 *
 * @example At its variance
 * ```ts
 * import { key, variance } from "@adjoint/adjoint";
 * import { lecunTruncatedNormal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = lecunTruncatedNormal(key(0), [100, 100]);
 * assertAlmostEquals(variance(w).item() * 100, 1, 0.05);
 * ```
 */
export const lecunTruncatedNormal: Initializer = varianceScaling({});

/**
 * Independent normals of a standard deviation.
 *
 * @param deviation The standard deviation; 0.01 if left out.
 * @returns An initializer.
 * @throws {ArgumentError} If the deviation is negative.
 *
 * @example At its deviation
 * ```ts
 * import { key, std } from "@adjoint/adjoint";
 * import { normalInit } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(std(normalInit(2)(key(0), [100, 100])).item(), 2, 0.1);
 * ```
 */
export function normalInit(deviation = 0.01): Initializer {
  requireDeviation("normalInit", deviation);
  return (key, shape) => draw(key, shape, deviation, "normal");
}

function requireDeviation(op: string, deviation: number): void {
  requireNumber(op, "deviation", deviation, (d) => d >= 0, "a number of 0 or more");
}

/**
 * Independent normals of a standard deviation, cut at two of them and widened to make up for it.
 *
 * @param deviation The standard deviation; 0.01 if left out.
 * @returns An initializer.
 * @throws {ArgumentError} If the deviation is negative.
 *
 * @example At its deviation
 * ```ts
 * import { key, std } from "@adjoint/adjoint";
 * import { truncatedNormalInit } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(std(truncatedNormalInit(2)(key(0), [100, 100])).item(), 2, 0.1);
 * ```
 */
export function truncatedNormalInit(deviation = 0.01): Initializer {
  requireDeviation("truncatedNormalInit", deviation);
  return (key, shape) => draw(key, shape, deviation, "truncatedNormal");
}

/**
 * Independent uniforms between −bound and bound.
 *
 * @param bound The bound; 0.01 if left out.
 * @returns An initializer.
 * @throws {ArgumentError} If the bound is negative.
 *
 * @example Within its bounds
 * ```ts
 * import { abs, key, max } from "@adjoint/adjoint";
 * import { uniformInit } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * assert(max(abs(uniformInit(0.1)(key(0), [10]))).item() <= 0.1);
 * ```
 */
export function uniformInit(bound = 0.01): Initializer {
  requireNumber("uniformInit", "bound", bound, (b) => b >= 0, "a number of 0 or more");
  return (key, shape) => uniform(key, shape, { min: -bound, max: bound }) as ReturnType<typeof zeros<typeof shape>>;
}

/**
 * Zeros, whatever the key.
 *
 * @example A bias
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { zerosInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zerosInit(key(0), [2]).toArray(), [0, 0]);
 * ```
 */
export const zerosInit: Initializer = <const S extends Shape>(_: Key, shape: S): Tensor<S> => zeros(shape);

/**
 * Ones, whatever the key.
 *
 * @example A scale
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { onesInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(onesInit(key(0), [2]).toArray(), [1, 1]);
 * ```
 */
export const onesInit: Initializer = <const S extends Shape>(_: Key, shape: S): Tensor<S> => ones(shape);

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times a gain; leading axes are folded into the rows.
 *
 * @param gain The factor; 1 if left out.
 * @returns An initializer for shapes of rank 2 or more.
 * @throws {ArgumentError} If the rank is below 2, or the gain no finite number.
 * @see Saxe et al., Exact solutions to the nonlinear dynamics of learning, 2014, https://arxiv.org/abs/1312.6120
 *
 * @example Columns of length 1
 * ```ts
 * import { key, square, sum } from "@adjoint/adjoint";
 * import { orthogonal } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = orthogonal()(key(0), [4, 1]);
 * assertAlmostEquals(sum(square(w)).item(), 1, 1e-6);
 * ```
 */
export function orthogonal(gain = 1): Initializer {
  requireNumber("orthogonal", "gain", gain);
  return (key, shape) => mul(orthogonalMatrix(key, shape), gain) as never;
}

/** The nonlinearities whose gain is known. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "selu" | "leakyRelu";

const gains: Readonly<Record<Exclude<Nonlinearity, "leakyRelu">, number>> = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 0.75,
};

/**
 * The gain that makes up for what a nonlinearity does to a signal's scale.
 *
 * @param nonlinearity Its name. @param slope For leaky ReLU, the slope below 0; 0.01 if left out.
 * @returns The factor for the weights' standard deviation.
 * @throws {ArgumentError} If its gain is not known.
 *
 * @example The gain of ReLU
 * ```ts
 * import { gain } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gain("relu"), Math.SQRT2);
 * ```
 */
export function gain(nonlinearity: Nonlinearity, slope = 0.01): number {
  requireChoice("gain", "nonlinearity", nonlinearity, [...Object.keys(gains), "leakyRelu"]);
  return nonlinearity === "leakyRelu" ? Math.sqrt(2 / (1 + slope * slope)) : gains[nonlinearity];
}
