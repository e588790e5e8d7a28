/** Citation networks: what is read of made-up files, and the real ones where a folder of data is at hand. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { citeseerSource, coraSource, decodeCitations, loadCiteseer, loadCora } from "./graphs.ts";

const graph = {
  nodes: 3,
  features: 4,
  classes: 2,
  indptr: [0, 2, 2, 3],
  indices: [1, 3, 0],
  labels: [1, -1, 0],
  edges: [0, 1, 1, 2],
  train: [0],
  val: [],
  test: [2, 1],
};
const encode = (json: unknown) => new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));

Deno.test("decodeCitations() reads features, labels, edges and the split", () => {
  const read = decodeCitations(encode(graph));
  assert(read._tag === "Right");
  const { features, nonzeros, labels, classes, edges, train, validation, test } = read.right;
  assertEquals(features.toArray(), [[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]]);
  assertEquals(nonzeros.toArray(), [[0, 0, 2], [1, 3, 0]]);
  assertEquals([labels.toArray(), edges.toArray()] as unknown, [[1, -1, 0], [[0, 1], [1, 2]]]);
  assertEquals([train.toArray(), validation.toArray(), test.toArray(), classes], [[0], [], [2, 1], 2]);
  assertEquals([features.dtype, labels.dtype, edges.dtype, train.dtype] as string[], ["f32", "i32", "i32", "i32"]);
});

Deno.test("decodeCitations() reads a graph of no nodes", () => {
  const read = decodeCitations(
    encode({ ...graph, nodes: 0, indptr: [0], indices: [], labels: [], edges: [], train: [], test: [] }),
  );
  assert(read._tag === "Right");
  assertEquals([read.right.features.shape, read.right.edges.shape] as unknown, [[0, 4], [2, 0]]);
});

Deno.test("decodeCitations() says what is wrong and where", () => {
  const without = (name: string) => Object.fromEntries(Object.entries(graph).filter(([k]) => k !== name));
  const table: readonly (readonly [unknown, string])[] = [
    ["[1]", "the JSON is no object"],
    ["null", "the JSON is no object"],
    [without("nodes"), '"nodes" is not a count'],
    [without("labels"), '"labels" is not a list'],
    ['{"__proto__": {"nodes": 1}}', '"nodes" is not a count'],
    [{ ...graph, nodes: -1 }, '"nodes" is not a count'],
    [{ ...graph, classes: 1.5 }, '"classes" is not a count'],
    [{ ...graph, nodes: 1e9, features: 1e9 }, '"features" make 1000000000 × 1000000000 numbers, more than 268435456'],
    [{ ...graph, edges: "01" }, '"edges" is not a list'],
    [{ ...graph, labels: [0, 1] }, '"labels" has 2 entries, not 3'],
    [{ ...graph, labels: [0, 1, 2] }, '"labels" is not of whole numbers from -1 to 1: entry 2 is 2'],
    [{ ...graph, edges: [0, 3] }, '"edges" is not of whole numbers from 0 to 2: entry 1 is 3'],
    [{ ...graph, edges: [0, 1, 2] }, '"edges" has 3 entries, not two for each edge'],
    [{ ...graph, indices: [1, 3, 4] }, '"indices" is not of whole numbers from 0 to 3: entry 2 is 4'],
    [{ ...graph, indptr: [0, 2, 3] }, '"indptr" has 3 entries, not 4'],
    [{ ...graph, indptr: [0, 2, 1, 3] }, '"indptr" does not ascend from 0 to 3'],
    [{ ...graph, indptr: [1, 2, 2, 3] }, '"indptr" does not ascend from 0 to 3'],
    [{ ...graph, indptr: [0, 1, 1, 2] }, '"indptr" does not ascend from 0 to 3'],
    [{ ...graph, indices: [3, 1, 0] }, '"indices" of node 0 do not ascend'],
    [{ ...graph, indices: [1, 1, 0] }, '"indices" of node 0 do not ascend'],
    [{ ...graph, val: [null] }, '"val" is not of whole numbers from 0 to 2: entry 0 is null'],
    [{ ...graph, test: [0.5] }, '"test" is not of whole numbers from 0 to 2: entry 0 is 0.5'],
  ];
  for (const [json, message] of table) {
    const read = decodeCitations(encode(json));
    assert(read._tag === "Left", message);
    assertEquals([read.left.format, read.left.message], ["json", `decodeCitations: ${message}`]);
  }
  const bad = decodeCitations(encode({ ...graph, labels: [9, 9, 9] }));
  assert(bad._tag === "Left");
  assertEquals(bad.left.offset, JSON.stringify(graph).indexOf('"labels"'));
});

Deno.test("decodeCitations() survives files cut short or damaged anywhere", () => {
  const whole = encode(graph);
  for (let n = 0; n < whole.length; n++) {
    const read = decodeCitations(whole.slice(0, n));
    assert(read._tag === "Left" && read.left.offset <= n, `${n} bytes`);
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const bytes = whole.slice();
        for (const [at, to] of changes) bytes[at] = to;
        const read = decodeCitations(bytes);
        if (read._tag === "Left") assertEquals(read.left._tag, "FormatError");
        else assertEquals(read.right.features.shape[0], read.right.labels.shape[0]);
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

Deno.test("a citation network that is nowhere is an error that says where to put it", async () => {
  for (const [load, source] of [[loadCora, coraSource], [loadCiteseer, citeseerSource]] as const) {
    const loaded = await load({ cache: false, directory: "no/such/folder", fetch: false })();
    if (loaded._tag === "Left") assert(loaded.left.message.includes(`put it there as ${source.files[0]!.path}`));
    assertEquals(source.licence, "MIT");
  }
});

const folder = Deno.env.get("ADJOINT_DATA");
Deno.test({
  name: "Cora and Citeseer are those of the literature (ignored where ADJOINT_DATA names no folder)",
  ignore: folder === undefined,
  fn: async () => {
    // Yang et al., 2016, table 1, less the citations of a paper by itself or twice.
    const facts = [[loadCora, 2708, 1433, 7, 5278, 140, 0], [loadCiteseer, 3327, 3703, 6, 4552, 120, 15]] as const;
    for (const [load, nodes, words, classes, edges, train, bare] of facts) {
      const read = await load({ fetch: false, cache: false })();
      assert(read._tag === "Right");
      const g = read.right, labels = g.labels.dataSync() as Int32Array;
      assertEquals([g.features.shape, g.edges.shape] as unknown, [[nodes, words], [2, edges]]);
      assertEquals([g.classes, g.labels.size, labels.filter((l) => l < 0).length], [classes, nodes, bare]);
      assertEquals([g.train.size, g.validation.size, g.test.size], [train, 500, 1000]);
      // Twenty of each class to learn from.
      const learned = [...g.train.dataSync() as Int32Array].map((i) => labels[i]!);
      for (let c = 0; c < classes; c++) assertEquals(learned.filter((l) => l === c).length, 20);
      assertEquals((g.features.dataSync() as Float32Array).reduce((a, b) => a + b), g.nonzeros.shape[1]);
    }
  },
});
