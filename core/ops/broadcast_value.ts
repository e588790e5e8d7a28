/** Broadcasting to a shape that is given. */
import { ShapeError } from "../errors.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { broadcastShapes, sameShape, type Shape, show } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** `x` repeated to `shape`, or an error with both. */
export function broadcastValue(op: string, x: Value, shape: Shape): Value {
  const fits = x.shape.length <= shape.length && sameShape(broadcastShapes(op, x.shape, shape), shape);
  if (fits) return broadcastRight(x, shape);
  throw new ShapeError(
    `${op}: cannot broadcast ${show(x.shape)} to ${show(shape)}; sizes must be equal or 1, counted from the last axis`,
  );
}
