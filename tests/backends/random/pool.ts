/** What a random program has computed so far, and how an operation finds operands in it. */
import {
  arange,
  broadcastTo,
  cast,
  type DType,
  flatten,
  full,
  mod,
  reshape,
  type Shape,
  take,
  type Value,
} from "../../../mod.ts";
import { type Cell, volume } from "./cell.ts";
import type { Choices } from "./choices.ts";

/** A place in the pool, with what stands there. */
export interface Entry extends Cell {
  readonly place: number;
}

/** Values in the order they came. */
export class Pool {
  constructor(readonly cells: readonly Cell[]) {}

  /** A random entry among those that serve, the later ones more often; `null` if none does. */
  pick(c: Choices, serves: (cell: Cell) => boolean = () => true): Entry | null {
    const found = this.cells.map((cell, place): Entry => ({ ...cell, place })).filter(serves).reverse();
    return found.length === 0 ? null : c.below(2) === 0 ? found[c.below(Math.min(2, found.length))]! : c.of(found);
  }

  /** A random exact entry that serves. */
  exact(c: Choices, serves: (value: Value) => boolean = () => true): Entry | null {
    return this.pick(c, (x) => x.error === null && serves(x.value));
  }
}

/** Whether a value has one of these dtypes. */
export const typed = (...dtypes: readonly DType[]) => (x: Value): boolean => dtypes.includes(x.dtype);
/** Floats. */
export const floats: (x: Value) => boolean = typed("f32", "f64");
/** Integers. */
export const integers: (x: Value) => boolean = typed("i32", "u32", "u8");
/** All but truth values. */
export const numbers = (x: Value): boolean => x.dtype !== "bool";

/** The elements of any value, over and over, as a tensor of another kind. */
export function fit(x: Value, shape: Shape, dtype: DType): Value {
  if (x.dtype === dtype && x.shape.join() === shape.join()) return x;
  const n = volume(shape);
  if (x.size === 0) return full(shape, 0, { dtype });
  if (x.size === 1) return cast(broadcastTo(reshape(x, []), shape), dtype);
  return cast(reshape(take(flatten(x), mod(arange(n, { dtype: "i32" }), x.size)), shape), dtype);
}
