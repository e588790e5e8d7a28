/** Derivatives of samplers in their parameters. */
import { alloc } from "../dtype.ts";
import { TransformError } from "../errors.ts";
import { mul } from "../primitives/arithmetic.ts";
import { reduceSum } from "../primitives/reshape.ts";
import { lgamma } from "../primitives/special_functions.ts";
import { Concrete, type Value } from "../tensor.ts";
import { grad, jvp, vjp } from "../transforms/grad.ts";
import { jit } from "../transforms/jit.ts";
import { vmap } from "../transforms/vmap.ts";
import { logGammaSlope } from "./gamma.ts";
import * as random from "../../mod.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";

function vector(dtype: "f32" | "f64", xs: readonly number[]): Value {
  const data = alloc(dtype, xs.length);
  data.set(xs);
  return new Concrete([xs.length], dtype, data);
}
const f64 = (...xs: number[]): Value => vector("f64", xs);
const total = (x: Value): Value => reduceSum(x, x.shape.map((_, i) => i));
const gradient = (
  f: (x: Value) => Value,
  x: Value,
): number[] => [...(grad(f as never)(x as never) as Value).dataSync()];

/** P(a, x) by its power series, all of whose terms are positive (DLMF 8.7.1). */
function distribution(a: number, x: number): number {
  let term = Math.exp(a * Math.log(x) - x - lgamma(a + 1)), sum = term;
  for (let n = 1; term > sum * 2 ** -60; n++) sum += term *= x / (a + n);
  return sum;
}

/** A step in a, small against the scale on which P changes. */
const step = (a: number): number => 2 ** -14 * Math.min(a, Math.sqrt(a));

/** −(∂P/∂a) / (x·∂P/∂x) by central differences in a. */
function slope(a: number, logX: number): number {
  const x = Math.exp(logX), h = step(a), density = Math.exp(a * logX - x - lgamma(a));
  return -(distribution(a + h, x) - distribution(a - h, x)) / (2 * h) / density;
}

const points: readonly (readonly [a: number, x: number])[] = [0.05, 0.5, 1, 1.7, 5, 60, 900].flatMap((a) =>
  [0.02, 0.3, 1, 1.01, 1.5, 2.5].filter((r) => Math.abs(r - 1) * Math.sqrt(a) < 4).map((r) =>
    [a, a * r + (r > 1 ? 1 : 0)] as const
  )
);

Deno.test("logGammaSlope() is the derivative of the quantile, on both sides of a + 1", () => {
  const a = f64(...points.map((p) => p[0])), logX = f64(...points.map((p) => Math.log(p[1])));
  const actual = logGammaSlope(a, logX).dataSync();
  points.forEach(([a, x], i) => {
    const expected = slope(a, Math.log(x)), tail = Math.exp(a * Math.log(x) - x - lgamma(a));
    // Differences: h² = 2⁻²⁸ of the scale of P, times a third derivative below 100 of it; roundings of P over 2h·density,
    // P being the exponential of terms of size a·log x, each rounded.
    const bound = 2 ** -21 * Math.abs(expected) + 2 ** -52 * (4 + a * Math.abs(Math.log(x))) / (2 * step(a) * tail);
    assertAlmostEquals(actual[i]!, expected, bound, `a = ${a}, x = ${x}`);
  });
});

Deno.test("logGammaSlope() in f32 agrees with f64 and ends", () => {
  const few = points.filter(([a]) => a < 100);
  const slopes = (["f32", "f64"] as const).map((d) =>
    logGammaSlope(vector(d, few.map((p) => p[0])), vector(d, few.map((p) => Math.log(p[1])))).dataSync()
  );
  few.forEach(([a, x], i) => {
    // About 6·√a terms of a sum of √(2a) times the result's size, each rounded; log x rounded, which x·log x magnifies.
    const bound = 2 ** -24 * (1 + Math.abs(slopes[1]![i]!)) * (64 + 16 * a);
    assertAlmostEquals(slopes[0]![i]!, slopes[1]![i]!, bound, `a = ${a}, x = ${x}`);
  });
});

