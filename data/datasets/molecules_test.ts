/** Sets of graphs: what is read of made-up ones. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeGraphs } from "./molecules.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const good = "3\n3 2\n0 2 1 2\n4 1 0\n0 1 0\n1 0\n6 0\n0 2\n";

Deno.test("decodeGraphs() reads tags, edges and classes", () => {
  const got = decodeGraphs(encode(good));
  assert(got._tag === "Right");
  const { graphs, labels, classes, tags } = got.right;
  assertEquals(graphs.map((g) => g.tags.toArray()), [[0, 4, 0], [6], []]);
  assertEquals(graphs.map((g) => g.edges.shape[1]), [2, 0, 0]);
  assertEquals(graphs[0]!.edges.toArray(), [[0, 0], [1, 2]]);
  assertEquals([labels.toArray(), classes, tags], [[1, 0, 1], 2, 7]);
});

Deno.test("decodeGraphs() says which line is wrong", () => {
  const notNode = "is not a tag, how many neighbours follow and others of 2 nodes";
  const table: readonly (readonly [string, number, string])[] = [
    ["", 1, "is not how many graphs follow"],
    ["4000000000\n", 1, "is not how many graphs follow"],
    ["1 1\n", 1, "is not how many graphs follow"],
    ["1\n2\n", 2, "is not how many nodes follow and a class"],
    ["1\n2 0\n0 0\n", 2, "is not how many nodes follow and a class"],
    ["1\n99999999 0\n0 0\n", 2, "is not how many nodes follow and a class"],
    ["1\n2 0\n0 1 2\n0 0\n", 3, notNode],
    ["1\n2 0\n0 2 1\n0 0\n", 3, notNode],
    ["1\n2 0\n0 1 0\n0 0\n", 3, notNode],
    ["1\n2 0\n-1 0\n0 0\n", 3, notNode],
    ["1\n2 0\n0 0 0.5\n0 0\n", 3, notNode],
    ["1\n2 0\n0 2 1 1\n0 1 0\n", 3, "names node 1 twice"],
    ["1\n2 0\n0 0\n0 1 0\n", 4, "names node 0, which does not name 1"],
    ["1\n2 0\n0 1 1\n0 0\n", 2, "begins a graph with an edge that only one end names"],
    ["1\n1 0\n0 0\n1 0\n", 4, "follows the last of 1 graphs"],
  ];
  for (const [text, line, what] of table) {
    const got = decodeGraphs(encode(text)), said = text.split("\n")[line - 1];
    assert(got._tag === "Left", text);
    assertEquals(got.left.message, `decodeGraphs: line ${line}, "${said}" ${what}`);
  }
});

Deno.test("decodeGraphs() gives an error or graphs whatever the bytes", () => {
  fc.assert(
    fc.property(hostile(encode(good)), (bytes) => {
      const got = decodeGraphs(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "graph");
      else assertEquals(got.right.graphs.length, got.right.labels.size);
    }),
    { seed: 12, ...soaked(300, 20_000) },
  );
});
