import { Concrete, type Tensor, type Value } from "../tensor.ts";
import { foldIn, type Key, key, normal, randint, split, truncatedNormal, uniform } from "../../mod.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";

const i32 = (...xs: number[]): Value => new Concrete([xs.length], "i32", Int32Array.from(xs));

Deno.test("key() puts a seed's high and low word into the key", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (seed) => {
    assertEquals([...key(seed).dataSync()], [Math.floor(seed / 2 ** 32), seed % 2 ** 32]);
    assertEquals([...key(BigInt(seed)).dataSync()], [...key(seed).dataSync()]);
  }));
  assertEquals([...key(2n ** 64n - 1n).dataSync()], [2 ** 32 - 1, 2 ** 32 - 1]);
});

Deno.test("split() is typed as a tuple for a literal number and as a tensor for a shape", () => {
  const [a, b]: readonly [Key, Key] = split(key(0));
  const three: readonly [Key, Key, Key] = split(key(0), 3);
  const none: readonly [] = split(key(0), 0);
  const many: readonly Key[] = split(key(0), 100 as number);
  const stacked: Tensor<readonly [4, 2], "u32"> = split(key(0), [4]);
  // @ts-expect-error -- there is no fourth key
  const [, , , fourth] = split(key(0), 3);
  assertEquals([a, b, ...three, ...none].length, 5);
  assertEquals([many.length, stacked.shape, fourth], [100, [4, 2], undefined]);
});

Deno.test("split() begins alike however many keys it makes", () => {
  fc.assert(fc.property(fc.nat(20), fc.nat(20), (n, more) => {
    const words = (ks: readonly Key[]) => ks.map((k) => [...k.dataSync()]);
    assertEquals(words(split(key(n), n + more)).slice(0, n), words(split(key(n), n)));
  }));
});

Deno.test("foldIn() is the key that split() has at that place", () => {
  split(key(7), 5).forEach((k, i) => assertEquals(k.toArray(), foldIn(key(7), i).toArray()));
  assertNotEquals(foldIn(key(7), 1).toArray(), foldIn(key(8), 1).toArray());
});

Deno.test("draws of equal keys are equal, shapes of any rank are prefixes of one another", () => {
  const shape = fc.array(fc.nat(4), { maxLength: 4 });
  fc.assert(fc.property(shape, fc.nat(), (shape, seed) => {
    const x = normal(key(seed), shape), n = x.size;
    assertEquals([...x.shape], shape);
    assertEquals([...x.dataSync()], [...normal(key(seed), [n + 3]).dataSync()].slice(0, n));
  }));
});

Deno.test("uniform() stays in its range, whatever it is", () => {
  const limit = fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
  fc.assert(fc.property(limit, limit, fc.nat(), (a, b, seed) => {
    const [min, max] = a <= b ? [a, b] : [b, a];
    // Rounding may lead up to max itself, as in JAX.
    assert([...uniform(key(seed), [16], { min, max }).dataSync()].every((x) => min <= x && x <= max));
  }));
});

Deno.test("truncatedNormal() stays strictly between its limits", () => {
  const limits: readonly (readonly [number, number])[] = [[-1e-3, 1e-3], [0, 1e-6], [3, 3.5], [-Infinity, 0], [
    1,
    Infinity,
  ]];
  for (const [min, max] of limits) {
    const xs = [...truncatedNormal(key(1), [2000], { min, max }).dataSync()];
    assert(xs.every((x) => Math.fround(min) < x && x < Math.fround(max)), `[${min}, ${max}]`);
  }
});

Deno.test("randint() takes ranges of every size, and tensors for its limits", () => {
  const k = key(21);
  assertEquals(randint(k, [3], 4, 4).toArray(), [4, 4, 4]);
  const all = randint(k, [100], -(2 ** 31), 2 ** 31).toArray();
  assert(all.some((x) => x < 0) && all.some((x) => x > 0));
  assert(randint(k, [100], 2 ** 31, 2 ** 32, { dtype: "u32" }).toArray().every((x) => x >= 2 ** 31));
  const mixed = randint(k, [200, 3], i32(-5, 0, 7), i32(5, 1, 7)).toArray();
  assert(mixed.every(([a, b, c]) => a! >= -5 && a! < 5 && b === 0 && c === 7));
  assertEquals(randint(k, [50], 0, i32(10).shape[0]! * 10).toArray(), randint(k, [50], i32(0), i32(10)).toArray());
});
