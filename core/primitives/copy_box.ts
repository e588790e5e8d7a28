/** Copying a box of elements between two strided layouts: what slices, pads, joins and reversals are made of. */
import type { TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";

/** Where a box lies in an array: the place of its first element, and how far apart neighbours are along each axis. */
export interface Placement {
  readonly offset: number;
  readonly steps: readonly number[];
}

/** Copies a box of the given shape from one placement to another. */
export function copyBox(to: TypedArray, into: Placement, from: TypedArray, out: Placement, shape: Shape): void {
  const rank = shape.length;
  if (shape.includes(0)) return;
  if (rank === 0) {
    to[into.offset] = from[out.offset]!;
    return;
  }
  const inner = shape[rank - 1]!, ti = into.steps[rank - 1]!, fi = out.steps[rank - 1]!;
  const at = new Array<number>(rank).fill(0);
  let t = into.offset, f = out.offset;
  for (;;) {
    for (let i = 0, p = t, q = f; i < inner; i++, p += ti, q += fi) to[p] = from[q]!;
    let a = rank - 2;
    for (; a >= 0; a--) {
      t += into.steps[a]!;
      f += out.steps[a]!;
      if (++at[a]! < shape[a]!) break;
      t -= into.steps[a]! * shape[a]!;
      f -= out.steps[a]! * shape[a]!;
      at[a] = 0;
    }
    if (a < 0) return;
  }
}

/** The place of a multi-index. */
export const offsetOf = (at: readonly number[], strides: readonly number[]): number =>
  at.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
