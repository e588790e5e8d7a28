/** Einstein summation. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { diagonalOf } from "../primitives/diagonal.ts";
import type { Shape } from "../shape.ts";
import type { Einsum, EinsumOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { readExpression } from "./einsum_expression.ts";
import { contractAll, type Labelled } from "./labelled.ts";
import { requireProducts } from "./factors.ts";
import { promoted, requireTensor } from "./operands.ts";

/** The shapes of a list of tensors. */
export type ShapesOf<Ts extends readonly Value[]> = {
  readonly [K in keyof Ts]: Ts[K] extends Tensor<infer S, DType> ? S : Shape;
};

/** The common dtype of a list of tensors. */
export type PromoteAll<Ts extends readonly Value[]> = Ts extends readonly [Tensor<Shape, infer D>] ? D
  : Ts extends readonly [Tensor<Shape, infer D>, ...infer R extends readonly Value[]] ? Promote<D, PromoteAll<R>>
  : DType;

/** An operand with each of its labels once: where one is repeated, the diagonal. */
function distinct(value: Value, labels: readonly string[]): Labelled {
  const second = labels.findIndex((l, i) => labels.indexOf(l) < i);
  if (second < 0) return { value, labels };
  const first = labels.indexOf(labels[second]!);
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return distinct(diagonalOf(value, first, second), [...rest, labels[second]!]);
}

/**
 * Einstein summation: products of tensors, summed over the letters that the output does not name.
 *
 * A letter for every axis; operands are parted by commas. A letter repeated within one operand means its diagonal.
 * `...` stands for axes without letters, which broadcast. Without `->` the output is the ellipsis and the letters that
 * stand once, in alphabetical order. Pairs are contracted in a greedy order, smallest results first.
 *
 * @param expression Such as `"bij,bjk->bik"`; spaces are ignored.
 * @param xs One numeric tensor for every operand the expression names.
 * @returns The sums, with the axes in the output's order, in the common dtype.
 * @throws {ShapeError} If a letter has two sizes, or an operand another rank.
 * @throws {ArgumentError} If the expression has stray characters, or names more or fewer operands.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.einsum.html
 *
 * @example A bilinear form
 * ```ts
 * import { einsum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2]), a = tensor([[1, 2], [3, 4]]);
 * assertEquals(einsum("i,ij,j->", x, a, x).item(), 27);
 * ```
 */
export function einsum<const E extends string, const Ts extends readonly Value[]>(
  expression: E & EinsumOk<E, ShapesOf<Ts>>,
  ...xs: Ts
): Tensor<Einsum<E, ShapesOf<Ts>>, PromoteAll<Ts>> {
  if (typeof expression !== "string") {
    throw new ArgumentError(`einsum: the expression comes first, as a string such as "ij,jk->ik"`);
  }
  const given = promoted("einsum", ...xs.map((x, i) => requireTensor("einsum", x, `operand ${i}`)));
  const { inputs, output } = readExpression(expression, given.map((x) => x.shape));
  requireProducts("einsum", given[0]!.dtype);
  const y = contractAll(given.map((x, i) => distinct(x, inputs[i]!)), output);
  return y as unknown as Tensor<Einsum<E, ShapesOf<Ts>>, PromoteAll<Ts>>;
}
