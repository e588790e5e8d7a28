/** Orders at random. */
import { ArgumentError } from "../errors.ts";
import { requireTensor } from "../ops/operands.ts";
import { iota } from "../primitives/create.ts";
import { takeAxis } from "../primitives/gather.ts";
import { sort } from "../primitives/sort.ts";
import type { DType } from "../dtype.ts";
import { normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type Key, requireKey } from "./arguments.ts";
import { child, words } from "./bits.ts";

/** Options of `permutation`. */
export interface PermutationOptions {
  /** The axis to shuffle along, the first if left out. */
  readonly axis?: number;
  /** Whether to shuffle each line along the axis by itself; otherwise whole slices change places. */
  readonly independent?: boolean;
}

/**
 * The numbers 0, …, n − 1, or the slices of a tensor, in an order at random.
 *
 * @param key A key, u32[2].
 * @param x How many numbers, or a tensor with at least one axis.
 * @param options `axis` to shuffle along; `independent` for an order of its own for each line along it.
 * @returns For a number, i32 `[n]`; for a tensor, one of its shape and dtype, through which derivatives flow.
 * @throws {ArgumentError} If `x` is a number that is no size.
 * @throws {ShapeError} If `x` is a scalar tensor, or the axis is out of range.
 * @see JAX's `jax.random.permutation`, whose orders these are
 *
 * @example An order to go through ten examples in
 * ```ts
 * import { key, permutation } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(permutation(key(42), 10).toArray(), [7, 4, 2, 5, 3, 6, 8, 9, 0, 1]);
 * ```
 */
export function permutation<const N extends number>(key: Key, n: N): Tensor<readonly [N], "i32">;
/** The slices of a tensor in an order at random. */
export function permutation<S extends Shape, D extends DType>(
  key: Key,
  x: Tensor<S, D>,
  options?: PermutationOptions,
): Tensor<S, D>;
export function permutation(key: Key, x: number | Value, options: PermutationOptions = {}): Value {
  const k = requireKey("permutation", key);
  if (typeof x === "number") {
    if (!Number.isInteger(x) || x < 0) {
      throw new ArgumentError(`permutation: orders a whole number of things, 0 or more, not ${x}`);
    }
    return shuffledIndices(k, x);
  }
  const values = requireTensor("permutation", x),
    axis = normalizeAxis("permutation", options.axis ?? 0, values.shape.length);
  if (options.independent || values.shape.length === 1) return shuffled(k, values, axis);
  return takeAxis(values, shuffledIndices(k, values.shape[axis]!), axis);
}

/** 0, …, n − 1 in an order at random. */
export const shuffledIndices = (key: Value, n: number): Value => shuffled(key, iota([n], 0), 0);

/**
 * Sorted by random words, as often as it takes for words that coincide, which leave an order as it was, not to show: with
 * r rounds n elements use 32·r random bits each, and want 3·log₂ n.
 */
function shuffled(key: Value, x: Value, axis: number): Value {
  const rounds = Math.ceil(3 * Math.log(Math.max(1, sizeOf(x.shape))) / Math.log(2 ** 32 - 1));
  let k = key, values = x;
  for (let r = 0; r < rounds; r++) {
    values = sort([words(child(k, 1), x.shape), values], axis)[1]!;
    k = child(k, 0);
  }
  return values;
}
