/** Expressions of a loop nest on vectors that run along one of its axes. */
import type { Expr } from "../../compiler/kernel.ts";
import { childrenOf, visit } from "../../compiler/nest.ts";
import { bytesOf, type DType } from "../../dtype.ts";
import type { Expressions } from "./expression.ts";
import type { Local } from "./function.ts";
import { type Lanes, pushSplat, splat, vectorOp } from "./vector_ops.ts";

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
        ok = fits(x.dtype) && vectorOp(x, lanes) !== undefined;
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
        const op = vectorOp(e, lanes)!;
        if ("stack" in op) {
          for (const a of e.args) this.push(a, ahead);
          f.op(...op.stack);
        } else {
          op.emit(
            f,
            e.args.map((a) => {
              this.push(a, ahead);
              const l = f.local("v128");
              f.set(l);
              return l;
            }),
          );
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
