/** Graphs with weights: what is read of made-up ones. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeWeightedGraph, loadKarate } from "./karate.ts";

const encode = (x: unknown) => new TextEncoder().encode(typeof x === "string" ? x : JSON.stringify(x));
const graph = { nodes: 3, edges: [[0, 1, 2], [0, 2, 0.5]], label: [0, 1, 0], labelNames: ["a", "b"] };

Deno.test("decodeWeightedGraph() reads edges, weights and classes", () => {
  const got = decodeWeightedGraph(encode(graph));
  assert(got._tag === "Right");
  const { nodes, edges, weights, labels, classes } = got.right;
  assertEquals([nodes, classes], [3, ["a", "b"]]);
  assertEquals([edges.toArray(), weights.toArray(), labels.toArray()], [[[0, 0], [1, 2]], [2, 0.5], [0, 1, 0]]);
  const bare = decodeWeightedGraph(encode({ nodes: 0, edges: [], label: [], labelNames: [] }));
  assert(bare._tag === "Right");
  assertEquals(bare.right.edges.shape as readonly number[], [2, 0]);
});

Deno.test("decodeWeightedGraph() says what is wrong", () => {
  const notEdge = (x: string) => `"edges" has ${x}, not a node, a greater one below 3 and a weight`;
  const table: readonly (readonly [unknown, string])[] = [
    ["null", "the JSON is no object"],
    ["[]", '"nodes" is not a count'],
    [{ ...graph, nodes: -1 }, '"nodes" is not a count'],
    [{ ...graph, nodes: 4 }, '"label" is not a class below 2 for each of 4 nodes'],
    [{ ...graph, label: [0, 1, 2] }, '"label" is not a class below 2 for each of 3 nodes'],
    [{ ...graph, labelNames: [1] }, '"labelNames" is not a list of names'],
    [{ ...graph, edges: {} }, '"edges" is not a list'],
    [{ ...graph, edges: [[1, 0, 1]] }, notEdge("[1,0,1]")],
    [{ ...graph, edges: [[0, 0, 1]] }, notEdge("[0,0,1]")],
    [{ ...graph, edges: [[0, 3, 1]] }, notEdge("[0,3,1]")],
    [{ ...graph, edges: [[0, 1]] }, notEdge("[0,1]")],
    [{ ...graph, edges: [[0, 1, "1"]] }, notEdge('[0,1,"1"]')],
    [{ ...graph, edges: [null] }, notEdge("null")],
  ];
  for (const [json, what] of table) {
    const got = decodeWeightedGraph(encode(json));
    assert(got._tag === "Left", what);
    assertEquals(got.left.message, `decodeWeightedGraph: ${what}`);
  }
  const none = decodeWeightedGraph(encode("{"));
  assert(none._tag === "Left");
  assertStringIncludes(none.left.message, "decodeWeightedGraph: the bytes are no JSON: ");
});

Deno.test("decodeWeightedGraph() gives an error or a graph whatever the bytes", () => {
  fc.assert(
    fc.property(hostile(encode(graph)), (bytes) => {
      const got = decodeWeightedGraph(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "json");
      else assertEquals(got.right.edges.shape[1], got.right.weights.size);
    }),
    { seed: 10, ...soaked(300, 20_000) },
  );
});

Deno.test("a club that is nowhere is an error that says where to put it", async () => {
  const loaded = await loadKarate({ cache: false, directory: "no/such/folder" })();
  if (loaded._tag === "Left") assertStringIncludes(loaded.left.message, "put it there as graph/karate.json");
});
