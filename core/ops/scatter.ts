/** Values written to the places that integer tensors name. */
import { type DType, kindOf } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { type Places, valuesShape } from "../primitives/gather.ts";
import { scatterMax as max, scatterMin as min } from "../primitives/scatter_extreme.ts";
import { scatterMul as mul } from "../primitives/scatter_mul.ts";
import { scatterAdd as plus, scatterSet } from "../primitives/scatter.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import type { PlacesOptions } from "./gather.ts";
import { updatesFor } from "./index_values.ts";
import { requireTensor } from "./operands.ts";
import { placesOn } from "./places.ts";
import { isOperand } from "./static_operand.ts";

/** What updates are: a tensor, or a number for every place. */
export type Updates = Tensor<Shape, DType> | number | boolean;

/** The type of `scatter`, `scatterAdd` and their kin. */
export interface ScatterOp {
  /** `f(x, indices, updates, options?)`. */
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    indices: Tensor<Shape, DType>,
    updates: Updates,
    options?: PlacesOptions,
  ): Tensor<S, D>;
  /** `pipe(x, f(indices, updates, options?))`. */
  (
    indices: Tensor<Shape, DType>,
    updates: Updates,
    options?: PlacesOptions,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

type Write = (x: Value, indices: Value, updates: Value, p: Places) => Value;

function scattering(op: string, write: Write): ScatterOp {
  const apply = (x: unknown, indices: unknown, updates: unknown, options: unknown = {}): Value => {
    const v = requireTensor(op, x), [at, axes] = placesOn(op, v, indices, options);
    if (write !== scatterSet && kindOf(v.dtype) === "bool") {
      throw new DTypeError(`${op}: takes numbers, not bool; cast it first, or use scatter`);
    }
    const places: Places = { axes, batch: 0, mode: "drop", unique: false };
    return write(v, at, updatesFor(op, v, updates, valuesShape(v, at, places), "updates"), places);
  };
  return ((...args: readonly unknown[]) =>
    args.length >= 3 && (isOperand(args[2]) || typeof args[2] === "boolean")
      ? apply(args[0], args[1], args[2], args[3])
      : (x: unknown) => apply(x, args[0], args[1], args[2])) as ScatterOp;
}

/**
 * The tensor with new values at places: `scatter(x, indices, updates, options?)`, or
 * `pipe(x, scatter(indices, updates, options?))`. Of several updates for one place the last stays.
 *
 * @param x Any tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, or the updates do not fit the dtype of `x`.
 *
 * @example Two elements replaced
 * ```ts
 * import { scatter, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const places = tensor([[0, 1], [1, 0]], { dtype: "i32" });
 * assertEquals(scatter(zeros([2, 2]), places, tensor([5, 6])).toArray(), [[0, 5], [6, 0]]);
 * ```
 */
export const scatter: ScatterOp = scattering("scatter", scatterSet);

/**
 * The tensor with values added at places: `scatterAdd(x, indices, updates, options?)`, or
 * `pipe(x, scatterAdd(indices, updates, options?))`. A place named twice gets both.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Counting
 * ```ts
 * import { scatterAdd, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const seen = tensor([[2], [0], [2]], { dtype: "i32" });
 * assertEquals(scatterAdd(zeros([3]), seen, 1).toArray(), [1, 0, 2]);
 * ```
 */
export const scatterAdd: ScatterOp = scattering("scatterAdd", plus);

/**
 * The tensor multiplied by values at places: `scatterMul(x, indices, updates, options?)`, or
 * `pipe(x, scatterMul(indices, updates, options?))`. A place named twice is multiplied by both.
 *
 * Derivatives up to the second are right whatever the updates, zeros included.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Factors `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example One element tripled, another negated
 * ```ts
 * import { scatterMul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const places = tensor([[0], [2]], { dtype: "i32" });
 * assertEquals(scatterMul(tensor([1, 2, 3]), places, tensor([3, -1])).toArray(), [3, 2, -3]);
 * ```
 */
export const scatterMul: ScatterOp = scattering("scatterMul", mul);

/**
 * The largest of what is at places and of values for them: `scatterMax(x, indices, updates, options?)`, or
 * `pipe(x, scatterMax(indices, updates, options?))`.
 *
 * All that tie for a place, the element there before included, share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Records
 * ```ts
 * import { scatterMax, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const who = tensor([[0], [1], [0]], { dtype: "i32" });
 * assertEquals(scatterMax(tensor([4, 4]), who, tensor([5, 3, 6])).toArray(), [6, 4]);
 * ```
 */
export const scatterMax: ScatterOp = scattering("scatterMax", max);

/**
 * The smallest of what is at places and of values for them: `scatterMin(x, indices, updates, options?)`, or
 * `pipe(x, scatterMin(indices, updates, options?))`.
 *
 * All that tie for a place, the element there before included, share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param indices An integer tensor `[…points, k]`; each row of it names a place on k axes of `x`. Negative ones count
 * from the end; places out of range are left out.
 * @param updates Values `[…points, …the other axes of x]`, or what broadcasts to that.
 * @param options `axes`: which k axes; the first if left out.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the entries do not match the axes, or the updates do not broadcast to the places.
 * @throws {DTypeError} If the indices are not integers, the updates do not fit the dtype of `x`, or `x` is bool.
 *
 * @example Best times
 * ```ts
 * import { scatterMin, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const who = tensor([[0], [1], [0]], { dtype: "i32" });
 * assertEquals(scatterMin(tensor([4, 4]), who, tensor([5, 3, 2])).toArray(), [2, 3]);
 * ```
 */
export const scatterMin: ScatterOp = scattering("scatterMin", min);
