/**
 * The scalar functions of the kernel IR on vectors: four lanes of f32, i32, u32, u8 (in 32 bits) and truth values (masks),
 * or two lanes of f64 and 64-bit masks. Each gives in every lane what the scalar code gives.
 */
import type { Expr } from "../../compiler/kernel.ts";
import { type DType, isFloat } from "../../dtype.ts";
import type { Func, Local } from "./function.ts";
import { vectorMath } from "./math/mod.ts";
import { comparisons, floatInstructions, mathOptions, type Op } from "./scalar_ops.ts";

/** Lanes of a vector. */
export type Lanes = 2 | 4;

const stack = (...names: string[]): Op => ({ stack: names });
const code = (emit: (f: Func, args: readonly Local[]) => void): Op => ({ emit });

/** The prefix of a dtype's vector instructions. */
export const vectorType = (d: DType): "f32x4" | "f64x2" | "i32x4" =>
  d === "f32" ? "f32x4" : d === "f64" ? "f64x2" : "i32x4";

/** Pushes a vector of equal elements of a dtype; truth values as masks. */
export function pushSplat(f: Func, d: DType, value: number): void {
  if (d === "f32") f.f32x4(value);
  else if (d === "f64") f.f64x2(value);
  else if (d === "bool") f.i32x4(value !== 0 ? -1 : 0);
  else f.i32x4(d === "u8" ? value & 255 : value | 0);
}

/** Makes the scalar on the stack a vector; truth values become masks. */
export function splat(f: Func, d: DType, lanes: Lanes): void {
  if (d === "f32") f.op("f32x4.splat");
  else if (d === "f64") f.op("f64x2.splat");
  else if (d !== "bool") f.op("i32x4.splat");
  else {
    const x = f.local("i32");
    f.set(x).i32(0).get(x).op("i32.sub").free(x);
    f.op(...lanes === 4 ? ["i32x4.splat"] : ["i64.extend_i32_s", "i64x2.splat"]);
  }
}

/** The vector code of an application; `undefined` where there is none. */
export function vectorOp(e: Expr & { readonly kind: "apply" }, lanes: Lanes): Op | undefined {
  const from = e.args[0]!.dtype;
  if (lanes === 2) {
    if (e.args.some((a) => a.dtype !== "f64" && a.dtype !== "bool")) return undefined;
    if (e.dtype !== "f64" && e.dtype !== "bool") return undefined;
  } else if ([e, ...e.args].some((a) => a.dtype === "f64")) return undefined;
  if (e.name === "cast") return castOp(from, e.dtype, lanes);
  if (isFloat(from)) return floatOp(e.name, from as "f32" | "f64") ?? mathOp(e, from as "f32" | "f64");
  if (from === "bool") return boolOp(e.name);
  return intOp(e, from as "i32" | "u32" | "u8");
}

function castOp(from: DType, to: DType, lanes: Lanes): Op | undefined {
  if (from === to) return stack();
  if (lanes === 2) {
    if (to === "bool") return code((f, [x]) => f.get(x!).f64x2(0).op("f64x2.ne"));
    return code((f, [x]) => f.get(x!).f64x2(1).op("v128.and"));
  }
  if (from === "bool") {
    return code((f, [x]) => (to === "f32" ? f.get(x!).f32x4(1) : f.get(x!).i32x4(1)).op("v128.and"));
  }
  if (to === "bool") {
    return code((f, [x]) => from === "f32" ? f.get(x!).f32x4(0).op("f32x4.ne") : f.get(x!).i32x4(0).op("i32x4.ne"));
  }
  if (from === "f32") {
    if (to === "i32") return stack("i32x4.trunc_sat_f32x4_s");
    if (to === "u32") return stack("i32x4.trunc_sat_f32x4_u");
    return code((f, [x]) => f.get(x!).op("i32x4.trunc_sat_f32x4_u").i32x4(255).op("i32x4.min_u"));
  }
  if (to === "f32") return stack(`f32x4.convert_i32x4_${from === "u32" ? "u" : "s"}`);
  return to === "u8" ? code((f, [x]) => f.get(x!).i32x4(255).op("v128.and")) : stack();
}

