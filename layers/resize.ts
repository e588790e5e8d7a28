/** Images resampled to another size. */
import {
  ArgumentError,
  type FloatDType,
  type PerAxis,
  type Shape,
  ShapeError,
  type Tensor,
  type Value,
} from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { type PoolLayer, requireElements, type ToSizesLayer, toSizesLayer, type WithSizes } from "./pooling.ts";
import { pickedAlong, type Taps, weightedAlong } from "./taps.ts";
import { overLeading, requireChoice, requireNames, sizeList, spatialShape } from "./windows.ts";

/** How images are resampled. */
export interface ResizeOptions {
  /**
   * `"nearest"` (if left out), `"linear"` (bilinear on two axes, trilinear on three) or `"cubic"` (bicubic on two, Keys'
   * kernel with a = −0.75).
   */
  readonly mode?: "nearest" | "linear" | "cubic";
  /** Whether the first and last elements keep their places, rather than the borders; false if left out. */
  readonly alignCorners?: boolean;
}

/** Keys' cubic kernel, with PyTorch's a. */
function cubicWeight(distance: number): number {
  const a = -0.75, d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** Where element i of `to` lies among `from`. */
function source(i: number, from: number, to: number, alignCorners: boolean): number {
  if (alignCorners) return to === 1 ? 0 : i * (from - 1) / (to - 1);
  return (i + 0.5) * from / to - 0.5;
}

function tapsOf(from: number, to: number, mode: "linear" | "cubic", alignCorners: boolean): Taps {
  const places = Array.from({ length: to }, (_, i) => source(i, from, to, alignCorners));
  const clamp = (p: number) => Math.min(Math.max(p, 0), from - 1);
  const offsets = mode === "linear" ? [0, 1] : [-1, 0, 1, 2];
  return {
    at: places.map((p) => offsets.map((o) => clamp(Math.floor(p) + o))),
    weights: places.map((p) => {
      const t = p - Math.floor(p);
      return offsets.map((o) => mode === "linear" ? 1 - Math.abs(t - o) : cubicWeight(t - o));
    }),
  };
}

function alongAxis(x: Value, axis: number, to: number, options: ResizeOptions): Value {
  const from = x.shape[axis]!, { mode = "nearest", alignCorners = false } = options;
  if (from === to) return x;
  if (mode === "nearest") return pickedAlong(x, axis, Array.from({ length: to }, (_, i) => Math.floor(i * from / to)));
  return weightedAlong(x, axis, tapsOf(from, to, mode, alignCorners));
}

function requireResize(op: string, options: ResizeOptions): void {
  requireNames(op, options, ["mode", "alignCorners"]);
  requireChoice(op, "mode", options.mode ?? "nearest", ["nearest", "linear", "cubic"]);
  if (options.alignCorners !== undefined && (options.mode ?? "nearest") === "nearest") {
    throw new ArgumentError(`${op}: alignCorners is for mode "linear" or "cubic"`);
  }
}

/**
 * Images resampled to given sizes, each spatial axis by itself. Nothing is smoothed before sizes are reduced.
 *
 * @param sizes The size wanted on each spatial axis, a list. @param options `mode`, `alignCorners`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, ...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size or an option is out of range.
 * @see Keys, Cubic convolution interpolation, 1981, https://doi.org/10.1109/TASSP.1981.1163711
 *
 * @example Between the elements
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { resizeWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[0], [2]]), linear = resizeWith([3], { mode: "linear", alignCorners: true });
 * assertEquals(linear(x).toArray(), [[0], [1], [2]]);
 * ```
 */
export function resizeWith<const W extends Shape>(
  sizes: W,
  options: ResizeOptions = {},
): <const S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<WithSizes<S, W>, D> {
  const op = "resize", to = sizeList(op, "size", sizes);
  requireResize(op, options);
  return ((x: Value) =>
    overLeading(op, to.length, x, (y) => {
      requireElements(op, y.shape.slice(1, -1));
      return to.reduceRight((z, d, a) => alongAxis(z, a + 1, d, options), y);
    })) as never;
}

/**
 * A layer that resamples examples to given sizes.
 *
 * @param sizes The size wanted: a number for every spatial axis, or a list. @param options `mode`, `alignCorners`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size or an option is out of range.
 * @see Keys, Cubic convolution interpolation, 1981, https://doi.org/10.1109/TASSP.1981.1163711
 *
 * @example To 32 × 32
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, resize } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([28, 28, 1]), resize(32, { mode: "linear" })).output.shape, [32, 32, 1]);
 * ```
 */
export function resize<const K extends PerAxis>(sizes: K, options: ResizeOptions = {}): ToSizesLayer<K> {
  requireResize("resize", options);
  return toSizesLayer("resize", sizes, (to) => resizeWith(to, options));
}

/**
 * A layer that resamples examples to a multiple of their size, ⌊size · scale⌋.
 *
 * @param scale A number above 0 for every spatial axis, or a list. @param options `mode`, `alignCorners`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If the scale or an option is out of range.
 * @see Keys, Cubic convolution interpolation, 1981, https://doi.org/10.1109/TASSP.1981.1163711
 *
 * @example Twice the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, upsample } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 7, 32]), upsample(2)).output.shape, [14, 14, 32]);
 * ```
 */
export function upsample(scale: PerAxis, options: ResizeOptions = {}): PoolLayer {
  const op = "upsample";
  requireResize(op, options);
  return ((net: Net<unknown, Spec>) => {
    const [sizes, channels] = spatialShape(op, net.output.shape);
    const scales = typeof scale === "number" ? sizes.map(() => scale) : scale;
    if (!Array.isArray(scales) || scales.length !== sizes.length || !scales.every((r) => r > 0 && Number.isFinite(r))) {
      throw new ArgumentError(
        `${op}: scale ${JSON.stringify(scale)} must be a number above 0, or a list of ${sizes.length} of them`,
      );
    }
    const to = sizes.map((d, a) => Math.floor(d * scales[a]!));
    if (to.includes(0)) throw new ShapeError(`${op}: nothing is left of [${sizes.join(", ")}]; use a larger scale`);
    const resized = resizeWith(to, options);
    return grow(net, {
      name: `${op}(${JSON.stringify(scale)})`,
      output: { shape: [...to, channels], dtype: "f32" },
      apply: (_, s, x) => [resized(x as never), s],
    });
  }) as never;
}
