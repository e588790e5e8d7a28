/** Room around a tensor. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { takeAxis } from "../primitives/gather.ts";
import { pad as padValue } from "../primitives/pad.ts";
import { type Shape, show } from "../shape.ts";
import type { AnySizes } from "../shape_types/axes.ts";
import { Concrete, type Tensor, type Value } from "../tensor.ts";
import { elementOf, requireTensor } from "./operands.ts";
import { dualStatic } from "./static_operand.ts";
import { requireWhole, shown } from "./whole_numbers.ts";
import { requireOptions } from "./options.ts";

/** What the room is filled with: a number, the nearest element, or the tensor mirrored or continued. */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric" | "wrap";

/** How wide the room is: one number for both ends of every axis, or for each axis a number or a pair, before and after. */
export type PadWidths = number | readonly (number | readonly [before: number, after: number])[];

/** Options of `pad`. */
export interface PadOptions {
  /** What the room is filled with; "constant" if left out. */
  readonly mode?: PadMode;
  /** The number for mode "constant"; 0 if left out. */
  readonly value?: number | boolean;
}

/** The type of `pad`. */
export interface PadOp {
  /** `pad(x, widths, options?)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, widths: PadWidths, options?: PadOptions): Tensor<AnySizes<S>, D>;
  /** `pipe(x, pad(widths, options?))`. */
  (
    widths: PadWidths,
    options?: PadOptions,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<AnySizes<S>, D>;
}

/** For every index beyond an axis the one inside it that is read. */
const sources: { readonly [M in Exclude<PadMode, "constant">]: (i: number, n: number) => number } = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => modulo(i, n),
  // Mirrored at the middle of the last element: …2 1 | 0 1 2 | 1 0…, with period 2n − 2.
  reflect: (i, n) => n === 1 ? 0 : n - 1 - Math.abs(n - 1 - modulo(i, 2 * n - 2)),
  // Mirrored at its outer edge: …1 0 | 0 1 2 | 2 1…, with period 2n.
  symmetric: (i, n) => Math.min(modulo(i, 2 * n), 2 * n - 1 - modulo(i, 2 * n)),
};

const modulo = (i: number, n: number): number => (i % n + n) % n;

/**
 * The tensor with room before and after along its axes: `pad(x, widths, options?)`, or `pipe(x, pad(widths, options?))`.
 *
 * @param x Any tensor.
 * @param widths How many elements to add at both ends of every axis, or for each axis a number or a pair, before and
 * after. Negative numbers take elements away.
 * @param options `mode`: "constant" if left out, "edge" (the nearest element), "reflect" (mirrored, the last element
 * once), "symmetric" (mirrored, the last element twice) or "wrap" (from the other end). `value`: of mode "constant", 0 if
 * left out.
 * @returns The tensor, each axis longer by its widths.
 * @throws {ShapeError} If the widths are not one for each axis, take away more than there is, or continue an empty axis.
 * @throws {ArgumentError} If the mode is unknown, or a width is not a whole number.
 * @throws {DTypeError} If `value` is a fraction and `x` holds integers.
 *
 * @example Zeros around, and the tensor mirrored
 * ```ts
 * import { pad, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pad(tensor([1, 2, 3]), 1).toArray(), [0, 1, 2, 3, 0]);
 * assertEquals(pad(tensor([1, 2, 3]), [[0, 2]], { mode: "reflect" }).toArray(), [1, 2, 3, 2, 1]);
 * ```
 */
export const pad: PadOp = dualStatic((x, widths, options) => {
  const v = requireTensor("pad", x), pairs = widthPairs(widths, v.shape);
  requireOptions("pad", options, '{ mode: "edge" }', ["mode", "value"]);
  const { mode = "constant", value } = options as PadOptions;
  if (mode === "constant") {
    const fill = elementOf("pad", value ?? 0, v.dtype, "the tensor");
    return padValue(v, pairs.map((p) => p[0]), pairs.map((p) => p[1]), pairs.map(() => 0), fill);
  }
  if (!Object.hasOwn(sources, mode)) {
    throw new ArgumentError(
      `pad: ${shown(mode)} is not a mode; use "constant", "edge", "reflect", "symmetric" or "wrap"`,
    );
  }
  if (value !== undefined) throw new ArgumentError(`pad: mode "${mode}" takes no value; leave it out`);
  return pairs.reduce((y, [lo, hi], axis) => continued(y, axis, lo, hi, mode), v);
}) as PadOp;

function continued(x: Value, axis: number, lo: number, hi: number, mode: keyof typeof sources): Value {
  if (lo === 0 && hi === 0) return x;
  const n = x.shape[axis]!, length = n + lo + hi;
  if (n === 0 && length > 0) {
    throw new ShapeError(`pad: axis ${axis} of ${show(x.shape)} is empty, so mode "${mode}" has nothing to continue`);
  }
  const from = Int32Array.from({ length }, (_, i) => sources[mode](i - lo, n));
  return takeAxis(x, new Concrete([length], "i32", from), axis);
}

function widthPairs(widths: unknown, shape: Shape): (readonly [number, number])[] {
  const list: readonly unknown[] = Array.isArray(widths) ? widths : shape.map(() => widths);
  if (list.length !== shape.length) {
    throw new ShapeError(
      `pad: widths for ${list.length} axes, but ${show(shape)} has ${shape.length}; give a number or a pair for each`,
    );
  }
  return list.map((w, a) => {
    const pair: readonly unknown[] = Array.isArray(w) ? w : [w, w];
    if (pair.length !== 2) {
      throw new ArgumentError(`pad: ${shown(w)} is not a width; give a number, or [before, after]`);
    }
    const lo = requireWhole("pad", "a width", pair[0]), hi = requireWhole("pad", "a width", pair[1]), n = shape[a]!;
    if (Math.min(lo, 0) + Math.min(hi, 0) + n < 0 || lo < -n || hi < -n || n + lo + hi < 0) {
      throw new ShapeError(`pad: widths ${lo} and ${hi} take away more than axis ${a} of ${show(shape)} has`);
    }
    return [lo, hi] as const;
  });
}
