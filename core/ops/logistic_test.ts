import { derivative, gradients, list, v } from "../../tests/laws/points.ts";
import { logAddExp, logit, logSigmoid, sigmoid, softplus } from "./exponential.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";

Deno.test("the logistic family is finite with its derivatives at extremes", () => {
  const x = v(-1000, 1000);
  assertEquals([list(sigmoid(x)), gradients((t) => sigmoid(t!), x)], [[0, 1], [[0, 0]]]);
  assertEquals([list(softplus(x)), gradients((t) => softplus(t!), x)], [[0, 1000], [[0, 1]]]);
  assertEquals([list(logSigmoid(x)), gradients((t) => logSigmoid(t!), x)], [[-1000, 0], [[1, 0]]]);
  assertEquals(list(derivative((t) => softplus(t), 2)(x)), [0, 0]);
});

Deno.test("logAddExp() has values and derivatives at infinities", () => {
  const a = v(-Infinity, -Infinity, Infinity, 0, 1000), b = v(-Infinity, 1, Infinity, Infinity, 1000);
  assertEquals(list(logAddExp(a, b)), [-Infinity, 1, Infinity, Infinity, 1000 + Math.LN2]);
  assertEquals(gradients((p, q) => logAddExp(p!, q!), a, b), [[0.5, 0, 0.5, 0, 0.5], [0.5, 1, 0.5, 1, 0.5]]);
  // ∂²/∂a² = σ(a − b)·σ(b − a), which is ¼ where both are equal.
  assertEquals(list(derivative((t) => logAddExp(t, v(1)), 2)(v(1))), [0.25]);
});

Deno.test("logit() inverts sigmoid() next to a half and next to the ends", () => {
  const x = v(-30, -1e-9, 0, 1e-9, 1);
  const y = logit(sigmoid(x)).dataSync();
  // Half a unit in the last place of σ is spread by 1/σ′ = 4 in the middle, and is relative at the low end.
  x.dataSync().forEach((t, i) => assertAlmostEquals(y[i]!, t, Math.max(8 * 2 ** -53, Math.abs(t) * 2 ** -52)));
});
