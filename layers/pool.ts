/** Pooling: the largest element, mean, sum or p-norm of every window. */
import {
  abs,
  ArgumentError,
  type FloatDType,
  greater,
  onesLike,
  type Padding,
  type PerAxis,
  pow,
  type Shape,
  sqrt,
  square,
  type Value,
  where,
  zerosLike,
} from "../mod.ts";
import { overProduct, type Pool, type PoolLayer, poolLayer, poolWith, reduceOver } from "./pooling.ts";
import type { Windows } from "./windows.ts";

/** How the windows of a pool slide. */
export interface PoolOptions {
  /** Distances between neighbouring windows; the window's size if left out. */
  readonly stride?: PerAxis;
  /** Room at the borders: `"same"`, `"valid"`, a number, or for each axis a number or a pair; none if left out. */
  readonly padding?: Padding;
  /** Whether a last window that reaches beyond the border counts; it does not if left out. */
  readonly ceilMode?: boolean;
}

/** Options of a max pool. */
export interface MaxPoolOptions extends PoolOptions {
  /** Distances between neighbouring elements of a window; 1 if left out. */
  readonly dilation?: PerAxis;
}

/** Options of an average pool. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean; it does if left out. What `ceilMode` reaches beyond it never does. */
  readonly countIncludePad?: boolean;
}

const optionNames = ["stride", "padding", "ceilMode"];

/**
 * The largest element of every window. Padding is never the largest; the derivative goes to the first of equals.
 *
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `dilation`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see Ranzato et al., Unsupervised learning of invariant feature hierarchies, 2007, https://doi.org/10.1109/CVPR.2007.383157
 *
 * @example The larger of every two
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { maxPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maxPoolWith([2])(tensor([[1], [3], [2], [0]])).toArray(), [[3], [2]]);
 * ```
 */
export function maxPoolWith<const W extends Shape>(window: W, options: MaxPoolOptions = {}): Pool<W> {
  return poolWith("maxPool", window, options, [...optionNames, "dilation"], (x, w) => reduceOver("max", x, w));
}

/**
 * A layer that keeps the largest element of every window.
 *
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `dilation`, `ceilMode`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see Ranzato et al., Unsupervised learning of invariant feature hierarchies, 2007, https://doi.org/10.1109/CVPR.2007.383157
 *
 * @example Half the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, maxPool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([28, 28, 16]), maxPool(2)).output.shape, [14, 14, 16]);
 * ```
 */
export function maxPool(window: PerAxis, options: MaxPoolOptions = {}): PoolLayer {
  return poolLayer("maxPool", window, options, (size) => maxPoolWith(size, options));
}

/** How many elements each window's mean is over, axis by axis. */
function averaged(w: Windows, includePad: boolean): readonly (readonly number[])[] {
  return w.window.map((k, a) => {
    const [lo, hi] = includePad ? w.padding[a]! : [0, 0], size = w.sizes[a]!;
    return Array.from({ length: w.counts[a]! }, (_, i) => {
      const start = i * w.stride[a]! - w.padding[a]![0];
      return Math.min(start + k, size + hi) - Math.max(start, -lo);
    });
  });
}

/**
 * The mean of every window.
 *
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `countIncludePad` (true if left out), `ceilMode`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, C]`, f32 or f64.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see LeCun et al., Gradient-based learning applied to document recognition, 1998, https://doi.org/10.1109/5.726791
 *
 * @example Means of neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { averagePoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1], [3], [5]]);
 * assertEquals(averagePoolWith([2], { stride: 1 })(x).toArray(), [[2], [4]]);
 * assertEquals(averagePoolWith([2], { padding: 1, countIncludePad: false })(x).toArray(), [[1], [4]]);
 * ```
 */
export function averagePoolWith<const W extends Shape>(
  window: W,
  options: AveragePoolOptions = {},
): Pool<W, FloatDType> {
  const { countIncludePad = true, ...rest } = options;
  return poolWith("averagePool", window, rest, [...optionNames, "countIncludePad"], (x, w) => {
    return overProduct(reduceOver("sum", x, w), averaged(w, countIncludePad));
  });
}

