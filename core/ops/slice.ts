/** A box of a tensor's elements. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { type Shape, show } from "../shape.ts";
import type { AnySizes } from "../shape_types/axes.ts";
import { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { resolveRange, takeStretches } from "./stretches.ts";
import { shown } from "./whole_numbers.ts";

/** For each of the first axes a bound, or `null` for the axis's own end. */
export type Bounds = readonly (number | null)[];

/** The type of `slice`. */
export interface SliceOp {
  /** `slice(x, starts, stops, steps?)`. */
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    starts: Bounds,
    stops?: Bounds,
    steps?: Bounds,
  ): Tensor<AnySizes<S>, D>;
  /** `pipe(x, slice(starts, stops, steps?))`. */
  (
    starts: Bounds,
    stops?: Bounds,
    steps?: Bounds,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<AnySizes<S>, D>;
}

/**
 * The elements in a range of each of the first axes, as Python's slices: `slice(x, starts, stops, steps)`, or
 * `pipe(x, slice(starts, stops, steps))`. Bounds beyond the axis are cut off, negative ones count from the end.
 *
 * @param x Any tensor.
 * @param starts Where each range begins; `null` for the axis's beginning. Axes beyond the list stay whole.
 * @param stops The first index that each range leaves out; `null`, or a shorter list, for the axis's end.
 * @param steps How far apart neighbours are, not 0; negative steps go backwards, then `null` bounds are the other ends.
 * @returns The elements, with as many axes as `x`.
 * @throws {ShapeError} If a list is longer than `x` has axes.
 * @throws {ArgumentError} If a bound is not a whole number, or a step is 0.
 *
 * @example The last row, backwards
 * ```ts
 * import { slice, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assertEquals(slice(x, [1, null], [2, null], [1, -1]).toArray(), [[6, 5, 4]]);
 * ```
 */
export const slice: SliceOp =
  ((...args: readonly unknown[]) =>
    args[0] instanceof Tensor || !Array.isArray(args[0])
      ? sliced(args[0], args.slice(1))
      : (x: unknown) => sliced(x, args)) as SliceOp;

function sliced(x: unknown, [starts, stops = [], steps = []]: readonly unknown[]): unknown {
  const v = requireTensor("slice", x);
  const lists = { starts, stops, steps };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) {
      throw new ArgumentError(`slice: ${name} are an array of numbers, one an axis, not ${shown(list)}`);
    }
    if (list.length > v.shape.length) {
      throw new ShapeError(`slice: ${list.length} ${name} for ${show(v.shape)}, which has ${v.shape.length} axes`);
    }
  }
  const { starts: a, stops: b, steps: c } = lists as { readonly [K in keyof typeof lists]: Bounds };
  return takeStretches(
    v,
    v.shape.map((d, i) => resolveRange("slice", { start: a[i] ?? null, stop: b[i] ?? null, step: c[i] ?? null }, d)),
  );
}
