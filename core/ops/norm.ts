/** Lengths of vectors. */
import { ArgumentError } from "../errors.ts";
import { mul } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/cast.ts";
import { equal } from "../primitives/compare.ts";
import { fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { powConstant } from "../primitives/power.ts";
import { checkNotEmpty, reduceMax, reduceMin } from "../primitives/reduce_extreme.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { abs } from "../primitives/rounding.ts";
import { select } from "../primitives/select.ts";
import type { Value } from "../tensor.ts";
import { sqrtFlatAtZero } from "./moments.ts";
import { asFloat } from "./operands.ts";
import { type ReduceOp, reducing } from "./reduction.ts";

/** What a norm takes beside `axis` and `keepDims`. */
export interface NormOptions {
  /** The order p of (Σ|x|ᵖ)^(1/p), 2 if left out; ∞ and −∞ are the largest and smallest |x|, 0 counts what is not 0. */
  readonly ord?: number;
}

/** x^p for x ≥ 0, its derivative 0 at x = 0. */
function powerFlatAtZero(x: Value, p: number): Value {
  const none = equal(x, zerosLike(x));
  return select(none, fullLike(x, p > 0 ? 0 : Infinity), powConstant(select(none, onesLike(x), x), p));
}

function normOver(x: Value, axes: readonly number[], ord: number): Value {
  switch (ord) {
    case 0:
      return reduceSum(cast(cast(x, "bool"), x.dtype), axes);
    case 1:
      return reduceSum(abs(x), axes);
    case 2:
      return sqrtFlatAtZero(reduceSum(mul(x, x), axes));
    case Infinity:
      checkNotEmpty("norm", x.shape, axes, "the largest of nothing is no number");
      return reduceMax(abs(x), axes, "split");
    case -Infinity:
      checkNotEmpty("norm", x.shape, axes, "the smallest of nothing is no number");
      return reduceMin(abs(x), axes, "split");
    default:
      return powerFlatAtZero(reduceSum(powerFlatAtZero(abs(x), ord), axes), 1 / ord);
  }
}

/**
 * Norm of vectors along axes, (Σ|x|ᵖ)^(1/p). Its derivative at the zero vector is 0.
 *
 * @param x Any tensor; all axes named together hold one vector (a matrix gives its Frobenius norm).
 * @param options `ord`: the order p, 2 if left out; `Infinity` and `-Infinity` give the largest and the smallest |x|, 0 the
 * number of elements that are not 0. `axis`: one or several, all if left out; `keepDims`: whether they stay with size 1.
 * @returns The norm without the reduced axes; float.
 * @throws {ShapeError} If an axis is out of range or named twice, or an infinite order meets no elements.
 * @throws {ArgumentError} If `ord` is not a number.
 *
 * @example Three, four, five
 * ```ts
 * import { norm, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(norm(tensor([[3, 4], [0, -2]]), { axis: 1 }).toArray(), [5, 2]);
 * ```
 */
export const norm: ReduceOp<"norm", "float", NormOptions> = reducing("norm", (v, axes, options: NormOptions) => {
  const ord: unknown = options.ord ?? 2;
  if (typeof ord !== "number" || Number.isNaN(ord)) {
    throw new ArgumentError(
      `norm: ord ${String(ord)} is not a number; use 0, 1, 2, Infinity, -Infinity or another order`,
    );
  }
  return normOver(asFloat(v), axes, ord);
}, "ord");
