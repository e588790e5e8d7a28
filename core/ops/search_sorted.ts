/** Places in sorted values, and interpolation between them. */
import type { DType, FloatOf, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { add, div, maximum, minimum, mul, shift, sub } from "../primitives/arithmetic.ts";
import { and, equal, greater, isNaN, less, lessEqual, not, or, select } from "../primitives/compare.ts";
import { cast, full, fullLike, onesLike, zerosLike } from "../primitives/create.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { takeAxis } from "../primitives/gather.ts";
import { broadcast, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat, dualOptions, promoted, requireTensor } from "./operands.ts";
import { checkOptions } from "./reduce.ts";

// Binary search in sorted vectors, for many values at once.

/** Whether a value goes before or behind the elements equal to it. */
export type SearchSide = "left" | "right";

/**
 * How many of `sorted` (rank 1) stand before each of `values`: a binary search for all at once, from the largest power of
 * two down. NaN stands behind every number, as sorting puts it.
 */
export function placesIn(sorted: Value, values: Value, side: SearchSide): Value {
  const n = sorted.shape[0]!, xs = stopGradient(sorted), v = stopGradient(values);
  const isBefore = (x: Value): Value =>
    side === "left" ? or(less(x, v), and(isNaN(v), not(isNaN(x)))) : or(lessEqual(x, v), isNaN(v));
  let place = full(values.shape, 0, "i32");
  if (n === 0) return place;
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const next = shift(place, step), exists = lessEqual(next, fullLike(next, n));
    place = select(and(exists, isBefore(takeAxis(xs, shift(next, -1), 0))), next, place);
  }
  return place;
}

/** A tensor of rank 1, or an error. */
export function requireVector(op: string, x: Value, what: string): Value {
  if (x.shape.length === 1) return x;
  throw new ShapeError(`${op}: ${what} has shape ${show(x.shape)}, not rank 1; flatten it, or map over it with vmap`);
}

// Places in sorted values.

/** Options of `searchSorted`. */
export interface SearchOptions {
  /** "left", if left out, goes before elements equal to the value, "right" behind them. */
  readonly side?: SearchSide;
}

/** `searchSorted(sorted, values, options?)`, or data last in a pipe, `pipe(sorted, searchSorted(values, options?))`. */
export interface SearchSortedOp {
  /** `searchSorted(sorted, values, options?)`. */
  <N extends number, S extends Shape>(
    sorted: Tensor<readonly [N], DType>,
    values: Tensor<S, DType>,
    options?: SearchOptions,
  ): Tensor<S, "i32">;
  /** A number has one place. */
  <N extends number>(
    sorted: Tensor<readonly [N], DType>,
    value: number,
    options?: SearchOptions,
  ): Tensor<readonly [], "i32">;
  /** `pipe(sorted, searchSorted(values, options?))`. */
  <S extends Shape>(
    values: Tensor<S, DType>,
    options?: SearchOptions,
  ): <N extends number>(sorted: Tensor<readonly [N], DType>) => Tensor<S, "i32">;
  /** A number has one place. */
  (
    value: number,
    options?: SearchOptions,
  ): <N extends number>(sorted: Tensor<readonly [N], DType>) => Tensor<readonly [], "i32">;
}

function search(given: unknown, values: unknown, options: SearchOptions): Value {
  requireVector("searchSorted", requireTensor("searchSorted", given, "first operand"), "the sorted tensor");
  checkOptions("searchSorted", options, "side");
  const side: unknown = options.side ?? "left";
  if (side !== "left" && side !== "right") {
    throw new ArgumentError(`searchSorted: side ${String(side)} is neither "left" nor "right"`);
  }
  const [sorted, v] = promoted("searchSorted", given, values).map((x) => x.dtype === "bool" ? cast(x, "i32") : x);
  return placesIn(sorted!, v!, side);
}

/**
 * Where values would have to be inserted into a sorted vector to keep it sorted. NaN belongs behind every number.
 *
 * @param sorted An ascending vector, `[N]`.
 * @param values Any tensor, or a number.
 * @param options `side`: "left", if left out, before equal elements, "right" behind them.
 * @returns The places, 0 to N, i32, in the shape of `values`.
 * @throws {ShapeError} If `sorted` has not rank 1.
 * @throws {ArgumentError} If `side` is neither "left" nor "right".
 *
 * @example On either side of an equal
 * ```ts
 * import { searchSorted, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(searchSorted(tensor([1, 3, 5]), tensor([0, 3, 9])).toArray(), [0, 1, 3]);
 * assertEquals(searchSorted(tensor([1, 3, 5]), 3, { side: "right" }).item(), 2);
 * ```
 */
export const searchSorted: SearchSortedOp = dualOptions(search) as SearchSortedOp;

// Lines between points.

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
