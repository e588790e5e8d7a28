/** The cross product. */
import type { DType, Promote } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { mul, sub } from "../primitives/arithmetic.ts";
import { concat } from "../primitives/concat.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import type { Broadcast, BroadcastOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import { factors } from "./factors.ts";
import { broadcasted } from "./operands.ts";
import { requireOptions } from "./options.ts";

/** The type of {@linkcode cross}: `cross(a, b, options?)`, or `pipe(a, cross(b, options?))`. */
export interface CrossOp {
  /** `cross(a, b, options?)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB> & BroadcastOk<"cross", A, B>,
    options?: { readonly axis?: number },
  ): Tensor<Broadcast<A, B>, Promote<DA, DB>>;
  /** `pipe(a, cross(b, options?))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
    options?: { readonly axis?: number },
  ): <A extends Shape, DA extends DType>(
    a: Tensor<A, DA> & BroadcastOk<"cross", A, B>,
  ) => Tensor<Broadcast<A, B>, Promote<DA, DB>>;
}

/**
 * Cross product of vectors of three.
 *
 * @param a Any numeric tensor with an axis of size 3.
 * @param b Any numeric tensor that broadcasts with `a`, with the same axis of size 3.
 * @param options `axis`: which axis of the broadcast shape the vectors lie along; the last if left out.
 * @returns `a × b`, in the broadcast shape and the common dtype.
 * @throws {ShapeError} If the shapes do not broadcast or the axis has another size.
 *
 * @example The third axis from the first two
 * ```ts
 * import { cross, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray(), [0, 0, 1]);
 * ```
 */
export const cross: CrossOp = dualOptions((given, other, options) => {
  requireOptions("cross", options, "{ axis: 0 }", ["axis"]);
  const { axis = -1 } = options;
  const factor = factors("cross", given, other), [a, b] = broadcasted("cross", factor);
  const at = normalizeAxis("cross", axis as number, a!.shape.length);
  if (factor.some((x) => x.shape[at - a!.shape.length + x.shape.length] !== 3)) {
    throw new ShapeError(
      `cross: ${show(factor[0].shape)} × ${
        show(factor[1].shape)
      } along axis ${axis}; vectors must have 3 elements there`,
    );
  }
  // cᵢ₊₂ = aᵢ·bᵢ₊₁ − aᵢ₊₁·bᵢ, indices modulo 3.
  const next = (x: Value) => concat([sliceAxis(x, at, 1, 3), sliceAxis(x, at, 0, 1)], at);
  return next(sub(mul(a!, next(b!)), mul(next(a!), b!)));
}) as CrossOp;
