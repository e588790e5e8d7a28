/** Whether some, or all, are true. */
import { load, reduction } from "../compiler/kernel.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { type Axes, reduceReference, split } from "./reduce_sum.ts";

function logic(name: string, which: "any" | "all"): Primitive<Axes> {
  const fold = which === "any" ? (a: number, b: number) => a | b : (a: number, b: number) => a & b;
  const self: Primitive<Axes> = {
    name,
    infer: ([x], { axes }) => {
      if (x!.dtype !== "bool") throw new DTypeError(`${name}: takes bool, not ${x!.dtype}; compare or cast it first`);
      return [{ shape: dropAxes(x!.shape, axes), dtype: "bool" }];
    },
    reference: ([x], { axes }) => [reduceReference(x!, axes, "bool", which === "any" ? 0 : 1, fold)],
    jvp: ([x], _, p) => [[bind1(self, [x!], p)], [null]],
    batch: ([x], _, { axes }) => ({ outputs: [bind1(self, [x!], { axes: axes.map((a) => a + 1) })], mapped: [true] }),
    lower: ([x], { axes }) => {
      const { domain, reduce, at } = split(x!, axes);
      return reduction(domain, reduce, which, load(0, at, "bool"));
    },
  };
  return self;
}

/** Whether some are true over `axes`, which disappear; of none, no. */
export const reduceAnyP: Primitive<Axes> = logic("reduceAny", "any");
/** Whether all are true over `axes`, which disappear; of none, yes. */
export const reduceAllP: Primitive<Axes> = logic("reduceAll", "all");

/** Whether some are true over axes counted from the front, ascending. */
export const reduceAny = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceAnyP, [x], { axes });
/** Whether all are true over axes counted from the front, ascending. */
export const reduceAll = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceAllP, [x], { axes });
