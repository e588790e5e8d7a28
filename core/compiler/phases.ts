/**
 * Windows that meet only every d-th place, without asking at each place.
 *
 * A reduction over k of what stands at ⌊(i ± k + c) / d⌋, guarded by d | i ± k + c, looks at d terms to take one. With
 * i = d·q + r and ±k = d·m − r − c, the place is q + m: every m counts, as long as k is in its range.
 */
import { Addresses } from "./address.ts";
import { below, both, type Expr, index, int, minus, plus, select, times } from "./kernel.ts";
import { conjuncts, isLinear, isNothing, usedOutside } from "./guard.ts";
import type { Interner } from "./interner.ts";
import { extentsOf, type Nest, overLoops } from "./nest.ts";

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

/** A nest with one test of divisibility less; `null` if there is none to be had without. */
export function phased(n: Nest, interner: Interner): Nest | null {
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
  return overLoops(guarded, wide, narrow, to, interner);
}
