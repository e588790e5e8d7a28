/** The first place of the best value, in vectors of values and of places; NaN is better than any number. */
import { type DType, isFloat, rangeOf } from "../../dtype.ts";
import type { Func, Local } from "./function.ts";
import type { VectorFold } from "./vector_fold.ts";
import { pushSplat, vectorType } from "./vector_ops.ts";

/** Code for argmax and argmin of vectors of four lanes. */
export function vectorPlace(f: Func, combine: "argmax" | "argmin", dtype: DType, width: number): VectorFold {
  const t = vectorType(dtype), float = isFloat(dtype), s = float ? "" : dtype === "i32" ? "_s" : "_u";
  const best = Array.from({ length: width }, () => f.local("v128")), at = best.map(() => f.local("v128"));
  const value = f.local("v128"), place = f.local("v128"), mask = f.local("v128");
  /** Pushes which lanes of `v` are better than those of `b`: not "at most", so that NaN is, but not than NaN. */
  const better = (v: Local, b: Local): void => {
    f.get(v).get(b);
    if (float) f.op(`${t}.${combine === "argmax" ? "le" : "ge"}`, "v128.not").get(b).get(b).op(`${t}.eq`, "v128.and");
    else f.op(`${t}.${combine === "argmax" ? "gt" : "lt"}${s}`);
  };
  const take = (v: Local, p: Local, i: number): void => {
    f.get(v).get(best[i]!).get(mask).op("v128.bitselect").set(best[i]!);
    f.get(p).get(at[i]!).get(mask).op("v128.bitselect").set(at[i]!);
  };
  /** Takes lanes in whose places may be before those that are there. */
  const meet = (v: Local, p: Local, i: number): void => {
    const b = best[i]!;
    better(v, b);
    f.get(v).get(b).op(`${t}.eq`);
    if (float) f.get(v).get(v).op(`${t}.ne`).get(b).get(b).op(`${t}.ne`, "v128.and", "v128.or");
    f.get(p).get(at[i]!).op("i32x4.lt_s", "v128.and", "v128.or").set(mask);
    take(v, p, i);
  };
  const [low, high] = rangeOf(dtype);
  return {
    blocked: false,
    // If nothing is better than the end of the range, the first place of all is the first of the best.
    start: () => {
      for (const b of best) (pushSplat(f, dtype, combine === "argmax" ? low : high), f.set(b));
      for (const a of at) f.i32x4(0).set(a);
    },
    step: (i, position) => {
      f.set(value);
      better(value, best[i]!);
      f.set(mask);
      position();
      f.set(place);
      take(value, place, i);
    },
    flush: () => {},
    lanewise: (i) => void f.get(at[i]!),
    whole: () => {
      for (let i = 1; i < width; i++) meet(best[i]!, at[i]!, 0);
      const b = best[0]!, a = at[0]!;
      // The halves, then the neighbours.
      for (const [i, j] of [[2, 3], [1, 0]] as const) {
        f.get(b).get(b).shuffle32(i, j, i, j).set(value).get(a).get(a).shuffle32(i, j, i, j).set(place);
        meet(value, place, 0);
      }
      f.get(b).lane(`${t}.extract_lane`, 0).get(a).lane("i32x4.extract_lane", 0);
    },
  };
}
