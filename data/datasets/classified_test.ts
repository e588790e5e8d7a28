/** Tables of classified examples: what is read of made-up ones, and the real ones where a folder of data is at hand. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import {
  breastCancerSource,
  decodeClassified,
  irisSource,
  loadBreastCancer,
  loadIris,
  loadWine,
  wineSource,
} from "./classified.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeClassified() reads measurements, classes and their names, with either line end", () => {
  for (const end of ["\n", "\r\n"]) {
    const read = decodeClassified(bytes(["2,2,a,b", "1.5,-2,1", "0,3e2,0", ""].join(end)), 2);
    assert(read._tag === "Right");
    const { inputs, labels, classes } = read.right;
    assertEquals([inputs.toArray(), labels.toArray(), classes], [[[1.5, -2], [0, 300]], [1, 0], ["a", "b"]]);
  }
});

Deno.test("decodeClassified() says which line is wrong", () => {
  const table: readonly (readonly [string, number, string])[] = [
    ["", 0, 'line 1, "" does not announce 0 examples of 1 features and classes'],
    ["2,1,a\n1,0\n", 0, 'line 1, "2,1,a" does not announce 1 examples of 1 features and classes'],
    ["1,2,a\n1,0\n", 0, 'line 1, "1,2,a" does not announce 1 examples of 1 features and classes'],
    ["1,1\n1,0\n", 0, 'line 1, "1,1" does not announce 1 examples of 1 features and classes'],
    ["2,1,a\n1,0\n1\n", 10, 'line 3, "1" is not 1 numbers and a class below 1'],
    ["1,1,a\nx,0\n", 6, 'line 2, "x,0" is not 1 numbers and a class below 1'],
    ["1,1,a\n,0\n", 6, 'line 2, ",0" is not 1 numbers and a class below 1'],
    ["1,1,a\n1,1\n", 6, 'line 2, "1,1" is not 1 numbers and a class below 1'],
    ["1,1,a\n1,0.5\n", 6, 'line 2, "1,0.5" is not 1 numbers and a class below 1'],
  ];
  for (const [text, offset, message] of table) {
    const read = decodeClassified(bytes(text), 1);
    assertEquals(read, {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset, message: `decodeClassified: ${message}` },
    });
  }
});

Deno.test("a table that is nowhere is an error, and sources name their licence", async () => {
  for (const load of [loadIris, loadWine, loadBreastCancer]) {
    const fetch = () => Promise.resolve(new Response("2,1"));
    const loaded = await load({ cache: false, directory: "no/such/folder", fetch })();
    if (loaded._tag === "Left") assert(loaded.left._tag === "DataError");
  }
  for (const { licence } of [irisSource, wineSource, breastCancerSource]) assertEquals(licence, "BSD-3-Clause");
});

Deno.test("decodeClassified() gives an error or a table whatever the bytes", () => {
  const good = bytes("3,2,a,b\n1.5,-2,1\n0,3e2,0\n4,4,1\n");
  fc.assert(
    fc.property(hostile(good), (b) => {
      const read = decodeClassified(b, 2);
      if (read._tag === "Left") assertEquals(read.left._tag, "FormatError");
      else assertEquals(read.right.inputs.shape[0], read.right.labels.shape[0]);
    }),
    { seed: 11, ...soaked(300, 20_000) },
  );
});

const folder = Deno.env.get("ADJOINT_DATA");
Deno.test({
  name: "the irises and the wines are those of the literature (ignored where ADJOINT_DATA names no folder)",
  ignore: folder === undefined,
  fn: async () => {
    const iris = await loadIris({ fetch: false, cache: false })(),
      wine = await loadWine({ fetch: false, cache: false })();
    assert(iris._tag === "Right" && wine._tag === "Right");
    const countOf = (labels: Iterable<number>) => {
      const counts = [0, 0, 0];
      for (const l of labels) counts[l]!++;
      return counts;
    };
    assertEquals([iris.right.inputs.shape, wine.right.inputs.shape] as unknown, [[150, 4], [178, 13]]);
    assertEquals(iris.right.classes, ["setosa", "versicolor", "virginica"]);
    // The counts that the repository at UCI states.
    assertEquals(countOf(iris.right.labels.dataSync()), [50, 50, 50]);
    assertEquals(countOf(wine.right.labels.dataSync()), [59, 71, 48]);
    assertEquals(iris.right.inputs.toArray()[0], [5.1, 3.5, 1.4, 0.2].map(Math.fround));
    const cancer = await loadBreastCancer({ fetch: false, cache: false })();
    assert(cancer._tag === "Right");
    assertEquals(cancer.right.classes, ["malignant", "benign"]);
    assertEquals(countOf(cancer.right.labels.dataSync()), [212, 357, 0]);
  },
});
