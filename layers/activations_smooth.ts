/** Smooth activations: gated by a distribution function, bounded, or periodic. */
import {
  abs,
  add,
  div,
  type DType,
  erfc,
  type FloatOf,
  mul,
  type Shape,
  sigmoid,
  sin,
  softplus,
  square,
  tanh,
  type Tensor,
} from "../mod.ts";
import { floats, requireChoice, requireNumber } from "./operands.ts";

/** Options of `gelu`. */
export interface GeluOptions {
  /** `"tanh"` takes the hyperbolic tangent in place of the error function; `"none"` if left out. */
  readonly approximate?: "none" | "tanh";
}

/**
 * The Gaussian error linear unit, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `approximate`: `"none"` is exact; `"tanh"` is the approximation that GPT-2 uses.
 * @returns `x·Φ(x)`, Φ the normal distribution function, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor or `approximate` is neither.
 * @see Hendrycks and Gimpel, Gaussian error linear units, 2016, https://arxiv.org/abs/1606.08415
 *
 * @example Far out it is `relu`
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { gelu } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertEquals(gelu(tensor([0, 100])).toArray(), [0, 100]);
 * assertAlmostEquals(gelu(tensor(1)).item(), 0.8413447, 1e-6);
 * ```
 */
export function gelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: GeluOptions = {},
): Tensor<S, FloatOf<D>> {
  const { approximate = "none" } = options, v = floats("gelu", x);
  requireChoice("gelu", "approximate", approximate, ["none", "tanh"]);
  // In 1 + erf(x/√2) and 1 + tanh(u) every digit of the left tail cancels; erfc(−x/√2) and 2σ(2u) are the same without.
  const share = approximate === "none"
    ? mul(erfc(mul(v, -Math.SQRT1_2)), 0.5)
    : sigmoid(mul(mul(v, add(mul(square(v), 0.044715), 1)), 2 * Math.sqrt(2 / Math.PI)));
  return mul(v, share) as Tensor<S, FloatOf<D>>;
}

/**
 * The sigmoid linear unit, elementwise; also called swish.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `x·σ(x)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Ramachandran et al., Searching for activation functions, 2017, https://arxiv.org/abs/1710.05941
 *
 * @example Far out it is `relu`
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { silu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(silu(tensor([0, 1000])).toArray(), [0, 1000]);
 * ```
 */
export function silu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = floats("silu", x);
  return mul(v, sigmoid(v)) as Tensor<S, FloatOf<D>>;
}

/**
 * `silu` by its other name.
 *
 * @example The same numbers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { silu, swish } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(swish(tensor([1])).toArray(), silu(tensor([1])).toArray());
 * ```
 */
export const swish: typeof silu = silu;

/**
 * Mish, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `x·tanh(log(1 + eˣ))`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Misra, Mish: a self regularized non-monotonic activation function, 2019, https://arxiv.org/abs/1908.08681
 *
 * @example Far out it is `relu`
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { mish } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mish(tensor([0, 1000])).toArray(), [0, 1000]);
 * ```
 */
export function mish<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = floats("mish", x);
  return mul(v, tanh(softplus(v))) as Tensor<S, FloatOf<D>>;
}

/**
 * Softsign, elementwise: between −1 and 1, with tails that fall as 1/x.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `x / (1 + |x|)`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 * @see Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010,
 *   https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @example Half-way at one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { softsign } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(softsign(tensor([-1, 0, 3])).toArray(), [-0.5, 0, 0.75]);
 * ```
 */
export function softsign<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  const v = floats("softsign", x);
  return div(v, add(abs(v), 1)) as Tensor<S, FloatOf<D>>;
}

/** Options of `snake`. */
export interface SnakeOptions {
  /** The frequency, not 0; 1 if left out. */
  readonly alpha?: number;
}

/** The formula, for a frequency that is a number or a tensor. */
export const snakeOf = (x: Tensor, alpha: number | Tensor): Tensor => add(x, div(square(sin(mul(x, alpha))), alpha));

/**
 * Snake, elementwise: the identity plus a wave, for periodic signals. `learnedSnake` learns its frequency.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @param options `alpha`: the frequency; 1 if left out.
 * @returns `x + sin²(alpha·x) / alpha`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor, or `alpha` is 0 or not finite.
 * @see Ziyin et al., Neural networks fail to learn periodic functions and how to fix it, 2020,
 *   https://arxiv.org/abs/2006.08195
 *
 * @example At zero
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { snake } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(snake(tensor([0]), { alpha: 5 }).toArray(), [0]);
 * ```
 */
export function snake<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: SnakeOptions = {},
): Tensor<S, FloatOf<D>> {
  const { alpha = 1 } = options, v = floats("snake", x);
  requireNumber("snake", "alpha", alpha, (a) => a !== 0, "a finite number other than 0");
  return snakeOf(v, alpha) as Tensor<S, FloatOf<D>>;
}
