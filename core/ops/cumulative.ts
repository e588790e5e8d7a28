/** Running sums and differences along an axis, and diagonals. */
import type { DType, FloatOf } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { sub } from "../primitives/arithmetic.ts";
import { cast } from "../primitives/create.ts";
import { cumulative, type Running } from "../primitives/cumulative.ts";
import { diagonalOf } from "../primitives/gather.ts";
import { reduceSum, reshape } from "../primitives/reshape.ts";
import { slice, sliceAxis } from "../primitives/slice.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import type { AxisOk, Flatten, Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat, flag, requireOptions, requireTensor, shown } from "./operands.ts";
import { checkOptions, oneAxis, requireNumbers, type SumOf, sumOf } from "./reduce.ts";

// Running sums, products, extremes and log-sum-exps.

/** Options of a running combination. */
export interface CumulativeOptions<A extends number | undefined = number | undefined> {
  /** Along which axis; if left out, `x` is flattened first. */
  readonly axis?: A;
  /** Whether to run from the end; false if left out. */
  readonly reverse?: boolean;
}

/** The shape of a running combination: flat where no axis is named. */
export type CumulativeShape<S extends Shape, A> = A extends undefined ? Flatten<S> : S;

function running(
  op: string,
  given: unknown,
  options: CumulativeOptions,
  combine: Running,
  to: (x: Value) => Value,
): Value {
  const x = to(requireTensor(op, given));
  checkOptions(op, options, "axis", "reverse");
  const all = options.axis === undefined, axis = all ? 0 : oneAxis(op, options.axis, x.shape.length);
  return cumulative(all ? reshape(x, [x.size]) : x, { combine, axis, reverse: flag(op, "reverse", options.reverse) });
}

const widened = (x: Value): Value => cast(x, sumOf(x.dtype));

/**
 * Running sum along an axis.
 *
 * @param x Any tensor; truth values count as 0 and 1.
 * @param options `axis`: along which; if left out, `x` is flattened first. `reverse`: from the end.
 * @returns The sums up to and with each element, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Forwards and backwards
 * ```ts
 * import { cumSum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cumSum(tensor([1, 2, 3])).toArray(), [1, 3, 6]);
 * assertEquals(cumSum(tensor([1, 2, 3]), { reverse: true }).toArray(), [6, 5, 3]);
 * ```
 */
export function cumSum<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D> & AxisOk<"cumSum", S, A>,
  options: CumulativeOptions<A> = {},
): Tensor<CumulativeShape<S, A>, SumOf<D>> {
  return running("cumSum", x, options, "sum", widened) as Tensor<CumulativeShape<S, A>, SumOf<D>>;
}

/**
 * Running product along an axis. Its derivative is right also where factors are 0.
 *
 * @param x Any tensor; truth values count as 0 and 1.
 * @param options `axis`: along which; if left out, `x` is flattened first. `reverse`: from the end.
 * @returns The products up to and with each element, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Factorials
 * ```ts
 * import { cumProd, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cumProd(tensor([1, 2, 3, 4])).toArray(), [1, 2, 6, 24]);
 * ```
 */
export function cumProd<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D> & AxisOk<"cumProd", S, A>,
  options: CumulativeOptions<A> = {},
): Tensor<CumulativeShape<S, A>, SumOf<D>> {
  return running("cumProd", x, options, "prod", widened) as Tensor<CumulativeShape<S, A>, SumOf<D>>;
}

/**
 * Running maximum along an axis; NaN from the first NaN on. Of equals the one met last has the derivative, as in PyTorch.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: along which; if left out, `x` is flattened first. `reverse`: from the end.
 * @returns The largest up to and with each element, in the dtype of `x`.
 * @throws {ShapeError} If the axis is out of range.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Records
 * ```ts
 * import { cumMax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cumMax(tensor([1, 3, 2, 5])).toArray(), [1, 3, 3, 5]);
 * ```
 */
export function cumMax<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D> & AxisOk<"cumMax", S, A>,
  options: CumulativeOptions<A> = {},
): Tensor<CumulativeShape<S, A>, D> {
  const y = running("cumMax", x, options, "max", (v) => requireNumbers("cumMax", v, "cast it to i32 first"));
  return y as Tensor<CumulativeShape<S, A>, D>;
}

