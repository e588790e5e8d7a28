/** Tensors with a part changed: what `x[index] = value` and `x[index] += value` are where nothing is ever written to. */
import { type DType, kindOf } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { broadcast } from "../primitives/broadcast.ts";
import type { Places } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { scatterMax, scatterMin } from "../primitives/scatter_extreme.ts";
import { scatterMul } from "../primitives/scatter_mul.ts";
import { scatterAdd, scatterSet } from "../primitives/scatter.ts";
import { inverse, transpose } from "../primitives/transpose.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type IndexPlan, planIndex, pointsInPlace, rows } from "./index_plan.ts";
import type { IndexTerm } from "./index_terms.ts";
import { fixed, updatesFor } from "./index_values.ts";
import { requireTensor } from "./operands.ts";
import { isWhole } from "./stretches.ts";
import type { Updates } from "./scatter.ts";
import { shown } from "./whole_numbers.ts";

/** The type of `setAt`, `addAt` and their kin. */
export interface UpdateOp {
  /** `f(x, index, value)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, index: readonly IndexTerm[], value: Updates): Tensor<S, D>;
  /** `pipe(x, f(index, value))`. */
  (index: readonly IndexTerm[], value: Updates): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

type Write = (x: Value, indices: Value, updates: Value, p: Places) => Value;

function updating(op: string, write: Write): UpdateOp {
  const apply = (x: unknown, index: unknown, value: unknown): Value => {
    const v = requireTensor(op, x);
    if (!Array.isArray(index)) {
      throw new ArgumentError(`${op}: the index is an array of terms, not ${shown(index)}; write [0, "1:3"]`);
    }
    if (write !== scatterSet && kindOf(v.dtype) === "bool") {
      throw new DTypeError(`${op}: takes numbers, not bool; cast it first, or use setAt`);
    }
    const plan = planIndex(op, index, v.shape);
    return written(write, v, plan, updatesFor(op, v, value, plan.result, "value"));
  };
  return ((...args: readonly unknown[]) =>
    args.length >= 3 ? apply(args[0], args[1], args[2]) : (x: unknown) => apply(x, args[0], args[1])) as UpdateOp;
}

function written(write: Write, x: Value, plan: IndexPlan, values: Value): Value {
  const n = plan.points.length, order = pointsInPlace(plan);
  // From the result's axes to […points, …kept].
  const arranged = transpose(reshape(values, plan.kept), inverse(order));
  // Ranges that are not whole are points too: for each an axis behind the others, then the whole axes as windows.
  const keptAxes = x.shape.map((_, a) => a).filter((a) => !plan.dropped.includes(a) && !plan.tensorAxes.includes(a));
  const isCut = (a: number) => !isWhole(plan.stretches[a]!, x.shape[a]!);
  const cut = keptAxes.filter(isCut), all = keptAxes.filter((a) => !isCut(a));
  const place = (a: number) => n + keptAxes.indexOf(a);
  const updates = transpose(arranged, [...plan.points.map((_, i) => i), ...cut.map(place), ...all.map(place)]);
  const points = [...plan.points, ...cut.map((a) => plan.stretches[a]!.count)];
  const axes = [...plan.tensorAxes, ...plan.dropped, ...cut];
  const p: Places = { axes, batch: 0, mode: "drop", unique: plan.tensorAxes.length === 0 };
  if (axes.length === 0) return write(x, fixed([0], []), updates, p);
  const indices = axes.map((a, i) => {
    if (i < plan.tensorAxes.length) return broadcast(plan.indices[i]!, points, plan.points.map((_, k) => k));
    const { start, count, step } = plan.stretches[a]!, along = cut.indexOf(a);
    return along < 0
      ? broadcast(fixed([], [start]), points, [])
      : broadcast(fixed([count], Array.from({ length: count }, (_, k) => start + k * step)), points, [n + along]);
  });
  return write(x, rows(indices), updates, p);
}

/**
 * The tensor with the part that an index names replaced, as JAX's `x.at[index].set(value)`: `setAt(x, index, value)`, or
 * `pipe(x, setAt(index, value))`. Of several values for one element the last stays.
 *
 * @param x Any tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`.
 *
 * @example A column of zeros
 * ```ts
 * import { setAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(setAt(tensor([[1, 2], [3, 4]]), [":", 0], 0).toArray(), [[0, 2], [0, 4]]);
 * ```
 */
export const setAt: UpdateOp = updating("setAt", scatterSet);

/**
 * The tensor with values added to the part that an index names: `addAt(x, index, value)`, or
 * `pipe(x, addAt(index, value))`. An element named twice gets both.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example One element twice
 * ```ts
 * import { addAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(addAt(tensor([1, 2, 3]), [[0, 0, 2]], 10).toArray(), [21, 2, 13]);
 * ```
 */
export const addAt: UpdateOp = updating("addAt", scatterAdd);

/**
 * The tensor with the part that an index names multiplied: `mulAt(x, index, value)`, or `pipe(x, mulAt(index, value))`.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example Every other element
 * ```ts
 * import { mulAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mulAt(tensor([1, 2, 3]), ["::2"], -1).toArray(), [-1, 2, -3]);
 * ```
 */
export const mulAt: UpdateOp = updating("mulAt", scatterMul);

/**
 * The tensor with the part that an index names raised to values where they are larger: `maxAt(x, index, value)`, or
 * `pipe(x, maxAt(index, value))`. All that tie for an element share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example A floor under the first two
 * ```ts
 * import { maxAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maxAt(tensor([-1, 2, -3]), [":2"], 0).toArray(), [0, 2, -3]);
 * ```
 */
export const maxAt: UpdateOp = updating("maxAt", scatterMax);

/**
 * The tensor with the part that an index names lowered to values where they are smaller: `minAt(x, index, value)`, or
 * `pipe(x, minAt(index, value))`. All that tie for an element share its gradient evenly.
 *
 * @param x Any numeric tensor.
 * @param index The terms that `at` takes, as an array; elements of tensors out of range are left out.
 * @param value A number, or a tensor that broadcasts to `at(x, ...index)` and fits the dtype of `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the index does not fit, or the value does not broadcast to the part.
 * @throws {DTypeError} If the value does not fit the dtype of `x`, or `x` is bool.
 *
 * @example A ceiling over the last
 * ```ts
 * import { minAt, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(minAt(tensor([1, 2, 3]), [-1], 2).toArray(), [1, 2, 2]);
 * ```
 */
export const minAt: UpdateOp = updating("minAt", scatterMin);