Deno.test("logGammaSlope() of a large parameter is as good as of others, in closed form", () => {
  const at = (dtype: "f32" | "f64", a: number): number[] => {
    const logs = [-4, -1, 0.5, 4].map((z) => Math.log(a) + 3 * Math.log(1 - 1 / (9 * a) + z / (3 * Math.sqrt(a))));
    return [...logGammaSlope(vector(dtype, logs.map(() => a)), vector(dtype, logs)).dataSync()];
  };
  const close = (actual: readonly number[], expected: readonly number[], bound: number): void =>
    actual.forEach((d, i) => assertAlmostEquals(d / expected[i]!, 1, bound));
  // The form's own error, 2·a^−1.5, and roundings: of log x and log a, which count half, and of a few operations.
  for (const a of [1e4, 1e5, 1e6]) {
    close(at("f32", a), at("f64", a), 2 * a ** -1.5 + 2 ** -24 * (8 + Math.log(a)));
  }
  // Both sides of the bound: in the series log x, rounded, is multiplied by a sum of about √a.
  close(at("f64", 1e8), at("f64", 1e8 - 1), 1e-8 + 2e-12 + 2 ** -52 * Math.log(1e8) * 1e4);
  // ∂x/∂a = 1 for x = a, to first order.
  assertAlmostEquals(at("f64", 1e12)[2]! * 1e12, 1, 1e-6);
});

Deno.test("gamma() moves with its parameter as its quantile does", () => {
  const k = random.key(4), a = f64(0.1, 0.7, 1, 3, 20);
  const x = random.gamma(k, a).dataSync(), logs = random.gamma(k, a, undefined, { log: true }).dataSync();
  const d = gradient((a) => total(random.gamma(k, a)), a);
  const dLog = gradient((a) => total(random.gamma(k, a, undefined, { log: true })), a);
  a.dataSync().forEach((a, i) => {
    assertAlmostEquals(logs[i]!, Math.log(x[i]!), 1e-13 * Math.max(1, Math.abs(logs[i]!)));
    assertAlmostEquals(dLog[i]!, slope(a, logs[i]!), 1e-6 * Math.abs(dLog[i]!));
    assertAlmostEquals(d[i]!, x[i]! * dLog[i]!, 1e-12 * Math.abs(d[i]!));
  });
});

Deno.test("gamma()'s mean has derivative 1, its square's 2a + 1", () => {
  // E x = a and E x² = a² + a; 4000 draws, five standard errors (of the derivatives, taken from the draws).
  const n = 4000, a = 2.5, means = f64(...new Array<number>(n).fill(a));
  for (const [power, expected] of [[1, 1], [2, 2 * a + 1]] as const) {
    const each = gradient((m) => {
      const x = random.gamma(random.key(9), m);
      return total(power === 1 ? x : mul(x, x));
    }, means);
    const mean = each.reduce((s, x) => s + x) / n,
      spread = Math.sqrt(each.reduce((s, x) => s + (x - mean) ** 2, 0)) / n;
    assertAlmostEquals(mean, expected, 5 * spread);
  }
});

Deno.test("gamma() of a tiny parameter has a finite derivative, its logarithm too", () => {
  const a = f64(1e-3, 1e-2), k = random.key(2);
  assert(gradient((a) => total(random.gamma(k, a)), a).every(Number.isFinite));
  assert(
    gradient((a) => total(random.gamma(k, a, undefined, { log: true })), a).every((d) => Number.isFinite(d) && d !== 0),
  );
});

