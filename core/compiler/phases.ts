/**
 * Windows that meet only every d-th place, without asking at each place.
 *
 * A reduction over k of what stands at ⌊(i ± k + c) / d⌋, guarded by d | i ± k + c, looks at d terms to take one. With
 * i = d·q + r and ±k = d·m − r − c, the place is q + m: every m counts, as long as k is in its range.
 */
import { sizeOf } from "../shape.ts";
import { Addresses } from "./address.ts";
import { below, both, type Expr, index, int, minus, plus, select, times, unravel } from "./kernel.ts";
import { conjuncts, isLinear, isNothing, usedOutside } from "./guard.ts";
import type { Interner } from "./interner.ts";
import { extentsOf, type Nest, overLoops } from "./nest.ts";

/** The most phases that are computed each by itself. */
const mostPhases = 9;

/** A test of divisibility that can be had without: d | i ± k + c. */
interface Grid {
  readonly i: number;
  readonly k: number;
  readonly up: boolean;
  readonly c: number;
  readonly d: number;
}

function gridsOf(n: Nest, interner: Interner): Grid[] {
  const { combine, domain } = n, { body } = n.results[0]!;
  if (combine === null || combine === "argmax" || combine === "argmin" || body.kind !== "select") return [];
  if (!isNothing(body.no, combine, body.dtype)) return [];
  const addresses = new Addresses(extentsOf(n), interner), rank = domain.length;
  return conjuncts(body.test).flatMap((test): Grid[] => {
    if (test.kind !== "apply" || test.name !== "equal") return [];
    const [left, zero] = test.args as [Expr, Expr];
    if (zero.kind !== "constant" || zero.value !== 0 || left.kind !== "apply" || left.name !== "mod") return [];
    const d = (left.args[1] as Expr & { kind: "constant" }).value, sum = addresses.linear(left.args[0]!);
    if (!isLinear(sum) || sum.terms.length !== 2) return [];
    const [i, k] = sum.terms.map((t) => ({ axis: (t.atom as { axis: number }).axis, factor: t.factor }))
      .sort((x, y) => x.axis - y.axis) as [{ axis: number; factor: number }, { axis: number; factor: number }];
    if (i.axis >= rank || k.axis < rank || i.factor !== 1 || Math.abs(k.factor) !== 1) return [];
    // The axis may have to become longer, and what is there beyond must be guarded.
    if (domain[i.axis]! % d !== 0 && usedOutside(body, i.axis, sum, addresses)) return [];
    return [{ i: i.axis, k: k.axis, up: k.factor === 1, c: sum.constant, d }];
  });
}

/** The sizes of a nest's domain made multiples of the distances of places met. Its tests must not be simplified yet. */
export function wholePhases(n: Nest, interner: Interner): number[] {
  const domain = [...n.domain];
  for (const { i, d } of gridsOf(n, interner)) domain[i] = Math.ceil(domain[i]! / d) * d;
  return domain;
}

/** A nest without tests of divisibility, and for each that it had the loops that came of it: over r and over m. */
export interface Phased {
  readonly nest: Nest;
  readonly loops: readonly { readonly r: number; readonly m: number }[];
}

/** The nest with as few tests of divisibility as can be. */
export function phased(n: Nest, interner: Interner): Phased {
  let nest = n, loops: Phased["loops"] = [];
  for (let next = phasedOnce(n, interner); next !== null; next = phasedOnce(nest, interner)) {
    const { i, k } = next;
    nest = next.nest;
    loops = [...loops.map(({ r, m }) => ({ r: r > i ? r + 1 : r, m: m + 1 })), { r: i + 1, m: k + 1 }];
  }
  return { nest, loops };
}

function phasedOnce(
  n: Nest,
  interner: Interner,
): { readonly nest: Nest; readonly i: number; readonly k: number } | null {
  const { domain, reduce } = n, { body } = n.results[0]!, sizes = extentsOf(n), rank = domain.length;
  const grid = gridsOf(n, interner).find(({ i, d }) => domain[i]! % d === 0);
  if (grid === undefined || body.kind !== "select") return null;
  const { i, k, up, c, d } = grid, count = sizes[k]!;
  const first = Math.ceil((up ? c : c - count + 1) / d), last = Math.floor((up ? c + d + count - 2 : c + d - 1) / d);
  const at = (a: number): Expr => index(a > i ? a + 1 : a), q = index(i), r = index(i + 1);
  const signed = minus(minus(times(plus(at(k), int(first)), int(d)), r), int(c));
  const element = up ? signed : minus(int(0), signed);
  const to = sizes.map((_, a): Expr => a === i ? plus(times(q, int(d)), r) : a === k ? element : at(a));
  const inRange = both(below(int(-1), index(k)), below(index(k), int(count)));
  const guarded: Nest = {
    ...n,
    results: [{ ...n.results[0]!, body: select(both(body.test, inRange), body.yes, body.no) }],
  };
  const wide = domain.flatMap((s, a) => a === i ? [s / d, d] : [s]);
  const narrow = reduce.map((s, a) => a + rank === k ? last - first + 1 : s);
  return { nest: overLoops(guarded, wide, narrow, to, interner), i, k };
}

/** One phase of a nest: what it computes for one value of each r, with the terms that count there alone. */
export interface Phase {
  readonly at: readonly number[];
  readonly nest: Nest;
}

/** Each phase by itself; `null` where there are too many. */
export function phasesOf({ nest, loops }: Phased, interner: Interner): Phase[] | null {
  const rank = nest.domain.length, counts = loops.map(({ r }) => nest.domain[r]!);
  if (loops.length === 0 || sizeOf(counts) > mostPhases) return null;
  return Array.from({ length: sizeOf(counts) }, (_, phase): Phase => {
    const at = unravel(int(phase), counts).map((e) => (e as Expr & { kind: "constant" }).value);
    const sizes = extentsOf(nest), lows = sizes.map(() => 0), gone = new Set(loops.map(({ r }) => r));
    const moved = (): Nest => {
      let next = 0;
      const to = sizes.map((_, a): Expr => {
        const phase = loops.findIndex(({ r }) => r === a);
        return phase >= 0 ? int(at[phase]!) : plus(index(next++), int(lows[a]!));
      });
      const kept = (from: number, end: number) => sizes.slice(from, end).filter((_, a) => !gone.has(a + from));
      return overLoops(nest, kept(0, rank), kept(rank, sizes.length), to, interner);
    };
    // A loop over m is cut to where no test is false from the start.
    for (const { m } of loops) {
      const all = sizes[m]!,
        open = Array.from({ length: all }, (_, i) => {
          [lows[m], sizes[m]] = [i, 1];
          return moved().results[0]!.body.kind !== "constant";
        });
      const first = open.indexOf(true);
      [lows[m], sizes[m]] = [Math.max(0, first), first < 0 ? 0 : open.lastIndexOf(true) - first + 1];
    }
    return { at, nest: moved() };
  });
}
