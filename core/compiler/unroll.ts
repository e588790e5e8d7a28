/** Combinations of a few terms written out: walks over the outputs alone, which fuse with others. */
import { type DType, isFloat } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { Addresses } from "./address.ts";
import type { Interner } from "./interner.ts";
import { apply, type Combine, type Expr, indices, int, select, unravel } from "./kernel.ts";
import { extentsOf, type Nest, overLoops, visit } from "./nest.ts";

/** The most terms: so many numbers added in f32 err as little as the vector code of sums allows. */
const most = 16;

/** A nest without its combination; `null` where the loop is better. */
export function unrolled(n: Nest, interner: Interner): Nest | null {
  const { domain, reduce, combine } = n, { body } = n.results[0]!, count = sizeOf(reduce);
  if (combine === null || count > most || count === 0) return null;
  if (count > 1 && !besideWindows(n, interner)) return null;
  const terms = Array.from({ length: count }, (_, i) => {
    const to = [...indices(domain.length), ...unravel(int(i), reduce)];
    return overLoops(n, domain, [], to, interner).results[0]!.body;
  });
  const value = combine === "argmax" || combine === "argmin"
    ? placeOf(terms, combine, body.dtype, interner)
    : terms.reduce((a, b) => pair(combine, a, b, body.dtype));
  return { ...n, reduce: [], combine: null, results: [{ ...n.results[0]!, body: interner.intern(value) }] };
}

/** Whether vectors run along the last axis of the domain rather than along the terms. */
function besideWindows(n: Nest, interner: Interner): boolean {
  const rank = n.domain.length, addresses = new Addresses(extentsOf(n), interner);
  const last = n.domain.findLastIndex((d) => d > 1);
  if (last < 0 || n.domain[last]! < 4) return false;
  let along = false, beside = false;
  visit(n.results.map((r) => r.body), (e) => {
    if (e.kind !== "load") return;
    const inner = e.at.findLast((x) => addresses.linear(x).terms.length > 0);
    for (const { atom, factor } of inner === undefined ? [] : addresses.linear(inner).terms) {
      if (atom.kind !== "index" || factor !== 1) continue;
      if (atom.axis >= rank) along = true;
      if (atom.axis === last) beside = true;
    }
  });
  return beside || !along || sizeOf(n.reduce) <= 4;
}

function pair(combine: Combine, a: Expr, b: Expr, dtype: DType): Expr {
  switch (combine) {
    case "sum":
      return apply("add", (x, y) => x + y, [a, b], dtype);
    case "prod":
      return apply("mul", dtype === "i32" || dtype === "u32" ? Math.imul : (x, y) => x * y, [a, b], dtype);
    case "max":
      return apply("maximum", Math.max, [a, b], dtype);
    case "min":
      return apply("minimum", Math.min, [a, b], dtype);
    case "all":
      return apply("and", (x, y) => x & y, [a, b], "bool");
    default:
      return apply("or", (x, y) => x | y, [a, b], "bool");
  }
}

/** The first place of the best term; NaN is better than any number. */
function placeOf(terms: readonly Expr[], combine: "argmax" | "argmin", dtype: DType, interner: Interner): Expr {
  let best = terms[0]!, at: Expr = int(0);
  const compare = (name: string, fn: (x: number, y: number) => number, a: Expr, b: Expr): Expr =>
    apply(name, fn, [a, b], "bool");
  for (const [i, v] of terms.entries()) {
    if (i === 0) continue;
    const greater = combine === "argmax";
    // Not "at most", so that NaN passes.
    let better = isFloat(dtype)
      ? apply("not", (x) => 1 - x, [
        greater
          ? compare("lessEqual", (x, y) => +(x <= y), v, best)
          : compare("greaterEqual", (x, y) => +(x >= y), v, best),
      ], "bool")
      : greater
      ? compare("greater", (x, y) => +(x > y), v, best)
      : compare("less", (x, y) => +(x < y), v, best);
    if (isFloat(dtype)) {
      better = apply("and", (x, y) => x & y, [better, compare("equal", (x, y) => +(x === y), best, best)], "bool");
    }
    // What is used several times is made one object first, or each use of a use would be visited.
    better = interner.intern(better);
    best = interner.intern(select(better, v, best));
    at = interner.intern(select(better, int(i), at));
  }
  return at;
}
