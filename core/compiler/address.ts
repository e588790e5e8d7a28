/** Index arithmetic in one form. */
import type { Shape } from "../shape.ts";
import { type Expr, int, over, plus, times } from "./kernel.ts";

// Equal expressions made one object, so that equality is identity and work is shared.

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

// Index arithmetic made canonical: every address is a sum of multiples of loop variables, as far as it is one.
//
// Broadcasts, slices, transposes and reshapes are loads at computed places. Substituted into one another they leave
// quotients and remainders of sums, which the sizes of the loops resolve: ⌊(4i + j) / 4⌋ is i where 0 ≤ j < 4.

/** A constant and multiples of atoms: loop variables, or what is not linear. */
export interface Linear {
  readonly constant: number;
  readonly terms: readonly { readonly factor: number; readonly atom: Expr }[];
}

/** Lowest and highest value. */
type Range = readonly [number, number];

/** What an i32 can be. */
const whole: Range = [-(2 ** 31), 2 ** 31 - 1];
/** Whether all of a range is; infinite are sums over loops whose ends are left open. */
const within = (range: Range): boolean => range.every((x) => !Number.isFinite(x) || (x >= whole[0] && x <= whole[1]));
const known = (e: Expr): e is Expr & { kind: "constant" } => e.kind === "constant";

const knownAddresses = new WeakMap<Interner, Map<string, Addresses>>();

/** Arithmetic for loop variables that run below `extents`: one for all nests of a program with these loops. */
export function addressesOf(extents: Shape, interner: Interner): Addresses {
  let all = knownAddresses.get(interner);
  if (all === undefined) knownAddresses.set(interner, all = new Map());
  const key = extents.join();
  let found = all.get(key);
  if (found === undefined) all.set(key, found = new Addresses(extents, interner));
  return found;
}

/** Address arithmetic for loops of given sizes. */
export class Addresses {
  readonly #linear = new Map<Expr, Linear>();
  readonly #ranges = new Map<Expr, Range>();
  /** Expressions of these loops' own variables, with all addresses in them in canonical form. */
  readonly canonical: Map<Expr, Expr> = new Map();

  /** What `addressesOf` gives. */
  constructor(readonly extents: Shape, readonly interner: Interner) {}

  /** An i32 expression as a sum. */
  linear(e: Expr): Linear {
    const found = this.#linear.get(e);
    if (found !== undefined) return found;
    const made = this.#derive(e);
    this.#linear.set(e, made);
    return made;
  }

  #derive(e: Expr): Linear {
    if (e.kind === "constant") return { constant: e.value, terms: [] };
    if (e.kind === "index" && this.extents[e.axis] === 1) return { constant: 0, terms: [] };
    if (e.kind === "apply" && e.dtype === "i32") {
      const [a, b] = e.args;
      switch (e.name) {
        case "add":
          return this.sum(this.linear(a!), this.linear(b!), 1);
        case "sub":
          return this.sum(this.linear(a!), this.linear(b!), -1);
        case "mul": {
          const x = this.linear(a!), y = this.linear(b!);
          if (y.terms.length === 0) return scaled(x, y.constant);
          if (x.terms.length === 0) return scaled(y, x.constant);
          break;
        }
        case "floorDiv":
          if (known(b!) && b.value > 0 && this.#exact(a!)) return this.#quotient(this.linear(a!), b.value);
          break;
        case "mod":
          if (known(b!) && b.value > 0 && this.#exact(a!)) return this.#remainder(this.linear(a!), b.value);
      }
    }
    return { constant: 0, terms: [{ factor: 1, atom: this.interner.intern(e) }] };
  }

  /** Whether an expression is its sum, which it is not where it wraps around: a program's own integers may. */
  #exact(e: Expr): boolean {
    return within(this.range(this.linear(e)));
  }

  /** a + k·b. */
  sum(a: Linear, b: Linear, k: number): Linear {
    const terms = new Map(a.terms.map(({ factor, atom }) => [atom, factor]));
    for (const { factor, atom } of b.terms) {
      const f = (terms.get(atom) ?? 0) + k * factor;
      if (f === 0) terms.delete(atom);
      else terms.set(atom, f);
    }
    return this.#sorted(a.constant + k * b.constant, terms);
  }

