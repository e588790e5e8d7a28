/** Masks of attention: which keys a query may see. `true` lets a key be seen. */
import {
  and,
  arange,
  type DType,
  DTypeError,
  expandDims,
  less,
  lessEqual,
  type Shape,
  sub,
  type Tensor,
} from "../mod.ts";
import { requireCount } from "./operands.ts";

/** A tensor of any shape and dtype. */
type Any = Tensor<Shape, DType>;

/** Who sees whom along time. */
export interface CausalMaskOptions {
  /** A query sees the last `window` keys only, its own among them; all before it if left out. */
  readonly window?: number;
}

/**
 * The mask under which no position sees a later one.
 *
 * @param length Number of positions T. @param options `window`: how many positions are seen, the own one among them.
 * @returns bool `[T, T]`: whether query i (row) sees key j (column), j ≤ i and, with a window, i − j < window.
 * @throws {ArgumentError} If the length or the window is no whole number in its range.
 *
 * @example Three positions
 * ```ts
 * import { causalMask } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(causalMask(3).toArray(), [[true, false, false], [true, true, false], [true, true, true]]);
 * ```
 */
export function causalMask<const T extends number>(
  length: T,
  options: CausalMaskOptions = {},
): Tensor<readonly [T, T], "bool"> {
  requireCount("causalMask", "length", length);
  const at = arange(length) as Any;
  return seen(expandDims(at, 1) as Any, at, options.window, "causalMask") as unknown as Tensor<readonly [T, T], "bool">;
}

/** Whether positions of queries see positions of keys, of which neither, one or both may be computed. */
export function seen(queries: Any, keys: Any, window: number | undefined, op: string): Tensor<Shape, "bool"> {
  const before = lessEqual(keys, queries) as unknown as Tensor<Shape, "bool">;
  if (window === undefined) return before;
  requireCount(op, "window", window, 1);
  return and(before, less(sub(queries, keys) as Any, window) as unknown as Tensor<Shape, "bool">) as unknown as Tensor<
    Shape,
    "bool"
  >;
}

/**
 * The mask of sequences that end before the last position: keys past the end are not seen.
 *
 * @param lengths How many positions each sequence has, integers `[...L]`. @param length Number of positions T, with padding.
 * @returns bool `[...L, 1, T]`: the same for every query; `and(causalMask(T), paddingMask(lengths, T))` is both.
 * @throws {DTypeError} If the lengths are no integers. @throws {ArgumentError} If T is no whole number of 0 or more.
 *
 * @example Two sequences of up to three
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { paddingMask } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = paddingMask(tensor([2, 3], { dtype: "i32" }), 3);
 * assertEquals(mask.toArray(), [[[true, true, false]], [[true, true, true]]]);
 * ```
 */
export function paddingMask<const L extends Shape, const T extends number>(
  lengths: Tensor<L, DType>,
  length: T,
): Tensor<readonly [...L, 1, T], "bool"> {
  requireCount("paddingMask", "length", length);
  const n: Any = lengths;
  if (!["i32", "u32", "u8"].includes(n.dtype)) {
    throw new DTypeError(`paddingMask: lengths are whole numbers, not ${n.dtype}; cast them to i32`);
  }
  const ends = expandDims(n, [n.rank, n.rank + 1]) as Any;
  return less(arange(length, { dtype: n.dtype }) as Any, ends) as unknown as Tensor<readonly [...L, 1, T], "bool">;
}
