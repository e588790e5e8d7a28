/** Choices and permutations. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { asFloat, requireTensor } from "../ops/operands.ts";
import { add, log, mul, neg, shift } from "../primitives/arithmetic.ts";
import { and, less, lessEqual, select } from "../primitives/compare.ts";
import { full, fullLike, iota } from "../primitives/create.ts";
import { argSort, cumulative, sort } from "../primitives/cumulative.ts";
import { takeAxis } from "../primitives/gather.ts";
import { broadcastRight, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { checkShape, normalizeAxis, sameShape, type Shape, show, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { standardGumbel } from "./discrete.ts";
import { child, type FloatDType, type Key, requireKey, unit, words } from "./key.ts";
import { randint } from "./uniform.ts";

// Orders at random.

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
const shuffledIndices = (key: Value, n: number): Value => shuffled(key, iota([n], 0), 0);

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

// Draws from a finite set, putting back or not.

/** Options of `choice`. */
export interface ChoiceOptions {
  /** Whether what was drawn may be drawn again; true if left out. */
  readonly replace?: boolean;
  /** Probabilities, one for each thing, that sum to 1; all equal if left out. */
  readonly p?: Tensor<Shape, DType>;
  /** The axis of the things in a tensor, the first if left out. */
  readonly axis?: number;
}

/**
 * Draws from the numbers 0, …, n − 1, or from the slices of a tensor.
 *
 * @param key A key, u32[2].
 * @param from How many numbers, or a tensor with at least one axis.
 * @param shape How many to draw, as a shape; one if left out.
 * @param options `replace`: whether to put back; `p`: probabilities; `axis` of the things in a tensor.
 * @returns For a number, i32 indices of `shape`; for a tensor, its slices, `shape` in the place of the axis.
 * @throws {ArgumentError} If there is nothing to draw from, or fewer things than draws without putting back.
 * @throws {ShapeError} If `p` has not one probability for each thing.
 * @see JAX's `jax.random.choice`, whose draws these are (with `p`, up to a tie within rounding)
 *
 * @example Three of ten, no two the same
 * ```ts
 * import { choice, key } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(choice(key(42), 10, [3], { replace: false }).toArray(), [7, 4, 2]);
 * ```
 */
export function choice<const S extends Shape = readonly []>(
  key: Key,
  from: number,
  shape?: S,
  options?: ChoiceOptions,
): Tensor<S, "i32">;
/** Draws from the elements of a vector. */
export function choice<D extends DType, const S extends Shape = readonly []>(
  key: Key,
  from: Tensor<readonly [number], D>,
  shape?: S,
  options?: ChoiceOptions,
): Tensor<S, D>;
/** Draws from the slices of a tensor. */
export function choice<D extends DType>(
  key: Key,
  from: Tensor<Shape, D>,
  shape?: Shape,
  options?: ChoiceOptions,
): Tensor<Shape, D>;
export function choice(key: Key, from: number | Value, shape: Shape = [], options: ChoiceOptions = {}): Value {
  const k = requireKey("choice", key), to = checkShape("choice", shape), draws = sizeOf(to);
  const things = typeof from === "number" ? null : requireTensor("choice", from, "things to draw from");
  const axis = things === null ? 0 : normalizeAxis("choice", options.axis ?? 0, things.shape.length);
  const n = things === null ? from as number : things.shape[axis]!, replace = options.replace ?? true;
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`choice: draws from a whole number of things, not ${n}`);
  if (n === 0 && draws > 0) throw new ArgumentError("choice: there is nothing to draw from");
  if (!replace && draws > n) {
    throw new ArgumentError(`choice: ${draws} draws from ${n} things without putting back; draw fewer, or set replace`);
  }
  const drawn = options.p === undefined
    ? (replace ? randint(k as Key, to, 0, n) : firstOf(shuffledIndices(k, n), to))
    : weighted(k, requireTensor("choice", options.p, "p"), n, to, replace);
  return things === null ? drawn : takeAxis(things, drawn, axis);
}

const firstOf = (order: Value, shape: Shape): Value => reshape(sliceAxis(order, 0, 0, sizeOf(shape)), shape);

function weighted(key: Value, given: Value, n: number, shape: Shape, replace: boolean): Value {
  if (!sameShape(given.shape, [n])) {
    throw new ShapeError(`choice: p of shape ${show(given.shape)} for ${n} things; give one probability for each`);
  }
  if (n === 0) return full(shape, 0, "i32");
  const p = asFloat(given), dtype = p.dtype as FloatDType;
  // The largest of log p plus Gumbel numbers, and the next ones: each draw from what the ones before have left.
  if (!replace) return firstOf(argSort(neg(add(standardGumbel(key, [n], dtype), log(p))), 0), shape);
  const sums = cumulative(p, { axis: 0, reverse: false, combine: "sum" });
  const total = reshape(sliceAxis(sums, 0, n - 1, n), []);
  const r = mul(broadcastRight(total, shape), shift(neg(unit(key, shape, dtype)), 1));
  return countBelow(sums, r);
}

/** How many of ascending numbers are below each of `x`: the bits of the count from the highest down. */
function countBelow(ascending: Value, x: Value): Value {
  const n = ascending.shape[0]!;
  let count = full(x.shape, 0, "i32");
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const further = shift(count, step), last = takeAxis(ascending, shift(further, -1), 0);
    count = select(and(lessEqual(further, fullLike(further, n)), less(last, x)), further, count);
  }
  return count;
}
