/** How far cancellation may magnify roundings in sums of products. */
import type { Value } from "../../core/tensor.ts";
import { vjpFlat } from "../../core/transforms/linearize.ts";
import { elementsOf, largest, materialized } from "../laws/compare.ts";
import { make } from "../laws/values.ts";
import { type GoldenCase, inputsOf, tensorOf } from "./read.ts";

const magnitudes = (x: Value): Value => {
  const at = elementsOf(x);
  return make(x.shape, x.dtype, (i) => Math.abs(at[i]!));
};

/**
 * For a function that is a sum of products of its inputs with positive coefficients: the largest ratio, over its output
 * and its gradients, of the sum of the terms' magnitudes to the sum of the terms. Roundings are relative to the former.
 */
export function cancellation(c: GoldenCase, f: (...xs: Value[]) => Value): number {
  const run = (g: (x: Value) => Value): readonly Value[] => {
    const xs = inputsOf(c).map(g), [ys, pullback] = vjpFlat((zs) => [f(...zs)], xs, xs.map(() => true));
    return [...ys, ...materialized(pullback([g(tensorOf(c.cotangents![0]!))]), xs)];
  };
  const terms = run(magnitudes), sums = run((x) => x);
  return Math.max(1, ...sums.map((y, i) => largest([y]) > 0 ? largest([terms[i]!]) / largest([y]) : 1));
}