/**
 * Running minimum along an axis; NaN from the first NaN on. Of equals the one met last has the derivative, as in PyTorch.
 *
 * @param x Any numeric tensor.
 * @param options `axis`: along which; if left out, `x` is flattened first. `reverse`: from the end.
 * @returns The smallest up to and with each element, in the dtype of `x`.
 * @throws {ShapeError} If the axis is out of range.
 * @throws {DTypeError} If `x` is bool.
 *
 * @example Down every column
 * ```ts
 * import { cumMin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cumMin(tensor([[3, 1], [2, 4]]), { axis: 0 }).toArray(), [[3, 1], [2, 1]]);
 * ```
 */
export function cumMin<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D> & AxisOk<"cumMin", S, A>,
  options: CumulativeOptions<A> = {},
): Tensor<CumulativeShape<S, A>, D> {
  const y = running("cumMin", x, options, "min", (v) => requireNumbers("cumMin", v, "cast it to i32 first"));
  return y as Tensor<CumulativeShape<S, A>, D>;
}

/**
 * Running log-sum-exp along an axis, `log Σ eˣ` up to and with each element, without overflow.
 *
 * @param x Any tensor; integers count in f32, −∞ is a term of 0.
 * @param options `axis`: along which; if left out, `x` is flattened first. `reverse`: from the end.
 * @returns The running log-sum-exp; float.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Cumulated probabilities, as logarithms
 * ```ts
 * import { logCumSumExp, tensor } from "@adjoint/adjoint";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const y = logCumSumExp(tensor([Math.log(0.2), Math.log(0.3), Math.log(0.5)])).toArray();
 * assertAlmostEquals(y[1]!, Math.log(0.5), 1e-6);
 * ```
 */
export function logCumSumExp<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D> & AxisOk<"logCumSumExp", S, A>,
  options: CumulativeOptions<A> = {},
): Tensor<CumulativeShape<S, A>, FloatOf<D>> {
  const y = running("logCumSumExp", x, options, "logSumExp", asFloat);
  return y as Tensor<CumulativeShape<S, A>, FloatOf<D>>;
}

// Differences of neighbours.

/** Options of `diff`. */
export interface DiffOptions<A extends number = number> {
  /** Along which axis; the last if left out. */
  readonly axis?: A;
  /** How many times; 1 if left out. */
  readonly n?: number;
}

/** The shape of differences: one axis is shorter, and sizes are not computed in types. */
export type DiffShape<S extends Shape> = { readonly [I in keyof S]: number };

/**
 * Differences of neighbours along an axis, `x[i + 1] − x[i]`, taken `n` times.
 *
 * @param x Any numeric tensor of rank 1 or more.
 * @param options `axis`: the last if left out; `n`: how many times, 1 if left out.
 * @returns The differences, in the dtype of `x`, with `n` elements fewer along the axis (none if there are too few).
 * @throws {ShapeError} If the axis is out of range.
 * @throws {DTypeError} If `x` is bool.
 * @throws {ArgumentError} If `n` is not a whole number, 0 or more.
 *
 * @example Odd numbers are the differences of squares
 * ```ts
 * import { diff, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(diff(tensor([0, 1, 4, 9])).toArray(), [1, 3, 5]);
 * ```
 */
export function diff<S extends Shape, D extends DType, const A extends number = -1>(
  x: Tensor<S, D> & AxisOk<"diff", S, A>,
  options: DiffOptions<A> = {},
): Tensor<DiffShape<S>, D> {
  let y = requireNumbers("diff", requireTensor("diff", x), "cast it to i32 first");
  checkOptions("diff", options, "axis", "n");
  const axis = oneAxis("diff", options.axis ?? -1, y.shape.length), n: unknown = options.n ?? 1;
  if (!(typeof n === "number" && Number.isInteger(n) && n >= 0)) {
    throw new ArgumentError(`diff: n is ${String(n)}, not a whole number, 0 or more`);
  }
  for (let i = 0; i < n && y.shape[axis]! > 0; i++) {
    const size = y.shape[axis]!;
    y = sub(sliceAxis(y, axis, 1, size), sliceAxis(y, axis, 0, size - 1));
  }
  return y as Tensor<DiffShape<S>, D>;
}

// Diagonals of matrices.

/** The shape of the diagonals of the last two axes, of known length for the main one of a square. */
export type DiagonalShape<S extends Shape, O extends number = 0> = S extends
  readonly [...infer L extends Shape, infer N extends number, infer M]
  ? readonly [N, M, O] extends readonly [M, N, 0] ? readonly [...L, N] : readonly [...L, number]
  : Shape;

