/** Guards: the conditions under which a reduction's terms count, and where they come from. */
import type { Addresses, Linear } from "./address.ts";
import { both, type Combine, type Expr, index, int, plus } from "./kernel.ts";
import { childrenOf, visit } from "./nest.ts";
import { type DType, rangeOf } from "../dtype.ts";

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
