/** Where the largest and the smallest along an axis stand. */
import { load, reduction } from "../compiler/kernel.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes, sizeOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { checkNotEmpty } from "./reduce_extreme.ts";
import { split } from "./reduce_sum.ts";

type AxisParam = { readonly axis: number };

/** The first of equals; the first NaN, where there is one. */
function argExtreme(name: string, which: "argmax" | "argmin"): Primitive<AxisParam> {
  const better = which === "argmax" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  const self: Primitive<AxisParam> = {
    name,
    infer: ([x], { axis }) => {
      checkNotEmpty(name, x!.shape, [axis], "there is no index to give");
      return [{ shape: dropAxes(x!.shape, [axis]), dtype: "i32" }];
    },
    reference: ([x], { axis }) => {
      const y = emptyArray(dropAxes(x!.shape, [axis]), "i32"), n = x!.shape[axis]!, from = x!.data;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      for (let o = 0; o < y.data.length; o++) {
        const start = Math.floor(o / inner) * n * inner + o % inner;
        let best = from[start]!, at = 0;
        for (let i = 1; i < n && best === best; i++) {
          const v = from[start + i * inner]!;
          if (v !== v || better(v, best)) {
            best = v;
            at = i;
          }
        }
        y.data[o] = at;
      }
      return [y];
    },
    jvp: ([x], _, p) => [[bind1(self, [x!], p)], [null]],
    batch: ([x], _, { axis }) => ({ outputs: [bind1(self, [x!], { axis: axis + 1 })], mapped: [true] }),
    lower: ([x], { axis }) => {
      const { domain, reduce, at } = split(x!, [axis]);
      return reduction(domain, reduce, which, load(0, at, x!.dtype), "i32");
    },
  };
  return self;
}

/** Index of the largest along `axis`, which disappears. */
export const argMaxP: Primitive<AxisParam> = argExtreme("argMax", "argmax");
/** Index of the smallest along `axis`, which disappears. */
export const argMinP: Primitive<AxisParam> = argExtreme("argMin", "argmin");

/** Index of the first largest, or the first NaN, along an axis counted from the front. */
export const argMax = (x: Value, axis: number): Value => bind1(argMaxP, [x], { axis });
/** Index of the first smallest, or the first NaN, along an axis counted from the front. */
export const argMin = (x: Value, axis: number): Value => bind1(argMinP, [x], { axis });
