/**
 * Expressions of a loop nest as code: what does not change in the inner loops is computed outside them, what is needed
 * twice is computed once.
 */
import type { Addresses, Linear } from "../../compiler/address.ts";
import { costOf } from "../../compiler/fuse.ts";
import type { Buffer } from "../../compiler/graph.ts";
import type { Expr } from "../../compiler/kernel.ts";
import { childrenOf, visit } from "../../compiler/nest.ts";
import { bytesOf, type DType } from "../../dtype.ts";
import type { HostFunctions } from "./kernels.ts";
import type { Func, Local } from "./function.ts";
import { scalarOp, valueType } from "./scalar_ops.ts";

/** The loops around the code, outermost first: which axis each runs over, and the local that holds its index. */
export interface Loops {
  readonly axes: readonly number[];
  readonly counters: readonly Local[];
}

/** What expressions of one nest have in common. */
export interface Context {
  readonly f: Func;
  readonly addresses: Addresses;
  readonly buffers: readonly Buffer[];
  /** Where a buffer's elements begin. */
  readonly pointers: ReadonlyMap<number, Local>;
  readonly host: HostFunctions;
  readonly loops: Loops;
  /** The axis that vectors run along, where there is one: what changes with it has no scalar to compute beforehand. */
  readonly vectorAxis?: number;
}

const loadOf: Readonly<Record<DType, string>> = {
  f32: "f32.load",
  f64: "f64.load",
  i32: "i32.load",
  u32: "i32.load",
  u8: "i32.load8_u",
  bool: "i32.load8_u",
};

/** The instruction that stores a scalar of a dtype. */
export const storeOf: Readonly<Record<DType, string>> = {
  f32: "f32.store",
  f64: "f64.store",
  i32: "i32.store",
  u32: "i32.store",
  u8: "i32.store8",
  bool: "i32.store8",
};

/** An address computed outside the loops it does not depend on. */
interface Base {
  readonly input: number;
  readonly outer: Linear;
}

/** Emits scalar expressions inside a nest of loops. */
export class Expressions {
  readonly #position: ReadonlyMap<number, number>;
  readonly #levels = new Map<Expr, number>();
  readonly #uses = new Map<Expr, number>();
  readonly #hoisted: Expr[][];
  readonly #bases: Base[][];
  readonly #baseLocals = new Map<string, Local>();
  #scope: Map<Expr, Local> = new Map();
  readonly #along = new Map<Expr, boolean>();
  /** Called for each value computed outside the loops it does not change in. */
  onHoisted: (e: Expr) => void = () => {};

  /** Expressions with these roots; each root is evaluated in the innermost loop. */
  constructor(readonly context: Context, roots: readonly Expr[]) {
    const { axes } = context.loops;
    this.#position = new Map(axes.map((a, i) => [a, i]));
    this.#hoisted = axes.map(() => []);
    this.#bases = axes.map(() => []);
    this.#before = [];
    this.#basesBefore = [];
    visit(roots, (e) => {
      for (const c of childrenOf(e)) this.#uses.set(c, (this.#uses.get(c) ?? 0) + 1);
    });
    for (const r of roots) this.#uses.set(r, (this.#uses.get(r) ?? 0) + 1);
    this.#plan(roots);
  }

  readonly #before: Expr[];
  readonly #basesBefore: Base[];

