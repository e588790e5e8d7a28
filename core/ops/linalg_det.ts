/** Determinants and their logarithms. */
import type { DType } from "../dtype.ts";
import { add, mul, sub } from "../primitives/arithmetic.ts";
import { argMax } from "../primitives/arg_extreme.ts";
import { cast } from "../primitives/cast.ts";
import { equal, greaterEqual, less, notEqual } from "../primitives/compare.ts";
import { full, fullLike, iota, onesLike, zerosLike } from "../primitives/create.ts";
import { matmul } from "../primitives/dot_general.ts";
import { log } from "../primitives/exponential.ts";
import { takeAlong } from "../primitives/gather.ts";
import { lu, permuteRows } from "../primitives/linalg_lu.ts";
import { alongColumns, columnsOf, diagonal, everywhere, eyeLike, lead } from "../primitives/linalg_matrix.ts";
import { and, or } from "../primitives/logic.ts";
import { reduceAny } from "../primitives/reduce_logic.ts";
import { reduceProd } from "../primitives/reduce_prod.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { reshape } from "../primitives/reshape.ts";
import { abs, sign } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import { slice } from "../primitives/slice.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type LeadOf, luSolve, squareOf } from "./linalg_operands.ts";

/** −1 for every place where `odd` holds, multiplied along the last axis. */
const signOf = (odd: Value, dtype: DType): Value =>
  reduceProd(select(odd, full(odd.shape, -1, dtype), full(odd.shape, 1, dtype)), [odd.shape.length - 1]);

/** 1 or −1 a matrix, by the number of exchanges. */
const parity = (pivots: Value, dtype: DType): Value =>
  signOf(notEqual(pivots, iota(pivots.shape, pivots.shape.length - 1)), dtype);

/**
 * The columns of each matrix with the first that depends on those before it moved to the end, so that elimination meets
 * the zero of a matrix of rank n − 1 last; and the sign of that move.
 */
function dependentLast(x: Value): readonly [Value, Value] {
  const pivots = diagonal(lu(stopGradient(x))[0]!), last = pivots.shape.length - 1, place = iota(pivots.shape, last);
  const end = fullLike(place, columnsOf(x) - 1);
  const first = argMax(cast(or(equal(pivots, zerosLike(pivots)), equal(place, end)), "i32"), last);
  const from = everywhere(first, place.shape), inner = less(place, end);
  const order = select(less(place, from), place, select(inner, add(place, onesLike(place)), from));
  return [takeAlong(x, alongColumns(order, x.shape), last + 1), signOf(and(greaterEqual(place, from), inner), x.dtype)];
}

/**
 * ±det(B)·(e − r·B⁻¹·c), where B is all but the last row r and column c of the matrix with its rows and columns in the
 * order of elimination: at rank n − 1 it divides by nothing that is zero. At lower rank B is replaced, and the value 0.
 */
function determinant(given: Value): Value {
  const n = columnsOf(given), leading = lead(given);
  if (n === 0) return full(leading, 1, given.dtype);
  if (n === 1) return reshape(given, leading);
  const [x, moved] = dependentLast(given),
    [packed, order, pivots] = lu(stopGradient(x)),
    ordered = permuteRows(x, order!);
  const part = (r: readonly [number, number], c: readonly [number, number]) =>
    slice(ordered, [...leading.map(() => 0), r[0], c[0]], [...leading, r[1], c[1]]);
  const block = part([0, n - 1], [0, n - 1]), vector = leading.length;
  const before = slice(diagonal(packed!), [...leading.map(() => 0), 0], [...leading, n - 1]);
  const low = reduceAny(equal(before, zerosLike(before)), [vector]);
  const safe = select(everywhere(low, block.shape), eyeLike(block), block), [factors, , exchanges] = lu(safe);
  const minor = mul(parity(exchanges!, x.dtype), reduceProd(diagonal(factors!), [vector]));
  const product = matmul(part([n - 1, n], [0, n - 1]), luSolve(safe, part([0, n - 1], [n - 1, n])));
  const rest = sub(part([n - 1, n], [n - 1, n]), product);
  const whole = mul(mul(mul(moved, parity(pivots!, x.dtype)), minor), reshape(rest, leading));
  return select(low, zerosLike(whole), whole);
}

/**
 * Determinants.
 *
 * Derivatives are right also at singular matrices of rank n − 1; at lower rank the first one, 0, is right, and higher
 * ones are given as 0.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `[…]`.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { det, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(det(tensor([[0, 2], [4, 1]])).item(), -8);
 * ```
 */
export function det<S extends Shape, D extends DType>(a: Tensor<S, D>): Tensor<LeadOf<S>, D> {
  return determinant(squareOf("det", a)) as Tensor<LeadOf<S>, D>;
}

/** The sign of a determinant and the logarithm of its magnitude. */
export interface Slogdet<S extends Shape, D extends DType> {
  /** −1, 0 or 1, `[…]`. */
  readonly sign: Tensor<LeadOf<S>, D>;
  /** log |det A|, `[…]`; −∞ for a singular matrix. */
  readonly logAbsDet: Tensor<LeadOf<S>, D>;
}

/**
 * Sign and logarithm of determinants, for those too large or too small for a float.
 *
 * @param a f32 or f64, `[…, n, n]`.
 * @returns `{ sign, logAbsDet }`; the derivative at a singular matrix is infinite or NaN.
 * @throws {ShapeError} If the last two axes differ. @throws {DTypeError} If `a` is not of floats.
 *
 * @example Two by two
 * ```ts
 * import { slogdet, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { sign, logAbsDet } = slogdet(tensor([[0, 1], [1, 0]]));
 * assertEquals([sign.item(), logAbsDet.item()], [-1, 0]);
 * ```
 */
export function slogdet<S extends Shape, D extends DType>(a: Tensor<S, D>): Slogdet<S, D> {
  const [packed, , pivots] = lu(squareOf("slogdet", a)), d = diagonal(packed!), last = d.shape.length - 1;
  return {
    sign: mul(parity(pivots!, d.dtype), reduceProd(sign(d), [last])),
    logAbsDet: reduceSum(log(abs(d)), [last]),
  } as unknown as Slogdet<S, D>;
}
