/** A block of fixed size at a computed place. */
import { concat } from "./concat.ts";
import { add } from "./arithmetic.ts";
import { full, iota } from "./create.ts";
import { gather } from "./gather.ts";
import { maximum, minimum } from "./extremes.ts";
import { reshape } from "./reshape.ts";
import type { Shape } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** The block of `sizes` that starts at `starts` (i32 scalars, clamped so that the block fits). */
export function dynamicSlice(x: Value, starts: readonly Value[], sizes: Shape): Value {
  return sizes.reduce((y, n, axis) => {
    const last = full([], x.shape[axis]! - n, "i32");
    const start = minimum(maximum(starts[axis]!, full([], 0, "i32")), last);
    const at = add(iota([n], 0), reshapeTo(start, n));
    return moveBack(gather(y, reshape(at, [n, 1]), { axes: [axis], batch: 0, mode: "clamp", unique: true }), axis);
  }, x);
}

import { broadcastRight } from "./broadcast.ts";
import { moveAxis } from "./transpose.ts";
const reshapeTo = (x: Value, n: number): Value => broadcastRight(x, [n]);
const moveBack = (x: Value, axis: number): Value => moveAxis(x, 0, axis);
void concat;
