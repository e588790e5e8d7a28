/** Every sampler against the numbers JAX draws (tests/golden/jax_random.json; how they were made is in its README). */
import { alloc, type DType } from "../dtype.ts";
import { erf } from "../primitives/special_functions.ts";
import { hash, second } from "../primitives/threefry.ts";
import { Concrete, type Value } from "../tensor.ts";
import { vmap } from "../transforms/vmap.ts";
import type { Key } from "./key.ts";
import * as random from "../../mod.ts";
import { assert, assertEquals } from "@std/assert";

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

// deno-lint-ignore no-explicit-any -- each sampler's own attributes, from JSON
type Attributes = any;

interface Result {
  readonly name: string;
  readonly attrs: Attributes;
  readonly output: Stored;
  readonly xor?: number;
}

interface Case {
  readonly seed: number;
  readonly key: readonly [number, number];
  readonly results: readonly Result[];
  readonly x64: { readonly key: readonly number[]; readonly uniform_f64: Stored; readonly normal_f64: Stored };
}

interface Golden {
  readonly known_answers: readonly Record<"key" | "counter" | "output", readonly [number, number]>[];
  readonly cases: readonly Case[];
}

const golden: Golden = JSON.parse(
  Deno.readTextFileSync(new URL("../../tests/golden/jax_random.json", import.meta.url)),
);

const keyOf = (words: readonly number[]): Key => new Concrete([2], "u32", Uint32Array.from(words)) as Value as Key;

function floats(values: readonly number[] | readonly (readonly number[])[], dtype: DType = "f32"): Value {
  const flat = values.flat(), data = alloc(dtype, flat.length), inner = values[0];
  data.set(flat);
  return new Concrete(Array.isArray(inner) ? [values.length, inner.length] : [values.length], dtype, data);
}

const at = (x: Value, positions: readonly number[]): number[] => positions.map((p) => x.dataSync()[p]!);

/** Each golden result as this library draws it. */
function draw(name: string, k: Key, a: Attributes): Value | number[] {
  switch (name) {
    case "split":
      return random.split(k, (typeof a.num === "number" ? [a.num] : a.num) as readonly number[]);
    case "fold_in":
      return random.foldIn(k, a.data);
    case "bits":
      return random.bits(k, a.shape, { dtype: a.dtype });
    case "bits_sampled":
      return at(random.bits(k, a.shape), a.positions);
    case "uniform":
      return random.uniform(k, a.shape, { min: a.minval ?? 0, max: a.maxval ?? 1 });
    case "normal":
      return random.normal(k, a.shape);
    case "truncated_normal":
      return random.truncatedNormal(k, a.shape, { min: a.lower, max: a.upper });
    case "bernoulli":
      return random.bernoulli(k, a.p, a.shape, { mode: a.mode });
    case "randint":
      return random.randint(k, a.shape, a.minval, a.maxval);
    case "gumbel":
      return random.gumbel(k, a.shape, { mode: a.mode });
    case "exponential":
      return random.exponential(k, a.shape);
    case "laplace":
      return random.laplace(k, a.shape);
    case "logistic":
      return random.logistic(k, a.shape);
    case "categorical":
      return random.categorical(k, floats(a.logits), { axis: a.axis, ...(a.shape && { shape: a.shape }) });
    case "permutation":
      return typeof a.x === "number"
        ? random.permutation(k, a.x)
        : random.permutation(k, floats(a.x, "i32"), { axis: a.axis, independent: a.independent });
    case "permutation_sampled":
      return at(random.permutation(k, a.x), a.positions);
    case "choice":
      return random.choice(k, a.a, a.shape, { replace: a.replace, ...(a.p && { p: floats(a.p) }) });
    case "gamma":
      return random.gamma(k, a.a, a.shape);
    case "loggamma":
      return random.gamma(k, a.a, a.shape, { log: true });
    case "beta":
      return random.beta(k, a.a, a.b, a.shape);
    case "dirichlet":
      return random.dirichlet(k, floats(a.alpha) as never);
    case "poisson":
      return random.poisson(k, a.lam, a.shape);
    case "vmap_uniform_over_split":
      return vmap((one: Key) => random.uniform(one, a.shape))(random.split(k, [a.num]) as never) as Value;
    default:
      throw new Error(`${name} has no counterpart`);
  }
}

const ulp = 2 ** -23;

/**
 * √2·erf⁻¹(u). JAX's polynomial of degree 8 in a logarithm, and this library's, rounded at each step: 16 units in the last
 * place (`steps`). JAX's logarithm is of 1 − u² with u² rounded, so its relative error grows as u² / ((1 − u²)·w)
 * with w = −log(1 − u²); x changes relatively no faster than w.
 */