/**
 * The diagonals of the last two axes. (A matrix with a given diagonal is `diag`.)
 *
 * @param x `[..., n, m]`, any dtype.
 * @param options `offset`: 0 is the main diagonal, positive ones are above.
 * @returns `[..., k]`, k being the diagonal's length.
 * @throws {ShapeError} If the rank is below 2, or the diagonal lies outside the matrix.
 *
 * @example The main diagonal
 * ```ts
 * import { diagonal, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(diagonal(tensor([[1, 2], [3, 4]])).toArray(), [1, 4]);
 * ```
 */
export function diagonal<S extends Shape, D extends DType, const O extends number = 0>(
  x: Tensor<S, D>,
  options: { readonly offset?: O } = {},
): Tensor<DiagonalShape<S, O>, D> {
  requireOptions("diagonal", options, "{ offset: 1 }", ["offset"]);
  const v = requireTensor("diagonal", x), rank = v.shape.length, offset: number = options.offset ?? 0;
  if (rank < 2) throw new ShapeError(`diagonal: expected rank 2 or more, got rank ${rank}`);
  const n = v.shape[rank - 2]!, m = v.shape[rank - 1]!, row = Math.max(0, -offset), column = Math.max(0, offset);
  if (!Number.isInteger(offset) || row > n || column > m) {
    throw new ShapeError(`diagonal: offset ${offset} lies outside a matrix of ${n}×${m}`);
  }
  const k = Math.min(n - row, m - column), lead = v.shape.slice(0, -2);
  const square = slice(v, [...lead.map(() => 0), row, column], [...lead, row + k, column + k]);
  return diagonalOf(square, rank - 2, rank - 1) as unknown as Tensor<DiagonalShape<S, O>, D>;
}

// Sums along a diagonal.

/**
 * Sum along a diagonal of two axes.
 *
 * @param x Any tensor of rank 2 or more; truth values count as 0 and 1.
 * @param options `axes`: the two axes of the matrices, the first two if left out; `offset`: 0 is the main diagonal,
 *   positive ones are above it.
 * @returns The sum without those axes, in the dtype of `x`, except that bool gives i32 and u8 gives u32.
 * @throws {ShapeError} If an axis is out of range or both are the same.
 * @throws {ArgumentError} If `axes` is no pair, or `offset` not a whole number.
 *
 * @example A matrix
 * ```ts
 * import { tensor, trace } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trace(tensor([[1, 2], [3, 4]])).item(), 5);
 * ```
 */
export function trace<S extends Shape, D extends DType, const A extends readonly [number, number] = readonly [0, 1]>(
  x: Tensor<S, D> & ReduceOk<"trace", S, A>,
  options: { readonly axes?: A; readonly offset?: number } = {},
): Tensor<Reduce<S, A>, SumOf<D>> {
  requireOptions("trace", options, "{ axes: [0, 1] }", ["axes", "offset"]);
  const v = requireTensor("trace", x), rank = v.shape.length, { axes = [0, 1] as const, offset = 0 } = options;
  if (rank < 2) throw new ShapeError(`trace: ${show(v.shape)} has no diagonal; use a tensor of rank 2 or more`);
  if (!Number.isInteger(offset)) throw new ArgumentError(`trace: offset ${offset} is not a whole number`);
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(`trace: axes are a pair, not ${shown(axes)}; write { axes: [0, 1] }`);
  }
  const [row, column] = axes.map((a) => normalizeAxis("trace", a, rank)) as [number, number];
  if (row === column) throw new ShapeError(`trace: axes [${axes}] name the same axis twice`);
  const down = Math.max(0, -offset), right = Math.max(0, offset);
  const n = Math.max(0, Math.min(v.shape[row]! - down, v.shape[column]! - right));
  const from = (start: number, size: number) => Math.min(start, size - n);
  const rows = sliceAxis(v, row, from(down, v.shape[row]!), from(down, v.shape[row]!) + n);
  const square = sliceAxis(rows, column, from(right, v.shape[column]!), from(right, v.shape[column]!) + n);
  const total = reduceSum(cast(diagonalOf(square, row, column), sumOf(v.dtype)), [rank - 2]);
  return total as unknown as Tensor<Reduce<S, A>, SumOf<D>>;
}
