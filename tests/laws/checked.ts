/** A law's subject: a case with everything left out filled in. */
import { isFloat } from "../../core/dtype.ts";
import { bind } from "../../core/interpreter.ts";
import type { Primitive } from "../../core/primitive.ts";
import type { Value } from "../../core/tensor.ts";
import { jvpFlat, vjpFlat } from "../../core/transforms/linearize.ts";
import { elementsOf, type Flat, materialized } from "./compare.ts";
import { make, randoms } from "./values.ts";

/** A primitive, its parameters and a point, as a function of flat values. */
export interface Checked<P> {
  readonly prim: Primitive<P>;
  readonly params: P;
  readonly inputs: readonly Value[];
  readonly smooth: boolean;
  readonly active: readonly boolean[];
  readonly order2: boolean;
  readonly exact: boolean;
  readonly scale: number;
  readonly step?: number;
  readonly f32?: boolean;
  readonly f: Flat;
}

/** A primitive with its parameters as a function of flat values. */
export const applied = <P>(prim: Primitive<P>, params: P): Flat => (xs) => bind(prim, xs, params);

/** The entries that `mask` marks. */
export const chosen = <A>(xs: readonly A[], mask: readonly boolean[]): A[] => xs.filter((_, i) => mask[i]);

/** Those entries replaced by `ys`, the others kept. */
export function replaced<A>(xs: readonly A[], mask: readonly boolean[], ys: readonly A[]): A[] {
  let at = 0;
  return xs.map((x, i) => mask[i] ? ys[at++]! : x);
}

/** Every non-empty choice among few; each alone, all, and every other one among many. */
export function subsets(n: number): boolean[][] {
  const pick = (f: (i: number) => boolean) => Array.from({ length: n }, (_, i) => f(i));
  if (n === 0) return [];
  if (n <= 3) return Array.from({ length: 2 ** n - 1 }, (_, m) => pick((i) => ((m + 1) >> i & 1) === 1));
  return [...pick(() => true).map((_, j) => pick((i) => i === j)), pick(() => true), pick((i) => i % 2 === 0)];
}

/**
 * How many roundings a result may carry: one for each element that might be summed, and eight for the scalar functions on
 * the way (elementary functions of JavaScript engines err by less than two units in the last place).
 */
export const roundings = (xs: readonly Value[]): number => xs.reduce((n, x) => n + x.size, 8);

/**
 * A direction to move in: signs at random, sizes ½ to 1 times min(|x|, 1), so that no element changes sign or leaves a
 * domain bounded by 0.
 */
export function direction(x: Value, seed: number): Value {
  const next = randoms(seed), at = elementsOf(x);
  return make(x.shape, x.dtype, (i) => {
    const u = 2 * next() - 1, r = (1 + Math.abs(u)) / 2 * (u < 0 ? -1 : 1), size = Math.min(Math.abs(at[i]!), 1);
    return r * (size > 0 ? size : 1);
  });
}

/** Cotangents at random, in [−1, 1). */
export function cotangent(y: Value, seed: number): Value {
  const next = randoms(seed);
  return make(y.shape, y.dtype, () => 2 * next() - 1);
}

/** The active inputs as the only ones, and the float outputs as the only ones. */
export const floatPart = (f: Flat, xs: readonly Value[], active: readonly boolean[]): Flat => (given) =>
  f(replaced(xs, active, given)).filter((y) => isFloat(y.dtype));

/** Point and direction to value and tangent, zeros written out. */
export const tangentMap = (f: Flat, n: number): Flat => (ins) => {
  const [ys, dys] = jvpFlat(f, ins.slice(0, n), ins.slice(n));
  return [...ys, ...materialized(dys, ys)];
};

/** Point and cotangents to the cotangents of the inputs, zeros written out. */
export const gradientMap = (f: Flat, n: number): Flat => (ins) => {
  const xs = ins.slice(0, n), [, pullback] = vjpFlat(f, xs, xs.map(() => true));
  return materialized(pullback(ins.slice(n)), xs);
};
