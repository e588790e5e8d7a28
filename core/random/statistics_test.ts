/**
 * Samplers against the distributions they name, with fixed seeds: each test is decided once and for all. Thresholds are
 * those a true sampler exceeds once in a thousand seeds.
 */
import { erf } from "../primitives/special_functions.ts";
import { Concrete, type Value } from "../tensor.ts";
import { vmap } from "../transforms/vmap.ts";
import type { Key } from "./key.ts";
import * as random from "../../mod.ts";
import { assert, assertEquals } from "@std/assert";

const n = 10_000;
const f32 = (...xs: number[]): Value => new Concrete([xs.length], "f32", Float32Array.from(xs));
const phi = (x: number): number => (1 + erf(x * Math.SQRT1_2)) / 2;

/** √n times the largest distance between the draws' distribution and the true one (Kolmogorov, 1933). */
function distance(draws: Iterable<number>, cdf: (x: number) => number): number {
  const xs = [...draws].sort((a, b) => a - b), n = xs.length;
  return Math.sqrt(n) * xs.reduce((d, x, i) => Math.max(d, cdf(x) - i / n, (i + 1) / n - cdf(x)), 0);
}

/** P(√n·D > 1.95) = 2·Σ (−1)^(k−1)·exp(−2k²·1.95²) ≈ 0.001. */
const farthest = 1.95;

/** Σ (observed − expected)² / expected. */
const chiSquare = (observed: readonly number[], expected: readonly number[]): number =>
  observed.reduce((s, o, i) => s + (o - expected[i]!) ** 2 / expected[i]!, 0);

/** The 0.999 quantile of χ² with d degrees of freedom (Wilson and Hilferty, 1931, within 1 % from d = 3 on). */
const largestChi = (d: number): number => d * (1 - 2 / (9 * d) + 3.09 * Math.sqrt(2 / (9 * d))) ** 3;

const counts = (xs: Iterable<number>, classes: number): number[] => {
  const c = new Array<number>(classes).fill(0);
  for (const x of xs) c[Math.min(x, classes - 1)]!++;
  return c;
};

/** Draws, distribution function, mean and variance. */
const continuous: Readonly<Record<string, readonly [(k: Key) => Value, (x: number) => number, number, number]>> = {
  uniform: [(k) => random.uniform(k, [n]), (x) => x, 1 / 2, 1 / 12],
  "uniform in f64": [(k) => random.uniform(k, [n], { dtype: "f64" }), (x) => x, 1 / 2, 1 / 12],
  "uniform in a range": [(k) => random.uniform(k, [n], { min: -3, max: 5 }), (x) => (x + 3) / 8, 1, 64 / 12],
  normal: [(k) => random.normal(k, [n]), phi, 0, 1],
  "normal in f64": [(k) => random.normal(k, [n], { dtype: "f64" }), phi, 0, 1],
  // Of a symmetric cut at ±1: 1 − 2φ(1)/(2Φ(1) − 1).
  truncatedNormal: [
    (k) => random.truncatedNormal(k, [n], { min: -1, max: 1 }),
    (x) => (phi(x) - phi(-1)) / (phi(1) - phi(-1)),
    0,
    1 - 2 * Math.exp(-0.5) / Math.sqrt(2 * Math.PI) / (2 * phi(1) - 1),
  ],
  // Half of a normal: mean √(2/π).
  "truncatedNormal on one side": [
    (k) => random.truncatedNormal(k, [n], { min: 0, max: Infinity }),
    (x) => 2 * phi(x) - 1,
    Math.sqrt(2 / Math.PI),
    1 - 2 / Math.PI,
  ],
  exponential: [(k) => random.exponential(k, [n]), (x) => -Math.expm1(-x), 1, 1],
  gumbel: [(k) => random.gumbel(k, [n]), (x) => Math.exp(-Math.exp(-x)), 0.5772156649, Math.PI ** 2 / 6],
  "gumbel, high": [
    (k) => random.gumbel(k, [n], { mode: "high" }),
    (x) => Math.exp(-Math.exp(-x)),
    0.5772156649,
    Math.PI ** 2 / 6,
  ],
  laplace: [(k) => random.laplace(k, [n]), (x) => x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2, 0, 2],
  logistic: [(k) => random.logistic(k, [n]), (x) => 1 / (1 + Math.exp(-x)), 0, Math.PI ** 2 / 3],
  "gamma(1/2)": [(k) => random.gamma(k, 0.5, [n]), (x) => erf(Math.sqrt(x)), 0.5, 0.5],
  "gamma(1)": [(k) => random.gamma(k, 1, [n]), (x) => -Math.expm1(-x), 1, 1],
  "gamma(3)": [(k) => random.gamma(k, 3, [n]), (x) => 1 - Math.exp(-x) * (1 + x + x * x / 2), 3, 3],
  "beta(2, 2)": [(k) => random.beta(k, 2, 2, [n]), (x) => x * x * (3 - 2 * x), 1 / 2, 1 / 20],
  "beta(1/2, 1/2)": [
    (k) => random.beta(k, 0.5, 0.5, [n]),
    (x) => 2 / Math.PI * Math.asin(Math.sqrt(Math.min(x, 1))),
    1 / 2,
    1 / 8,
  ],
};

