/** Elements in the same places' order turned round, or moved along. */
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { concat } from "../primitives/concat.ts";
import { reshape } from "../primitives/reshape.ts";
import { reverse as reverseValue } from "../primitives/reverse.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { normalizeAxes, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { ReduceOk } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { type AxesOption, checkOptions } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";
import { requireWholes } from "./whole_numbers.ts";

/**
 * The elements in opposite order along axes.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out.
 * @returns A tensor of the same shape.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Rows from right to left
 * ```ts
 * import { reverse, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reverse(tensor([[1, 2], [3, 4]]), { axis: 1 }).toArray(), [[2, 1], [4, 3]]);
 * ```
 */
export function reverse<S extends Shape, D extends DType, const A extends AxesOption = undefined>(
  x: Tensor<S, D> & ReduceOk<"reverse", S, A>,
  options: { readonly axis?: A } = {},
): Tensor<S, D> {
  const v = requireTensor("reverse", x);
  checkOptions("reverse", options, "axis");
  return reverseValue(v, normalizeAxes("reverse", options.axis, v.shape.length)) as unknown as Tensor<S, D>;
}

/** The type of `roll`. */
export interface RollOp {
  /** `roll(x, shift, options?)`. */
  <S extends Shape, D extends DType, const A extends AxesOption = undefined>(
    x: Tensor<S, D> & ReduceOk<"roll", S, A>,
    shift: number | readonly number[],
    options?: { readonly axis?: A },
  ): Tensor<S, D>;
  /** `pipe(x, roll(shift, options?))`. */
  <const A extends AxesOption = undefined>(
    shift: number | readonly number[],
    options?: { readonly axis?: A },
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & ReduceOk<"roll", S, A>) => Tensor<S, D>;
}

/**
 * The elements moved along axes, those pushed out at one end coming in at the other: `roll(x, shift, options?)`, or
 * `pipe(x, roll(shift, options?))`.
 *
 * @param x Any tensor.
 * @param shift By how many places towards higher indices; for several axes, one number for all or one each.
 * @param options `axis`: one or several; if left out, the elements are rolled as one row-major list.
 * @returns A tensor of the same shape.
 * @throws {ShapeError} If an axis is out of range.
 * @throws {ArgumentError} If a shift is not a whole number, or there are not as many as axes.
 *
 * @example By one place
 * ```ts
 * import { roll, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(roll(tensor([1, 2, 3]), 1).toArray(), [3, 1, 2]);
 * ```
 */
export const roll: RollOp = dualStatic((x, shift, options) => {
  const v = requireTensor("roll", x), shifts = requireWholes("roll", "a shift", shift);
  checkOptions("roll", options, "axis");
  const given = options["axis"] as AxesOption;
  if (given === undefined) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return reshape(rolled(reshape(v, [sizeOf(v.shape)]), 0, total), v.shape);
  }
  // An axis may be named twice: its shifts add up, as in NumPy.
  const axes = (typeof given === "number" ? [given] : given).map((a) => normalizeAxis("roll", a, v.shape.length));
  if (shifts.length !== 1 && shifts.length !== axes.length) {
    throw new ArgumentError(`roll: ${shifts.length} shifts for ${axes.length} axes; give one for all, or one each`);
  }
  return axes.reduce((y, a, i) => rolled(y, a, shifts.length === 1 ? shifts[0]! : shifts[i]!), v);
}) as RollOp;

function rolled(x: Value, axis: number, shift: number): Value {
  const n = x.shape[axis]!;
  if (n === 0 || shift % n === 0) return x;
  const cut = n - (shift % n + n) % n;
  return concat([sliceAxis(x, axis, cut, n), sliceAxis(x, axis, 0, cut)], axis);
}
