/** Where the extremes are. */
import type { DType } from "../dtype.ts";
import { argMax, argMin } from "../primitives/arg_extreme.ts";
import { checkNotEmpty } from "../primitives/reduce_extreme.ts";
import { reshape } from "../primitives/reshape.ts";
import type { Shape } from "../shape.ts";
import type { Reduce, ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis, type ReduceOptions } from "./reduction.ts";
import { flag } from "./options.ts";

function argExtreme(op: string, f: (x: Value, axis: number) => Value, given: unknown, options: ReduceOptions): Value {
  const x = requireTensor(op, given);
  checkOptions(op, options, "axis", "keepDims");
  const all = options.axis === undefined, flat = all ? reshape(x, [x.size]) : x;
  const axis = all ? 0 : oneAxis(op, options.axis, x.shape.length);
  checkNotEmpty(op, flat.shape, [axis], "there is no index to give");
  const y = f(flat, axis);
  return flag(op, "keepDims", options.keepDims) ? reshape(y, x.shape.map((d, i) => all || i === axis ? 1 : d)) : y;
}

/**
 * Index of the largest element: the first of equals, the first NaN where there is one.
 *
 * @param x Any tensor.
 * @param options `axis`: along which to look; if left out, all elements in row-major order. `keepDims`: whether the axis
 * stays with size 1.
 * @returns The index, i32, without the axis.
 * @throws {ShapeError} If the axis is out of range or has no elements.
 *
 * @example The likeliest class
 * ```ts
 * import { argmax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmax(tensor([[0.1, 0.9], [0.8, 0.2]]), { axis: -1 }).toArray(), [1, 0]);
 * ```
 */
export function argmax<
  S extends Shape,
  D extends DType,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"argmax", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "i32"> {
  return argExtreme("argmax", argMax, x, options) as Tensor<Reduce<S, A, K>, "i32">;
}

/**
 * Index of the smallest element: the first of equals, the first NaN where there is one.
 *
 * @param x Any tensor.
 * @param options `axis`: along which to look; if left out, all elements in row-major order. `keepDims`: whether the axis
 * stays with size 1.
 * @returns The index, i32, without the axis.
 * @throws {ShapeError} If the axis is out of range or has no elements.
 *
 * @example The position of the smallest of all
 * ```ts
 * import { argmin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmin(tensor([[3, 1], [2, 4]])).item(), 1);
 * ```
 */
export function argmin<
  S extends Shape,
  D extends DType,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: Tensor<S, D> & ReduceOk<"argmin", S, A>,
  options: ReduceOptions<A, K> = {},
): Tensor<Reduce<S, A, K>, "i32"> {
  return argExtreme("argmin", argMin, x, options) as Tensor<Reduce<S, A, K>, "i32">;
}