  #sorted(constant: number, terms: ReadonlyMap<Expr, number>): Linear {
    const id = (e: Expr) => this.interner.id(e);
    return {
      constant,
      terms: [...terms].map(([atom, factor]) => ({ atom, factor })).sort((x, y) => id(x.atom) - id(y.atom)),
    };
  }

  /** What a divisor divides, and what is left over. */
  #split(l: Linear, by: number): readonly [quotient: Linear, rest: Linear] {
    const q = Math.floor(l.constant / by);
    return [
      { constant: q, terms: l.terms.filter((t) => t.factor % by === 0).map((t) => ({ ...t, factor: t.factor / by })) },
      { constant: l.constant - q * by, terms: l.terms.filter((t) => t.factor % by !== 0) },
    ];
  }

  #quotient(l: Linear, by: number): Linear {
    if (by === 1) return l;
    const [quotient, rest] = this.#split(l, by), [low, high] = this.range(rest);
    const q = Math.floor(low / by);
    if (q === Math.floor(high / by)) return { ...quotient, constant: quotient.constant + q };
    const only = rest.constant === 0 && rest.terms.length === 1 ? rest.terms[0]! : null;
    if (only !== null && only.factor === 1 && isOver(only.atom, "floorDiv")) {
      const { args } = only.atom, divisor = by * (args[1] as Expr & { kind: "constant" }).value;
      if (divisor <= whole[1] && this.#exact(args[0]!)) {
        return this.sum(quotient, this.#quotient(this.linear(args[0]!), divisor), 1);
      }
    }
    return this.sum(quotient, this.#atom(over(this.expr(rest), int(by))), 1);
  }

  #remainder(l: Linear, by: number): Linear {
    if (by === 1) return { constant: 0, terms: [] };
    const [, rest] = this.#split(l, by), [low, high] = this.range(rest), q = Math.floor(low / by);
    if (q === Math.floor(high / by)) return { ...rest, constant: rest.constant - q * by };
    // x − by·⌊x/by⌋: the quotient is often needed too, and is then computed once.
    return this.sum(rest, this.#quotient(rest, by), -by);
  }

  #atom(e: Expr): Linear {
    return { constant: 0, terms: [{ factor: 1, atom: this.interner.intern(e) }] };
  }

  /** The lowest and highest value of a sum. */
  range(l: Linear): Range {
    let low = l.constant, high = l.constant;
    for (const { factor, atom } of l.terms) {
      const [a, b] = this.#atomRange(atom);
      low += factor > 0 ? factor * a : factor * b;
      high += factor > 0 ? factor * b : factor * a;
    }
    // A remainder x − n·⌊x/n⌋ lies in [0, n), whatever bounds on its parts say.
    const n = remainderOf(l, this);
    return n === null ? [low, high] : [Math.max(low, 0), Math.min(high, n - 1)];
  }

  #atomRange(e: Expr): Range {
    if (e.kind === "index") return [0, Math.max(0, this.extents[e.axis]! - 1)];
    if (isOver(e, "floorDiv")) {
      const [low, high] = this.#values(e.args[0]!), by = (e.args[1] as Expr & { kind: "constant" }).value;
      return [Math.floor(low / by), Math.floor(high / by)];
    }
    if (e.kind === "select") {
      const [a, b] = this.#values(e.yes), [c, d] = this.#values(e.no);
      return [Math.min(a, c), Math.max(b, d)];
    }
    if (e.kind === "apply" && e.dtype === "i32" && (e.name === "minimum" || e.name === "maximum")) {
      const [a, b] = this.#values(e.args[0]!),
        [c, d] = this.#values(e.args[1]!),
        to = Math[e.name === "minimum" ? "min" : "max"];
      return [to(a, c), to(b, d)];
    }
    return whole;
  }

  /** The lowest and highest value of an expression, wrapped around or not. */
  #values(e: Expr): Range {
    let found = this.#ranges.get(e);
    if (found === undefined) {
      const range = this.range(this.linear(e));
      this.#ranges.set(e, found = within(range) ? range : whole);
    }
    return found;
  }

  /** A sum written as an expression again, always in the same way. */
  expr(l: Linear): Expr {
    let e: Expr | null = null;
    for (const { factor, atom } of l.terms) {
      const term = times(atom, int(factor));
      e = e === null ? term : plus(e, term);
    }
    return this.interner.intern(e === null ? int(l.constant) : plus(e, int(l.constant)));
  }

  /** An i32 expression in its canonical form. */
  simplify(e: Expr): Expr {
    return this.expr(this.linear(e));
  }

  /** The lowest and highest difference `a − b` of two i32 expressions as they are compared. */
  difference(a: Expr, b: Expr): Range {
    if (!this.#exact(a) || !this.#exact(b)) return [-Infinity, Infinity];
    return this.range(this.sum(this.linear(a), this.linear(b), -1));
  }

  /** The multi-index of a place among the elements of a shape, which it is known to be. */
  unravel(place: Expr, shape: Shape): Expr[] {
    let at = this.linear(place);
    const indices: Expr[] = [];
    for (let axis = shape.length - 1; axis > 0; axis--) {
      const size = Math.max(1, shape[axis]!);
      indices.unshift(this.expr(this.#remainder(at, size)));
      at = this.#quotient(at, size);
    }
    return shape.length === 0 ? [] : [this.expr(at), ...indices];
  }
}

const scaled = (l: Linear, k: number): Linear =>
  k === 0
    ? { constant: 0, terms: [] }
    : { constant: l.constant * k, terms: l.terms.map((t) => ({ ...t, factor: t.factor * k })) };

const isOver = (e: Expr, name: string): e is Expr & { kind: "apply" } =>
  e.kind === "apply" && e.name === name && e.dtype === "i32" && known(e.args[1]!);

/** n, if a sum is exactly x − n·⌊x/n⌋. */
function remainderOf(l: Linear, a: Addresses): number | null {
  for (const { factor, atom } of l.terms) {
    if (!isOver(atom, "floorDiv")) continue;
    const n = (atom.args[1] as Expr & { kind: "constant" }).value;
    if (factor !== -n) continue;
    const rest = a.sum(l, { constant: 0, terms: [{ factor, atom }] }, -1);
    const x = a.linear(atom.args[0]!);
    const difference = a.sum(rest, x, -1);
    if (difference.constant === 0 && difference.terms.length === 0 && within(a.range(x))) return n;
  }
  return null;
}
