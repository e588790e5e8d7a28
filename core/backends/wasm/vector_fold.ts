/** How a reduced range's values become one, in vectors: several accumulators, each of which takes a vector a step. */
import type { Combine } from "../../compiler/kernel.ts";
import { type DType, isFloat, rangeOf } from "../../dtype.ts";
import type { Func, Local } from "./function.ts";
import { vectorPlace } from "./vector_place.ts";
import { type Lanes, pushSplat, vectorType } from "./vector_ops.ts";

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
