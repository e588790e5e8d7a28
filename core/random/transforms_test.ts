/** Samplers are functions of their key, under every transform. */
import { scan } from "../control/loops.ts";
import { Concrete, type Value } from "../tensor.ts";
import { jit } from "../transforms/jit.ts";
import { vmap } from "../transforms/vmap.ts";
import type { Key } from "./key.ts";
import * as random from "../../mod.ts";
import { assertEquals } from "@std/assert";

/** A test with one meaning for each operation, so that draws under every transform are equal to the last bit. */
function test(name: string, body: () => void): void {
  Deno.test(name, () => {
    const before = random.setBackend(random.referenceBackend);
    try {
      body();
    } finally {
      random.setBackend(before);
    }
  });
}

const f32 = (...xs: number[]): Value => new Concrete([xs.length], "f32", Float32Array.from(xs));

/** Every sampler, with parameters that take it through its branches. */
const samplers: Readonly<Record<string, (key: Key) => Value>> = {
  split: (k) => random.split(k, [3]),
  "split into an array": (k) => random.split(k, 3)[2],
  foldIn: (k) => random.foldIn(k, 7),
  bits: (k) => random.bits(k, [2, 3]),
  "bits of u8": (k) => random.bits(k, [3], { dtype: "u8" }),
  uniform: (k) => random.uniform(k, [2, 3]),
  "uniform in f64": (k) => random.uniform(k, [3], { dtype: "f64" }),
  "uniform in a range": (k) => random.uniform(k, [2, 3], { min: f32(-1, 0, 1), max: 2 }),
  normal: (k) => random.normal(k, [5]),
  truncatedNormal: (k) => random.truncatedNormal(k, [5], { min: -0.5, max: Infinity }),
  exponential: (k) => random.exponential(k, [5]),
  gumbel: (k) => random.gumbel(k, [5], { mode: "high" }),
  laplace: (k) => random.laplace(k, [5]),
  logistic: (k) => random.logistic(k, [5]),
  randint: (k) => random.randint(k, [5], -3, 1000),
  bernoulli: (k) => random.bernoulli(k, f32(0.1, 0.5, 0.9), [4, 3]),
  categorical: (k) => random.categorical(k, f32(0, 1, 2), { shape: [6] }),
  gamma: (k) => random.gamma(k, f32(0.3, 1, 5), [4, 3]),
  "gamma's logarithm": (k) => random.gamma(k, f32(0.01, 1, 5), [4, 3], { log: true }),
  beta: (k) => random.beta(k, 2, 0.5, [3]),
  dirichlet: (k) => random.dirichlet(k, f32(0.5, 1, 2) as never, [2]),
  poisson: (k) => random.poisson(k, f32(0, 3, 40), [4, 3]),
  permutation: (k) => random.permutation(k, 9),
  choice: (k) => random.choice(k, f32(5, 6, 7, 8), [3], { p: f32(0.1, 0.2, 0.3, 0.4) }),
  "choice without putting back": (k) => random.choice(k, 4, [3], { p: f32(0.1, 0.2, 0.3, 0.4), replace: false }),
};

const contents = (x: Value): unknown => [x.dtype, x.shape, x.toArray()];

for (const [name, draw] of Object.entries(samplers)) {
  const keys = random.split(random.key(11), 3), stacked = random.split(random.key(11), [3]);

  test(`${name} draws the same under jit`, () => {
    const jitted = jit(draw);
    for (const k of keys) assertEquals(contents(jitted(k)), contents(draw(k)));
  });

  test(`${name} draws the same under vmap over keys, scan over keys, and both in jit`, () => {
    const singles = keys.map((k) => draw(k).toArray());
    const mapped = (ks: Value) => vmap(draw)(ks as never) as Value;
    const scanned = (ks: Value) => scan((c: Value, k: Value) => [c, draw(k as Key)] as const, f32(0), ks)[1] as Value;
    for (const all of [mapped, scanned, jit(mapped), jit(scanned)]) {
      assertEquals(all(stacked).toArray() as unknown[], singles as unknown[]);
    }
  });
}

test("a carry's key split at every step of a scan draws as a loop does", () => {
  const draw = (k: Value) => {
    const [now, next] = random.split(k as Key);
    return [next as Value, random.normal(now, [2]) as Value] as const;
  };
  const [last, drawn] = scan((k: Value) => draw(k), random.key(3) as Value, f32(0, 0, 0));
  const loop: unknown[] = [];
  let k: Value = random.key(3);
  for (let i = 0; i < 3; i++) {
    const [next, x] = draw(k);
    loop.push(x.toArray());
    k = next;
  }
  assertEquals([last.toArray(), (drawn as Value).toArray()], [k.toArray(), loop as never]);
});

test("foldIn() takes a traced number", () => {
  const k = random.key(1), steps = new Concrete([3], "i32", Int32Array.of(0, 1, -1)) as Value;
  const mapped = vmap((i: Value) => random.foldIn(k, i as never))(steps as never) as Value;
  const singles = [0, 1, 2 ** 32 - 1].map((i) => random.foldIn(k, i).toArray() as unknown);
  assertEquals(mapped.toArray() as unknown[], singles);
});

test("normal() draws nothing of an empty shape", () => {
  const drawn = random.normal(random.key(0), [0, 4]);
  assertEquals([drawn.shape, drawn.dtype], [[0, 4], "f32"]);
});
