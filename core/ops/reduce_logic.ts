/** Whether some or all elements are true, and how many. */
import type { DType } from "../dtype.ts";
import { cast } from "../primitives/cast.ts";
import { reduceAll, reduceAny } from "../primitives/reduce_logic.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import type { Shape } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor } from "../tensor.ts";
import { type AxesOption, type ReduceOptions, reduceOver } from "./reduction.ts";

/**
 * Whether any element is true (numbers: is not 0); of none, no.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns bool, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Rows with something in them
 * ```ts
 * import { any, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(any(tensor([[0, 0], [0, 3]]), { axis: 1 }).toArray(), [false, true]);
 * ```
 */
export function any<
  S extends Shape,
  D extends DType,
  const A extends AxesOption = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"any", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "bool"> {
  const y = reduceOver("any", x, options, (v, axes) => reduceAny(cast(v, "bool"), axes));
  return y as Tensor<Reduce<S, A, K>, "bool">;
}

/**
 * Whether all elements are true (numbers: are not 0); of none, yes.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns bool, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Is everything true?
 * ```ts
 * import { all, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(all(tensor([true, true, false])).item(), false);
 * ```
 */
export function all<
  S extends Shape,
  D extends DType,
  const A extends AxesOption = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"all", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "bool"> {
  const y = reduceOver("all", x, options, (v, axes) => reduceAll(cast(v, "bool"), axes));
  return y as Tensor<Reduce<S, A, K>, "bool">;
}

/**
 * How many elements are not 0 (or are true).
 *
 * @param x Any tensor; NaN is not 0.
 * @param options `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The count, i32, without the reduced axes.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Entries of a sparse matrix
 * ```ts
 * import { countNonZero, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countNonZero(tensor([[0, 2, 0], [1, 0, 5]])).item(), 3);
 * ```
 */
export function countNonZero<
  S extends Shape,
  D extends DType,
  const A extends AxesOption = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"countNonZero", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "i32"> {
  const y = reduceOver("countNonZero", x, options, (v, axes) => reduceSum(cast(cast(v, "bool"), "i32"), axes));
  return y as Tensor<Reduce<S, A, K>, "i32">;
}
