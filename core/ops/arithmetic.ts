/** Arithmetic: sums, products, quotients, remainders and powers. */
import { type DType, type FloatOf, isFloat, type Promote, rangeOf, type Weak, weak } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { addP, divP, floorDivP, modP, mulP, negP, subP } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/create.ts";
import {
  cbrtP,
  powConstant,
  powP,
  reciprocal as reciprocalValue,
  rsqrtP,
  sqrtP,
  square as squareValue,
} from "../primitives/elementary.ts";
import type { Shape } from "../shape.ts";
import type { Broadcast, BroadcastOk } from "../shape_types.ts";
import { Tensor } from "../tensor.ts";
import {
  asFloat,
  binary,
  binaryFloat,
  type DTypeOf,
  dual,
  type Operand,
  requireNumeric,
  requireTensor,
  type ShapeOf,
  unaryFloat,
} from "./operands.ts";

// The types of operations with two operands.

/**
 * An elementwise operation of two operands, either of them a tensor or a number: `f(a, b)`, or data last in a pipe,
 * `pipe(a, f(b))`, which means f(a, b).
 *
 * The first forms keep a shape that is a type parameter of the caller's, which the general one could not compute with.
 */
export interface BinaryOp<Name extends string> {
  /** A tensor and a number. */
  <S extends Shape, D extends DType>(a: Tensor<S, D>, b: number): Tensor<S, Weak<D>>;
  /** A number and a tensor. */
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, Weak<D>>;
  /** Two tensors of one shape. */
  <S extends Shape, D extends DType, E extends DType>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, E>,
  ): Tensor<S, Promote<D, E>>;
  /** A tensor and a vector along its last axis. */
  <L extends Shape, N extends number, D extends DType, E extends DType>(
    a: Tensor<readonly [...L, N], D>,
    b: Tensor<readonly [NoInfer<N>], E>,
  ): Tensor<readonly [...L, N], Promote<D, E>>;
  /** Operands that broadcast as in NumPy and meet in their common dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
  /** `pipe(a, f(2))`. */
  (b: number): <S extends Shape, D extends DType>(a: Tensor<S, D>) => Tensor<S, Weak<D>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A, B>>;
}

/** As `BinaryOp`, for functions with fractional results: integers become f32 first. */
export interface BinaryFloatOp<Name extends string> {
  /** A tensor and a number. */
  <S extends Shape, D extends DType>(a: Tensor<S, D>, b: number): Tensor<S, FloatOf<D>>;
  /** A number and a tensor. */
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, FloatOf<D>>;
  /** Two tensors of one shape. */
  <S extends Shape, D extends DType, E extends DType>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, E>,
  ): Tensor<S, FloatOf<Promote<D, E>>>;
  /** A tensor and a vector along its last axis. */
  <L extends Shape, N extends number, D extends DType, E extends DType>(
    a: Tensor<readonly [...L, N], D>,
    b: Tensor<readonly [NoInfer<N>], E>,
  ): Tensor<readonly [...L, N], FloatOf<Promote<D, E>>>;
  /** Operands that broadcast as in NumPy and meet in their common float dtype. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: B & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
  /** `pipe(a, f(2))`. */
  (b: number): <S extends Shape, D extends DType>(a: Tensor<S, D>) => Tensor<S, FloatOf<D>>;
  /** `pipe(a, f(b))`. */
  <B extends Operand>(
    b: B,
  ): <A extends Operand>(
    a: A & BroadcastOk<Name, ShapeOf<A>, ShapeOf<B>>,
  ) => Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>, FloatOf<DTypeOf<A, B>>>;
}

// Sums, differences, products and quotients.

/**
 * Sum, elementwise.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a + b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example A column and a row
 * ```ts
 * import { add, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(add(tensor([[1], [2]]), tensor([10, 20])).toArray(), [[11, 21], [12, 22]]);
 * ```
 */
export const add: BinaryOp<"add"> = dual((a, b) => binary("add", addP, a, b)) as BinaryOp<"add">;

/**
 * Difference, elementwise: `sub(a, b)` is a − b, and so is `pipe(a, sub(b))`.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a - b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Data last
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { sub, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(tensor([5, 7]), sub(1)).toArray(), [4, 6]);
 * ```
 */
export const sub: BinaryOp<"sub"> = dual((a, b) => binary("sub", subP, a, b)) as BinaryOp<"sub">;

/**
 * Product, elementwise; integers wrap around.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a · b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example A tensor scaled
 * ```ts
 * import { mul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mul(tensor([1, 2, 3]), 2).toArray(), [2, 4, 6]);
 * ```
 */
export const mul: BinaryOp<"mul"> = dual((a, b) => binary("mul", mulP, a, b)) as BinaryOp<"mul">;

/**
 * Quotient, elementwise; integers are divided as f32 (`floorDiv` keeps them).
 *
 * @param a Any tensor, or a number.
 * @param b Any tensor that broadcasts with `a`, or a number.
 * @returns `a / b`, in the broadcast shape; float.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Rows by their sums
 * ```ts
 * import { div, sum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 3], [2, 2]]);
 * assertEquals(div(x, sum(x, { axis: 1, keepDims: true })).toArray(), [[0.25, 0.75], [0.5, 0.5]]);
 * ```
 */
