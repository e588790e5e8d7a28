/** Whether some or all elements are true, and how many. */
import { cast } from "../primitives/cast.ts";
import { reduceAll, reduceAny } from "../primitives/reduce_logic.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { type ReduceOp, reducing } from "./reduction.ts";

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
export const any: ReduceOp<"any", "bool"> = reducing("any", (v, axes) => reduceAny(cast(v, "bool"), axes));

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
export const all: ReduceOp<"all", "bool"> = reducing("all", (v, axes) => reduceAll(cast(v, "bool"), axes));

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
export const countNonZero: ReduceOp<"countNonZero", "count"> = reducing(
  "countNonZero",
  (v, axes) => reduceSum(cast(cast(v, "bool"), "i32"), axes),
);
