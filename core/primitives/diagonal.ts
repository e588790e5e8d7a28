/** The diagonal of two axes, of simpler primitives: a square read in steps of one row and one element. */
import type { Value } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** The elements of `x` at equal indices of two axes of equal size; their one axis comes last. */
export function diagonalOf(x: Value, axis1: number, axis2: number): Value {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis1 && i !== axis2), n = x.shape[axis1]!;
  const lead = others.map((i) => x.shape[i]!), square = transpose(x, [...others, axis1, axis2]);
  const flat = reshape(square, [...lead, n * n]);
  return slice(flat, flat.shape.map(() => 0), flat.shape, [...lead.map(() => 1), n + 1]);
}