function normalBound(x: number, unit: number, steps = 16): number {
  const u = erf(Math.abs(x) * Math.SQRT1_2), rest = 1 - u * u, w = -Math.log(rest);
  return Math.abs(x) * unit * (steps + (w > 0 ? u * u / (2 * rest * w) : 0));
}

/**
 * A gamma number is d·(1 + c·x)³ with x normal: |c·x| ≤ 1.5·(1 + c·x) in these draws, so 16 units in the last place of x
 * become 3·1.5·16; its root and the products add fewer than 8.
 */
const gammaSteps = 80;

/** How far from JAX's a float may be: what the steps of its making round, in XLA and here. */
const bounds: Readonly<Record<string, (x: number) => number>> = {
  normal: (x) => normalBound(x, ulp),
  // Limits through erf, 5 units in the last place in XLA, and back: dx = √(π/2)·exp(x²/2)·du.
  truncated_normal: (x) => normalBound(x, ulp) + Math.sqrt(Math.PI / 2) * Math.exp(x * x / 2) * 6 * ulp / 2,
  // One logarithm, within a unit in the last place in XLA.
  exponential: (x) => 2 * ulp * Math.abs(x),
  laplace: (x) => 2 * ulp * Math.abs(x),
  // Logarithms that cancel: two units in the last place of 1, or of the larger.
  gumbel: (x) => 2 * ulp * Math.max(1, Math.abs(x)),
  logistic: (x) => 2 * ulp * Math.max(1, Math.abs(x)),
  gamma: (x) => gammaSteps * ulp * x,
  loggamma: (x) => gammaSteps * ulp * Math.max(1, Math.abs(x)),
  // Shares of exponentials of two logarithms of gamma numbers, each below 8 in size here.
  beta: (x) => 2 * 8 * gammaSteps * ulp * x,
  dirichlet: (x) => 2 * 8 * gammaSteps * ulp * x,
};

function compare(actual: Value, expected: Stored, bound: ((x: number) => number) | undefined, what: string): void {
  assertEquals(actual.dtype, expected.dtype, what);
  assertEquals([...actual.shape], [...expected.shape], what);
  const got = actual.dataSync(), wanted = expected.data.map(Number);
  if (bound === undefined) return assertEquals([...got], wanted, what);
  wanted.forEach((w, i) => {
    assert(Math.abs(got[i]! - w) <= bound(w), `${what}[${i}]: ${got[i]} is not within ${bound(w)} of ${w}`);
  });
}

Deno.test("hash() gives Random123's known answers", () => {
  for (const { key, counter, output } of golden.known_answers) {
    const first = hash(...key, ...counter) >>> 0;
    assertEquals([first, second >>> 0], [...output]);
  }
});

for (const { seed, key: words, results, x64 } of golden.cases) {
  Deno.test(`key(${seed}) has the words of JAX's 64-bit mode`, () => {
    assertEquals([...random.key(seed).dataSync()], [...x64.key]);
    assertEquals([...random.key(BigInt(seed)).dataSync()], [...x64.key]);
  });

  const k = keyOf(words);
  for (const [i, { name, attrs, output, xor }] of results.entries()) {
    // Words of 16 bits have no dtype here.
    if (attrs.dtype === "u16") continue;
    Deno.test(`${name} draws JAX's numbers, seed ${seed}, case ${i} ${JSON.stringify(attrs).slice(0, 60)}`, () => {
      const actual = draw(name, k, attrs);
      if (Array.isArray(actual)) assertEquals(actual, output.data.map(Number));
      else compare(actual, output, bounds[name], name);
      if (xor !== undefined) {
        assertEquals([...random.bits(k, attrs.shape).dataSync()].reduce((a, b) => a ^ b) >>> 0, xor);
      }
    });
  }

  Deno.test(`uniform and normal draw JAX's f64 numbers, seed ${seed}`, () => {
    const k = random.key(seed);
    compare(random.uniform(k, [3], { dtype: "f64" }), x64.uniform_f64, undefined, "uniform");
    // The double polynomial errs by up to 6e-15, 27 units in the last place, beside its roundings.
    compare(random.normal(k, [3], { dtype: "f64" }), x64.normal_f64, (x) => normalBound(x, 2 ** -52, 64), "normal");
  });
}

Deno.test("split() gives an array whose keys are the rows of the stacked form", () => {
  const k = random.key(5), rows = random.split(k, [3]).toArray();
  assertEquals(random.split(k, 3).map((x) => x.toArray() as unknown), rows as unknown[]);
  assertEquals(random.split(k).map((x) => x.toArray() as unknown), rows.slice(0, 2) as unknown[]);
});
