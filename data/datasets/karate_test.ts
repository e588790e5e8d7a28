/** The club is Zachary's, by what others state of it. */
import { assertEquals } from "@std/assert";
import { karateClub } from "./karate.ts";

Deno.test("karateClub() has the members and pairs that the literature states, and the larger of two weights", () => {
  const { nodes, edges, weights, labels, classes } = karateClub();
  assertEquals([nodes, edges.shape as unknown, weights.size, classes.length], [34, [2, 78], 78, 2]);
  const [from = [], to = []] = edges.toArray() as number[][], all = weights.toArray() as number[];
  assertEquals(from.every((a, i) => a < to[i]! && to[i]! < 34), true);
  assertEquals(new Set(from.map((a, i) => 34 * a + to[i]!)).size, 78);
  // Zachary, figure 1: the teacher met 16 others and the president 17; 17 members went to either side.
  const degree = (node: number) => from.flatMap((a, i) => a === node || to[i] === node ? [all[i]!] : []);
  assertEquals([0, 33].map((n) => [degree(n).length, degree(n).reduce((a, b) => a + b)]), [[16, 43], [17, 48]]);
  assertEquals([...labels.dataSync()].filter((label) => label === 0).length, 17);
  assertEquals([labels.dataSync()[0], labels.dataSync()[33], labels.dataSync()[8]], [0, 1, 0]);
});
