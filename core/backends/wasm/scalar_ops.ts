/**
 * The scalar functions of the kernel IR as WebAssembly. Floats are f32 and f64; integers and booleans are i32, those of
 * u8 in [0, 255] and booleans 0 or 1.
 */
import { type DType, isFloat } from "../../dtype.ts";
import type { Expr } from "../../compiler/kernel.ts";
import { type Emit, type MathOptions, vectorMath } from "./math/mod.ts";
import { Func, type Local, type ValueType } from "./function.ts";

/** How a function is emitted: instructions on the arguments on the stack, or code that reads them from locals. */
export type Op = { readonly stack: readonly string[] } | { readonly emit: (f: Func, args: readonly Local[]) => void };

/** The type that holds an element of a dtype. */
export const valueType = (d: DType): ValueType => d === "f32" || d === "f64" ? d : "i32";

const stack = (...names: string[]): Op => ({ stack: names });
const code = (emit: (f: Func, args: readonly Local[]) => void): Op => ({ emit });

/** The code of an application; `undefined` where a general algorithm is needed. */
export function scalarOp(e: Expr & { readonly kind: "apply" }, math: MathFunctions | null = null): Op | undefined {
  const from = e.args[0]!.dtype;
  if (e.name === "cast") return castOp(from, e.dtype);
  if (isFloat(from)) return floatOp(e.name, from as "f32" | "f64") ?? laneOf(e, from as "f32" | "f64", math);
  if (from === "bool") return boolOp(e.name);
  return intOp(e, from as "i32" | "u32" | "u8");
}

/** Pushes a function of the scalar in a local, from its vector code. */
export function pushMath(f: Func, name: string, d: "f32" | "f64", x: Local): void {
  const v = f.local("v128"), t = d === "f32" ? "f32x4" : "f64x2";
  f.get(x).op(`${t}.splat`).set(v);
  vectorMath(name, d)!(f, [v]);
  f.lane(`${t}.extract_lane`, 0).free(v);
}

/** A function that has vector code only: of equal lanes, one. */
function laneOf(
  e: Expr & { readonly kind: "apply" },
  d: "f32" | "f64",
  math: MathFunctions | null,
): Op | undefined {
  const emit = mathOf(e, d, math);
  if (emit === undefined) return undefined;
  const t = d === "f32" ? "f32x4" : "f64x2";
  return code((f, args) => {
    const vectors = args.map(() => f.local("v128"));
    args.forEach((a, i) => f.get(a).op(`${t}.splat`).set(vectors[i]!));
    emit(f, vectors);
    f.lane(`${t}.extract_lane`, 0).free(...vectors);
  });
}

/** Vector functions that the kernels of a module call, where written out in each they would be too much code. */
export class MathFunctions {
  readonly #known = new Map<string, Func>();

  /** Code that calls what `emit` is the code of; the key says what that is. */
  calling(key: string, emit: Emit, count: number): Emit {
    return (f, args) => {
      let made = this.#known.get(key);
      if (made === undefined) {
        this.#known.set(key, made = new Func(null, new Array<"v128">(count).fill("v128"), ["v128"]));
        emit(made, made.args);
      }
      args.forEach((a) => f.get(a));
      f.call(made);
    };
  }
}

/** The vector code of a function, written out or a call. */
export function mathOf(
  e: Expr & { readonly kind: "apply" },
  d: "f32" | "f64",
  math: MathFunctions | null,
): Emit | undefined {
  const options = mathOptions(e), emit = vectorMath(e.name, d, options);
  return emit === undefined || math === null
    ? emit
    : math.calling(`${e.name} ${d} ${options.constant}`, emit, e.args.length);
}

/** How a function is made: the last argument where it is known. */
function mathOptions(e: Expr & { readonly kind: "apply" }): MathOptions {
  const last = e.args.at(-1)!;
  return last.kind === "constant" ? { constant: last.value } : {};
}

function castOp(from: DType, to: DType): Op {
  const t = valueType(from), u = valueType(to);
  if (from === to) return stack();
  if (to === "bool") {
    return isFloat(from)
      ? code((f, [x]) => f.get(x!)[t as "f32" | "f64"](0).op(`${t}.ne`))
      : stack("i32.eqz", "i32.eqz");
  }
  if (isFloat(from)) {
    if (isFloat(to)) return stack(from === "f32" ? "f64.promote_f32" : "f32.demote_f64");
    if (to === "i32") return stack(`i32.trunc_sat_${t}_s`);
    if (to === "u32") return stack(`i32.trunc_sat_${t}_u`);
    return code((f, [x]) => {
      const n = f.local("i32");
      f.get(x!).op(`i32.trunc_sat_${t}_u`).tee(n).i32(255).get(n).i32(255).op("i32.lt_u", "select").free(n);
    });
  }
  if (isFloat(to)) return stack(`${u}.convert_i32_${from === "u32" ? "u" : "s"}`);
  return to === "u8" ? wrapped(stack()) : stack();
}

