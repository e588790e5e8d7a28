/** Contraction over axes named by number. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import type { Reduce } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import { factors } from "./factors.ts";
import { requireOptions } from "./options.ts";

/** How many axes to contract, the last of `a` with the first of `b`; or which of each, in pairs. */
export type TensordotAxes = number | readonly [left: number | readonly number[], right: number | readonly number[]];

/** The shape of {@linkcode tensordot}`(a, b, { axes: N })`. */
export type Tensordot<A extends Shape, B extends Shape, N> = N extends readonly [infer L, infer R]
  ? readonly [...Reduce<A, L>, ...Reduce<B, R>]
  : N extends 0 ? readonly [...A, ...B]
  : N extends 1
    ? A extends readonly [...infer P extends Shape, number]
      ? B extends readonly [number, ...infer Q extends Shape] ? readonly [...P, ...Q] : Shape
    : Shape
  : N extends 2
    ? A extends readonly [...infer P extends Shape, number, number]
      ? B extends readonly [number, number, ...infer Q extends Shape] ? readonly [...P, ...Q] : Shape
    : Shape
  : Shape;

/** The type of {@linkcode tensordot}: `tensordot(a, b, options?)`, or `pipe(a, tensordot(b, options?))`. */
export interface TensordotOp {
  /** `tensordot(a, b, options?)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType, const N extends TensordotAxes = 2>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
    options?: { readonly axes?: N },
  ): Tensor<Tensordot<A, B, N>, Promote<DA, DB>>;
  /** `pipe(a, tensordot(b, options?))`. */
  <B extends Shape, DB extends DType, const N extends TensordotAxes = 2>(
    b: Tensor<B, DB>,
    options?: { readonly axes?: N },
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Tensordot<A, B, N>, Promote<DA, DB>>;
}

/** The contracted axes of each side, counted from the front. */
function contracted(a: Value, b: Value, axes: TensordotAxes): readonly [number[], number[]] {
  const m = a.shape.length, n = b.shape.length;
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(m, n)) {
      throw new ShapeError(
        `tensordot: cannot contract ${axes} axes of ${show(a.shape)} · ${show(b.shape)}; use 0 to ${Math.min(m, n)}`,
      );
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => m - axes + i), count];
  }
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(
      `tensordot: axes are a number or a pair of lists, not ${JSON.stringify(axes)}; write { axes: [[0], [1]] }`,
    );
  }
  const [l, r] = [a, b].map((x, i) =>
    ([axes[i]!].flat() as number[]).map((d) => normalizeAxis("tensordot", d, x.shape.length))
  );
  return [l!, r!];
}

/**
 * Sums of products over pairs of axes.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor.
 * @param options `axes`: how many, the last of `a` with the first of `b` (2 if left out), or a pair of lists of axes.
 * @returns The sums, with the other axes of `a`, then those of `b`, in the common dtype.
 * @throws {ShapeError} If the sizes of paired axes differ, or an axis is out of range or named twice.
 *
 * @example Over all axes of two matrices
 * ```ts
 * import { tensor, tensordot } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(tensordot(a, a).item(), 30);
 * assertEquals(tensordot(a, a, { axes: [[0], [0]] }).toArray(), [[10, 14], [14, 20]]);
 * ```
 */
export const tensordot: TensordotOp = dualOptions((given, other, options) => {
  const [a, b] = factors("tensordot", given, other), axes = (options["axes"] ?? 2) as TensordotAxes;
  requireOptions("tensordot", options, "{ axes: 1 }", ["axes"]);
  const [l, r] = contracted(a, b, axes), both = `${show(a.shape)} · ${show(b.shape)}`;
  if (l.length !== r.length) {
    throw new ShapeError(`tensordot: axes [${l}] and [${r}] of ${both} are not as many; name them in pairs`);
  }
  for (const [side, used] of [["left", l], ["right", r]] as const) {
    if (new Set(used).size !== used.length) {
      throw new ShapeError(`tensordot: ${side} axes [${used}] of ${both} name the same axis twice`);
    }
  }
  l.forEach((x, i) => {
    const y = r[i]!;
    if (a.shape[x] !== b.shape[y]) {
      throw new ShapeError(
        `tensordot: sizes differ, axis ${x} of ${show(a.shape)} and axis ${y} of ${show(b.shape)}; ` +
          "name axes of equal size in pairs",
      );
    }
  });
  return dotGeneral(a, b, { contract: [l, r], batch: [[], []] });
}) as TensordotOp;
