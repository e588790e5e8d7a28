/** Equal expressions made one object, so that equality is identity and work is shared. */
import type { Expr } from "./kernel.ts";

/** Keeps one object for each expression. */
export class Interner {
  readonly #byKey = new Map<string, Expr>();
  readonly #ids = new Map<Expr, number>();

  /** The one object equal to `e`. */
  intern(e: Expr): Expr {
    if (this.#ids.has(e)) return e;
    const { key, expr } = this.#shape(e);
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    this.#byKey.set(key, expr);
    this.#ids.set(expr, this.#ids.size);
    return expr;
  }

  /** A number for an expression, in order of first appearance. */
  id(e: Expr): number {
    return this.#ids.get(this.intern(e))!;
  }

  #shape(e: Expr): { key: string; expr: Expr } {
    switch (e.kind) {
      case "constant":
        return { key: `c${e.dtype}${Object.is(e.value, -0) ? "-0" : e.value}`, expr: e };
      case "index":
        return { key: `i${e.axis}`, expr: e };
      case "load": {
        const at = e.at.map((x) => this.intern(x));
        return { key: `l${e.dtype}${e.input}:${at.map((x) => this.id(x))}`, expr: { ...e, at } };
      }
      case "apply": {
        const args = e.args.map((x) => this.intern(x));
        return { key: `${e.name}:${e.dtype}:${args.map((x) => this.id(x))}`, expr: { ...e, args } };
      }
      case "select": {
        const test = this.intern(e.test), yes = this.intern(e.yes), no = this.intern(e.no);
        return { key: `s${this.id(test)},${this.id(yes)},${this.id(no)}`, expr: { ...e, test, yes, no } };
      }
    }
  }
}
