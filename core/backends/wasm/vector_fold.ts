/** Reductions by vectors. */
import type { Combine } from "../../compiler/kernel.ts";
import { type DType, isFloat, rangeOf } from "../../dtype.ts";
import type { Func, Local } from "./function.ts";
import { type Lanes, pushSplat, vectorType } from "./vector_expression.ts";

// The first place of the best value, in vectors of values and of places; NaN is better than any number.

/** Code for argmax and argmin of vectors of four lanes. */
function vectorPlace(f: Func, combine: "argmax" | "argmin", dtype: DType, width: number): VectorFold {
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

// How a reduced range's values become one, in vectors: several accumulators, each of which takes a vector a step.

/**
 * Steps after which sums in f32 are moved to f64. So many additions of equal terms err by less than 2⁻²⁰ of their sum,
 * which leaves sums of any length within 1e-6.
 */
export const flushAfter = 16;

/** Running combinations of `width` vectors. */
export interface VectorFold {
  /** Sets the accumulators to what nothing gives. */
  readonly start: () => void;
  /** Takes the vector on the stack into an accumulator; `position` pushes the lanes' places in the range. */
  readonly step: (which: number, position: () => void) => void;
  /** To be called at the end of every block of at most `flushAfter` steps, if `blocked`. */
  readonly flush: () => void;
  readonly blocked: boolean;
  /** Pushes an accumulator's vector of results, of the result's dtype: lane by lane. */
  readonly lanewise: (which: number) => void;
  /** Pushes all accumulators' lanes combined, as the scalar fold's `join` takes them. */
  readonly whole: () => void;
}

/** Whether a combination has vector code. Products of floats need the range of f64, places as many lanes as i32 has. */
export const foldsAsVector = (combine: Combine, dtype: DType): boolean =>
  combine === "argmax" || combine === "argmin"
    ? dtype !== "f64" && dtype !== "bool"
    : !(combine === "prod" && (isFloat(dtype) || dtype === "u8"));

/** Code for a combination of vectors of a dtype. */
export function vectorFold(f: Func, combine: Combine, dtype: DType, lanes: Lanes, width: number): VectorFold {
  if (combine === "sum" && dtype === "f32") return singleSum(f, width);
  if ((combine === "max" || combine === "min") && isFloat(dtype)) return floatExtreme(f, combine, dtype, lanes, width);
  if (combine === "argmax" || combine === "argmin") return vectorPlace(f, combine, dtype, width);
  const t = vectorType(dtype), acc = Array.from({ length: width }, () => f.local("v128"));
  const { empty, instruction } = simple(combine, dtype);
  const meet = (): void => void f.op(instruction.startsWith("v128") ? instruction : `${t}.${instruction}`);
  const finish = (): void => {
    if (dtype === "u8" && combine === "sum") f.i32x4(255).op("v128.and");
  };
  return {
    blocked: false,
    start: () => acc.forEach((a) => (pushSplat(f, dtype, empty), f.set(a))),
    step: (i) => {
      f.get(acc[i]!);
      meet();
      f.set(acc[i]!);
    },
    flush: () => {},
    lanewise: (i) => {
      f.get(acc[i]!);
      finish();
    },
    whole: () => {
      // Pairs, then pairs of pairs; then the halves of the vector, then its neighbours.
      const level = [...acc];
      while (level.length > 1) {
        const a = level.shift()!, b = level.shift()!;
        f.get(a).get(b);
        meet();
        f.set(a);
        level.push(a);
      }
      const a = level[0]!, half = f.local("v128");
      f.get(a).get(a).shuffle32(2, 3, 2, 3).set(half).get(a).get(half);
      meet();
      f.set(a);
      if (lanes === 4) {
        f.get(a).get(a).shuffle32(1, 1, 1, 1).set(half).get(a).get(half);
        meet();
        f.set(a);
      }
      f.get(a);
      finish();
      f.lane(`${t}.extract_lane`, 0);
      if (dtype === "bool") f.i32(1).op("i32.and");
      f.free(half);
    },
  };
}

/** Combines the lanes of a vector by an operation on two vectors, so that every lane holds the result. */
function acrossLanes(f: Func, v: Local, lanes: Lanes, meet: () => void): void {
  f.get(v).get(v).get(v).shuffle32(2, 3, 0, 1);
  meet();
  f.set(v);
  if (lanes === 2) return;
  f.get(v).get(v).get(v).shuffle32(1, 0, 3, 2);
  meet();
  f.set(v);
}

/**
 * The largest or smallest float. The instruction that orders NaN and −0 rightly is seven of the processor's; here one
 * compares, and what it misses is kept beside it: whether there was a NaN, and the signs, which tell zeros apart.
 */
function floatExtreme(f: Func, combine: "max" | "min", dtype: DType, lanes: Lanes, width: number): VectorFold {
  const t = vectorType(dtype) as "f32x4" | "f64x2", pick = `${t}.p${combine}`, max = combine === "max";
  // A maximum of zeros is −0 if all have the sign, a minimum if one has.
  const gather = max ? "v128.and" : "v128.or", x = f.local("v128");
  const cells = Array.from({ length: width }, () => ({
    best: f.local("v128"),
    nan: f.local("v128"),
    signs: f.local("v128"),
  }));
  const finish = ({ best, nan, signs }: typeof cells[number]): void => {
    f[t](NaN).get(signs)[t](-0).op("v128.and").get(best).get(best)[t](0).op(`${t}.eq`, "v128.bitselect");
    f.get(nan).op("v128.bitselect");
  };
  return {
    blocked: false,
    start: () =>
      cells.forEach(({ best, nan, signs }) => {
        f[t](max ? -Infinity : Infinity).set(best).i32x4(0).set(nan).i32x4(max ? -1 : 0).set(signs);
      }),
    step: (i) => {
      const { best, nan, signs } = cells[i]!;
      f.set(x).get(best).get(x).op(pick).set(best).get(signs).get(x).op(gather).set(signs);
      f.get(x).get(x).op(`${t}.ne`).get(nan).op("v128.or").set(nan);
    },
    flush: () => {},
    lanewise: (i) => finish(cells[i]!),
    whole: () => {
      const [first, ...others] = cells as [typeof cells[number], ...typeof cells];
      for (const c of others) {
        f.get(first.best).get(c.best).op(pick).set(first.best).get(first.signs).get(c.signs).op(gather).set(
          first.signs,
        );
        f.get(first.nan).get(c.nan).op("v128.or").set(first.nan);
      }
      acrossLanes(f, first.best, lanes, () => f.op(pick));
      acrossLanes(f, first.signs, lanes, () => f.op(gather));
      acrossLanes(f, first.nan, lanes, () => f.op("v128.or"));
      finish(first);
      f.lane(`${t}.extract_lane`, 0);
    },
  };
}

function simple(combine: Combine, dtype: DType): { readonly empty: number; readonly instruction: string } {
  const [low, high] = rangeOf(dtype), s = isFloat(dtype) ? "" : dtype === "i32" ? "_s" : "_u";
  switch (combine) {
    case "sum":
      return { empty: 0, instruction: "add" };
    case "prod":
      return { empty: 1, instruction: "mul" };
    case "max":
      return dtype === "bool" ? { empty: 0, instruction: "v128.or" } : { empty: low, instruction: `max${s}` };
    case "min":
      return dtype === "bool" ? { empty: 1, instruction: "v128.and" } : { empty: high, instruction: `min${s}` };
    case "any":
      return { empty: 0, instruction: "v128.or" };
    case "all":
      return { empty: 1, instruction: "v128.and" };
    default:
      throw new Error(`${combine} has no vector code`);
  }
}

/** Sums of f32: short blocks in f32, blocks in f64. */
function singleSum(f: Func, width: number): VectorFold {
  const acc = Array.from({ length: width }, () => f.local("v128"));
  const wide = acc.map((): readonly [Local, Local] => [f.local("v128"), f.local("v128")]);
  return {
    blocked: true,
    start: () => {
      acc.forEach((a) => f.f32x4(0).set(a));
      wide.forEach((pair) => pair.forEach((w) => f.f64x2(0).set(w)));
    },
    step: (i) => f.get(acc[i]!).op("f32x4.add").set(acc[i]!),
    flush: () =>
      acc.forEach((a, i) => {
        const [low, high] = wide[i]!;
        f.get(a).op("f64x2.promote_low_f32x4").get(low).op("f64x2.add").set(low);
        f.get(a).get(a).shuffle32(2, 3, 2, 3).op("f64x2.promote_low_f32x4").get(high).op("f64x2.add").set(high);
        f.f32x4(0).set(a);
      }),
    lanewise: (i) => {
      const [low, high] = wide[i]!;
      f.get(low).op("f32x4.demote_f64x2_zero").get(high).op("f32x4.demote_f64x2_zero").shuffle32(0, 1, 4, 5);
    },
    whole: () => {
      const all = wide.flat(), total = f.local("v128");
      f.get(all[0]!);
      for (const w of all.slice(1)) f.get(w).op("f64x2.add");
      f.tee(total).lane("f64x2.extract_lane", 0).get(total).lane("f64x2.extract_lane", 1).op("f64.add").free(total);
    },
  };
}
