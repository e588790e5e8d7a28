/** Values and derivatives of functions at a few points, as plain arrays. */
import type { Value } from "../../core/tensor.ts";
import { jvpFlat, vjpFlat } from "../../core/transforms/linearize.ts";
import { f64 } from "./values.ts";

/** A vector of f64. */
export const v = (...xs: readonly number[]): Value => f64([xs.length], xs);

/** The elements as nested arrays. */
export const list = (x: unknown): unknown => (x as Value).toArray();

/** Gradients of the sum of f at points, in every argument; `null` where f does not depend on it. */
export function gradients(f: (...xs: Value[]) => unknown, ...xs: readonly Value[]): unknown[] {
  const [[y], pull] = vjpFlat((vs) => [f(...vs) as Value], xs, xs.map(() => true));
  return pull([f64(y!.shape, () => 1)]).map((g) => g === null ? null : list(g));
}

/** The derivative of order n of an elementwise function. */
export function derivative(f: (x: Value) => unknown, n: number): (x: Value) => Value {
  if (n === 0) return f as (x: Value) => Value;
  const g = derivative(f, n - 1);
  return (x) => jvpFlat(([y]) => [g(y!)], [x], [f64(x.shape, () => 1)])[1][0]!;
}
