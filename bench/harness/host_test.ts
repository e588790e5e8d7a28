import { assert, assertEquals } from "@std/assert";
import { constant, mapHost, oneHotLabels, permute, random } from "./host.ts";

Deno.test("permute() puts the axes in another order, and back", () => {
  const x = { shape: [2, 3], data: new Float32Array([0, 1, 2, 3, 4, 5]) };
  assertEquals(permute(x, [1, 0]), { shape: [3, 2], data: new Float32Array([0, 3, 1, 4, 2, 5]) });
  const y = random([2, 3, 4, 5], 1), there = [3, 1, 0, 2], back = [2, 1, 3, 0];
  assertEquals(permute(permute(y, there), back), y);
});

Deno.test("random() is the same every time, within its scale, and centred", () => {
  const { data } = random([10_000], 3, 2);
  assertEquals(random([10_000], 3, 2).data, data);
  assert(data.every((x) => Math.abs(x) <= 2));
  // Standard deviation of the mean: 2/√3 / 100.
  assert(Math.abs(data.reduce((a, b) => a + b) / data.length) < 0.06);
});

Deno.test("mapHost() keeps the form of a tree", () => {
  const tree = [{ w: constant([2], 1), b: constant([1], 0) }, { w: constant([3], 1) }];
  assertEquals(mapHost(tree, (x) => x.shape[0]) as unknown, [{ w: 2, b: 1 }, { w: 3 }]);
});

Deno.test("oneHotLabels() puts one 1 into every row", () => {
  const { data } = oneHotLabels(4, 3);
  for (let r = 0; r < 4; r++) assertEquals([...data.slice(3 * r, 3 * r + 3)].sort(), [0, 0, 1]);
});
