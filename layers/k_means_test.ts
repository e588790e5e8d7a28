/** k-means: it finds what is there, its inertia is right, and equal examples do not upset it. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { add, grad, jit, key, mul, normal, ones, type Shape, take, type Tensor, tensor } from "../mod.ts";
import { kMeans } from "./mod.ts";

Deno.test("kMeans() finds clusters that lie apart, from any key", () => {
  const middles = tensor([[0, 0], [10, 0], [0, 10], [10, 10]]);
  const place = tensor(Array.from({ length: 80 }, (_, i) => i % 4), { dtype: "i32" });
  const x = add(mul(normal(key(0), [80, 2]), 0.5), take(middles, place, { axis: 0 }) as Tensor) as Tensor<
    readonly [80, 2]
  >;
  for (let seed = 0; seed < 5; seed++) {
    const { centers, labels } = kMeans(key(seed), x, 4), typed: readonly [4, 2] = centers.shape;
    assertEquals(typed, [4, 2]);
    const own = labels.toArray();
    own.forEach((l, i) => assertEquals(l, own[i % 4]));
    assertEquals(new Set(own).size, 4);
    // Means of 20 draws of deviation ½: six standard errors.
    middles.toArray().forEach((m, i) =>
      m.forEach((v, j) => assertAlmostEquals(centers.toArray()[own[i]!]![j]!, v, 6 * 0.5 / Math.sqrt(20)))
    );
  }
});

Deno.test("where kMeans() ends every centre is the mean of its examples, and every label the nearest", () => {
  const number = fc.integer({ min: -4, max: 4 });
  const data = fc.array(fc.tuple(number, number), { minLength: 4, maxLength: 15 });
  fc.assert(
    fc.property(data, fc.integer({ min: 1, max: 4 }), fc.nat(), (rows, k, seed) => {
      const x = tensor(rows, { dtype: "f64" }) as unknown as Tensor<readonly [number, 2]>;
      for (const found of [kMeans(key(seed), x, k), jit((t: typeof x) => kMeans(key(seed), t, k))(x)]) {
        const centers = found.centers.toArray(), labels = found.labels.toArray();
        const far = (r: readonly number[], c: readonly number[]) => (r[0]! - c[0]!) ** 2 + (r[1]! - c[1]!) ** 2;
        let inertia = 0;
        rows.forEach((r, i) => {
          const all = centers.map((c) => far(r, c)), mine = all[labels[i]!]!;
          // Distances up to 128, a few roundings each.
          assert(mine <= Math.min(...all) + 128 * 4 * 2 ** -53);
          inertia += mine;
        });
        assertAlmostEquals(found.inertia.item(), inertia, 15 * 128 * 8 * 2 ** -53);
        centers.forEach((c, j) => {
          const members = rows.filter((_, i) => labels[i] === j);
          if (members.length === 0) return;
          const mean = [0, 1].map((a) => members.reduce((s, r) => s + r[a]!, 0) / members.length);
          mean.forEach((m, a) => assertAlmostEquals(c[a]!, m, 16 * 2 ** -53 * 4));
        });
      }
    }),
    { seed: 11, numRuns: 40 },
  );
});

Deno.test("kMeans() takes equal examples, as many clusters as examples, and no iterations", () => {
  const same = kMeans(key(0), ones([5, 2]), 3);
  assertEquals([same.inertia.item(), same.centers.toArray()[0]], [0, [1, 1]]);
  const each = kMeans(key(1), tensor([[1], [2], [4]]), 3);
  assertEquals([each.inertia.item(), each.centers.toArray().flat().toSorted()], [0, [1, 2, 4]]);
  const none = kMeans(key(1), tensor([[1], [2], [4]]), 2, { iterations: 0 });
  assertEquals([none.iterations.item(), none.centers.toArray().flat().every((c) => [1, 2, 4].includes(c))], [0, true]);
  const x = tensor([[1], [2], [4]]);
  assertEquals(grad((t: typeof x) => kMeans(key(0), t, 2).inertia)(x).toArray(), [[0], [0], [0]]);
  assertEquals(kMeans(key(3), x, 2).centers.toArray(), kMeans(key(3), x, 2).centers.toArray());
});

Deno.test("the start is k-means++: far examples are drawn in proportion to their squared distance", () => {
  // The first is 0 in one of three starts; then the squared distances of the others are 9 and 1.
  const x = tensor([[0], [3], [1]]);
  let fromZero = 0, far = 0;
  const start = jit((k: Tensor<readonly [2], "u32">) => kMeans(k, x, 2, { iterations: 0 }).centers);
  for (let seed = 0; seed < 600; seed++) {
    const [a, b] = start(key(seed)).toArray().flat();
    if (a !== 0) continue;
    fromZero++;
    if (b === 3) far++;
    assert(b !== 0);
  }
  // Six standard deviations of binomial counts.
  assertAlmostEquals(fromZero, 200, 6 * Math.sqrt(600 * 2 / 9));
  assertAlmostEquals(far / fromZero, 0.9, 6 * Math.sqrt(0.09 / fromZero));
});

Deno.test("kMeans() says what is wrong", () => {
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => kMeans(key(0), ones([2, 1]), 0), "kMeans: k is a whole number, 1 or more, not 0"],
    [
      () => kMeans(key(0), ones([2, 1]), 1, { iterations: -1 }),
      "kMeans: iterations is a whole number, 0 or more, not -1",
    ],
    [
      () => kMeans(key(0), ones([2, 1]), 3),
      "kMeans: data are [examples, features] with 3 examples or more, not [2, 1]",
    ],
    [
      () => kMeans(key(0), ones([2]) as Tensor<Shape> as never, 1),
      "kMeans: data are [examples, features] with 1 examples or more, not [2]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
