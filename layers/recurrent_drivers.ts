/**
 * What recurrent layers are run by: one to many and many to one, the unfold and the fold of `functional.ts` with a cell
 * for their function.
 */
import { add, type DType, type FloatDType, moveAxis, type Shape, ShapeError, type Tensor, tensor } from "../mod.ts";
import { unfold } from "./functional.ts";
import type { Lead, Settled } from "./leading.ts";
import { requireCount } from "./operands.ts";
import { type RecurrentCell, type RecurrentMap, requireInput, type SequenceOptions, zeroCarry } from "./recurrence.ts";

type Any = Tensor<Shape, DType>;

/** From an output and the number of its moment, from 0, to the next input. */
export type Feed<L extends Shape, I extends number, O extends number, D extends FloatDType> = (
  y: Tensor<readonly [...L, O], D>,
  moment: Tensor<readonly [], "i32">,
) => Tensor<readonly [...L, I], D>;

/**
 * One to many: a cell that reads, after its first input, what is made of its own outputs.
 *
 * @param cell A recurrent cell, or a layer's `cell`.
 * @param feed From an output `[...L, outputs]` and its moment's number, i32, to the next input `[...L, inputs]`. To draw,
 *   fold the number into a key.
 * @param first The first input, `[...L, inputs]`. @param length How many moments, T.
 * @param options `carry` before the first moment; zeros if left out.
 * @returns `[last carry, outputs [...L, T, outputs]]`.
 * @throws {ArgumentError} If the length is no whole number.
 * @throws {ShapeError} If the input, the carry or what `feed` gives does not fit the cell. @throws {DTypeError} If dtypes differ.
 * @see Graves, Generating sequences with recurrent neural networks, 2013, https://arxiv.org/abs/1308.0850
 *
 * @example Doubling
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { generate, rnnCell } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { wx: tensor([[2]]), wh: tensor([[0]]), b: tensor([0]) };
 * const [, ys] = generate(rnnCell(p, { nonlinearity: (x) => x }), (y) => y, tensor([1]), 4);
 * assertEquals(ys.toArray(), [[2], [4], [8], [16]]);
 * ```
 */
export function generate<
  I extends number,
  O extends number,
  C,
  D extends FloatDType,
  L extends Shape,
  const T extends number,
>(
  cell: RecurrentCell<I, O, C, D>,
  feed: Feed<Settled<L>, I, O, D>,
  first: Tensor<readonly [...L, I], D>,
  length: T,
  options: { readonly carry?: Lead<Settled<L>, C> } = {},
): readonly [Lead<L, C>, Tensor<readonly [...L, T, O], D>] {
  requireCount("generate", "length", length);
  requireInput(cell, first as Any, 1);
  const leading = first.shape.slice(0, -1) as Shape;
  const start: Writing = {
    carry: options.carry ?? zeroCarry(cell.start, leading),
    x: first as Any,
    at: tensor(0, { dtype: "i32" }) as Any,
  };
  const [{ carry }, ys] = unfold(
    ({ carry, x, at }) => {
      const [next, y] = cell(carry as never, x as never), fed = feed(y as never, at as never) as Any;
      requireFed(fed, x);
      return [{ carry: next, x: fed, at: add(at as Tensor, 1) as unknown as Any }, y] as const;
    },
    start,
    length,
  );
  return [carry, moveAxis(ys as unknown as Any, 0, leading.length)] as never;
}

/** What is handed from moment to moment: the cell's carry, its next input, and the moment's number. */
interface Writing {
  readonly carry: unknown;
  readonly x: Any;
  readonly at: Any;
}

function requireFed(fed: Any, { shape, dtype }: Any): void {
  if (fed.dtype === dtype && fed.shape.length === shape.length && shape.every((d, i) => d === fed.shape[i])) return;
  throw new ShapeError(
    `generate: feed gives ${fed.dtype}[${fed.shape.join(", ")}], but the cell reads ${dtype}[${shape.join(", ")}]; ` +
      "make the next input of the output",
  );
}

/**
 * Many to one: the output of each sequence's last moment.
 *
 * @param map A recurrent layer. Of a bidirectional one each direction gives its own last output, and they are joined.
 * @returns From sequences `[...L, T, inputs]`, and what the layer's call takes, to `[...L, outputs]`: what the layer gives
 *   at each sequence's own end; of a sequence without moments, what the first carry stands for.
 * @throws {ShapeError} If the sequences or the options do not fit. @throws {ArgumentError} If lengths and a mask are given.
 *
 * @example Sums of sequences of different lengths
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { manyToOne, rnnWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { wx: tensor([[1]]), wh: tensor([[1]]), b: tensor([0]) };
 * const total = manyToOne(rnnWith(p, { nonlinearity: (x) => x }));
 * const xs = tensor([[[1], [2], [4]], [[1], [2], [4]]]);
 * assertEquals(total(xs, { lengths: tensor([3, 2], { dtype: "i32" }) }).toArray(), [[7], [3]]);
 * ```
 */
export function manyToOne<I extends number, O extends number, C, D extends FloatDType>(
  map: RecurrentMap<I, O, C, D>,
): <L extends Shape, T extends number>(
  xs: Tensor<readonly [...L, T, I], D>,
  options?: SequenceOptions<Settled<L>, C>,
) => Tensor<readonly [...L, O], D> {
  return ((xs: never, options?: never) => map.read(map(xs, options)[0] as never)) as never;
}
