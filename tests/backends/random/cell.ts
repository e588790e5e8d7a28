/**
 * Values of a random program as it is written: what the reference computes, and how far another backend may be off.
 *
 * A value without a bound is exact: every backend must give its bits. Bounds are a running error analysis, an element
 * at a time, in f64.
 */
import { isFloat } from "../../../core/dtype.ts";
import { Concrete } from "../../../core/tensor.ts";
import {
  abs,
  add,
  cast,
  type DType,
  fullLike,
  isFinite,
  mul,
  type Shape,
  type Value,
  where,
  zeros,
} from "../../../mod.ts";

/** A value with its bound; `null` where it is exact. */
export interface Cell {
  readonly value: Value;
  readonly error: Value | null;
}

/** An operation applied to earlier values of the pool. */
export interface Step {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly run: (xs: readonly Value[]) => Value;
}

/** A step that was proposed, with the rule for its bound; without one its inputs and its result are exact. */
export interface Draft extends Step {
  readonly error?: (cells: readonly Cell[], result: Value) => Value | null;
}

/** Half a unit in the last place of 1. */
export const unit = (d: DType): number => d === "f64" ? 2 ** -53 : 2 ** -24;

/** The bound of a cell as a tensor. */
export const bound = (c: Cell): Value => c.error ?? zeros(c.value.shape, { dtype: "f64" });

/** |x| in f64. */
export const size = (x: Value): Value => abs(cast(x, "f64"));

/** The smallest denormal number: what a product may be off where it underflows. */
export const least = (d: DType): number => d === "f64" ? 2 ** -1074 : 2 ** -149;

/** A bound for `count` roundings of a result, a few of them of denormal numbers. */
export const rounded = (y: Value, count: number): Value => add(mul(size(y), count * unit(y.dtype)), 4 * least(y.dtype));

/** Whether any input is inexact. */
export const blurred = (cells: readonly Cell[]): boolean => cells.some((c) => c.error !== null);

/** The elements of a concrete tensor. */
export function elementsOf(x: Value): ArrayLike<number> {
  if (!(x instanceof Concrete)) throw new Error("not concrete");
  return x.dataSync();
}

/** Finite numbers above this may overflow in one order of operations and not in another. */
const huge = 1e30;

/**
 * The cell a draft gives, or `null` where nothing can be said of it: inexact inputs of an exact step, or bounds that are
 * no numbers.
 */
export function cellOf(draft: Draft, cells: readonly Cell[]): Cell | null {
  if (draft.error === undefined) {
    return blurred(cells) ? null : { value: draft.run(cells.map((c) => c.value)), error: null };
  }
  const value = draft.run(cells.map((c) => c.value)), raw = draft.error(cells, value);
  if (raw === null) return { value, error: null };
  if (!isFloat(value.dtype)) return null;
  for (const c of [...cells.map((c) => c.value), value]) {
    if (isFloat(c.dtype) && Array.from(elementsOf(c)).some((x) => Number.isFinite(x) && Math.abs(x) > huge)) {
      return null;
    }
  }
  // What is infinite or NaN is so in every backend.
  const error = where(isFinite(value), raw, fullLike(raw, 0));
  return Array.from(elementsOf(error)).every((e) => e >= 0 && e < huge) ? { value, error } : null;
}

/** How many elements a shape has. */
export const volume = (s: Shape): number => s.reduce((a, b) => a * b, 1);
