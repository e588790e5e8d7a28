/** Scatters that are linear: adding to what is at the places, or taking its place. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { broadcast } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { full, iota, zerosLike } from "./create.ts";
import { gather, type Places, windowAxes } from "./gather.ts";
import { reshape } from "./reshape.ts";
import { scatter } from "./scatter_record.ts";
import { select } from "./select.ts";

/** `x` with the updates added at their places; a place named twice gets both. */
export const scatterAddP: Primitive<Places> = scatter("scatterAdd", {
  with: "add",
  tangent: ({ x, indices }, dx, du, p) => du ? scatterAdd(dx ?? zerosLike(x), indices, du, p) : dx!,
  transpose: (ct, [, indices], [lx, lu], p) => [lx ? ct : null, lu ? gather(ct, indices, p) : null],
});

/** `x` with the updates in the places; of several for one place the last stays. */
export const scatterSetP: Primitive<Places> = scatter("scatterSet", {
  with: "set",
  tangent: ({ x, indices, updates }, dx, du, p) => scatterSet(dx ?? zerosLike(x), indices, du ?? zerosLike(updates), p),
  transpose: (ct, [x, indices, updates], [lx, lu], p) => [
    lx ? scatterSet(ct, indices, zerosLike(updates), p) : null,
    lu ? staying(gather(ct, indices, p), x, indices, p) : null,
  ],
});

/** The values at places, with 0 for those that a later update for the same place replaces. */
function staying(values: Value, x: Value, indices: Value, p: Places): Value {
  if (p.unique) return values;
  // Everyone writes its number; whoever reads its own back has stayed.
  const kept = windowAxes(x.shape.length, p), marks = x.shape.filter((_, a) => !kept.includes(a));
  const rank = p.axes.map((a) => p.batch + p.axes.filter((b) => b < a).length);
  const points = indices.shape.slice(0, -1), places: Places = { ...p, axes: rank };
  const numbers = reshape(iota([sizeOf(points)], 0), points);
  const last = gather(scatterSet(full(marks, -1, "i32"), indices, numbers, places), indices, places);
  const stays = broadcast(equal(last, numbers), values.shape, points.map((_, a) => a));
  return select(stays, values, zerosLike(values));
}

/** `x` with the updates added at their places. */
export const scatterAdd = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterAddP, [x, indices, updates], p);
/** `x` with the updates in their places. */
export const scatterSet = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterSetP, [x, indices, updates], p);
