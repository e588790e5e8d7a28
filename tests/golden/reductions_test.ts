import { cumMax, cumProd, logCumSumExp } from "../../core/ops/cumulative.ts";
import { logSumExp } from "../../core/ops/exponential.ts";
import { norm } from "../../core/ops/linalg_solve.ts";
import { quantile, type QuantileMethod } from "../../core/ops/order_statistics.ts";
import { max, min, prod, std, variance } from "../../core/ops/reduce.ts";
import { interp } from "../../core/ops/search_sorted.ts";
import { histogram } from "../../core/ops/segment.ts";
import { argmax } from "../../core/ops/sort.ts";
import type { Tensor, Value } from "../../core/tensor.ts";
import { f64 } from "../laws/values.ts";
import { casesOf, checkGolden, type GoldenCase, type GoldenGroup, inputsOf, readGolden } from "./read.ts";
import { assertEquals } from "@std/assert";

const ops = readGolden("ops"), kinks = readGolden("kinks"), special = readGolden("special");

/** Elements along one axis of the files' tensors are at most this many. */
const line = 20;

/**
 * A chain of n roundings on either side is 2n. Sums over a line, exponentials and logarithms, the product of the cotangent
 * and the division by the total make n at most 2·line.
 */
const roundings = 2 * 2 * line;

function golden(
  group: GoldenGroup,
  name: string,
  f: (c: GoldenCase, ...xs: Value[]) => Value | readonly Value[],
): void {
  Deno.test(`golden ${group.group}: ${name}`, () => {
    for (const c of casesOf(group, name)) checkGolden(c, (...xs) => f(c, ...xs), roundings);
  });
}

const axisOf = (c: GoldenCase): number => (c.attrs.dim ?? c.attrs.axis) as number;
const correctionOf = (c: GoldenCase): number => c.attrs.unbiased === true ? 1 : 0;

golden(ops, "prod", (c, x) => prod(x, { axis: axisOf(c) }));
golden(ops, "amin", (c, x) => min(x, { axis: [axisOf(c)], keepDims: true }));
golden(ops, "logsumexp", (c, x) => logSumExp(x, { axis: axisOf(c) }));
golden(ops, "var", (c, x) => variance(x, { axis: axisOf(c), correction: correctionOf(c) }));
golden(ops, "std", (c, x) => std(x, { axis: axisOf(c), correction: correctionOf(c) }));
golden(ops, "norm", (c, x) => norm(x, { axis: axisOf(c), ord: c.attrs.ord as number }));
golden(ops, "cummax", (c, x) => cumMax(x, { axis: axisOf(c) }));
golden(ops, "median_lower", (c, x) => quantile(x, 0.5, { axis: axisOf(c), method: "lower" }));
golden(kinks, "amax_tie", (_, x) => max(x, { axis: [-1] }));
golden(kinks, "max_dim_tie", (_, x) => max(x, { axis: -1 }));
golden(kinks, "norm_at_zero", (_, x) => norm(x, { axis: -1 }));
golden(special, "logcumsumexp", (c, x) => logCumSumExp(x, { axis: axisOf(c) }));
golden(special, "cumprod", (c, x) => cumProd(x, { axis: axisOf(c) }));
golden(
  special,
  "quantile",
  (c, x) => quantile(x, c.attrs.q as number[], { axis: axisOf(c), method: c.attrs.method as QuantileMethod }),
);
golden(special, "histogram", (c, x) => {
  const { bins, range, density, weights } = c.attrs as {
    bins: number | number[];
    range?: [number, number];
    density?: boolean;
    weights?: number[];
  };
  const { counts, edges } = histogram(x, {
    bins,
    ...(range === undefined ? {} : { range }),
    ...(density === undefined ? {} : { density }),
    ...(weights === undefined ? {} : { weights: f64(x.shape, weights) }),
  });
  return [counts, edges];
});
golden(
  special,
  "interp",
  (c, x, xp, fp) =>
    interp(x!, xp as Tensor<readonly [number]>, fp as Tensor<readonly [number]>, {
      ...(c.attrs.left === undefined ? {} : { left: c.attrs.left as number }),
      ...(c.attrs.right === undefined ? {} : { right: c.attrs.right as number }),
    }),
);

Deno.test("argmax names the element that the golden maximum over one axis takes its derivative from", () => {
  for (const c of casesOf(kinks, "max_dim_tie")) {
    assertEquals(argmax(inputsOf(c)[0]!, { axis: -1 }).toArray(), [1]);
  }
});