for (const [name, [draw, cdf, mean, variance]] of Object.entries(continuous)) {
  Deno.test(`${name} has its distribution, mean and variance`, () => {
    const xs = [...draw(random.key(2024)).dataSync()], d = distance(xs, cdf);
    assert(d < farthest, `√n·D = ${d}`);
    const m = xs.reduce((s, x) => s + x) / n, squares = xs.map((x) => (x - mean) ** 2);
    const v = squares.reduce((s, x) => s + x) / n, spread = squares.reduce((s, x) => s + (x - v) ** 2, 0) / n;
    // 3.29 standard errors: once in a thousand.
    assert(Math.abs(m - mean) < 3.29 * Math.sqrt(variance / n), `mean ${m}, not ${mean}`);
    assert(Math.abs(v - variance) < 3.29 * Math.sqrt(spread / n), `variance ${v}, not ${variance}`);
  });
}

Deno.test("dirichlet() has vectors that sum to 1, each share a beta number", () => {
  const x = random.dirichlet(random.key(5), f32(1, 2, 3) as never, [n]).dataSync();
  for (let i = 0; i < n; i++) {
    const sum = x[3 * i]! + x[3 * i + 1]! + x[3 * i + 2]!;
    // Three quotients, each rounded, and the divisor rounded twice.
    assert(Math.abs(sum - 1) < 4 * 2 ** -23);
  }
  // The first share is beta(1, 5).
  assert(distance(x.filter((_, i) => i % 3 === 0), (s) => 1 - (1 - s) ** 5) < farthest);
});

/** Draws and the probability of each class, the last one of all from there on. */
const discrete: Readonly<Record<string, readonly [(k: Key) => Value, readonly number[]]>> = {
  "bits of u8": [(k) => random.bits(k, [n], { dtype: "u8" }), new Array<number>(256).fill(1 / 256)],
  randint: [(k) => random.randint(k, [n], 0, 10), new Array<number>(10).fill(1 / 10)],
  "randint of u8": [(k) => random.randint(k, [n], 0, 256, { dtype: "u8" }), new Array<number>(256).fill(1 / 256)],
  bernoulli: [(k) => random.bernoulli(k, 0.3, [n]), [0.7, 0.3]],
  "bernoulli, high": [(k) => random.bernoulli(k, 0.3, [n], { mode: "high" }), [0.7, 0.3]],
  categorical: [
    (k) => random.categorical(k, f32(Math.log(1), Math.log(2), Math.log(3), Math.log(4)), { shape: [n] }),
    [0.1, 0.2, 0.3, 0.4],
  ],
  choice: [(k) => random.choice(k, 4, [n], { p: f32(0.1, 0.2, 0.3, 0.4) }), [0.1, 0.2, 0.3, 0.4]],
  "choice of all alike": [(k) => random.choice(k, 5, [n]), new Array<number>(5).fill(1 / 5)],
  "poisson(3)": [(k) => random.poisson(k, 3, [n]), poissonClasses(3, 11)],
  "poisson(12)": [(k) => random.poisson(k, 12, [n]), poissonClasses(12, 25)],
};

