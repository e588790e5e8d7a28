/** Tensors from data. */
import { alloc, type DType, dtypeOfArray, kindOf, rangeOf, type TypedArray } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import type { LiteralOk, LiteralShape } from "../shape_types.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { requireDType } from "./operands.ts";
import { requireOptions } from "./options.ts";

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
  return cast(new Concrete(shape, dtype, data), requireDType("tensor", options.dtype ?? dtype));
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
