/** Sorting, and the largest few. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { iota } from "../primitives/create.ts";
import { reverse } from "../primitives/reverse.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { sort as sortAlong } from "../primitives/sort.ts";
import { type Shape, show } from "../shape.ts";
import type { AxisOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";
import { flag } from "./options.ts";

/** Options of a sort. */
export interface SortOptions<A extends number = number> {
  /** Along which axis; the last if left out. */
  readonly axis?: A;
  /** Whether the largest comes first; false if left out. */
  readonly descending?: boolean;
}

/** Values and where they stood. Descending is ascending in a mirror, so that equals keep their order either way. */
function sorted(x: Value, axis: number, descending: boolean): readonly [Value, Value] {
  const mirror = (v: Value): Value => descending ? reverse(v, [axis]) : v;
  const [values, indices] = sortAlong([mirror(x), mirror(iota(x.shape, axis))], axis);
  return [mirror(values!), mirror(indices!)];
}

function sortedAlong(op: string, given: unknown, options: SortOptions): readonly [Value, Value] {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "descending");
  return sorted(x, oneAxis(op, options.axis ?? -1, x.shape.length), flag(op, "descending", options.descending));
}

/**
 * Elements in ascending order along an axis. The sort is stable; NaN counts as larger than every number.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `descending`: the largest first.
 * @returns The sorted elements, in the shape and dtype of `x`.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Every row
 * ```ts
 * import { sort, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sort(tensor([[3, 1, 2], [0, 5, -1]])).toArray(), [[1, 2, 3], [-1, 0, 5]]);
 * ```
 */
export function sort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"sort", S, A>,
  options: SortOptions<A> = {},
): Tensor<S, D> {
  return sortedAlong("sort", x, options)[0] as Tensor<S, D>;
}

/**
 * Indices that would sort along an axis: `takeAlongAxis(x, argsort(x), -1)` is `sort(x)`. Equals keep their order.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `descending`: the largest first.
 * @returns The indices, i32, in the shape of `x`.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Who came first
 * ```ts
 * import { argsort, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argsort(tensor([12.1, 11.8, 12.4])).toArray(), [1, 0, 2]);
 * ```
 */
export function argsort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"argsort", S, A>,
  options: SortOptions<A> = {},
): Tensor<S, "i32"> {
  return sortedAlong("argsort", x, options)[1] as Tensor<S, "i32">;
}

/** Options of `topK`. */
export interface TopKOptions {
  /** Along which axis; the last if left out. */
  readonly axis?: number;
  /** Whether the largest are taken, largest first, or the smallest, smallest first; true if left out. */
  readonly largest?: boolean;
}

/** The shape of the `K` largest along an axis: the last has size `K`; of another axis no sizes are known. */
export type TopKShape<S extends Shape, K extends number, O> = "axis" extends keyof O
  ? { readonly [I in keyof S]: number }
  : S extends readonly [...infer L extends Shape, number] ? readonly [...L, K]
  : Shape;

/** The largest elements and where they stood. */
export interface TopK<S extends Shape, D extends DType> {
  /** The elements, largest first. */
  readonly values: Tensor<S, D>;
  /** Their indices along the axis. */
  readonly indices: Tensor<S, "i32">;
}

/** `topK(x, k, options?)`, or data last in a pipe, `pipe(x, topK(k, options?))`. */
export interface TopKOp {
  /** `topK(x, k, options?)`. */
  <S extends Shape, D extends DType, const K extends number, const O extends TopKOptions = Record<never, never>>(
    x: Tensor<S, D>,
    k: K,
    options?: O,
  ): TopK<TopKShape<S, K, O>, D>;
  /** `pipe(x, topK(k, options?))`. */
  <const K extends number, const O extends TopKOptions = Record<never, never>>(
    k: K,
    options?: O,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => TopK<TopKShape<S, K, O>, D>;
}

/**
 * The `k` largest elements along an axis, the largest first; of equals the earlier. NaN counts as larger than any number.
 *
 * @param x Any tensor of rank 1 or more.
 * @param k How many.
 * @param options `axis`: the last if left out; `largest: false` gives the smallest instead, the smallest first.
 * @returns `values`, in the dtype of `x`, and `indices`, i32; both with size `k` along the axis. Derivatives pass through
 * the values.
 * @throws {ShapeError} If the axis is out of range or has fewer than `k` elements.
 *
 * @example The two likeliest classes
 * ```ts
 * import { tensor, topK } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(topK(tensor([0.1, 0.6, 0.3]), 2).indices.toArray(), [1, 2]);
 * ```
 */
export const topK: TopKOp = dualStatic((given, k, options: TopKOptions) => {
  const x = requireTensor("topK", given);
  checkOptions("topK", options, "axis", "largest");
  const axis = oneAxis("topK", options.axis ?? -1, x.shape.length);
  if (!(typeof k === "number" && Number.isInteger(k) && k >= 0)) {
    throw new ArgumentError(`topK: k is ${String(k)}, not a whole number, 0 or more`);
  }
  if (k > x.shape[axis]!) {
    throw new ShapeError(
      `topK: k = ${k} of the ${x.shape[axis]} elements along axis ${axis} of ${show(x.shape)}; take fewer`,
    );
  }
  const [values, indices] = sorted(x, axis, flag("topK", "largest", options.largest ?? true));
  return { values: sliceAxis(values, axis, 0, k), indices: sliceAxis(indices, axis, 0, k) };
}) as TopKOp;