function poissonClasses(lam: number, classes: number): number[] {
  const p = [Math.exp(-lam)];
  while (p.length < classes - 1) p.push(p.at(-1)! * lam / p.length);
  return [...p, 1 - p.reduce((a, b) => a + b)];
}

for (const [name, [draw, probabilities]] of Object.entries(discrete)) {
  Deno.test(`${name} draws each value as often as it should`, () => {
    const seen = counts(draw(random.key(77)).dataSync(), probabilities.length);
    const chi = chiSquare(seen, probabilities.map((p) => p * n));
    // The bound is loose for one degree of freedom, whose quantile is 10.83.
    assert(chi < (probabilities.length === 2 ? 10.83 : largestChi(probabilities.length - 1)), `χ² = ${chi}`);
  });
}

Deno.test("poisson() of a large mean has its mean and variance", () => {
  const xs = [...random.poisson(random.key(1), 1000, [n]).dataSync()];
  const m = xs.reduce((s, x) => s + x, 0) / n;
  const v = xs.reduce((s, x) => s + (x - 1000) ** 2, 0) / n;
  assert(Math.abs(m - 1000) < 3.29 * Math.sqrt(1000 / n));
  assert(Math.abs(v - 1000) < 3.29 * Math.sqrt(2 / n) * 1000);
});

Deno.test("permutation() gives each of 24 orders as often as the others", () => {
  const rows = vmap((k: Key) => random.permutation(k, 4))(random.split(random.key(3), [2400])).dataSync();
  const seen = new Map<string, number>();
  for (let i = 0; i < rows.length; i += 4) {
    const order = rows.slice(i, i + 4).join();
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assertEquals(seen.size, 24);
  assert(chiSquare([...seen.values()], new Array<number>(24).fill(100)) < largestChi(23));
});

Deno.test("choice() without putting back draws the heavier ones first, each once", () => {
  const p = f32(0.1, 0.2, 0.3, 0.4);
  const rows = vmap((k: Key) => random.choice(k, 4, [4], { p, replace: false }))(random.split(random.key(8), [4000]))
    .dataSync();
  for (let i = 0; i < rows.length; i += 4) assertEquals([...rows.slice(i, i + 4)].sort(), [0, 1, 2, 3]);
  const firsts = counts(rows.filter((_: number, i: number) => i % 4 === 0), 4);
  assert(chiSquare(firsts, [400, 800, 1200, 1600]) < largestChi(3));
});

Deno.test("split keys and their parent draw independent numbers", () => {
  const parent = random.key(12), [a, b] = random.split(parent), c = random.foldIn(parent, 2);
  const streams = [parent, a, b, c].map((k) => random.normal(k, [n]).dataSync());
  for (let i = 0; i < streams.length; i++) {
    for (let j = 0; j < i; j++) {
      let r = 0;
      for (let t = 0; t < n; t++) r += streams[i]![t]! * streams[j]![t]!;
      assert(Math.abs(r / n) < 3.29 / Math.sqrt(n), `streams ${i} and ${j} correlate: ${r / n}`);
    }
  }
});

Deno.test("the draws of neighbouring keys are as uniform as those of one key", () => {
  const firsts = vmap((k: Key) => random.uniform(k))(random.split(random.key(0), [n])).dataSync();
  assert(distance(firsts, (x) => x) < farthest);
  const seeds = Array.from({ length: 1000 }, (_, i) => random.uniform(random.key(i)).item());
  assert(distance(seeds, (x) => x) < farthest);
});

Deno.test("each bit of a word is set half the time", () => {
  const words = [...random.bits(random.key(99), [n]).dataSync()];
  for (let b = 0; b < 32; b++) {
    const ones = words.reduce((s, w) => s + (w >>> b & 1), 0);
    // Four standard errors: 32 bits, once in five hundred seeds.
    assert(Math.abs(ones - n / 2) < 4 * Math.sqrt(n) / 2, `bit ${b}: ${ones} of ${n}`);
  }
});
