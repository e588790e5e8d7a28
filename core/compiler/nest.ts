/** Loop nests, and what guards their reads. */
import { type DType, rangeOf } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { type Addresses, addressesOf, type Interner, type Linear } from "./address.ts";
import type { Buffer } from "./graph.ts";
import { both, type Combine, type Expr, index, indices, int, type LoopNest, plus, times } from "./kernel.ts";

// Loop nests as fusion leaves them: several results of one walk over a domain, each read a place in flat memory.
//
// Here `load.input` numbers a list of buffers and `load.at` has one entry, the position among the root's elements.

/** One result of a nest. */
export interface Result {
  readonly body: Expr;
  readonly output: Buffer;
}

/** Results over one domain: elements (`combine` null), or each combined over `reduce`. */
export interface Nest {
  readonly kind: "nest";
  readonly domain: Shape;
  readonly reduce: Shape;
  readonly combine: Combine | null;
  readonly results: readonly Result[];
  readonly scatter?: Omit<NonNullable<LoopNest["scatter"]>, "at"> & {
    /** The place written to, among the output's elements; skipped where `inside` is false. */
    readonly at: Expr;
    readonly inside: Expr;
  };
}

/** Sizes of all loops of a nest. */
export const extentsOf = (
  n: { readonly domain: Shape; readonly reduce: Shape },
): number[] => [...n.domain, ...n.reduce];

/** Every expression of a nest once, children before parents. */
export function visit(roots: readonly Expr[], see: (e: Expr) => void): void {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    for (const c of childrenOf(e)) walk(c);
    see(e);
  };
  roots.forEach(walk);
}

/** Direct parts of an expression. */
export function childrenOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "load":
      return e.at;
    case "apply":
      return e.args;
    case "select":
      return [e.test, e.yes, e.no];
    default:
      return [];
  }
}

/** The expressions a nest is made of. */
export const expressionsOf = (n: Nest): Expr[] => [
  ...n.results.map((r) => r.body),
  ...n.scatter === undefined ? [] : [n.scatter.at, n.scatter.inside],
];

/** Numbers of the buffers a nest reads. */
export function inputsOf(n: Nest): number[] {
  const found = new Set<number>();
  visit(expressionsOf(n), (e) => {
    if (e.kind === "load") found.add(e.input);
  });
  if (n.scatter !== undefined) found.add(n.scatter.base);
  return [...found];
}

/** An expression with other loop variables: variable `i` becomes `to[i]`. Addresses are made canonical for `addresses`. */
export const reindex = (e: Expr, to: readonly Expr[], addresses: Addresses): Expr =>
  withVariables(e, to, addresses, new Map());

/** An expression with addresses made canonical. */
export function canonicalised(e: Expr, addresses: Addresses): Expr {
  const { canonical, extents } = addresses;
  const made = canonical.get(e) ?? withVariables(e, indices(extents.length), addresses, canonical);
  canonical.set(made, made);
  return made;
}

function withVariables(e: Expr, to: readonly Expr[], addresses: Addresses, done: Map<Expr, Expr>): Expr {
  const go = (x: Expr): Expr => {
    const found = done.get(x);
    if (found !== undefined) return found;
    let made: Expr;
    switch (x.kind) {
      case "constant":
        made = x;
        break;
      case "index":
        made = to[x.axis]!;
        break;
      case "load":
        made = { ...x, at: x.at.map((a) => addresses.simplify(go(a))) };
        break;
      case "apply":
        made = simplifyTest({ ...x, args: x.args.map(go) }, addresses);
        break;
      case "select": {
        const test = go(x.test);
        made = test.kind === "constant"
          ? go(test.value !== 0 ? x.yes : x.no)
          : { ...x, test, yes: go(x.yes), no: go(x.no) };
      }
    }
    made = addresses.interner.intern(made);
    done.set(x, made);
    return made;
  };
  return go(e);
}

const truth = (value: boolean): Expr => ({ kind: "constant", value: value ? 1 : 0, dtype: "bool" });

/** Comparisons of addresses that the sizes of the loops decide, and conjunctions with what was decided. */
function simplifyTest(e: Expr & { kind: "apply" }, addresses: Addresses): Expr {
  if (e.dtype !== "bool" || e.args.length !== 2) return e;
  const [a, b] = e.args as [Expr, Expr];
  if (e.name === "and") {
    if (a.kind === "constant") return a.value !== 0 ? b : a;
    if (b.kind === "constant") return b.value !== 0 ? a : b;
    return e;
  }
  if (a.dtype !== "i32" || b.dtype !== "i32" || (e.name !== "less" && e.name !== "equal")) return e;
  const [low, high] = addresses.difference(a, b);
  if (e.name === "less") return high < 0 ? truth(true) : low >= 0 ? truth(false) : e;
  return low === 0 && high === 0 ? truth(true) : low > 0 || high < 0 ? truth(false) : e;
}

