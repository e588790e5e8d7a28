/** Indexing as NumPy writes it. */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { gather } from "../primitives/gather.ts";
import { reshape } from "../primitives/reshape.ts";
import { transpose } from "../primitives/transpose.ts";
import { dropAxes, type Shape, show, sizeOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { type IndexPlan, planIndex, pointsInPlace, rows } from "./index_plan.ts";
import type { Indexed, IndexedOk, IndexTerm } from "./index_terms.ts";
import { requireTensor } from "./operands.ts";
import { takeStretches } from "./stretches.ts";

/**
 * The part of a tensor that an index names, by NumPy's rules: `at(x, 0, "1:3", "...", null)` is `x[0, 1:3, ..., None]`.
 *
 * Terms name axes from the first on, and axes without a term stay whole. A term is a whole number (the axis disappears),
 * a range as Python writes it (`"1:3"`, `"::-1"`, `":"`) or as `{ start, stop, step }`, `"..."` for all axes that the
 * other terms leave, `null` for a new axis of size 1, or a list of whole numbers or an integer tensor, which names
 * elements. Several of these broadcast together, and their axes stand where the first did if all of them (and of the
 * whole numbers) are neighbours, else in front.
 *
 * @param x Any tensor.
 * @param index The terms. Negative numbers count from the end. Ranges are cut off at the ends; elements of tensors out of
 * range read the nearest there is.
 * @returns The part, in the dtype of `x`.
 * @throws {ShapeError} If there are more terms than axes, or a whole number is out of range.
 * @throws {ArgumentError} If a term is none of these, or `"..."` stands twice.
 * @throws {DTypeError} If a tensor is not of integers. A bool mask would give a result of unknown size: choose with
 * `where`, or index with `nonzero(mask, { size })`.
 *
 * @example A row, a column, and rows in another order
 * ```ts
 * import { at, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assertEquals([at(x, 0).toArray(), at(x, ":", -1).toArray()], [[1, 2, 3], [3, 6]]);
 * assertEquals(at(x, [1, 0], "::2").toArray(), [[4, 6], [1, 3]]);
 * ```
 */
export function at<S extends Shape, D extends DType, const T extends readonly IndexTerm[]>(
  x: Tensor<S, D> & IndexedOk<S, T>,
  ...index: T
): Tensor<Indexed<S, T>, D> {
  const v = requireTensor("at", x), plan = planIndex("at", index, v.shape);
  return read(v, plan) as unknown as Tensor<Indexed<S, T>, D>;
}

function read(x: Value, plan: IndexPlan): Value {
  const box = takeStretches(x, plan.stretches);
  if (plan.tensorAxes.length === 0) return reshape(box, plan.result);
  if (sizeOf(plan.points) > 0 && plan.tensorAxes.some((a) => x.shape[a] === 0)) {
    throw new ShapeError(`at: an axis of ${show(x.shape)} that a tensor indexes is empty, so there is nothing to read`);
  }
  // Whole numbers' axes go first, so that what is left is points and kept axes.
  const slim = reshape(box, dropAxes(box.shape, plan.dropped));
  const axes = plan.tensorAxes.map((a) => a - plan.dropped.filter((d) => d < a).length);
  const y = gather(slim, rows(plan.indices), { axes, batch: 0, mode: "clamp", unique: false });
  return reshape(transpose(y, pointsInPlace(plan)), plan.result);
}
