/** Vectors of evenly spaced numbers. */
import { alloc, type DType, kindOf, rangeOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { Concrete, type Tensor, type Value } from "../tensor.ts";
import { type CreateOptions, dtypeOf, requireCount } from "./create_options.ts";
import { shown } from "./whole_numbers.ts";

/** The dtype of a range: i32 of whole numbers, f32 if one has a fraction, either where they are only `number`. */
export type RangeDType<N extends number> = number extends N ? "i32" | "f32"
  : [`${N}`] extends [`${bigint}`] ? "i32"
  : "f32";

/**
 * Evenly spaced numbers from `start` up to, without, `stop`.
 *
 * @param start First number, or with one argument the end (the start is 0). @param stop The end. @param step The spacing.
 * @param options `dtype`: i32 if all three are whole numbers, else f32.
 * @returns A vector of ⌈(stop − start) / step⌉ elements.
 * @throws {ArgumentError} If the step is 0, or one of the three is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example Indices and a countdown
 * ```ts
 * import { arange } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(3).toArray(), [0, 1, 2]);
 * assertEquals(arange(3, 0, -1).toArray(), [3, 2, 1]);
 * ```
 */
export function arange<const N extends number, D extends DType = RangeDType<N>>(
  stop: N,
  options?: CreateOptions<D>,
): Tensor<readonly [number], D>;
/** From `start` to before `stop`, `step` apart; 1 if left out. */
export function arange<const N extends number, D extends DType = RangeDType<N>>(
  start: N,
  stop: N,
  step?: N,
  options?: CreateOptions<D>,
): Tensor<readonly [number], D>;
export function arange(
  first: number,
  second?: number | CreateOptions<DType>,
  third?: number,
  last: CreateOptions<DType> = {},
): Value {
  const [start, stop, options] = typeof second === "number" ? [first, second, last] : [0, first, second ?? {}];
  const step = third ?? 1;
  if (!(Number.isFinite(start) && Number.isFinite(stop) && Number.isFinite(step)) || step === 0) {
    throw new ArgumentError(
      `arange: start, stop and step are finite numbers and step is not 0, got ${start}, ${stop}, ${step}`,
    );
  }
  const whole = [start, stop, step].every(Number.isInteger),
    dtype = dtypeOf("arange", options, whole ? "i32" : "f32");
  const n = Math.max(0, Math.ceil((stop - start) / step));
  return computed("arange", n, dtype, (i) => start + i * step);
}

/** A vector computed in f64 and rounded once, which no chain of operations would. */
function computed(op: string, n: number, dtype: DType, f: (i: number) => number): Value {
  const data = alloc(dtype, n), [low, high] = rangeOf(dtype), kind = kindOf(dtype);
  for (let i = 0; i < n; i++) {
    const x = f(i);
    if (kind === "int" && !(Math.trunc(x) >= low && Math.trunc(x) <= high)) {
      throw new DTypeError(`${op}: ${x} is out of range for ${dtype}; choose another dtype`);
    }
    data[i] = kind === "bool" ? +(x !== 0) : x;
  }
  return new Concrete([n], dtype, data);
}

function requireFinite(op: string, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, x] of Object.entries(numbers)) {
    if (!Number.isFinite(x)) throw new ArgumentError(`${op}: ${name} is ${shown(x)}, not a finite number`);
  }
}

/**
 * Evenly spaced numbers, both ends included.
 *
 * @param start First number. @param stop Last number. @param count How many.
 * @param options `endpoint: false` leaves `stop` out; `dtype`, f32 if left out.
 * @returns A vector, `[count]`.
 * @throws {ArgumentError} If an end is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example A unit interval in quarters
 * ```ts
 * import { linspace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace<const N extends number, D extends DType = "f32">(
  start: number,
  stop: number,
  count: N,
  options: CreateOptions<D> & { readonly endpoint?: boolean } = {},
): Tensor<readonly [N], D> {
  requireFinite("linspace", { start, stop });
  requireCount("linspace", count, "the count");
  const parts = options.endpoint === false ? count : count - 1;
  // The last is exactly `stop`, which start + i·step may miss by a rounding.
  const at = (i: number) => parts <= 0 ? start : i === parts ? stop : start + (stop - start) * (i / parts);
  return computed("linspace", count, dtypeOf("linspace", options, "f32", "endpoint"), at) as Tensor<readonly [N], D>;
}

/**
 * Numbers whose logarithms are evenly spaced, from `base`^start to `base`^stop.
 *
 * @param start First exponent. @param stop Last exponent. @param count How many.
 * @param options `base`, 10 if left out; `endpoint: false` leaves the last out; `dtype`, f32 if left out.
 * @returns A vector, `[count]`.
 * @throws {ArgumentError} If an exponent or the base is not finite.
 * @throws {DTypeError} If an element is out of the dtype's range.
 *
 * @example Powers of ten
 * ```ts
 * import { logspace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logspace(0, 3, 4).toArray(), [1, 10, 100, 1000]);
 * ```
 */
export function logspace<const N extends number, D extends DType = "f32">(
  start: number,
  stop: number,
  count: N,
  options: CreateOptions<D> & { readonly base?: number; readonly endpoint?: boolean } = {},
): Tensor<readonly [N], D> {
  const base = options.base ?? 10;
  requireFinite("logspace", { start, stop, base });
  requireCount("logspace", count, "the count");
  const parts = options.endpoint === false ? count : count - 1;
  const at = (i: number) => base ** (parts <= 0 ? start : i === parts ? stop : start + (stop - start) * (i / parts));
  return computed("logspace", count, dtypeOf("logspace", options, "f32", "base", "endpoint"), at) as Tensor<
    readonly [N],
    D
  >;
}