export const div: BinaryFloatOp<"div"> = dual((a, b) => binaryFloat("div", divP, a, b)) as BinaryFloatOp<"div">;

/**
 * Negation, elementwise.
 *
 * @param x Any numeric tensor.
 * @returns `-x`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example A vector turned round
 * ```ts
 * import { neg, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(neg(tensor([1, -2])).toArray(), [-1, 2]);
 * ```
 */
export function neg<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return bind1(negP, [requireTensor("neg", x)], undefined) as Tensor<S, D>;
}

// Division with a remainder.

/**
 * Quotient rounded down, elementwise, as `//` in Python; its derivative is 0.
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `⌊a / b⌋`, in the broadcast shape and the common dtype. Integers divided by 0 give 0.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example Rounded down on both sides of zero
 * ```ts
 * import { floorDiv, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(floorDiv(tensor([7, -7]), 2).toArray(), [3, -4]);
 * ```
 */
export const floorDiv: BinaryOp<"floorDiv"> = dual((a, b) => binary("floorDiv", floorDivP, a, b)) as BinaryOp<
  "floorDiv"
>;

/**
 * Remainder with the sign of the divisor, elementwise, as `%` in Python (not as in JavaScript).
 *
 * @param a Any numeric tensor, or a number.
 * @param b Any numeric tensor that broadcasts with `a`, or a number.
 * @returns `a - b·⌊a / b⌋`, in the broadcast shape and the common dtype. Integers modulo 0 give 0, floats NaN.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction meets an integer tensor.
 *
 * @example Around a clock
 * ```ts
 * import { mod, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mod(tensor([14, -1]), 12).toArray(), [2, 11]);
 * ```
 */
export const mod: BinaryOp<"mod"> = dual((a, b) => binary("mod", modP, a, b)) as BinaryOp<"mod">;

// Powers and roots.

/**
 * Square root, elementwise; its derivative at 0 is infinite.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `√x`, in the shape of `x`; float. NaN below 0.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Roots
 * ```ts
 * import { sqrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sqrt(tensor([4, 2.25])).toArray(), [2, 1.5]);
 * ```
 */
export function sqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("sqrt", sqrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * One over the square root, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / √x`, in the shape of `x`; float. Infinity at 0, NaN below.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Norms to factors
 * ```ts
 * import { rsqrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rsqrt(tensor([4, 0.25])).toArray(), [0.5, 2]);
 * ```
 */
export function rsqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("rsqrt", rsqrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Cube root, elementwise, of negative numbers too.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `∛x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Roots of either sign
 * ```ts
 * import { cbrt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cbrt(tensor([27, -8])).toArray(), [3, -2]);
 * ```
 */
export function cbrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return unaryFloat("cbrt", cbrtP, x) as Tensor<S, FloatOf<D>>;
}

/**
 * Square, elementwise; integers wrap around.
 *
 * @param x Any numeric tensor.
 * @returns `x²`, in the same shape and dtype.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Of either sign
 * ```ts
 * import { square, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(square(tensor([-3, 0.5])).toArray(), [9, 0.25]);
 * ```
 */
export function square<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return squareValue(requireNumeric("square", x)) as Tensor<S, D>;
}

/**
 * One over x, elementwise.
 *
 * @param x Any tensor; integers and bool are taken as f32.
 * @returns `1 / x`, in the shape of `x`; float.
 * @throws {ArgumentError} If `x` is not a tensor.
 *
 * @example Of a power of two, and of nothing
 * ```ts
 * import { reciprocal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reciprocal(tensor([4, 0])).toArray(), [0.25, Infinity]);
 * ```
 */
export function reciprocal<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return reciprocalValue(asFloat(requireTensor("reciprocal", x))) as Tensor<S, FloatOf<D>>;
}

/**
 * Power, elementwise: `pow(a, b)` is aᵇ, and so is `pipe(a, pow(b))`.
 *
 * Derivatives are those of the limits where these exist: `b·aᵇ⁻¹` in a is 0 for b = 0, and `aᵇ·log a` in b is 0 for
 * a = 0 and b ≥ 0. Integers wrap around; to a negative power they give 1/aⁿ truncated, and 0 for a = 0.
 *
 * @param a Bases: any numeric tensor, or a number.
 * @param b Exponents: any numeric tensor that broadcasts with `a`, or a number.
 * @returns `aᵇ`, in the broadcast shape and the common dtype. Anything to the power 0 is 1; a fractional power of a
 * negative number is NaN.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {DTypeError} If both are bool, or a fraction or an out-of-range number meets an integer tensor.
 *
 * @example A square in a pipe
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { pow, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(tensor([1, -2, 3]), pow(2)).toArray(), [1, 4, 9]);
 * ```
 */
export const pow: BinaryOp<"pow"> = dual((a, b) => {
  // A number as the exponent needs no derivative in it, and no array.
  if (a instanceof Tensor && typeof b === "number") {
    const dtype = weak(a.dtype), [low, high] = rangeOf(dtype);
    if (isFloat(dtype) || (Number.isInteger(b) && low <= b && b <= high)) return powConstant(cast(a, dtype), b);
  }
  return binary("pow", powP, a, b);
}) as BinaryOp<"pow">;