Deno.test("beta() and dirichlet() have derivatives whose means are those of their means", () => {
  const n = 4000, k = random.key(6), a = 2, b = 3, as = f64(...new Array<number>(n).fill(a));
  // d(a / (a + b)) / da = b / (a + b)²; five standard errors.
  const close = (each: readonly number[], expected: number): void => {
    const mean = each.reduce((s, x) => s + x) / n,
      spread = Math.sqrt(each.reduce((s, x) => s + (x - mean) ** 2, 0)) / n;
    assertAlmostEquals(mean, expected, 5 * spread);
  };
  close(gradient((as) => total(random.beta(k, as, b)), as), b / (a + b) ** 2);
  const alpha = f64(1, 2, 3), pick = f64(1, 0, 0);
  const each = (kk: random.Key) =>
    grad((al: Value) => total(mul(random.dirichlet(kk, al as never) as Value, pick)) as never)(alpha as never);
  const rows = (vmap(each as never) as unknown as (k: Value) => Value)(random.split(k, [n])).dataSync();
  [5 / 36, -1 / 36, -1 / 36].forEach((expected, j) => {
    close(Array.from({ length: n }, (_, i) => rows[3 * i + j]!), expected);
  });
});

Deno.test("gamma()'s derivative is the same in both modes, under jit and under vmap", () => {
  const k = random.key(8), a = f64(0.4, 1.5, 6), f = (a: Value) => total(random.gamma(k, a));
  const reverse = gradient(f, a), one = f64(1, 0, 0);
  assertAlmostEquals(
    (jvp(f as never, [a] as never, [one] as never) as unknown as [Value, Value])[1].item() as number,
    reverse[0]!,
    1e-14,
  );
  assertEquals(gradient(jit(f), a), reverse);
  const keys = random.split(k, [2]),
    each = (key: Value) => grad((a: Value) => total(random.gamma(key as never, a)) as never)(a as never);
  const mapped = (vmap(each as never) as unknown as (k: Value) => Value)(keys).toArray() as number[][];
  random.split(k, 2).forEach((key, i) => assertEquals(mapped[i], [...(each(key) as Value).dataSync()]));
});

Deno.test("gamma()'s second derivative goes forward, and says why it does not go in reverse", () => {
  const k = random.key(8), f = (a: Value) => total(random.gamma(k, a));
  const g = (a: Value) => grad(f as never)(a as never) as Value, a = f64(1.5);
  const [, second] = jvp(g as never, [a] as never, [f64(1)] as never) as unknown as [Value, Value];
  // Differences of the slope along the number's own path: the rule of the rule.
  assert(Number.isFinite(second.dataSync()[0]!));
  assertThrows(() => grad(((a: Value) => total(g(a))) as never)(a as never), TransformError, "whileLoop: reverse mode");
});

Deno.test("uniform() and truncatedNormal() are differentiable in their limits", () => {
  const k = random.key(3), low = f64(-1, 0, 1), high = f64(2, 2, 2);
  const u = random.uniform(k, [3], { dtype: "f64" }).dataSync();
  const stretched = (low: Value, high: Value) => random.uniform(k, [3], { min: low, max: high, dtype: "f64" });
  const [, pull] = vjp(stretched as never, low as never, high as never) as unknown as [
    Value,
    (ct: Value) => [Value, Value],
  ];
  const [dLow, dHigh] = pull(f64(1, 1, 1));
  u.forEach((u, i) => {
    assertAlmostEquals(dLow.dataSync()[i]!, 1 - u, 1e-15);
    assertAlmostEquals(dHigh.dataSync()[i]!, u, 1e-15);
  });
  const cut = (low: Value) => total(random.truncatedNormal(k, [3], { min: low, max: high, dtype: "f64" }));
  const h = 2 ** -17, at = low.dataSync();
  gradient(cut, low).forEach((d, i) => {
    const moved = (s: number) => cut(f64(...[...at].map((x, j) => i === j ? x + s * h : x))).item() as number;
    // Central differences: h² = 2⁻³⁴ times a third derivative of order 1, and roundings over 2h.
    assertAlmostEquals(d, (moved(1) - moved(-1)) / (2 * h), 2 ** -30);
  });
});
