/** Where elements come from: places in a buffer as places in what it was moved from. */
import type { Addresses } from "./address.ts";
import type { Buffer, KernelNode } from "./graph.ts";
import { type Expr, ravel, unravel } from "./kernel.ts";
import { holds } from "./guard.ts";
import { reindex } from "./nest.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** A place in a buffer. */
export interface Place {
  readonly buffer: Buffer;
  readonly at: readonly Expr[];
}

/** A place in the buffer from which the elements were transposed, sliced, broadcast or reshaped, as far back as can be. */
export function originOf(place: Place, producers: ReadonlyMap<Buffer, KernelNode>, addresses: Addresses): Place {
  const { buffer, at } = place;
  if (buffer.root !== buffer) {
    const moved = reshaped(at, buffer.shape, buffer.root.shape, addresses);
    return moved === null ? place : originOf({ buffer: buffer.root, at: moved }, producers, addresses);
  }
  const node = producers.get(buffer);
  if (node === undefined || node.kernel.kind !== "loop") return place;
  const { kernel } = node, { body } = kernel;
  if (body.kind !== "load" || kernel.combine !== null || kernel.scatter !== undefined) return place;
  // What is read where other elements say is not moved, but looked up.
  if (body.at.some((e) => holds(e, (x) => x.kind === "load"))) return place;
  return originOf(
    { buffer: node.inputs[body.input]!, at: body.at.map((e) => addresses.simplify(reindex(e, at, addresses))) },
    producers,
    addresses,
  );
}

/**
 * The place at which a reshape's operand has the element. Axes that stay as they are keep their coordinates, which need
 * not be in range: only among those that do not are places counted.
 */
function reshaped(at: readonly Expr[], from: Shape, to: Shape, addresses: Addresses): Expr[] | null {
  if (sizeOf(from) === 0) return null;
  const out: Expr[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length;) {
    let m = i, n = j, a = 1, b = 1;
    do {
      if (n < to.length && (a > b || m === from.length || (a === b && to[n] === 1 && from[m] !== 1))) b *= to[n++]!;
      else a *= from[m++]!;
    } while (a !== b);
    const axes = from.slice(i, m), own = at.slice(i, m), target = to.slice(j, n);
    if (axes.length === 1 && target.length === 1) out.push(own[0]!);
    else out.push(...unravel(ravel(own, axes), target).map((e) => addresses.simplify(e)));
    i = m;
    j = n;
  }
  return out;
}
