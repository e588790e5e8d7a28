/** Tensors of values given, of indices and of evenly spaced numbers, and their element types changed. */
import { alloc, type DType, dtypeOfArray, kindOf, rangeOf, type TypedArray } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cast as castValue } from "../primitives/create.ts";
import { stopGradient as stop } from "../primitives/elementwise.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import type { LiteralOk, LiteralShape } from "../shape_types.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { flattenTensors, unflattenWith } from "../tree.ts";
import { requireDType, requireOptions, requireTensor, shown } from "./operands.ts";

// Tensors from data.

/** Nested arrays of numbers or booleans, or one of them. */
export type NestedLiteral = number | boolean | readonly NestedLiteral[];

/** @internal Nested booleans, to the depth that types follow. */
type Booleans =
  | boolean
  | readonly boolean[]
  | readonly (readonly boolean[])[]
  | readonly (readonly (readonly boolean[])[])[]
  | readonly (readonly (readonly (readonly boolean[])[])[])[];

/** The dtype that values read as when none is given: bool for booleans, else f32. */
export type LiteralDType<T> = T extends readonly [] | readonly [readonly [], ...unknown[]] ? "f32"
  : T extends Booleans ? "bool"
  : "f32";

/** The dtype of a typed array's elements. */
export type ArrayDType<A extends TypedArray> = A extends Float32Array ? "f32"
  : A extends Float64Array ? "f64"
  : A extends Int32Array ? "i32"
  : A extends Uint32Array ? "u32"
  : "u8";

/**
 * A tensor of nested numbers or booleans, or of a typed array, which is copied.
 *
 * @param values Nested arrays of equal lengths, one number or boolean, or a typed array.
 * @param options `dtype`: f32 if left out (bool for booleans, the array's own for a typed array). `shape`: for a typed
 *   array, the shape its elements fill in row-major order; one axis if left out.
 * @returns A new tensor, its shape a literal type where the values are.
 * @throws {ShapeError} If the nested arrays are ragged, or the elements do not fill the shape.
 * @throws {DTypeError} If a nested number does not fit the dtype: a fraction or an out-of-range number among integers.
 *   (A typed array is converted as by `cast`.)
 * @throws {ArgumentError} If nested arrays come with a `shape`, which they have themselves.
 *
 * @example From nested arrays and from a typed array
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([[1, 2, 3], [4, 5, 6]]).shape, [2, 3]);
 * assertEquals(tensor(new Int32Array([1, 2, 3, 4]), { shape: [2, 2] }).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export function tensor<
  A extends TypedArray,
  const S extends Shape = readonly [number],
  D extends DType = ArrayDType<A>,
>(
  values: A,
  options?: { readonly shape?: S; readonly dtype?: D },
): Tensor<S, D>;
/** Of nested arrays: their shape and dtype are the tensor's. */
export function tensor<const T extends NestedLiteral, D extends DType = LiteralDType<T>>(
  values: T & LiteralOk<T>,
  options?: { readonly dtype?: D },
): Tensor<LiteralShape<T>, D>;
export function tensor(
  values: unknown,
  options: { readonly dtype?: DType | undefined; readonly shape?: Shape | undefined } = {},
): Value {
  if (values instanceof Tensor) {
    throw new ArgumentError("tensor: the argument is a tensor already; use cast to change its dtype");
  }
  requireOptions("tensor", options, '{ dtype: "i32" }', ["dtype", "shape"]);
  if (ArrayBuffer.isView(values)) return fromTyped(values as TypedArray, options);
  if (options.shape !== undefined) {
    throw new ArgumentError("tensor: shape is for typed arrays; nest the arrays, or reshape the tensor");
  }
  return fromNested(values, options.dtype);
}

function fromTyped(
  from: TypedArray,
  options: { readonly dtype?: DType | undefined; readonly shape?: Shape | undefined },
): Value {
  const dtype = dtypeOfArray(from), shape = checkShape("tensor", options.shape ?? [from.length]);
  if (sizeOf(shape) !== from.length) {
    throw new ShapeError(
      `tensor: ${from.length} elements do not fill shape ${show(shape)}, which has ${sizeOf(shape)}`,
    );
  }
  const data = alloc(dtype, from.length);
  data.set(from); // `slice` of a Node Buffer would be a view
  return castValue(new Concrete(shape, dtype, data), requireDType("tensor", options.dtype ?? dtype));
}