function floatOp(name: string, d: "f32" | "f64"): Op | undefined {
  const t = d === "f32" ? "f32x4" : "f64x2", instruction = comparisons[name] ?? floatInstructions[name];
  if (instruction !== undefined) return stack(`${t}.${instruction}`);
  switch (name) {
    case "stopGradient":
      return stack();
    case "relu":
      // Zero where x ≤ 0; a NaN is not, and stays.
      return code((f, [x]) => f.get(x!).get(x!)[t](0).op(`${t}.le`, "v128.andnot"));
    case "sign":
      return code((f, [x]) => {
        f[t](1)[t](-1).get(x!).get(x!)[t](0).op(`${t}.lt`, "v128.bitselect").get(x!)[t](0).op(
          `${t}.gt`,
          "v128.bitselect",
        );
      });
    case "isNaN":
      return code((f, [x]) => f.get(x!).get(x!).op(`${t}.ne`));
    case "isFinite":
      return code((f, [x]) => f.get(x!).op(`${t}.abs`)[t](Infinity).op(`${t}.lt`));
    case "isInf":
      return code((f, [x]) => f.get(x!).op(`${t}.abs`)[t](Infinity).op(`${t}.eq`));
    case "rsqrt":
      return inDouble(d, (f, [x]) => f.f64x2(1).get(x!).op("f64x2.sqrt", "f64x2.div"));
    case "fusedMultiplyAdd":
      return inDouble(d, (f, [a, b, c]) => f.get(a!).get(b!).op("f64x2.mul").get(c!).op("f64x2.add"));
  }
  return undefined;
}

function mathOp(e: Expr & { readonly kind: "apply" }, d: "f32" | "f64"): Op | undefined {
  const emit = vectorMath(e.name, d, mathOptions(e));
  return emit === undefined ? undefined : code(emit);
}

/** A function of f64 lanes, for f32 on each half of the vector and rounded once. */
function inDouble(d: "f32" | "f64", emit: (f: Func, args: readonly Local[]) => void): Op {
  if (d === "f64") return code(emit);
  return code((f, args) => {
    const wide = args.map(() => f.local("v128"));
    args.forEach((a, i) => f.get(a).op("f64x2.promote_low_f32x4").set(wide[i]!));
    emit(f, wide);
    f.op("f32x4.demote_f64x2_zero");
    args.forEach((a, i) => f.get(a).get(a).shuffle32(2, 3, 2, 3).op("f64x2.promote_low_f32x4").set(wide[i]!));
    emit(f, wide);
    f.op("f32x4.demote_f64x2_zero").shuffle32(0, 1, 4, 5);
    f.free(...wide);
  });
}

function boolOp(name: string): Op | undefined {
  switch (name) {
    case "and":
    case "minimum":
      return stack("v128.and");
    case "or":
    case "maximum":
      return stack("v128.or");
    case "xor":
    case "notEqual":
      return stack("v128.xor");
    case "equal":
      return stack("v128.xor", "v128.not");
    case "not":
      return stack("v128.not");
    case "stopGradient":
      return stack();
  }
  return undefined;
}

const narrowing = new Set(["add", "sub", "mul", "neg", "bitNot", "shiftLeft"]);

function intOp(e: Expr & { readonly kind: "apply" }, d: "i32" | "u32" | "u8"): Op | undefined {
  const op = intOpOf(e, d === "i32");
  if (op === undefined || d !== "u8" || !narrowing.has(e.name)) return op;
  return code((f, args) => {
    if ("stack" in op) {
      args.forEach((a) => f.get(a));
      f.op(...op.stack);
    } else op.emit(f, args);
    f.i32x4(255).op("v128.and");
  });
}

function intOpOf(e: Expr & { readonly kind: "apply" }, signed: boolean): Op | undefined {
  const s = signed ? "s" : "u", compare = comparisons[e.name];
  if (compare !== undefined) return stack(`i32x4.${compare}${compare === "eq" || compare === "ne" ? "" : `_${s}`}`);
  switch (e.name) {
    case "add":
    case "sub":
    case "mul":
    case "neg":
      return stack(`i32x4.${e.name}`);
    case "abs":
      return signed ? stack("i32x4.abs") : stack();
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
    case "stopGradient":
      return stack();
    case "relu":
      return signed ? code((f, [x]) => f.get(x!).i32x4(0).op("i32x4.max_s")) : stack();
    case "maximum":
      return stack(`i32x4.max_${s}`);
    case "minimum":
      return stack(`i32x4.min_${s}`);
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return stack(`v128.${e.name.slice(3).toLowerCase()}`);
    case "bitNot":
      return stack("v128.not");
    case "shiftLeft":
    case "shiftRightLogical":
    case "shiftRight": {
      const by = e.args[1]!, width = e.args[0]!.dtype === "u8" ? 8 : 32;
      if (by.kind !== "constant" || !(by.value >= 0 && by.value < width)) return undefined;
      const shift = e.name === "shiftLeft" ? "shl" : e.name === "shiftRight" && signed ? "shr_s" : "shr_u";
      return code((f, [x]) => f.get(x!).i32(by.value).op(`i32x4.${shift}`));
    }
  }
  return undefined;
}
