/** Products of every pair of elements. */
import type { DType, Promote } from "../dtype.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { reshape } from "../primitives/reshape.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { factors } from "./factors.ts";
import { dual } from "./operands.ts";

/** The shape of {@linkcode outer}`(a, b)`. */
export type Outer<A extends Shape, B extends Shape> = readonly [
  A extends readonly [infer M extends number] ? M : number,
  B extends readonly [infer N extends number] ? N : number,
];

/** The type of {@linkcode outer}: `outer(a, b)`, or `pipe(a, outer(b))`. */
export interface OuterOp {
  /** `outer(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
  ): Tensor<Outer<A, B>, Promote<DA, DB>>;
  /** `pipe(a, outer(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Outer<A, B>, Promote<DA, DB>>;
}

/**
 * The product of every element of one tensor with every element of another.
 *
 * @param a Any numeric tensor, taken as a vector of its M elements.
 * @param b Any numeric tensor, taken as a vector of its N elements.
 * @returns The products, `[M, N]`, in the common dtype.
 * @throws {DTypeError} If both are bool.
 *
 * @example A multiplication table
 * ```ts
 * import { outer, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(outer(tensor([1, 2]), tensor([1, 2, 3])).toArray(), [[1, 2, 3], [2, 4, 6]]);
 * ```
 */
export const outer: OuterOp = dual((given, other) => {
  const [a, b] = factors("outer", given, other);
  return dotGeneral(reshape(a, [a.size]), reshape(b, [b.size]), { contract: [[], []], batch: [[], []] });
}) as OuterOp;
