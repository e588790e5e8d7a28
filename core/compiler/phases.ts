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

/** A nest whose output's axis `axis` may have become longer, a multiple of d. */
export interface Phased {
  readonly nest: Nest;
  readonly axis: number;
  /** The axis is longer than before by so much. */
  readonly extra: number;
}

/** A nest with one test of divisibility less; `null` if there is none that can be had without. */
export function phased(n: Nest, interner: Interner): Phased | null {
  const { combine, domain, reduce } = n, { body } = n.results[0]!, sizes = extentsOf(n);
  if (combine === null || combine === "argmax" || combine === "argmin" || body.kind !== "select") return null;
  if (!isNothing(body.no, combine, body.dtype)) return null;
  const addresses = new Addresses(sizes, interner), rank = domain.length;
  for (const test of conjuncts(body.test)) {
    if (test.kind !== "apply" || test.name !== "equal") continue;
    const [left, zero] = test.args as [Expr, Expr];
    if (zero.kind !== "constant" || zero.value !== 0 || left.kind !== "apply" || left.name !== "mod") continue;
    const d = (left.args[1] as Expr & { kind: "constant" }).value, sum = addresses.linear(left.args[0]!);
    if (!isLinear(sum) || sum.terms.length !== 2) continue;
    const [i, k] = [...sum.terms].map((t) => ({ axis: (t.atom as { axis: number }).axis, factor: t.factor }))
      .sort((x, y) => x.axis - y.axis) as [{ axis: number; factor: number }, { axis: number; factor: number }];
    if (i.axis >= rank || k.axis < rank || i.factor !== 1 || Math.abs(k.factor) !== 1) continue;
    const extra = (d - sizes[i.axis]! % d) % d;
    // Beyond the axis, places must be guarded.
    if (extra > 0 && usedOutside(body, i.axis, sum, addresses)) continue;
    const c = sum.constant, count = sizes[k.axis]!, up = k.factor === 1;
    const first = Math.ceil((up ? c : c - count + 1) / d), last = Math.floor((up ? c + d + count - 2 : c + d - 1) / d);
    const at = (a: number): Expr => index(a > i.axis ? a + 1 : a);
    const q = index(i.axis), r = index(i.axis + 1);
    const signed = minus(minus(times(plus(at(k.axis), int(first)), int(d)), r), int(c));
    const element = up ? signed : minus(int(0), signed);
    const to = sizes.map((_, a): Expr => a === i.axis ? plus(times(q, int(d)), r) : a === k.axis ? element : at(a));
    const rows = (sizes[i.axis]! + extra) / d;
    const inRange = both(below(int(-1), index(k.axis)), below(index(k.axis), int(count)));
    const guarded: Nest = {
      ...n,
      results: [{ ...n.results[0]!, body: select(both(body.test, inRange), body.yes, body.no) }],
    };
    const wide = domain.flatMap((s, a) => a === i.axis ? [rows, d] : [s]);
    const narrow = reduce.map((s, a) => a + rank === k.axis ? last - first + 1 : s);
    return { nest: overLoops(guarded, wide, narrow, to, interner), axis: i.axis, extra };
  }
  return null;
}
