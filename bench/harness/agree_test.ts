import { assertAlmostEquals, assertEquals } from "@std/assert";
import { digest, dissenters } from "./agree.ts";

Deno.test("digest() keeps some numbers and the mean of all", () => {
  assertEquals(digest([1, 2, 6]), [1, 2, 6, 3]);
  const many = digest(Array.from({ length: 1000 }, (_, i) => i));
  assertEquals([many.length, many[0]], [257, 0]);
  assertAlmostEquals(many.at(-1)!, 499.5);
});

Deno.test("dissenters() names those who are not with the majority, whoever comes first", () => {
  const odd = dissenters(new Map([["a", [9, 9]], ["b", [1, 2]], ["c", [1, 2.0001]]]), 1e-3);
  assertEquals([...odd.keys()], ["a"]);
});

Deno.test("dissenters() takes other lengths and NaN for disagreement", () => {
  const odd = dissenters(new Map([["a", [1, 2]], ["b", [1, 2]], ["c", [1]], ["d", [1, NaN]]]), 1e-3);
  assertEquals([...odd], [["c", Infinity], ["d", Infinity]]);
  assertEquals(dissenters(new Map(), 1e-3).size, 0);
});