/** A nest over other loops: variable `i` becomes `to[i]`. */
export function overLoops(n: Nest, domain: Shape, reduce: Shape, to: readonly Expr[], interner: Interner): Nest {
  const addresses = addressesOf([...domain, ...reduce], interner);
  return {
    ...n,
    domain,
    reduce,
    results: n.results.map((r) => ({ ...r, body: reindex(r.body, to, addresses) })),
    ...n.scatter === undefined ? {} : {
      scatter: {
        ...n.scatter,
        at: addresses.simplify(reindex(n.scatter.at, to, addresses)),
        inside: reindex(n.scatter.inside, to, addresses),
      },
    },
  };
}

/** Addresses of a nest, and the loop variables it uses for anything else. */
function usage(n: Nest, addresses: Addresses): { readonly sums: Linear[]; readonly otherwise: Set<number> } {
  const sums: Linear[] = [], otherwise = new Set<number>();
  const opaque = (e: Expr): void =>
    visit([e], (x) => {
      if (x.kind === "index") otherwise.add(x.axis);
    });
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === "load") {
      const sum = addresses.linear(e.at[0]!);
      sums.push(sum);
      for (const { atom } of sum.terms) if (atom.kind !== "index") opaque(atom);
      for (const { atom } of sum.terms) if (atom.kind !== "index") walk(atom);
    } else if (e.kind === "index") otherwise.add(e.axis);
    else childrenOf(e).forEach(walk);
  };
  n.results.forEach((r) => walk(r.body));
  if (n.scatter !== undefined) [n.scatter.at, n.scatter.inside].forEach(opaque);
  return { sums, otherwise };
}

const factorOf = (l: Linear, axis: number): number =>
  l.terms.find((t) => t.atom.kind === "index" && t.atom.axis === axis)?.factor ?? 0;

/**
 * The nest with as few loops as its addresses allow: neighbours that every address walks as one become one, and an axis
 * that addresses divide is split so that they need not.
 */
export function canonical(n: Nest, interner: Interner): Nest {
  return merged(split(n, interner), interner);
}

/** The nest with axes that addresses divide split, so that they need not. */
export function split(n: Nest, interner: Interner): Nest {
  let found: { axis: number; by: number } | null = null;
  const sizes = extentsOf(n);
  // A position in the reduced range is a result of argmax and argmin.
  const whole = n.combine === "argmax" || n.combine === "argmin";
  visit(expressionsOf(n), (e) => {
    if (found !== null || e.kind !== "apply" || e.name !== "floorDiv" || e.dtype !== "i32") return;
    const [x, by] = e.args as [Expr, Expr];
    if (x.kind !== "index" || by.kind !== "constant" || (whole && x.axis >= n.domain.length)) return;
    if (by.value > 1 && sizes[x.axis]! % by.value === 0) found = { axis: x.axis, by: by.value };
  });
  if (found === null) return n;
  const { axis, by } = found as { axis: number; by: number };
  const cut = (s: Shape, from: number): number[] => s.flatMap((d, i) => i + from === axis ? [d / by, by] : [d]);
  const to = sizes.map((_, i): Expr =>
    i < axis ? index(i) : i > axis ? index(i + 1) : plus(times(index(i), int(by)), index(i + 1))
  );
  return split(overLoops(n, cut(n.domain, 0), cut(n.reduce, n.domain.length), to, interner), interner);
}

/** The nest with neighbouring loops that every address walks as one made one. */
export function merged(n: Nest, interner: Interner): Nest {
  const sizes = extentsOf(n), d = n.domain.length;
  const { sums, otherwise } = usage(n, addressesOf(sizes, interner));
  const joins = (i: number): boolean =>
    i + 1 < sizes.length && i + 1 !== d && !otherwise.has(i) && !otherwise.has(i + 1) &&
    sums.every((l) => factorOf(l, i) === sizes[i + 1]! * factorOf(l, i + 1));
  const domain: number[] = [], reduce: number[] = [], to: Expr[] = [];
  let run = 1, start = 0, next = 0;
  for (let i = 0; i < sizes.length; i++) {
    run *= sizes[i]!;
    const last =
      !(joins(i) || (run === 1 && sizes[i] === 1 && i + 1 !== d && i + 1 < sizes.length && !otherwise.has(i)));
    if (!last) continue;
    const alone = run === 1 && n.combine !== "argmax" && n.combine !== "argmin";
    for (let k = start; k <= i; k++) to.push(k === i && !alone ? index(next) : int(0));
    if (!alone) {
      next++;
      (i < d ? domain : reduce).push(run);
    }
    run = 1;
    start = i + 1;
  }
  if (next === sizes.length) return n;
  // Loops of one step gone, others may have become neighbours.
  return merged(overLoops(n, domain, reduce, to, interner), interner);
}

