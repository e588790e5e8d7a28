/** Running sums, products, extremes and log-sum-exps. */
import type { DType, FloatOf } from "../dtype.ts";
import { cast } from "../primitives/cast.ts";
import { cumulative, type Running } from "../primitives/cumulative.ts";
import { reshape } from "../primitives/reshape.ts";
import type { Shape } from "../shape.ts";
import type { AxisOk, Flatten } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { asFloat, requireTensor } from "./operands.ts";
import { checkOptions, oneAxis, requireNumbers, type SumOf, sumOf } from "./reduction.ts";
import { flag } from "./options.ts";

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