function fromNested(values: unknown, given: DType | undefined): Value {
  const shape: number[] = [];
  let probe = values;
  while (Array.isArray(probe)) {
    shape.push(probe.length);
    probe = probe[0];
  }
  const dtype = requireDType("tensor", given ?? (typeof probe === "boolean" ? "bool" : "f32"));
  const data = alloc(dtype, sizeOf(shape)), [low, high] = rangeOf(dtype);
  let at = 0;
  const leaf = (x: unknown): number => {
    if (typeof x !== "number" && typeof x !== "boolean") throw notANumber(x);
    const v = Number(x);
    if (kindOf(dtype) === "int" && !(Number.isInteger(v) && v >= low && v <= high)) {
      throw new DTypeError(`tensor: ${v} is no ${dtype}; round or clamp it first, or choose another dtype`);
    }
    return kindOf(dtype) === "bool" ? +(v !== 0) : v;
  };
  const walk = (x: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (Array.isArray(x)) throw ragged(shape, axis);
      data[at++] = leaf(x);
      return;
    }
    if (!Array.isArray(x) || x.length !== shape[axis]) throw ragged(shape, axis);
    for (const y of x) walk(y, axis + 1);
  };
  walk(values, 0);
  return new Concrete(Object.freeze(shape), dtype, data);
}

const ragged = (shape: Shape, axis: number): ShapeError =>
  new ShapeError(
    `tensor: the nested arrays are ragged; the first entries say shape ${show(shape)}, another differs at axis ${axis}`,
  );

function notANumber(x: unknown): ArgumentError {
  const what = x instanceof Tensor
    ? "a tensor; use stack to join tensors"
    : typeof x === "string"
    ? `the string ${JSON.stringify(x)}`
    : typeof x === "bigint"
    ? "a bigint; write Number(x)"
    : `${x === null ? "null" : typeof x}`;
  return new ArgumentError(`tensor: expected numbers or booleans, got ${what}`);
}

// What operations that make tensors take beside shapes and values.

/** The element type of what is made; f32 if left out. */
export interface CreateOptions<D extends DType> {
  /** The element type. */
  readonly dtype?: D;
}

/** The dtype that options name, or another; they may have `more` names beside it. */
export function dtypeOf(
  op: string,
  o: { readonly dtype?: DType },
  otherwise: DType = "f32",
  ...more: readonly string[]
): DType {
  requireOptions(op, o, '{ dtype: "i32" }', ["dtype", ...more]);
  return requireDType(op, o.dtype ?? otherwise);
}

/** Throws unless a count is a whole number, 0 or more. */
export function requireCount(op: string, n: number, what: string): void {
  if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${op}: ${what} is a whole number, 0 or more, not ${n}`);
}

// Vectors of evenly spaced numbers.

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

// What names elements along an axis.

/** What names elements along an axis: a whole number, a list of them, or an integer tensor of any shape. */
export type Indices = number | readonly number[] | Tensor<Shape, DType>;

export type { IndicesShape } from "../shape_types/shapes.ts";

// Elements in another dtype, and values that derivatives do not pass.

/** The type of {@linkcode cast}: `cast(x, dtype)`, or in a pipe, `pipe(x, cast(dtype))`. */
export interface Cast {
  /** `cast(x, dtype)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D>;
  /** `pipe(x, cast(dtype))`. */
  <D extends DType>(dtype: D): <S extends Shape>(x: Tensor<S, DType>) => Tensor<S, D>;
}

const convert = (x: unknown, dtype: unknown): Value => castValue(requireTensor("cast", x), requireDType("cast", dtype));

/**
 * The same values in another dtype, elementwise. Derivatives pass between floats.
 *
 * Floats become integers without their fraction, held within the range, NaN as 0; integers among themselves wrap
 * around; everything but 0 becomes true.
 *
 * @param x Any tensor.
 * @param dtype The dtype to convert to.
 * @returns The values, in the same shape.
 * @throws {DTypeError} If `dtype` names none.
 *
 * @example Fractions cut off
 * ```ts
 * import { cast, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cast(tensor([1.7, -1.7, NaN]), "i32").toArray(), [1, -1, 0]);
 * ```
 */
export const cast: Cast =
  ((...args: unknown[]) => args.length >= 2 ? convert(args[0], args[1]) : (x: unknown) => convert(x, args[0])) as Cast;

/**
 * The same values, taken as constant by derivatives.
 *
 * @param tree A tensor, or a tree of tensors.
 * @returns The same tree.
 * @throws {ArgumentError} If a leaf is not a tensor.
 *
 * @example A constant factor
 * ```ts
 * import { grad, mul, stopGradient, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = grad((x: Tensor<readonly []>) => mul(stopGradient(x), x));
 * assertEquals(f(tensor(3)).item(), 3);
 * ```
 */
export function stopGradient<T>(tree: T): T {
  const [leaves, structure] = flattenTensors("stopGradient", tree);
  return unflattenWith(structure, leaves.map(stop)) as T;
}