// Guards: the conditions under which a reduction's terms count, and where they come from.

/** The parts of a conjunction. */
export const conjuncts = (test: Expr): readonly Expr[] =>
  test.kind === "apply" && test.name === "and" && test.dtype === "bool" ? test.args.flatMap(conjuncts) : [test];

/** The conjunction of some tests; `null` of none. */
export const conjunction = (tests: readonly Expr[]): Expr | null =>
  tests.length === 0 ? null : tests.reduce((a, b) => both(a, b));

/** Whether an expression is what a combination of nothing gives, so that leaving a term out is taking it. */
export function isNothing(e: Expr, combine: Combine, dtype: DType): boolean {
  if (e.kind !== "constant") return false;
  const [low, high] = rangeOf(dtype);
  switch (combine) {
    case "sum":
    case "any":
      return Object.is(e.value, 0);
    case "max":
      return e.value === low;
    case "min":
      return e.value === high;
    default:
      return e.value === 1;
  }
}

/** Whether an expression holds one for which `is` gives true. */
export function holds(e: Expr, is: (e: Expr) => boolean): boolean {
  let found = false;
  visit([e], (x) => {
    if (is(x)) found = true;
  });
  return found;
}

/** Whether an address is a sum of multiples of loop variables. */
export const isLinear = ({ terms }: Linear): boolean => terms.every((t) => t.atom.kind === "index");

/** A coordinate of an operand: ⌊(p + `by`·constant) / by⌋, where p is linear, and what is known of p. */
export interface Coordinate {
  readonly sum: Linear;
  readonly by: number;
  readonly plus: number;
  readonly low: number;
  readonly size: number;
}

/** A coordinate as such; `null` if it is none. */
export function coordinateOf(e: Expr, addresses: Addresses): Coordinate | null {
  const own = addresses.linear(e),
    made = (sum: Linear, by: number, plus: number): Coordinate => {
      const [low, high] = addresses.range(sum);
      return { sum, by, plus, low, size: high - low + 1 };
    };
  if (isLinear(own)) return made(own, 1, 0);
  const [term, ...more] = own.terms;
  if (more.length > 0 || term!.factor !== 1) return null;
  const { atom } = term!;
  if (atom.kind !== "apply" || atom.name !== "floorDiv" || atom.args[1]!.kind !== "constant") return null;
  const sum = addresses.linear(atom.args[0]!);
  return isLinear(sum) ? made(sum, atom.args[1]!.value, own.constant) : null;
}

/**
 * A test with each sum it asks about replaced by a new loop variable, `index(i)` for `coordinates[i]`, which counts from
 * the lowest value of the sum; `null` if old loop variables remain.
 */
export function inCoordinates(test: Expr, coordinates: readonly Coordinate[], addresses: Addresses): Expr | null {
  const go = (e: Expr): Expr | null => {
    if (e.kind === "constant") return e;
    if (e.dtype === "i32") {
      const sum = addresses.linear(e);
      if (sum.terms.length === 0) return int(sum.constant);
      for (const [i, c] of coordinates.entries()) {
        if (c.sum.terms.length === 0) continue;
        const difference = addresses.sum(sum, c.sum, -1);
        if (difference.terms.length === 0) return plus(index(i), int(c.low + difference.constant));
      }
    }
    if (e.kind !== "apply") return null;
    const args = e.args.map(go);
    return args.some((a) => a === null) ? null : { ...e, args: args as Expr[] };
  };
  return go(test);
}

/** Whether a loop variable is used anywhere but in sums equal, up to a constant, to `sum`. */
export function usedOutside(e: Expr, axis: number, sum: Linear, addresses: Addresses): boolean {
  if (e.kind === "index") return e.axis === axis;
  if (e.dtype === "i32" && e.kind === "apply") {
    const own = addresses.linear(e);
    if (isLinear(own) && addresses.sum(own, sum, -1).terms.length === 0) return false;
  }
  return childrenOf(e).some((c) => usedOutside(c, axis, sum, addresses));
}