  get #inner(): number {
    return this.context.loops.axes.length - 1;
  }

  /** The position of the innermost loop that an expression changes with; −1 for none. */
  level(e: Expr): number {
    let found = this.#levels.get(e);
    if (found === undefined) {
      found = e.kind === "index" ? this.#position.get(e.axis) ?? -1 : -1;
      for (const c of childrenOf(e)) found = Math.max(found, this.level(c));
      this.#levels.set(e, found);
    }
    return found;
  }

  /** Whether an expression changes along the vector axis. */
  along(e: Expr): boolean {
    const { vectorAxis } = this.context;
    if (vectorAxis === undefined) return false;
    let found = this.#along.get(e);
    if (found === undefined) {
      found = e.kind === "index" ? e.axis === vectorAxis : childrenOf(e).some((c) => this.along(c));
      this.#along.set(e, found);
    }
    return found;
  }

  /** How often an expression is part of another, or a root. */
  uses(e: Expr): number {
    return this.#uses.get(e) ?? 0;
  }

  #plan(roots: readonly Expr[]): void {
    const seen = new Set<Expr>();
    const want = (e: Expr): void => {
      const level = this.level(e);
      if (level >= this.#inner || e.kind === "constant" || e.kind === "index" || this.along(e)) return;
      (level < 0 ? this.#before : this.#hoisted[level]!).push(e);
    };
    const walk = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      if (e.kind === "load") this.#planBase(e);
      const guarded = e.kind === "select" && !this.safe(e);
      for (const c of guarded ? [e.test] : childrenOf(e)) {
        if (e.kind !== "load") {
          walk(c);
          if (this.level(c) < this.level(e)) want(c);
        } else this.#walkAddress(c, walk, want);
      }
    };
    for (const r of roots) {
      walk(r);
      want(r);
    }
  }

  /** Atoms of an address that are not loop variables are values like others. */
  #walkAddress(at: Expr, walk: (e: Expr) => void, want: (e: Expr) => void): void {
    for (const { atom } of this.context.addresses.linear(at).terms) {
      if (atom.kind === "index") continue;
      walk(atom);
      if (this.level(atom) < this.level(at)) want(atom);
    }
  }

  /** The part of an address that the innermost loop does not change, and the rest. */
  #parts(at: Expr): readonly [outer: Linear, inner: Linear["terms"]] {
    const { constant, terms } = this.context.addresses.linear(at);
    const isInner = (t: Linear["terms"][number]) => this.level(t.atom) >= this.#inner;
    const left = this.#offset(at) > 0 ? 0 : constant;
    return [{ constant: left, terms: terms.filter((t) => !isInner(t)) }, terms.filter(isInner)];
  }

  /** What the instruction itself adds to an address, in elements: that must not be negative before. */
  #offset(at: Expr): number {
    const { addresses } = this.context, { constant, terms } = addresses.linear(at);
    return constant > 0 && addresses.range({ constant: 0, terms })[0] >= 0 ? constant : 0;
  }

  #planBase(e: Expr & { kind: "load" }): void {
    const [outer] = this.#parts(e.at[0]!);
    const level = Math.max(-1, ...outer.terms.map((t) => this.level(t.atom)));
    const base = { input: e.input, outer };
    (level < 0 ? this.#basesBefore : this.#bases[level]!).push(base);
  }

  /** Whether both sides of a select may be computed whatever the test says. */
  safe(e: Expr & { kind: "select" }): boolean {
    let ok = true;
    visit([e.yes, e.no], (x) => {
      if (x.kind !== "load") return;
      const [low, high] = this.context.addresses.range(this.context.addresses.linear(x.at[0]!));
      if (!(low >= 0 && high < this.context.buffers[x.input]!.size)) ok = false;
    });
    return ok;
  }

  /** To be called before the loops. */
  begin(): void {
    this.#emitHoisted(this.#before, this.#basesBefore);
  }

  /** To be called at the start of the body of the loop at a position. */
  enter(position: number): void {
    if (position < this.#inner) this.#emitHoisted(this.#hoisted[position]!, this.#bases[position]!);
  }

  #emitHoisted(values: readonly Expr[], bases: readonly Base[]): void {
    const { f } = this.context;
    // Values first: an address may be made of them.
    for (const e of values) {
      if (this.#scope.has(e)) continue;
      this.push(e);
      if (this.#scope.has(e)) f.op("drop");
      else {
        const l = f.local(valueType(e.dtype));
        f.set(l);
        this.#scope.set(e, l);
      }
      this.onHoisted(e);
    }
    for (const b of bases) {
      if (b.outer.terms.some((t) => t.atom.kind !== "index" && !this.#scope.has(t.atom))) continue;
      const key = this.#baseKey(b);
      if (this.#baseLocals.has(key)) continue;
      const l = f.local("i32");
      this.#pushBase(b);
      f.set(l);
      this.#baseLocals.set(key, l);
    }
  }

  #baseKey({ input, outer }: Base): string {
    const { interner } = this.context.addresses;
    return `${input}:${outer.constant}:${outer.terms.map((t) => `${t.factor}*${interner.id(t.atom)}`)}`;
  }

  #pushBase({ input, outer }: Base): void {
    const { f, buffers, pointers } = this.context, bytes = bytesOf(buffers[input]!.dtype);
    f.get(pointers.get(input)!);
    if (outer.constant !== 0) f.i32(outer.constant * bytes).op("i32.add");
    this.#addTerms(outer.terms, bytes);
  }

  #addTerms(terms: Linear["terms"], bytes: number): void {
    for (const { factor, atom } of terms) {
      this.push(atom);
      this.scale(factor * bytes);
      this.context.f.op("i32.add");
    }
  }

  /** Multiplies the integer on the stack. */
  scale(by: number): void {
    const { f } = this.context, shift = Math.log2(by);
    if (by === 1) return;
    if (by > 1 && Number.isInteger(shift)) f.i32(shift).op("i32.shl");
    else f.i32(by).op("i32.mul");
  }

  /** Pushes the address of an element but for a number of bytes, which it returns: they are for the instruction to add. */
  pushAddress(e: Expr & { kind: "load" }): number {
    const [outer, inner] = this.#parts(e.at[0]!), base = { input: e.input, outer };
    const known = this.#baseLocals.get(this.#baseKey(base));
    if (known !== undefined) this.context.f.get(known);
    else this.#pushBase(base);
    const bytes = bytesOf(this.context.buffers[e.input]!.dtype);
    this.#addTerms(inner, bytes);
    return this.#offset(e.at[0]!) * bytes;
  }

  /** Runs `body` with values computed in it forgotten afterwards. */
  scoped(body: () => void): void {
    const outer = this.#scope, bases = new Map(this.#baseLocals);
    this.#scope = new Map(outer);
    body();
    this.#scope = outer;
    for (const k of this.#baseLocals.keys()) if (!bases.has(k)) this.#baseLocals.delete(k);
  }

  /** Pushes the value of an expression. */
  push(e: Expr): void {
    const { f } = this.context, known = this.#scope.get(e);
    if (known !== undefined) {
      f.get(known);
      return;
    }
    this.#emit(e);
    if (this.uses(e) > 1 && e.kind !== "constant" && e.kind !== "index") {
      const l = f.local(valueType(e.dtype));
      f.tee(l);
      this.#scope.set(e, l);
    }
  }

  #emit(e: Expr): void {
    const { f, loops } = this.context;
    switch (e.kind) {
      case "constant":
        this.#constant(e.value, e.dtype);
        return;
      case "index":
        f.get(loops.counters[this.#position.get(e.axis)!]!);
        return;
      case "load":
        f.memory(loadOf[e.dtype], this.pushAddress(e));
        return;
      case "apply":
        this.#apply(e);
        return;
      case "select":
        this.#select(e);
    }
  }

  #constant(value: number, dtype: DType): void {
    const { f } = this.context;
    if (dtype === "f32" || dtype === "f64") f[dtype](value);
    else f.i32(dtype === "u8" ? value & 255 : dtype === "bool" ? +(value !== 0) : value | 0);
  }

  #apply(e: Expr & { kind: "apply" }): void {
    const { f, host } = this.context, op = scalarOp(e, host.math);
    if (op === undefined) {
      for (const a of e.args) {
        this.push(a);
        const t = valueType(a.dtype);
        if (t === "f32") f.op("f64.promote_f32");
        if (t === "i32") f.op(a.dtype === "u32" ? "f64.convert_i32_u" : "f64.convert_i32_s");
      }
      f.call(host.scalar(e.name, e.fn, e.args.map((a) => a.dtype), e.dtype));
      if (e.dtype === "u8") f.i32(255).op("i32.and");
    } else if ("stack" in op) {
      for (const a of e.args) this.push(a);
      f.op(...op.stack);
    } else {
      const locals = e.args.map((a) => {
        const known = this.#scope.get(a);
        if (known !== undefined) return known;
        this.push(a);
        const l = f.local(valueType(a.dtype));
        f.set(l);
        return l;
      });
      op.emit(f, locals);
    }
  }

  #select(e: Expr & { kind: "select" }): void {
    const { f } = this.context;
    if (this.safe(e) && costOf(e.yes) + costOf(e.no) < 12) {
      this.push(e.yes);
      this.push(e.no);
      this.push(e.test);
      f.op("select");
    } else {
      this.push(e.test);
      f.if(() => this.scoped(() => this.push(e.yes)), () => this.scoped(() => this.push(e.no)), valueType(e.dtype));
    }
  }
}
