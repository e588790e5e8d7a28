/** The Kronecker product. */
import type { DType, Promote } from "../dtype.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { reshape } from "../primitives/reshape.ts";
import { transpose } from "../primitives/transpose.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { factors } from "./factors.ts";
import { dual } from "./operands.ts";

/** The shape of {@linkcode kron}`(a, b)`: the rank of the longer; sizes are products, which types do not compute. */
export type Kron<A extends Shape, B extends Shape> = [A["length"], B["length"]] extends [B["length"], A["length"]]
  ? { readonly [I in keyof A]: number }
  : Shape;

/** The type of {@linkcode kron}: `kron(a, b)`, or `pipe(a, kron(b))`. */
export interface KronOp {
  /** `kron(a, b)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
  ): Tensor<Kron<A, B>, Promote<DA, DB>>;
  /** `pipe(a, kron(b))`. */
  <B extends Shape, DB extends DType>(
    b: Tensor<B, DB>,
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Kron<A, B>, Promote<DA, DB>>;
}

/**
 * Kronecker product: a copy of `b` for every element of `a`, scaled by it.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor; the shorter shape is filled up with 1 in front.
 * @returns The blocks side by side, every size the product of the two, in the common dtype.
 * @throws {DTypeError} If both are bool.
 *
 * @example A block for every element
 * ```ts
 * import { kron, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kron(tensor([1, 10]), tensor([1, 2])).toArray(), [1, 2, 10, 20]);
 * ```
 */
export const kron: KronOp = dual((given, other) => {
  const xs = factors("kron", given, other), rank = Math.max(...xs.map((x) => x.shape.length));
  const [a, b] = xs.map((x) => reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]));
  const products: Value = dotGeneral(a!, b!, { contract: [[], []], batch: [[], []] });
  const between = a!.shape.flatMap((_, i) => [i, rank + i]);
  return reshape(transpose(products, between), a!.shape.map((d, i) => d * b!.shape[i]!));
}) as KronOp;
