/** Radial basis functions: of the squared distance to a centre alone. */
import {
  add,
  type DType,
  exp,
  type FloatOf,
  mul,
  neg,
  rsqrt,
  type Shape,
  sqrt,
  square,
  sub,
  type Tensor,
} from "../mod.ts";
import { floats, requireNumber } from "./operands.ts";

/** Options of the radial basis functions. */
export interface RadialOptions {
  /** How fast they change with the squared distance, above 0; 1 if left out. */
  readonly beta?: number;
  /** Where the distance is 0; 0 if left out. */
  readonly center?: number;
}

/** A radial basis function by name. */
export type RadialKernel = "gaussian" | "multiquadric" | "inverseMultiquadric";

/** The functions of β·r². */
export const radialKernels: Readonly<Record<RadialKernel, (t: Tensor) => Tensor>> = {
  gaussian: (t) => exp(neg(t)),
  multiquadric: (t) => sqrt(add(t, 1)),
  inverseMultiquadric: (t) => rsqrt(add(t, 1)),
};

function radial(name: RadialKernel, x: unknown, { beta = 1, center = 0 }: RadialOptions): Tensor {
  requireNumber(name, "beta", beta, (b) => b > 0, "a finite number above 0");
  requireNumber(name, "center", center);
  return radialKernels[name](mul(square(sub(floats(name, x), center)), beta));
}

/**
 * The Gaussian bell, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `beta`: 1 if left out; `center`: 0 if left out.
 * @returns `exp(−beta·(x − center)²)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor, `beta` not above 0, or `center` not finite.
 * @see Broomhead and Lowe, Multivariable functional interpolation and adaptive networks, 1988,
 *   https://www.complex-systems.com/abstracts/v02_i03_a05/
 *
 * @example Its top
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { gaussian } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gaussian(tensor([2, 1000]), { center: 2 }).toArray(), [1, 0]);
 * ```
 */
export function gaussian<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: RadialOptions = {},
): Tensor<S, FloatOf<D>> {
  return radial("gaussian", x, options) as Tensor<S, FloatOf<D>>;
}

/**
 * Hardy's multiquadric, elementwise: a branch of a hyperbola.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `beta`: 1 if left out; `center`: 0 if left out.
 * @returns `√(1 + beta·(x − center)²)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor, `beta` not above 0, or `center` not finite.
 * @see Hardy, Multiquadric equations of topography and other irregular surfaces, 1971,
 *   https://doi.org/10.1029/JB076i008p01905
 *
 * @example Its lowest point
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { multiquadric } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(multiquadric(tensor([2, 4]), { center: 2, beta: 2 }).toArray(), [1, 3]);
 * ```
 */
export function multiquadric<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: RadialOptions = {},
): Tensor<S, FloatOf<D>> {
  return radial("multiquadric", x, options) as Tensor<S, FloatOf<D>>;
}

/**
 * The inverse multiquadric, elementwise: a bell whose tails fall as 1/x.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `beta`: 1 if left out; `center`: 0 if left out.
 * @returns `1 / √(1 + beta·(x − center)²)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor, `beta` not above 0, or `center` not finite.
 * @see Hardy, Multiquadric equations of topography and other irregular surfaces, 1971,
 *   https://doi.org/10.1029/JB076i008p01905
 *
 * @example Its top
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { inverseMultiquadric } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inverseMultiquadric(tensor([0]), { beta: 4 }).toArray(), [1]);
 * ```
 */
export function inverseMultiquadric<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: RadialOptions = {},
): Tensor<S, FloatOf<D>> {
  return radial("inverseMultiquadric", x, options) as Tensor<S, FloatOf<D>>;
}
