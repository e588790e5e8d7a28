/** Backpropagation through time, truncated: a recurrent layer over pieces between which no gradient flows. */
import {
  arange,
  ArgumentError,
  concat,
  type DType,
  equal,
  type FloatDType,
  moveAxis,
  reshape,
  scan,
  type Shape,
  slice,
  stopGradient,
  type Tensor,
  tree,
  where,
} from "../mod.ts";
import { requireCount } from "./operands.ts";
import { type CausalMap, maskOf, requireInput, type SequenceOptions, withFacts, zeroCarry } from "./recurrence.ts";

type Any = Tensor<Shape, DType>;
type Piece = { readonly x: Any; readonly on?: Any };

/**
 * A recurrent layer that gives the same, but whose gradients go back through so many moments at most: the sequence is cut
 * into pieces, and what is carried from one to the next counts as a constant.
 *
 * Pieces are counted from the first moment, with `reverse` from the last. The carry given to the first piece has its
 * gradient, and so has the carry after the last. All whole pieces are one compiled loop. Of a layer both ways, truncate
 * each direction and join them; of a stack with dropout, truncate each layer, for a call of it is one piece.
 *
 * @param map A recurrent layer that goes one way. @param length Moments of a piece, from 1 up.
 * @returns A layer of the same sizes, cell and values.
 * @throws {ArgumentError} If the length is no whole number from 1 up, or the layer goes both ways.
 * @throws {ShapeError} In a call, as the layer.
 * @see Williams & Peng, An efficient gradient-based algorithm for on-line training of recurrent network trajectories, 1990,
 *   https://doi.org/10.1162/neco.1990.2.4.490
 *
 * @example The first of four numbers has no part in the last sum's gradient
 * ```ts
 * import { at, grad, type Tensor, tensor } from "@adjoint/adjoint";
 * import { rnnWith, truncatedWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = rnnWith({ wx: tensor([[1]]), wh: tensor([[1]]), b: tensor([0]) }, { nonlinearity: (x) => x });
 * const last = (xs: Tensor<readonly [4, 1]>) => at(truncatedWith(sums, 3)(xs)[1], 3, 0);
 * assertEquals(last(tensor([[1], [2], [3], [4]])).item(), 10);
 * assertEquals(grad(last)(tensor([[1], [2], [3], [4]])).toArray(), [[0], [0], [0], [1]]);
 * ```
 */
export function truncatedWith<I extends number, O extends number, C, D extends FloatDType>(
  map: CausalMap<I, O, C, D>,
  length: number,
): CausalMap<I, O, C, D> {
  requireCount("truncatedWith", "length", length, 1);
  if (!("cell" in map)) {
    throw new ArgumentError(
      `truncatedWith: ${
        (map as { readonly name: string }).name
      } goes both ways; truncate each direction, then join them`,
    );
  }
  const over = (xs: Any, options: SequenceOptions<Shape, C> = {}) => {
    requireInput(map, xs, 2);
    const leading = xs.shape.slice(0, -2), time = xs.shape.at(-2)!, axis = leading.length;
    if (time <= length) return map(xs as never, options as never);
    const reverse = options.reverse ?? false, on = maskOf(map, xs, options);
    const x: Any = moveAxis(xs, axis, 0) as Any, all: Piece = on === null ? { x } : { x, on };
    const run = (carry: unknown, { x, on }: Piece): readonly [unknown, Any] => {
      const mask = on === undefined ? {} : { mask: moveAxis(on, 0, axis) };
      const [last, ys] = map(moveAxis(x, 0, axis) as never, { carry, reverse, ...mask } as never);
      return [last, moveAxis(ys as Any, axis, 0) as Any];
    };
    const rest = time % length, count = (time - rest) / length, from = reverse ? rest : 0;
    const pieces: Piece = tree.map(
      (t: Any) => reshape(t, [count, length, ...t.shape.slice(1)]) as Any,
      moments(all, from, from + count * length),
    );
    const first = equal(arange(0, count, 1, { dtype: "i32" }), reverse ? count - 1 : 0);
    const step = (carry: unknown, { first, ...piece }: Piece & { readonly first: Tensor<Shape, "bool"> }) =>
      run(tree.map((c) => where(first, c as Tensor, stopGradient(c) as Tensor), carry), piece);
    const start = options.carry ?? zeroCarry(map.start, leading);
    const [carry, ys] = scan(step as never, start as unknown, { ...pieces, first } as never, { reverse });
    const whole: Any = reshape(ys as Any, [count * length, ...(ys as Any).shape.slice(2)]) as Any;
    if (rest === 0) return [carry, moveAxis(whole, 0, axis)];
    const left = reverse ? moments(all, 0, rest) : moments(all, time - rest, time);
    const [last, zs] = run(stopGradient(carry), left);
    return [last, moveAxis(concat(reverse ? [zs, whole] : [whole, zs]) as Any, 0, axis)];
  };
  return withFacts(over, map, { cell: map.cell }) as unknown as CausalMap<I, O, C, D>;
}

/** Some moments of tensors that have them along their first axis. */
const moments = (all: Piece, from: number, to: number): Piece =>
  tree.map(
    (t: Any) =>
      slice(t, t.shape.map((_, i) => i === 0 ? from : 0), t.shape.map((d, i) => i === 0 ? to : d)) as unknown as Any,
    all,
  );
