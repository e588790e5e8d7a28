/** Axes in another order. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { transpose as permute } from "../primitives/transpose.ts";
import { checkPermutation, normalizeAxes, normalizeAxis, type Shape } from "../shape.ts";
import type { SwapAxes, SwapAxesOk, Transpose, TransposeOk } from "../shape_types.ts";
import type { MoveAxis, MoveAxisOk } from "../shape_types/move_axis.ts";
import { Tensor } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { requireWhole, requireWholes } from "./whole_numbers.ts";

/**
 * The tensor with its axes in another order.
 *
 * @param x Any tensor.
 * @param perm The axes of `x` in the order wanted; reversed if left out.
 * @returns A tensor whose axis i is axis `perm[i]` of `x`.
 * @throws {ShapeError} If `perm` does not name every axis once.
 *
 * @example Rows to columns
 * ```ts
 * import { tensor, transpose } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transpose(tensor([[1, 2], [3, 4]])).toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function transpose<S extends Shape, D extends DType, const P extends readonly number[] | undefined = undefined>(
  x: Tensor<S, D> & TransposeOk<S, P>,
  perm?: P,
): Tensor<Transpose<S, P>, D> {
  const v = requireTensor("transpose", x);
  if (perm !== undefined && !Array.isArray(perm)) {
    throw new ArgumentError(`transpose: the order is an array of axes, not ${JSON.stringify(perm)}; write [1, 0]`);
  }
  const order = perm === undefined
    ? v.shape.map((_, i) => v.shape.length - 1 - i)
    : checkPermutation("transpose", requireWholes("transpose", "an axis", perm), v.shape.length);
  return permute(v, order) as unknown as Tensor<Transpose<S, P>, D>;
}

/** The type of `swapAxes`. */
export interface SwapAxesOp {
  /** `swapAxes(x, i, j)`. */
  <S extends Shape, D extends DType, const I extends number, const J extends number>(
    x: Tensor<S, D> & SwapAxesOk<S, I, J>,
    i: I,
    j: J,
  ): Tensor<SwapAxes<S, I, J>, D>;
  /** `pipe(x, swapAxes(i, j))`. */
  <const I extends number, const J extends number>(
    i: I,
    j: J,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & SwapAxesOk<S, I, J>) => Tensor<SwapAxes<S, I, J>, D>;
}

/**
 * The tensor with two axes exchanged: `swapAxes(x, i, j)`, or `pipe(x, swapAxes(i, j))`.
 *
 * @param x Any tensor. @param i An axis. @param j Another.
 * @returns A tensor in which each of the two axes stands where the other did.
 * @throws {ShapeError} If an axis is out of range.
 *
 * @example The last two
 * ```ts
 * import { swapAxes, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(swapAxes(zeros([2, 3, 4]), -1, -2).shape, [2, 4, 3]);
 * ```
 */
export const swapAxes: SwapAxesOp = ofTwo((x, i, j) => {
  const v = requireTensor("swapAxes", x), rank = v.shape.length;
  const a = normalizeAxis("swapAxes", requireWhole("swapAxes", "an axis", i), rank);
  const b = normalizeAxis("swapAxes", requireWhole("swapAxes", "an axis", j), rank);
  return permute(v, v.shape.map((_, k) => k === a ? b : k === b ? a : k));
}) as SwapAxesOp;

export type { MoveAxis, MoveAxisOk } from "../shape_types/move_axis.ts";

/** The type of `moveAxis`. */
export interface MoveAxisOp {
  /** `moveAxis(x, from, to)`. */
  <
    S extends Shape,
    D extends DType,
    const I extends number | readonly number[],
    const J extends number | readonly number[],
  >(
    x: Tensor<S, D> & MoveAxisOk<S, I, J>,
    from: I,
    to: J,
  ): Tensor<MoveAxis<S, I, J>, D>;
  /** `pipe(x, moveAxis(from, to))`. */
  <const I extends number | readonly number[], const J extends number | readonly number[]>(
    from: I,
    to: J,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & MoveAxisOk<S, I, J>) => Tensor<MoveAxis<S, I, J>, D>;
}

/**
 * The tensor with axes moved, the others keeping their order: `moveAxis(x, from, to)`, or `pipe(x, moveAxis(from, to))`.
 *
 * @param x Any tensor. @param from The axis, or several. @param to Where it stands in the result, for each one.
 * @returns A tensor whose axis `to` is axis `from` of `x`.
 * @throws {ShapeError} If an axis is out of range or named twice.
 * @throws {ArgumentError} If the lists differ in length.
 *
 * @example Channels from the front to the end
 * ```ts
 * import { moveAxis, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(moveAxis(zeros([3, 28, 32]), 0, -1).shape, [28, 32, 3]);
 * ```
 */
export const moveAxis: MoveAxisOp = ofTwo((x, from, to) => {
  const v = requireTensor("moveAxis", x), rank = v.shape.length;
  const sources = places(from, rank), targets = places(to, rank);
  if (sources.length !== targets.length) {
    throw new ArgumentError(`moveAxis: ${sources.length} axes cannot move to ${targets.length} places; give as many`);
  }
  const others = v.shape.map((_, a) => a).filter((a) => !sources.includes(a));
  let next = 0;
  return permute(v, v.shape.map((_, a) => targets.includes(a) ? sources[targets.indexOf(a)]! : others[next++]!));
}) as MoveAxisOp;

function places(axes: unknown, rank: number): number[] {
  const given = requireWholes("moveAxis", "an axis", axes);
  // For its check that none is named twice; their order is kept.
  normalizeAxes("moveAxis", given, rank);
  return given.map((a) => normalizeAxis("moveAxis", a, rank));
}

/** `f(x, i, j)`, also data last, `f(i, j)(x)`: a tensor in front tells. */
function ofTwo(f: (x: unknown, i: unknown, j: unknown) => unknown): (...args: unknown[]) => unknown {
  return (...args) =>
    args.length >= 3 || args[0] instanceof Tensor
      ? f(args[0], args[1], args[2])
      : (x: unknown) => f(x, args[0], args[1]);
}
