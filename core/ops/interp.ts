/** Lines between points. */
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { add, div, mul, sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { maximum, minimum } from "../primitives/extremes.ts";
import { takeAxis } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { select } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { FloatOf, Promote } from "../dtype.ts";
import { placesIn, requireVector } from "./binary_search.ts";
import { asFloat, promoted, requireTensor } from "./operands.ts";
import { checkOptions } from "./reduction.ts";

/** Options of `interp`. */
export interface InterpOptions {
  /** The value left of all points; that of the first point if left out. */
  readonly left?: number;
  /** The value right of all points; that of the last point if left out. */
  readonly right?: number;
}

function outside(which: string, v: unknown): number | null {
  if (v === undefined) return null;
  if (typeof v === "number") return v;
  throw new ArgumentError(`interp: ${which} is ${String(v)}, not a number`);
}

/**
 * Piecewise linear function through given points, as NumPy's `interp`.
 *
 * @param x Where to evaluate it; any tensor.
 * @param xp The points' positions, `[N]`, ascending, N ≥ 1.
 * @param fp The points' values, `[N]`.
 * @param options `left` and `right`: the values outside of all points; those of the first and last point if left out.
 * @returns The values at `x`, in its shape; float. Derivatives pass to all three, none to the choice of the piece.
 * @throws {ShapeError} If `xp` or `fp` has not rank 1, their lengths differ, or there are no points.
 *
 * @example Halfway up, and beyond
 * ```ts
 * import { interp, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(interp(tensor([0.5, 7]), tensor([0, 1, 2]), tensor([10, 20, 0])).toArray(), [15, 0]);
 * ```
 */
export function interp<S extends Shape, D extends DType, N extends number, DP extends DType, DF extends DType>(
  x: Tensor<S, D>,
  xp: Tensor<readonly [N], DP>,
  fp: Tensor<readonly [N], DF>,
  options: InterpOptions = {},
): Tensor<S, FloatOf<Promote<Promote<D, DP>, DF>>> {
  requireVector("interp", requireTensor("interp", xp, "second operand"), "xp");
  requireVector("interp", requireTensor("interp", fp, "third operand"), "fp");
  checkOptions("interp", options, "left", "right");
  const [at, px, py] = promoted("interp", requireTensor("interp", x, "first operand"), xp, fp).map(asFloat);
  const n = px!.size;
  if (n !== py!.size) {
    throw new ShapeError(
      `interp: xp has shape ${show(px!.shape)} and fp ${show(py!.shape)}; give one value for each point`,
    );
  }
  if (n === 0) throw new ShapeError("interp: there are no points; give at least one");
  const y = pieces(at!, px!, py!, outside("left", options.left), outside("right", options.right));
  return y as Value as Tensor<S, FloatOf<Promote<Promote<D, DP>, DF>>>;
}

function pieces(x: Value, px: Value, py: Value, left: number | null, right: number | null): Value {
  const n = px.size,
    end = (v: Value, i: number): Value => broadcast(reshape(sliceAxis(v, 0, i, i + 1), []), x.shape, []);
  const value = (given: number | null, i: number): Value => given === null ? end(py, i) : fullLike(x, given);
  const below = less(x, end(px, 0)), above = greater(x, end(px, n - 1));
  if (n === 1) return select(below, value(left, 0), select(above, value(right, 0), add(end(py, 0), sub(x, x))));
  const bound = (i: number): Value => full(x.shape, i, "i32");
  const high = minimum(maximum(placesIn(px, x, "right"), bound(1)), bound(n - 1)), low = sub(high, bound(1));
  const x0 = takeAxis(px, low, 0), y0 = takeAxis(py, low, 0), dy = sub(takeAxis(py, high, 0), y0);
  const dx = sub(takeAxis(px, high, 0), x0), none = equal(dx, zerosLike(dx));
  // Where two points share a position there is a jump, which belongs to the later one.
  const part = select(none, onesLike(dx), div(sub(x, x0), select(none, onesLike(dx), dx)));
  return select(below, value(left, 0), select(above, value(right, n - 1), add(y0, mul(part, dy))));
}
