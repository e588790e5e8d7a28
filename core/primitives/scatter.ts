/** Values written to computed places, where they meet what is there. */
import { bind1 } from "../interpreter.ts";
import { indices as loopIndices, load } from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, show } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { broadcastInFront } from "./broadcast.ts";
import { zerosLike } from "./create.ts";
import { checkPlaces, gather, layout, placeExprs, type Places, shifted, valuesShape } from "./gather.ts";

/** `x` with `updates` added at the places; a place named twice gets both. */
export const scatterAddP: Primitive<Places> = {
  name: "scatterAdd",
  infer: ([x, indices, updates], p) => {
    checkPlaces("scatterAdd", x!, indices!, p);
    const want = valuesShape(x!, indices!, p);
    if (!sameShape(updates!.shape, want)) {
      throw new ShapeError(`scatterAdd: the places hold ${show(want)}, the updates are ${show(updates!.shape)}`);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  reference: ([x, indices, updates], p) => {
    const y = emptyArray(x!.shape, x!.dtype), { window, places } = layout(x!, indices!, p), n = window.length;
    const sums = Float64Array.from(x!.data), from = updates!.data;
    places((place, offset) => {
      if (offset < 0) return;
      for (let w = 0, o = place * n; w < n; w++) sums[offset + window[w]!]! += from[o + w]!;
    });
    y.data.set(sums);
    return [y];
  },
  jvp: ([x, indices, updates], [dx, , du], p) => [
    [scatterAdd(x!, indices!, updates!, p)],
    [dx || du ? du ? scatterAdd(dx ?? zerosLike(x!), indices!, du, p) : dx! : null],
  ],
  transpose: ([ct], [, indices], [lx, , lu], p) => [lx ? ct! : null, null, lu ? gather(ct!, indices!, p) : null],
  batch: (xs, mapped, p, axis) => {
    const [x, indices, updates] = xs.map((v, i) => mapped[i] ? v : broadcastInFront(v, axis.size));
    return { outputs: [scatterAdd(x!, indices!, updates!, { ...shifted(p), batch: p.batch + 1 })], mapped: [true] };
  },
  lower: ([x, indices, updates], p) => {
    const domain = updates!.shape;
    return {
      kind: "kernels",
      kernels: [{
        kind: "loop",
        domain,
        reduce: [],
        combine: null,
        body: load(2, loopIndices(domain.length), updates!.dtype),
        dtype: x!.dtype,
        scatter: { base: 0, at: placeExprs(x!, indices!, p), shape: x!.shape, with: "add" },
      }],
    };
  },
};

/** `x` with `updates` added at the places. */
export const scatterAdd = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterAddP, [x, indices, updates], p);
