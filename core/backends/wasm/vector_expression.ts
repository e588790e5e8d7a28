/** Values as vectors. */
import type { Expr } from "../../compiler/kernel.ts";
import { childrenOf, visit } from "../../compiler/nest.ts";
import { bytesOf, type DType, isFloat } from "../../dtype.ts";
import type { Expressions } from "./expression.ts";
import type { Func, Local } from "./function.ts";
import { comparisons, floatInstructions, type MathFunctions, mathOf, type Op } from "./scalar_ops.ts";

// The scalar functions of the kernel IR on vectors: four lanes of f32, i32, u32, u8 (in 32 bits) and truth values (masks),
// or two lanes of f64 and 64-bit masks. Each gives in every lane what the scalar code gives.

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
function splat(f: Func, d: DType, lanes: Lanes): void {
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
function vectorOp(
  e: Expr & { readonly kind: "apply" },
  lanes: Lanes,
  math: MathFunctions | null,
): Op | undefined {
  const from = e.args[0]!.dtype;
  if (lanes === 2) {
    if (e.args.some((a) => a.dtype !== "f64" && a.dtype !== "bool")) return undefined;
    if (e.dtype !== "f64" && e.dtype !== "bool") return undefined;
  } else if ([e, ...e.args].some((a) => a.dtype === "f64")) return undefined;
  if (e.name === "cast") return castOp(from, e.dtype, lanes);
  if (isFloat(from)) return floatOp(e.name, from as "f32" | "f64") ?? mathOp(e, from as "f32" | "f64", math);
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

function mathOp(
  e: Expr & { readonly kind: "apply" },
  d: "f32" | "f64",
  math: MathFunctions | null,
): Op | undefined {
  const emit = mathOf(e, d, math);
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

// Expressions of a loop nest on vectors that run along one of its axes.

/** The lanes in which a nest's expressions can be computed along an axis; `null` if they cannot. */
export function lanesFor(roots: readonly Expr[], e: Expressions, results: readonly DType[]): Lanes | null {
  const lanes: Lanes = roots.some((r) => r.dtype === "f64") || results.includes("f64") ? 2 : 4;
  return roots.every((r) => canBeVector(r, e, lanes)) && results.every((d) => (d === "f64") === (lanes === 2))
    ? lanes
    : null;
}

function canBeVector(root: Expr, e: Expressions, lanes: Lanes): boolean {
  let ok = true;
  const { addresses, vectorAxis } = e.context, seen = new Set<Expr>();
  const fits = (d: DType): boolean => d === "bool" || (d === "f64") === (lanes === 2);
  const walk = (x: Expr): void => {
    if (!ok || seen.has(x)) return;
    seen.add(x);
    if (!e.along(x)) {
      ok = fits(x.dtype);
      return;
    }
    switch (x.kind) {
      case "index":
        ok = lanes === 4;
        return;
      case "load": {
        const { terms } = addresses.linear(x.at[0]!);
        const factor = terms.find((t) => t.atom.kind === "index" && t.atom.axis === vectorAxis)?.factor;
        const others = terms.some((t) => t.atom.kind !== "index" && e.along(t.atom));
        const wide = bytesOf(x.dtype) >= 4;
        ok = factor !== undefined && !others && (wide ? fits(x.dtype) : factor === 1 && lanes === 4);
        return;
      }
      case "apply":
        ok = fits(x.dtype) && vectorOp(x, lanes, null) !== undefined;
        break;
      case "select":
        ok = fits(x.dtype) && (!e.along(x.test) || e.safe(x));
    }
    childrenOf(x).forEach(walk);
  };
  walk(root);
  return ok;
}

/** Emits vector expressions; whatever is the same in all lanes is left to the scalar ones. */
export class VectorExpressions {
  readonly #splats = new Map<Expr, Local>();
  readonly #wanted = new Set<Expr>();
  #scopes: Map<Expr, Local>[] = [];

  /** For the roots that `scalar` was made for. */
  constructor(readonly scalar: Expressions, readonly lanes: Lanes, roots: readonly Expr[]) {
    visit(roots, (x) => {
      if (scalar.along(x)) { for (const c of childrenOf(x)) if (!scalar.along(c)) this.#wanted.add(c); }
    });
    for (const r of roots) if (!scalar.along(r)) this.#wanted.add(r);
    scalar.onHoisted = (e) => {
      if (this.#wanted.has(e)) this.#splat(e);
    };
  }

  #splat(e: Expr): void {
    const { f } = this.scalar.context, l = f.local("v128");
    this.scalar.push(e);
    splat(f, e.dtype, this.lanes);
    f.set(l);
    this.#splats.set(e, l);
  }

  /** Runs `body` with values computed in it forgotten afterwards. */
  scoped(body: () => void): void {
    const outer = this.#scopes, splats = new Set(this.#splats.keys());
    this.#scopes = outer.map((m) => new Map(m));
    this.scalar.scoped(body);
    this.#scopes = outer;
    for (const e of this.#splats.keys()) if (!splats.has(e)) this.#splats.delete(e);
  }

  /** Pushes the vector of an expression, `ahead` vectors further along the axis than the loop's counter says. */
  push(e: Expr, ahead: number): void {
    const { f } = this.scalar.context;
    if (!this.scalar.along(e)) {
      this.#pushSame(e);
      return;
    }
    const scope = this.#scopes[ahead] ??= new Map(), known = scope.get(e);
    if (known !== undefined) {
      f.get(known);
      return;
    }
    this.#emit(e, ahead);
    if (this.scalar.uses(e) > 1) {
      const l = f.local("v128");
      f.tee(l);
      scope.set(e, l);
    }
  }

  #pushSame(e: Expr): void {
    const { f } = this.scalar.context;
    if (e.kind === "constant") {
      pushSplat(f, e.dtype, e.value);
      return;
    }
    if (!this.#splats.has(e)) this.#splat(e);
    f.get(this.#splats.get(e)!);
  }

  #emit(e: Expr, ahead: number): void {
    const { f } = this.scalar.context, { lanes } = this;
    switch (e.kind) {
      case "index":
        this.scalar.push(e);
        f.op("i32x4.splat").steps(lanes * ahead).op("i32x4.add");
        return;
      case "load":
        this.#load(e, ahead);
        return;
      case "apply": {
        const several = this.#maximumOf(e);
        if (several.length > 2) {
          this.#maximum(several.map((x) => this.#kept(x, ahead)), vectorType(e.dtype) as "f32x4" | "f64x2");
          return;
        }
        const op = vectorOp(e, lanes, this.scalar.context.host.math)!;
        if ("stack" in op) {
          for (const a of e.args) this.push(a, ahead);
          f.op(...op.stack);
        } else {
          op.emit(f, e.args.map((a) => this.#kept(a, ahead)));
        }
        return;
      }
      case "select":
        if (this.scalar.along(e.test)) {
          this.push(e.yes, ahead);
          this.push(e.no, ahead);
          this.push(e.test, ahead);
          f.op("v128.bitselect");
        } else {
          this.scalar.push(e.test);
          f.if(
            () => this.scoped(() => this.push(e.yes, ahead)),
            () => this.scoped(() => this.push(e.no, ahead)),
            "v128",
          );
        }
        return;
      case "constant":
        throw new Error("a constant is the same in all lanes");
    }
  }

  #kept(e: Expr, ahead: number): Local {
    const { f } = this.scalar.context, l = f.local("v128");
    this.push(e, ahead);
    f.set(l);
    return l;
  }

  /** What a maximum is taken of in the end, where it is one of maxima that nothing else reads. */
  #maximumOf(e: Expr): Expr[] {
    if (e.kind !== "apply" || e.name !== "maximum" || !isFloat(e.dtype)) return [];
    return e.args.flatMap((a) => {
      const inner = this.scalar.along(a) && this.scalar.uses(a) === 1 ? this.#maximumOf(a) : [];
      return inner.length > 0 ? inner : [a];
    });
  }

  /**
   * Pushes the largest of several floats. The instruction that orders NaN and −0 rightly is eight of the processor's;
   * here one compares, and those serve only where a sum says that there may be a NaN, or the result is −0.
   */
  #maximum(xs: readonly Local[], t: "f32x4" | "f64x2"): void {
    const { f } = this.scalar.context, [first, ...others] = xs as [Local, ...Local[]];
    const fold = (op: string): void => {
      f.get(first);
      for (const x of others) f.get(x).op(`${t}.${op}`);
    };
    const best = f.local("v128"), sum = f.local("v128");
    fold("pmax");
    f.set(best);
    fold("add");
    f.tee(sum).get(sum).op(`${t}.ne`).get(best)[t](-0).op(t === "f32x4" ? "i32x4.eq" : "i64x2.eq", "v128.or");
    f.op("v128.any_true").if(() => {
      fold("max");
      f.set(best);
    });
    f.get(best).free(best, sum, ...xs);
  }

  #load(e: Expr & { kind: "load" }, ahead: number): void {
    const { f, addresses, vectorAxis } = this.scalar.context, { lanes } = this, bytes = bytesOf(e.dtype);
    const { factor } = addresses.linear(e.at[0]!).terms.find((t) =>
      t.atom.kind === "index" && t.atom.axis === vectorAxis
    )!;
    const step = factor * bytes, first = this.scalar.pushAddress(e) + ahead * lanes * step;
    if (factor === 1) {
      if (bytes >= 4) f.memory("v128.load", first);
      else {
        f.memory("v128.load32_zero", first).op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
        if (e.dtype === "bool") f.op("i32x4.neg");
      }
      return;
    }
    // One lane after another; offsets count up from the lowest address.
    const lowest = Math.min(first, first + (lanes - 1) * step), at = f.local("i32");
    if (lowest < 0) f.i32(lowest).op("i32.add");
    const offset = (lane: number): number => first + lane * step - Math.min(lowest, 0), width = 8 * bytes;
    f.tee(at).memory(`v128.load${width}_zero`, offset(0));
    const built = f.local("v128");
    f.set(built);
    for (let lane = 1; lane < lanes; lane++) {
      f.get(at).get(built).memory(`v128.load${width}_lane`, offset(lane), lane).set(built);
    }
    f.get(built).free(at, built);
  }
}

/** Stores the vector on top of the stack, truth values as bytes, to an address below it. */
export function storeVector(e: VectorExpressions, dtype: DType, offset: number): void {
  const { f } = e.scalar.context;
  if (bytesOf(dtype) >= 4) {
    f.memory("v128.store", offset);
    return;
  }
  if (dtype === "bool") f.i32x4(1).op("v128.and");
  const v = f.local("v128");
  f.set(v).get(v).get(v).op("i16x8.narrow_i32x4_s").set(v);
  f.get(v).get(v).op("i8x16.narrow_i16x8_u").memory("v128.store32_lane", offset, 0).free(v);
}
