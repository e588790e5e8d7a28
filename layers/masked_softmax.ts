/** The softmax of scores of which some are not to be seen. */
import {
  add,
  div,
  type DType,
  DTypeError,
  equal,
  exp,
  max,
  type Shape,
  ShapeError,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import { softmax } from "./activations_softmax.ts";

const last = { axis: -1, keepDims: true } as const;

/** A mask of scores: bool, `true` for what is seen, or floats to be added, −∞ for what is not. */
export type Mask = Tensor<Shape, "bool"> | Tensor<Shape, "f32"> | Tensor<Shape, "f64">;

/**
 * Weights that sum to one along the last axis, and are zero where a mask says so.
 *
 * A row of which nothing is seen gives zeros, not NaN, and has zero derivatives.
 *
 * @param scores Floats `[...L, T]`.
 * @param mask bool, `true` for what is seen, or floats to be added to the scores, −∞ for what is not; it broadcasts to
 *   the scores. Left out, all is seen.
 * @returns Weights `[...L, T]`.
 * @throws {ShapeError} If the mask does not broadcast to the scores, or they are a scalar.
 * @throws {DTypeError} If the mask is of integers.
 *
 * @example The second of three is hidden
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { maskedSoftmax } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maskedSoftmax(tensor([7, 7, 7]), tensor([true, false, true])).toArray(), [0.5, 0, 0.5]);
 * assertEquals(maskedSoftmax(tensor([7, 7]), tensor([false, false])).toArray(), [0, 0]);
 * ```
 */
export function maskedSoftmax<S extends Shape, D extends DType>(scores: Tensor<S, D>, mask?: Mask): Tensor<S, D> {
  return softmaxUnder("maskedSoftmax", scores as unknown as Tensor, mask) as unknown as Tensor<S, D>;
}

/** `maskedSoftmax`, in the name of whoever calls it. */
export function softmaxUnder(op: string, x: Tensor, mask: Mask | undefined): Tensor {
  if (x.rank === 0) throw new ShapeError(`${op}: scores need an axis, got a scalar; reshape them to [1]`);
  if (mask !== undefined) requireMask(op, x.shape, mask);
  if (mask === undefined) return softmax(x) as Tensor;
  if (x.shape.at(-1) === 0) return x;
  const shown = (mask.dtype === "bool" ? where(mask, x, -Infinity) : add(x, mask as Tensor)) as Tensor;
  // Where a row has nothing to see its maximum is −∞: −∞ − −∞ and 0 / 0 must not be computed.
  const high = max(stopGradient(shown), last) as Tensor;
  const e = exp(sub(shown, where(equal(high, -Infinity), 0, high) as Tensor) as Tensor) as Tensor;
  const total = sum(e, last) as Tensor;
  return div(e, where(equal(total, 0), 1, total) as Tensor) as Tensor;
}

function requireMask(op: string, scores: Shape, mask: Mask): void {
  const { shape, dtype } = mask as Tensor<Shape, DType>, lead = scores.length - shape.length;
  if (dtype !== "bool" && dtype !== "f32" && dtype !== "f64") {
    throw new DTypeError(`${op}: a mask is bool (true for what is seen) or floats to be added, not ${dtype}; cast it`);
  }
  if (lead < 0 || shape.some((d, i) => d !== 1 && d !== scores[lead + i])) {
    throw new ShapeError(
      `${op}: a mask [${shape.join(", ")}] does not broadcast to scores [${
        scores.join(", ")
      }]; its last axes are queries and keys`,
    );
  }
}
