/** Which element of each window is its largest or smallest. */
import { constant, index, indices, load, reduction, select, unravel } from "../compiler/kernel.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Value } from "../tensor.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { deeper, eachPlace, identity, type ReduceWindowParams, sliding, windowShape } from "./reduce_window.ts";
import { windowAddress } from "./window_shape.ts";

/** Windows, and which extreme of them is meant. */
export type WindowArgParams = ReduceWindowParams & { readonly op: "max" | "min" };

/**
 * The place within its window, row-major, of the first extreme element, or of the first NaN. Padding takes part as the
 * end of the dtype's range.
 */
export const windowArgP: Primitive<WindowArgParams> = {
  name: "windowArg",
  infer: ([x], p) => {
    inferDType("windowArg", [x!], numeric);
    return [{ shape: windowShape("windowArg", x!, p), dtype: "i32" }];
  },
  reference: ([x], p) => [argReference(x!, p)],
  jvp: ([x], _, p) => [[windowArg(x!, p)], [null]],
  batch: ([x], _, p) => ({ outputs: [windowArg(x!, deeper(p))], mapped: [true] }),
  lower: ([x], p) => {
    const domain = windowShape("windowArg", x!, p), rank = domain.length;
    const element = unravel(index(rank), p.window);
    const { address, inside } = windowAddress(sliding(p), x!.shape, indices(rank), element);
    const body = select(inside, load(0, address, x!.dtype), constant(identity(p.op, x!.dtype), x!.dtype));
    return reduction(domain, [sizeOf(p.window)], p.op === "max" ? "argmax" : "argmin", body, "i32");
  },
};

function argReference(x: NdArray, p: WindowArgParams): NdArray {
  const y = emptyArray(windowShape("windowArg", x, p), "i32"), end = identity(p.op, x.dtype);
  const better = p.op === "max" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  eachPlace(x, p, y.shape, (place, from, seen, offsets, elements) => {
    // Where nothing is beyond the padding, all places are equal and the first is 0.
    let best = end, at = 0;
    for (let i = 0; i < seen && best === best; i++) {
      const v = x.data[from + offsets[i]!]!;
      if (v !== v || better(v, best)) {
        best = v;
        at = elements[i]!;
      }
    }
    y.data[place] = at;
  });
  return y;
}

/** The place within each window of its first extreme element. */
export const windowArg = (x: Value, p: WindowArgParams): Value => bind1(windowArgP, [x], p);
