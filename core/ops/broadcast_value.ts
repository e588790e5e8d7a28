/** Broadcasting to a shape that is given. */
import { ShapeError } from "../errors.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { type Shape, show } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** `x` repeated to `shape`, or an error with both. */
export function broadcastValue(op: string, x: Value, shape: Shape): Value {
  const skipped = shape.length - x.shape.length;
  if (skipped >= 0 && x.shape.every((d, a) => d === 1 || d === shape[skipped + a])) return broadcastRight(x, shape);
  throw new ShapeError(
    `${op}: cannot broadcast ${show(x.shape)} to ${show(shape)}; sizes must be equal or 1, counted from the last axis`,
  );
}