/**
 * A layer that takes the mean of every window.
 *
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `countIncludePad` (true if left out), `ceilMode`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see LeCun et al., Gradient-based learning applied to document recognition, 1998, https://doi.org/10.1109/5.726791
 *
 * @example Half the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { averagePool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([28, 28, 16]), averagePool(2)).output.shape, [14, 14, 16]);
 * ```
 */
export function averagePool(window: PerAxis, options: AveragePoolOptions = {}): PoolLayer {
  const { countIncludePad: _, ...rest } = options;
  return poolLayer("averagePool", window, rest, (size) => averagePoolWith(size, options));
}

/**
 * The sum of every window.
 *
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 *
 * @example Sums of neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { sumPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sumPoolWith([2])(tensor([[1], [3], [2], [0]])).toArray(), [[4], [2]]);
 * ```
 */
export function sumPoolWith<const W extends Shape>(window: W, options: PoolOptions = {}): Pool<W, FloatDType | "i32"> {
  return poolWith("sumPool", window, options, optionNames, (x, w) => reduceOver("sum", x, w));
}

/**
 * A layer that takes the sum of every window.
 *
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 *
 * @example Of sequences
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, sumPool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([10, 4]), sumPool(3)).output.shape, [3, 4]);
 * ```
 */
export function sumPool(window: PerAxis, options: PoolOptions = {}): PoolLayer {
  return poolLayer("sumPool", window, options, (size) => sumPoolWith(size, options));
}

function requireNorm(p: number): void {
  if (!(p >= 1)) throw new ArgumentError(`lpPool: p ${p} must be 1 or more, or Infinity`);
}

/** x^(1/p) of sums, with derivative 0 at 0, where every element is 0. */
function root(total: Value, p: number): Value {
  const some = greater(total, 0), safe = where(some, total, onesLike(total)) as Value;
  return where(some, p === 2 ? sqrt(safe) : pow(safe, 1 / p), zerosLike(total)) as Value;
}

/**
 * The p-norm of every window, (Σ |x|ᵖ)^(1/p). Its derivative is 0 where a window holds zeros only.
 *
 * @param p 1 or more; `Infinity` gives the largest magnitude. @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …windows, C]`, f32 or f64. PyTorch's sums xᵖ with its sign.
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only.
 * @throws {ArgumentError} If `p` or an option is out of range.
 * @see Sermanet et al., Convolutional neural networks applied to house numbers digit classification, 2012, https://arxiv.org/abs/1204.3968
 *
 * @example Lengths
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { lpPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lpPoolWith(2, [2])(tensor([[3], [-4]])).toArray(), [[5]]);
 * ```
 */
export function lpPoolWith<const W extends Shape>(
  p: number,
  window: W,
  options: PoolOptions = {},
): Pool<W, FloatDType> {
  requireNorm(p);
  return poolWith("lpPool", window, options, optionNames, (x, w) => {
    if (p === Infinity) return reduceOver("max", abs(x) as Value, w);
    if (p === 1) return reduceOver("sum", abs(x) as Value, w);
    return root(reduceOver("sum", p === 2 ? square(x) as Value : pow(abs(x), p) as Value, w), p);
  });
}

/**
 * A layer that takes the p-norm of every window.
 *
 * @param p 1 or more; `Infinity` gives the largest magnitude.
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `ceilMode`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If `p` or an option is out of range.
 * @see Sermanet et al., Convolutional neural networks applied to house numbers digit classification, 2012, https://arxiv.org/abs/1204.3968
 *
 * @example Half the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, lpPool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([28, 28, 16]), lpPool(2, 2)).output.shape, [14, 14, 16]);
 * ```
 */
export function lpPool(p: number, window: PerAxis, options: PoolOptions = {}): PoolLayer {
  requireNorm(p);
  return poolLayer("lpPool", window, options, (size) => lpPoolWith(p, size, options));
}