/** The low eight bits of what an op leaves. */
function wrapped(op: Op): Op {
  return code((f, args) => {
    if ("stack" in op) {
      args.forEach((a) => f.get(a));
      f.op(...op.stack);
    } else op.emit(f, args);
    f.i32(255).op("i32.and");
  });
}

/** Suffixes of instructions that compare. */
export const comparisons: Readonly<Record<string, string>> = {
  equal: "eq",
  notEqual: "ne",
  less: "lt",
  lessEqual: "le",
  greater: "gt",
  greaterEqual: "ge",
};

/** Suffixes of instructions on floats, of scalars and of vectors. */
export const floatInstructions: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  neg: "neg",
  abs: "abs",
  sqrt: "sqrt",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  round: "nearest",
  maximum: "max",
  minimum: "min",
};

function floatOp(name: string, t: "f32" | "f64"): Op | undefined {
  const compare = comparisons[name];
  if (compare !== undefined) return stack(`${t}.${compare}`);
  const instruction = floatInstructions[name];
  if (instruction !== undefined) return stack(`${t}.${instruction}`);
  switch (name) {
    case "stopGradient":
      return stack();
    case "relu":
      return code((f, [x]) => f[t](0).get(x!).get(x!)[t](0).op(`${t}.le`, "select"));
    case "sign":
      return code((f, [x]) => {
        f[t](1)[t](-1).get(x!).get(x!)[t](0).op(`${t}.lt`, "select").get(x!)[t](0).op(`${t}.gt`, "select");
      });
    case "rsqrt":
      return code((f, [x]) => {
        f.f64(1).get(x!).op(...t === "f32" ? ["f64.promote_f32"] : []).op("f64.sqrt", "f64.div");
        if (t === "f32") f.op("f32.demote_f64");
      });
    case "isNaN":
      return code((f, [x]) => f.get(x!).get(x!).op(`${t}.ne`));
    case "isFinite":
      return code((f, [x]) => f.get(x!).op(`${t}.abs`)[t](Infinity).op(`${t}.lt`));
    case "isInf":
      return code((f, [x]) => f.get(x!).op(`${t}.abs`)[t](Infinity).op(`${t}.eq`));
    case "fusedMultiplyAdd":
      return code((f, args) => {
        const wide = t === "f32" ? ["f64.promote_f32"] : [], [a, b, c] = args as [Local, Local, Local];
        f.get(a).op(...wide).get(b).op(...wide, "f64.mul").get(c).op(...wide, "f64.add");
        if (t === "f32") f.op("f32.demote_f64");
      });
  }
  return undefined;
}

function boolOp(name: string): Op | undefined {
  switch (name) {
    case "and":
    case "minimum":
      return stack("i32.and");
    case "or":
    case "maximum":
      return stack("i32.or");
    case "xor":
      return stack("i32.xor");
    case "not":
      return stack("i32.eqz");
    case "stopGradient":
      return stack();
  }
  const compare = comparisons[name];
  return compare === undefined ? undefined : stack(`i32.${compare}${compare === "eq" || compare === "ne" ? "" : "_u"}`);
}

function intOp(e: Expr & { readonly kind: "apply" }, d: "i32" | "u32" | "u8"): Op | undefined {
  const op = intOpOf(e, d === "i32");
  const stays = e.dtype === "bool" || ["minimum", "maximum", "bitAnd", "floorDiv", "mod", "sign"].includes(e.name);
  return op === undefined || d !== "u8" || stays ? op : wrapped(op);
}

function intOpOf(e: Expr & { readonly kind: "apply" }, signed: boolean): Op | undefined {
  const s = signed ? "s" : "u", compare = comparisons[e.name];
  if (compare !== undefined) return stack(`i32.${compare}${compare === "eq" || compare === "ne" ? "" : `_${s}`}`);
  const width = e.args[0]!.dtype === "u8" ? 8 : 32;
  switch (e.name) {
    case "add":
    case "sub":
    case "mul":
      return stack(`i32.${e.name}`);
    case "neg":
      return code((f, [x]) => f.i32(0).get(x!).op("i32.sub"));
    case "abs":
      if (!signed) return stack();
      return code((f, [x]) => f.get(x!).i32(0).get(x!).op("i32.sub").get(x!).i32(0).op("i32.ge_s", "select"));
    case "sign":
      if (!signed) return stack("i32.eqz", "i32.eqz");
      return code((f, [x]) => f.get(x!).i32(0).op("i32.gt_s").get(x!).i32(0).op("i32.lt_s", "i32.sub"));
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
    case "stopGradient":
      return stack();
    case "relu":
      return signed ? code((f, [x]) => f.get(x!).i32(0).get(x!).i32(0).op("i32.gt_s", "select")) : stack();
    case "maximum":
    case "minimum":
      return code((f, [x, y]) => {
        f.get(x!).get(y!).get(x!).get(y!).op(`i32.${e.name === "maximum" ? "gt" : "lt"}_${s}`, "select");
      });
    case "bitAnd":
    case "bitOr":
    case "bitXor":
      return stack(`i32.${e.name.slice(3).toLowerCase()}`);
    case "bitNot":
      return code((f, [x]) => f.get(x!).i32(-1).op("i32.xor"));
    case "shiftLeft":
    case "shiftRightLogical":
    case "shiftRight": {
      const shift = e.name === "shiftLeft" ? "shl" : e.name === "shiftRight" && signed ? "shr_s" : "shr_u";
      return code((f, [x, n]) => {
        f.get(x!).get(n!).op(`i32.${shift}`);
        if (shift === "shr_s") f.get(x!).i32(31).op("i32.shr_s");
        else f.i32(0);
        f.get(n!).i32(width).op("i32.lt_u", "select");
      });
    }
    case "isNaN":
    case "isInf":
      return code((f) => f.i32(0));
    case "isFinite":
      return code((f) => f.i32(1));
    case "pow":
    case "powConstant":
      return power(signed);
    case "floorDiv":
      return quotient(e.args[1]!, signed);
    case "mod":
      return remainder(signed);
  }
  return undefined;
}

