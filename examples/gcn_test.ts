/** The graph convolutional example on a made-up network, and on the real ones where a folder of data is at hand. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decodeCitations, loadCiteseer, loadCora, orThrow } from "@adjoint/adjoint/data";
import { gcn, meanAndDeviation, settingsOfPaper, trainer } from "./gcn.ts";

/** Two circles of papers that cite their neighbours; every tenth says which circle it is of, and one has neither word nor citation. */
function circles() {
  const size = 20, edges: number[] = [], indices: number[] = [], indptr = [0], labels: number[] = [];
  for (let i = 0; i < 2 * size; i++) {
    const circle = i < size ? 0 : 1;
    edges.push(i, circle * size + (i + 1) % size);
    indices.push(i % 10 === 0 ? circle : 2);
    indptr.push(indices.length);
    labels.push(circle);
  }
  const all = labels.map((_, i) => i), json = { nodes: 2 * size + 1, features: 3, classes: 2 };
  const lists = { indptr: [...indptr, indices.length], indices, labels: [...labels, -1], edges };
  const split = { train: [0, 10, 20, 30], val: [1, 21], test: all };
  return orThrow(decodeCitations(new TextEncoder().encode(JSON.stringify({ ...json, ...lists, ...split }))));
}

Deno.test("trainer() of the graph convolutional example learns, the same to the last bit for the same seed", () => {
  const train = trainer(circles(), { ...settingsOfPaper, epochs: 60, rate: 0.05, dropout: 0.2 });
  const found = train(1);
  assertEquals(found.train, 1);
  assert(found.test > 0.7, `${found.test}`);
  assertEquals(train(1), found);
});

Deno.test("meanAndDeviation() is that of a sample", () => {
  assertEquals(meanAndDeviation([1, 3, 5]), [3, 2]);
  assertEquals(meanAndDeviation([4]), [4, 0]);
  assertAlmostEquals(meanAndDeviation([0.1, 0.2])[1], Math.sqrt(0.005), 1e-12);
});

Deno.test("parse() of the graph convolutional example says what is wrong", () => {
  const o = gcn.parse(["--seeds", "2", "--data=cora"]);
  assert(typeof o !== "string");
  assertEquals([o.data, o.seeds, o.epochs, o.hidden, o.rate, o.dropout, o.decay], [
    "cora",
    2,
    200,
    16,
    0.01,
    0.5,
    5e-4,
  ]);
  for (
    const args of [["--seeds", "0"], ["--rate", "x"], ["--data", "pubmed"], ["--dropout", "1"], ["--decay="], ["--no"]]
  ) {
    const said = gcn.parse(args);
    assert(typeof said === "string" && said.startsWith("gcn: "), String(said));
  }
});

const folder = Deno.permissions.querySync({ name: "env", variable: "ADJOINT_DATA" }).state === "granted"
  ? Deno.env.get("ADJOINT_DATA")
  : undefined;
Deno.test({
  name: "two networks on Cora and two on Citeseer get near the paper (ignored where ADJOINT_DATA names no folder)",
  ignore: folder === undefined,
  fn: async () => {
    // The means over ten seeds are 81.4 % and 70.8 %, with deviations of 0.5 % and 0.8 %: three of these are left.
    for (const [load, least] of [[loadCora, 0.799], [loadCiteseer, 0.684]] as const) {
      const train = trainer(orThrow(await load({ cache: false })()), settingsOfPaper);
      for (const seed of [0, 1]) {
        const { test } = train(seed);
        assert(test > least, `${test}`);
      }
    }
  },
});
