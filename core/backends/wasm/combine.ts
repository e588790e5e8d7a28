/** How a reduced range's values become one, in scalar code: the accumulator, a step, and the result. */
import type { Combine } from "../../compiler/kernel.ts";
import { type DType, isFloat, rangeOf } from "../../dtype.ts";
import type { Func, Local } from "./function.ts";
import { valueType } from "./scalar_ops.ts";

/** A running combination. Floats are summed and multiplied in f64 and rounded once, at the end. */
export interface Fold {
  /** Sets the accumulator to what nothing gives. */
  readonly start: () => void;
  /** Takes the value on the stack in; `position` pushes its place in the range. */
  readonly step: (position: () => void) => void;
  /** Takes another combination in, which is on the stack: f64 for sums and products of floats, a value and its place. */
  readonly join: () => void;
  /** Pushes the result. */
  readonly result: () => void;
}

/** Code for a combination of values of a dtype. */
export function foldOf(f: Func, combine: Combine, dtype: DType): Fold {
  switch (combine) {
    case "sum":
    case "prod":
      return arithmetic(f, combine === "sum" ? "add" : "mul", combine === "sum" ? 0 : 1, dtype);
    case "max":
    case "min":
      return extreme(f, combine, dtype);
    case "any":
    case "all":
      return truth(f, combine);
    case "argmax":
    case "argmin":
      return place(f, combine === "argmax" ? "gt" : "lt", dtype);
  }
}

function arithmetic(f: Func, op: "add" | "mul", empty: number, dtype: DType): Fold {
  const t = isFloat(dtype) ? "f64" : "i32", acc = f.local(t), value = f.local(t);
  return {
    start: () => f[t](empty).set(acc),
    step: () => {
      if (dtype === "f32") f.op("f64.promote_f32");
      f.set(value).get(acc).get(value).op(`${t}.${op}`).set(acc);
    },
    join: () => void f.get(acc).op(`${t}.${op}`).set(acc),
    result: () => {
      f.get(acc);
      if (dtype === "f32") f.op("f32.demote_f64");
      if (dtype === "u8") f.i32(255).op("i32.and");
    },
  };
}

function extreme(f: Func, op: "max" | "min", dtype: DType): Fold {
  const t = valueType(dtype), acc = f.local(t), value = f.local(t), [low, high] = rangeOf(dtype);
  const empty = op === "max" ? low : high;
  const step = (): void => {
    f.set(value);
    if (t !== "i32") f.get(acc).get(value).op(`${t}.${op}`).set(acc);
    else {
      const s = dtype === "i32" ? "s" : "u";
      f.get(acc).get(value).get(acc).get(value).op(`i32.${op === "max" ? "gt" : "lt"}_${s}`, "select").set(acc);
    }
  };
  return {
    start: () => void (t === "i32" ? f.i32(empty) : f[t as "f32" | "f64"](empty)).set(acc),
    step,
    join: step,
    result: () => void f.get(acc),
  };
}

function truth(f: Func, combine: "any" | "all"): Fold {
  const acc = f.local("i32");
  return {
    start: () => void f.i32(combine === "all" ? 1 : 0).set(acc),
    step: () => void f.get(acc).op(combine === "all" ? "i32.and" : "i32.or").set(acc),
    join: () => void f.get(acc).op(combine === "all" ? "i32.and" : "i32.or").set(acc),
    result: () => void f.get(acc),
  };
}

/** The first place of the best value; NaN is better than any number. */
function place(f: Func, better: "gt" | "lt", dtype: DType): Fold {
  const t = valueType(dtype), best = f.local(t), value = f.local(t), at = f.local("i32");
  const float = t !== "i32", compare = float ? `${t}.${better}` : `i32.${better}_${dtype === "i32" ? "s" : "u"}`;
  return {
    start: () => void f.i32(-1).set(at),
    step: (position) => {
      f.set(value).get(at).i32(0).op("i32.lt_s").get(value).get(best).op(compare);
      // A number, and a value that is better than it or is NaN.
      if (float) f.get(value).get(value).op(`${t}.ne`, "i32.or").get(best).get(best).op(`${t}.eq`, "i32.and");
      f.op("i32.or").if(() => {
        f.get(value).set(best);
        position();
        f.set(at);
      });
    },
    join: () => {
      const other = f.local("i32"), nan = (x: Local): void => void f.get(x).get(x).op(`${t}.ne`);
      f.set(other).set(value).get(at).i32(0).op("i32.lt_s").get(value).get(best).op(compare);
      if (float) {
        nan(value);
        f.op("i32.or").get(best).get(best).op(`${t}.eq`, "i32.and");
      }
      f.get(value).get(best).op(`${t}.eq`);
      if (float) {
        nan(value);
        nan(best);
        f.op("i32.and", "i32.or");
      }
      f.get(other).get(at).op("i32.lt_s", "i32.and", "i32.or", "i32.or");
      f.if(() => f.get(value).set(best).get(other).set(at)).free(other);
    },
    result: () => void f.get(at),
  };
}
