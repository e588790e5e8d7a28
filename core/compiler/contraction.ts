/** Walks that multiply and add, and boxes that copy. */
import { isFloat } from "../dtype.ts";
import { type Addresses, addressesOf, type Interner, type Linear } from "./address.ts";
import { type Expr, index, indices, int, load, plus, ravel } from "./kernel.ts";
import { expressionsOf, holds, merged, type Nest, overLoops, visit } from "./nest.ts";

// Which nests are contractions: sums of products of two operands, each walked linearly by every loop.

/** One loop of a contraction: its size, and how far the operands and the result move with it. */
export interface ContractionAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A contraction's operands (numbers of buffers, and where they start) and loops. */
export interface ContractionNest {
  readonly a: number;
  readonly b: number;
  readonly startA: number;
  readonly startB: number;
  readonly dtype: "f32" | "f64";
  readonly batch: readonly ContractionAxis[];
  readonly rows: readonly ContractionAxis[];
  readonly columns: readonly ContractionAxis[];
  readonly inner: readonly ContractionAxis[];
}

/** A nest as a contraction; `null` if it is none. */
export function contractionOf(n: Nest, addresses: Addresses): ContractionNest | null {
  const body = n.results[0]!.body;
  if (n.combine !== "sum" || n.scatter !== undefined || n.results.length !== 1 || n.reduce.length === 0) return null;
  if (body.kind !== "apply" || body.name !== "mul" || !isFloat(body.dtype)) return null;
  const [x, y] = body.args;
  if (x?.kind !== "load" || y?.kind !== "load") return null;
  const [la, lb] = [addresses.linear(x.at[0]!), addresses.linear(y.at[0]!)];
  if ([...la.terms, ...lb.terms].some((t) => t.atom.kind !== "index")) return null;
  const factors = (l: typeof la): number[] => {
    const out = new Array<number>(n.domain.length + n.reduce.length).fill(0);
    for (const { factor, atom } of l.terms) if (atom.kind === "index") out[atom.axis] = factor;
    return out;
  };
  const fa = factors(la), fb = factors(lb);
  let stride = 1;
  const fc = fa.map(() => 0);
  for (let i = n.domain.length - 1; i >= 0; i--) {
    fc[i] = stride;
    stride *= n.domain[i]!;
  }
  const axes = fa.map((a, i): ContractionAxis => ({
    size: i < n.domain.length ? n.domain[i]! : n.reduce[i - n.domain.length]!,
    a,
    b: fb[i]!,
    c: fc[i]!,
  }));
  const outer = axes.slice(0, n.domain.length), inner = axes.slice(n.domain.length);
  // A loop that moves neither operand repeats the result: it is a batch with nothing of its own.
  const rows = outer.filter((t) => t.a !== 0 && t.b === 0), columns = outer.filter((t) => t.a === 0 && t.b !== 0);
  return {
    a: x.input,
    b: y.input,
    startA: la.constant,
    startB: lb.constant,
    dtype: body.dtype as "f32" | "f64",
    batch: outer.filter((t) => (t.a !== 0) === (t.b !== 0)),
    rows,
    columns,
    inner,
  };
}

// Elementwise nests cut into boxes, in each of which tests of loop variables have one answer: the inside of a padded
// array and its edges. No element then asks where it is.

/** The most boxes of a nest: each has code of its own. */
const most = 48;

/** A part of a nest's elements. */
export interface Box {
  readonly nest: Nest;
  /** Whether its first loop goes through its steps of the whole nest's first loop; else it has only one of those. */
  readonly outer: boolean;
  /** Where its elements are among those of the whole nest. */
  readonly place: Linear;
  /** The steps of the nest's first loop. */
  readonly from: number;
  readonly to: number;
}

/** The boxes of an elementwise nest, one if there is nothing to tell apart. */
export function boxesOf(n: Nest, interner: Interner): Box[] {
  const { domain } = n, marked = withPlace(n);
  let boxes = [{ nest: marked, low: domain.map(() => 0) }];
  for (const [axis] of domain.entries()) {
    const cut = boxes.flatMap(({ nest, low }) => {
      const points = [0, ...turns(nest, axis, interner), nest.domain[axis]!];
      return points.slice(1).map((end, i) => {
        const start = points[i]!, shape = nest.domain.map((d, a) => a === axis ? end - start : d);
        const to = indices(domain.length).map((e, a) => a === axis ? plus(e, int(start)) : e);
        return {
          nest: points.length === 2 ? nest : overLoops(nest, shape, [], to, interner),
          low: low.map((l, a) => a === axis ? l + start : l),
        };
      });
    });
    if (cut.length <= most) boxes = cut;
  }
  return boxes.map(({ nest, low }): Box => {
    const own = merged(nest, interner), addresses = addressesOf(own.domain, interner);
    const [place, first, ...results] = own.results.toReversed();
    return {
      nest: { ...own, results: results.toReversed() },
      outer: first!.body.kind === "index",
      place: addresses.linear((place!.body as Expr & { kind: "load" }).at[0]!),
      from: low[0] ?? 0,
      to: (low[0] ?? 0) + (nest.domain[0] ?? 1),
    };
  });
}

/** The nest with two more results that stand for its first loop and for its elements' places, kept up as loops change. */
function withPlace(n: Nest): Nest {
  const { output } = n.results[0]!, first = n.domain.length > 0 ? index(0) : int(0);
  const place = load(-1, [ravel(indices(n.domain.length), n.domain)], output.dtype);
  return { ...n, results: [...n.results, { body: first, output }, { body: place, output }] };
}

/** Where along an axis answers of tests change. */
function turns(n: Nest, axis: number, interner: Interner): number[] {
  const addresses = addressesOf(n.domain, interner), found = new Set<number>();
  visit(expressionsOf(n), (e) => {
    if (e.kind !== "apply" || e.dtype !== "bool" || (e.name !== "less" && e.name !== "equal")) return;
    const [a, b] = e.args as [Expr, Expr];
    if (a.dtype !== "i32" || !addressLike(a) || !addressLike(b)) return;
    const sum = addresses.sum(addresses.linear(a), addresses.linear(b), -1);
    const own = sum.terms.find((t) => t.atom.kind === "index" && t.atom.axis === axis);
    if (own === undefined) return;
    const rest: Linear = { ...sum, terms: sum.terms.filter((t) => t !== own) };
    if (rest.terms.some((t) => holds(t.atom, (x) => x.kind === "index" && x.axis === axis))) return;
    const [low, high] = addresses.range(rest), f = own.factor;
    if (e.name === "equal") {
      if (low === high && low % f === 0) [-low / f, 1 - low / f].forEach((x) => found.add(x));
    } // f·i + rest < 0, for all values of the rest and for any.
    else if (f > 0) [high, low].forEach((r) => found.add(Math.ceil(-r / f)));
    else [low, high].forEach((r) => found.add(Math.floor(r / -f) + 1));
  });
  return [...found].filter((x) => x > 0 && x < n.domain[axis]!).sort((x, y) => x - y);
}

/** Whether an expression is made of loop variables and constants alone. */
const addressLike = (e: Expr): boolean =>
  e.kind === "constant" || e.kind === "index" || (e.kind === "apply" && e.dtype === "i32" && e.args.every(addressLike));
