/** Draws from a finite set, putting back or not. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { asFloat, requireTensor } from "../ops/operands.ts";
import { add, mul, neg, shift } from "../primitives/arithmetic.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { less, lessEqual } from "../primitives/compare.ts";
import { full, fullLike } from "../primitives/create.ts";
import { cumulative } from "../primitives/cumulative.ts";
import { log } from "../primitives/exponential.ts";
import { takeAxis } from "../primitives/gather.ts";
import { and } from "../primitives/logic.ts";
import { reshape } from "../primitives/reshape.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { argSort } from "../primitives/sort.ts";
import { checkShape, normalizeAxis, sameShape, type Shape, show, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type FloatDType, type Key, requireKey } from "./arguments.ts";
import { unit } from "./bits.ts";
import { randint } from "./integers.ts";
import { standardGumbel } from "./logarithmic.ts";
import { shuffledIndices } from "./permutation.ts";

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
