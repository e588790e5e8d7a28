/** Places in sorted values. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { placesIn, requireVector, type SearchSide } from "./binary_search.ts";
import { dualOptions } from "./dual_options.ts";
import { promoted, requireTensor } from "./operands.ts";
import { checkOptions } from "./reduction.ts";

export type { SearchSide } from "./binary_search.ts";

/** Options of `searchSorted`. */
export interface SearchOptions {
  /** "left", if left out, goes before elements equal to the value, "right" behind them. */
  readonly side?: SearchSide;
}

/** `searchSorted(sorted, values, options?)`, or data last in a pipe, `pipe(sorted, searchSorted(values, options?))`. */
export interface SearchSortedOp {
  /** `searchSorted(sorted, values, options?)`. */
  <N extends number, S extends Shape>(
    sorted: Tensor<readonly [N], DType>,
    values: Tensor<S, DType>,
    options?: SearchOptions,
  ): Tensor<S, "i32">;
  /** A number has one place. */
  <N extends number>(
    sorted: Tensor<readonly [N], DType>,
    value: number,
    options?: SearchOptions,
  ): Tensor<readonly [], "i32">;
  /** `pipe(sorted, searchSorted(values, options?))`. */
  <S extends Shape>(
    values: Tensor<S, DType>,
    options?: SearchOptions,
  ): <N extends number>(sorted: Tensor<readonly [N], DType>) => Tensor<S, "i32">;
  /** A number has one place. */
  (
    value: number,
    options?: SearchOptions,
  ): <N extends number>(sorted: Tensor<readonly [N], DType>) => Tensor<readonly [], "i32">;
}

function search(given: unknown, values: unknown, options: SearchOptions): Value {
  requireVector("searchSorted", requireTensor("searchSorted", given, "first operand"), "the sorted tensor");
  checkOptions("searchSorted", options, "side");
  const side: unknown = options.side ?? "left";
  if (side !== "left" && side !== "right") {
    throw new ArgumentError(`searchSorted: side ${String(side)} is neither "left" nor "right"`);
  }
  const [sorted, v] = promoted("searchSorted", given, values).map((x) => x.dtype === "bool" ? cast(x, "i32") : x);
  return placesIn(sorted!, v!, side);
}

/**
 * Where values would have to be inserted into a sorted vector to keep it sorted. NaN belongs behind every number.
 *
 * @param sorted An ascending vector, `[N]`.
 * @param values Any tensor, or a number.
 * @param options `side`: "left", if left out, before equal elements, "right" behind them.
 * @returns The places, 0 to N, i32, in the shape of `values`.
 * @throws {ShapeError} If `sorted` has not rank 1.
 * @throws {ArgumentError} If `side` is neither "left" nor "right".
 *
 * @example On either side of an equal
 * ```ts
 * import { searchSorted, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(searchSorted(tensor([1, 3, 5]), tensor([0, 3, 9])).toArray(), [0, 1, 3]);
 * assertEquals(searchSorted(tensor([1, 3, 5]), 3, { side: "right" }).item(), 2);
 * ```
 */
export const searchSorted: SearchSortedOp = dualOptions(search) as SearchSortedOp;
