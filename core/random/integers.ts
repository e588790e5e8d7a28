/** Whole numbers equally likely in a range. */
import { cast } from "../primitives/cast.ts";
import { add, mul, sub } from "../primitives/arithmetic.ts";
import { greater } from "../primitives/compare.ts";
import { full, fullLike, onesLike } from "../primitives/create.ts";
import { mod } from "../primitives/division.ts";
import { select } from "../primitives/select.ts";
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { checkShape, type Shape } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";
import { drawn, type Key, type Parameter, requireKey } from "./arguments.ts";
import { child, words } from "./bits.ts";

/** A dtype of whole numbers. */
export type IntDType = "i32" | "u32" | "u8";

const ranges: { readonly [D in IntDType]: readonly [number, number] } = {
  i32: [-(2 ** 31), 2 ** 31],
  u32: [0, 2 ** 32],
  u8: [0, 2 ** 8],
};

/**
 * Whole numbers equally likely in min, …, max − 1; an empty range (`max` = `min`) gives `min`.
 *
 * Each has two random words; relative to one another, the likelihoods of two numbers differ by at most (max − min) / 2⁶⁴
 * where max − min ≤ 2¹⁶, and by at most (max − min) / 2³² elsewhere.
 *
 * @param key A key, u32[2].
 * @param shape What to draw.
 * @param min The least: a whole number, or an integer tensor that broadcasts to `shape`.
 * @param max One more than the greatest, likewise.
 * @param options `dtype`: i32 (if left out), u32 or u8.
 * @returns Whole numbers, `shape`.
 * @throws {ArgumentError} If `min` is above `max`, or the dtype does not hold the range.
 * @see JAX's `jax.random.randint`, whose numbers these are
 *
 * @example Dice
 * ```ts
 * import { all, key, lessEqual, randint } from "@adjoint/adjoint";
 * import { assert } from "@std/assert";
 *
 * assert(all(lessEqual(randint(key(0), [10], 1, 7), 6)).item());
 * ```
 */
export function randint<const S extends Shape, D extends IntDType = "i32">(
  key: Key,
  shape: S,
  min: Parameter,
  max: Parameter,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  const k = requireKey("randint", key), to = checkShape("randint", shape), dtype: IntDType = options.dtype ?? "i32";
  if (!Object.hasOwn(ranges, dtype)) {
    throw new DTypeError(`randint: draws i32, u32 or u8, not ${String(dtype)}; cast the result`);
  }
  const wide: DType = dtype === "u8" ? "i32" : dtype;
  return cast(integersIn(k, to, min, max, wide, dtype), dtype) as Tensor<S, D>;
}

function integersIn(key: Value, shape: Shape, min: Parameter, max: Parameter, wide: DType, dtype: IntDType): Value {
  const high = words(child(key, 0), shape), low = words(child(key, 1), shape);
  if (typeof min === "number" && typeof max === "number") {
    checkRange(min, max, dtype);
    const least = full(shape, min, wide), size = max - min;
    // All of 32 bits: nothing to reduce.
    if (size === 2 ** 32) return add(least, cast(low, wide));
    return add(least, cast(below(high, low, full(shape, Math.max(size, 1), "u32")), wide));
  }
  const limits = [limit("min", min, wide, dtype), limit("max", max, wide, dtype)];
  const [, [least, end]] = drawn("randint", shape, limits, ["min", "max"]);
  const size = sub(cast(end!, "u32"), cast(least!, "u32"));
  return add(least!, cast(below(high, low, select(greater(end!, least!), size, onesLike(size))), wide));
}

/** (high · 2³² + low) mod size, as far as products modulo 2³² can: it is exact for sizes up to 2¹⁶. */
function below(high: Value, low: Value, size: Value): Value {
  const half = mod(fullLike(size, 2 ** 16), size), whole = mod(mul(half, half), size);
  return mod(add(mul(mod(high, size), whole), mod(low, size)), size);
}

function checkRange(min: number, max: number, dtype: IntDType): void {
  const [least, end] = ranges[dtype];
  if (!Number.isInteger(min) || !Number.isInteger(max)) {
    throw new ArgumentError(`randint: min ${min} and max ${max} must be whole numbers`);
  }
  if (min > max) throw new ArgumentError(`randint: min ${min} is above max ${max}; swap them`);
  if (min < least || min >= end || max > end) {
    throw new ArgumentError(
      `randint: ${dtype} does not hold all of ${min}, …, ${max} - 1; it holds ${least} to ${end - 1}`,
    );
  }
}

function limit(name: string, x: Parameter, wide: DType, dtype: IntDType): Value {
  if (x instanceof Tensor) {
    if (kindOf(x.dtype) !== "int") throw new DTypeError(`randint: ${name} is ${x.dtype}; cast it to ${dtype} first`);
    return cast(x, wide);
  }
  const [least, end] = ranges[dtype];
  if (Number.isInteger(x) && x >= least && x < end) return full([], x, wide);
  throw new ArgumentError(
    `randint: ${name} is ${String(x)}; beside a tensor it must be a whole number from ${least} to ${end - 1}`,
  );
}