/** xⁿ by squaring, wrapping around; for n < 0, 1/x⁻ⁿ truncated. */
function power(signed: boolean): Op {
  return code((f, [x, n]) => {
    const y = f.local("i32"), base = f.local("i32"), left = f.local("i32");
    f.i32(1).set(y).get(x!).set(base).get(n!).set(left);
    if (signed) {
      f.get(n!).i32(0).op("i32.lt_s").if(() => {
        // 1 and −1 are their own inverses; all else is less than 1.
        f.get(x!).i32(1).op("i32.add").i32(3).op("i32.lt_u").get(x!).i32(0).op("i32.ne", "i32.and").set(base);
        f.get(x!).get(base).op("i32.mul").set(base).get(n!).i32(1).op("i32.and").set(left);
        f.get(x!).i32(1).op("i32.add").i32(3).op("i32.ge_u").get(x!).op("i32.eqz", "i32.or").if(() => {
          f.i32(0).set(y);
        });
      });
    }
    f.block((end) =>
      f.loop((again) => {
        f.get(left).op("i32.eqz").brIf(end);
        f.get(left).i32(1).op("i32.and").if(() => f.get(y).get(base).op("i32.mul").set(y));
        f.get(base).get(base).op("i32.mul").set(base).get(left).i32(1).op("i32.shr_u").set(left).br(again);
      })
    );
    f.get(y).free(y, base, left);
  });
}

/** ⌊x / y⌋, and 0 for y = 0. */
function quotient(by: Expr, signed: boolean): Op {
  if (by.kind === "constant" && by.value > 0) {
    const shift = Math.log2(by.value);
    if (Number.isInteger(shift)) return code((f, [x]) => f.get(x!).i32(shift).op(signed ? "i32.shr_s" : "i32.shr_u"));
    if (!signed) return code((f, [x]) => f.get(x!).i32(by.value).op("i32.div_u"));
    // x below zero is moved down so that truncation is the floor.
    return code((f, [x]) => {
      const q = f.local("i32");
      f.get(x!).i32(by.value).op("i32.div_s").tee(q);
      f.get(x!).get(q).i32(by.value).op("i32.mul", "i32.lt_s", "i32.sub").free(q);
    });
  }
  if (!signed) {
    return code((f, [x, y]) => f.get(y!).if(() => f.get(x!).get(y!).op("i32.div_u"), () => f.i32(0), "i32"));
  }
  return code((f, [x, y]) => {
    f.get(y!).i32(-1).op("i32.eq").if(
      () => f.i32(0).get(x!).op("i32.sub"),
      () =>
        f.get(y!).if(
          () => {
            f.get(x!).get(y!).op("i32.div_s");
            // One less where the remainder is there and has not the divisor's sign.
            f.get(x!).get(y!).op("i32.rem_s").i32(0).op("i32.ne");
            f.get(x!).get(y!).op("i32.xor").i32(0).op("i32.lt_s", "i32.and", "i32.sub");
          },
          () => f.i32(0),
          "i32",
        ),
      "i32",
    );
  });
}

/** x − y·⌊x / y⌋, and 0 for y = 0. */
function remainder(signed: boolean): Op {
  return code((f, [x, y]) => {
    f.get(y!).if(
      () => {
        if (!signed) {
          f.get(x!).get(y!).op("i32.rem_u");
          return;
        }
        const r = f.local("i32");
        f.get(x!).get(y!).op("i32.rem_s").tee(r).get(y!).i32(0).get(r).get(y!).op("i32.xor").i32(0).op("i32.lt_s");
        f.get(r).i32(0).op("i32.ne", "i32.and", "select", "i32.add").free(r);
      },
      () => f.i32(0),
      "i32",
    );
  });
}
