/** Pooling to a given size, whatever the input's. */
import type { DType, FloatDType, PerAxis, Shape, Tensor, Value } from "../mod.ts";
import { averagePoolWith, maxPoolWith } from "./pool.ts";
import { largestAlong, weightedAlong } from "./taps.ts";
import { requireElements, type ToSizesLayer, toSizesLayer, type WithSizes } from "./pooling.ts";
import { overLeading, sizeList } from "./windows.ts";

/** Window i begins at ⌊i·size/to⌋ and ends before ⌈(i + 1)·size/to⌉; windows may overlap by one element. */
function windowsTo(size: number, to: number): readonly (readonly number[])[] {
  return Array.from({ length: to }, (_, i) => {
    const start = Math.floor(i * size / to), end = Math.ceil((i + 1) * size / to);
    return Array.from({ length: end - start }, (_, e) => start + e);
  });
}

/** Lists filled up to one length with their last entry. */
function filled(lists: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const length = Math.max(...lists.map((l) => l.length));
  return lists.map((l) => Array.from({ length }, (_, e) => l[Math.min(e, l.length - 1)]!));
}

function adaptive(
  op: string,
  sizes: Shape,
  even: (window: Shape) => (x: never) => unknown,
  along: (x: Value, axis: number, windows: readonly (readonly number[])[]) => Value,
): (x: Value) => Value {
  const to = sizeList(op, "size", sizes);
  return (x) =>
    overLeading(op, to.length, x, (y) => {
      const from = y.shape.slice(1, -1);
      requireElements(op, from);
      if (from.every((d, a) => d % to[a]! === 0)) return even(from.map((d, a) => d / to[a]!))(y as never) as Value;
      // From the last axis to the first, so that of equals the first in row-major order wins.
      return from.reduceRight((z, d, a) => along(z, a + 1, windowsTo(d, to[a]!)), y);
    });
}

/**
 * The largest element of each of `sizes` windows that cover the input. The derivative goes to the first of equals.
 *
 * @param sizes The size wanted on each spatial axis, a list.
 * @returns A function from `[...L, …spatial, C]` to `[...L, ...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size is out of range.
 * @see He et al., Spatial pyramid pooling, 2014, https://arxiv.org/abs/1406.4729
 *
 * @example Two of five
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adaptiveMaxPoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adaptiveMaxPoolWith([2])(tensor([[1], [4], [5], [2], [3]])).toArray(), [[5], [5]]);
 * ```
 */
export function adaptiveMaxPoolWith<const W extends Shape>(
  sizes: W,
): <const S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<WithSizes<S, W>, D> {
  const along = (x: Value, axis: number, windows: readonly (readonly number[])[]) =>
    largestAlong(x, axis, filled(windows));
  return adaptive("adaptiveMaxPool", sizes, (window) => maxPoolWith(window), along) as never;
}

/**
 * A layer that keeps the largest element of each of `sizes` windows that cover the example.
 *
 * @param sizes The size wanted: a number for every spatial axis, or a list.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size is out of range.
 * @see He et al., Spatial pyramid pooling, 2014, https://arxiv.org/abs/1406.4729
 *
 * @example Any size to 2 × 2
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { adaptiveMaxPool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 5, 3]), adaptiveMaxPool(2)).output.shape, [2, 2, 3]);
 * ```
 */
export const adaptiveMaxPool = <const K extends PerAxis>(sizes: K): ToSizesLayer<K> =>
  toSizesLayer("adaptiveMaxPool", sizes, adaptiveMaxPoolWith);

/**
 * The mean of each of `sizes` windows that cover the input.
 *
 * @param sizes The size wanted on each spatial axis, a list.
 * @returns A function from `[...L, …spatial, C]` to `[...L, ...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size is out of range.
 * @see He et al., Spatial pyramid pooling, 2014, https://arxiv.org/abs/1406.4729
 *
 * @example Two of three
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adaptiveAveragePoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adaptiveAveragePoolWith([2])(tensor([[1], [3], [5]])).toArray(), [[2], [4]]);
 * ```
 */
export function adaptiveAveragePoolWith<const W extends Shape>(
  sizes: W,
): <const S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<WithSizes<S, W>, D> {
  const along = (x: Value, axis: number, windows: readonly (readonly number[])[]) => {
    const at = filled(windows);
    const weights = at.map((list, i) => list.map((_, e) => e < windows[i]!.length ? 1 / windows[i]!.length : 0));
    return weightedAlong(x, axis, { at, weights });
  };
  return adaptive("adaptiveAveragePool", sizes, (window) => averagePoolWith(window), along) as never;
}

/**
 * A layer that takes the mean of each of `sizes` windows that cover the example.
 *
 * @param sizes The size wanted: a number for every spatial axis, or a list.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[...sizes, C]`.
 * @throws {ShapeError} If a spatial axis is empty. @throws {ArgumentError} If a size is out of range.
 * @see He et al., Spatial pyramid pooling, 2014, https://arxiv.org/abs/1406.4729
 *
 * @example Any size to 2 × 2
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { adaptiveAveragePool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 5, 3]), adaptiveAveragePool(2)).output.shape, [2, 2, 3]);
 * ```
 */
export const adaptiveAveragePool = <const K extends PerAxis>(sizes: K): ToSizesLayer<K> =>
  toSizesLayer("adaptiveAveragePool", sizes, adaptiveAveragePoolWith);
