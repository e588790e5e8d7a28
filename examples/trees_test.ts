/** The example of trees, on reviews of its own. */
import { assert, assertEquals } from "@std/assert";
import { tree } from "@adjoint/adjoint";
import { decodeTreebank, orThrow } from "@adjoint/adjoint/data";
import { batchOf, binaryAccuracy, train, wordsOf } from "./trees.ts";

/** Reviews of which "not" turns the meaning around. */
const lines = ["good", "fine", "bad", "dull"].flatMap((w, i) => {
  const label = i < 2 ? 4 : 0, other = 4 - label;
  return [`(${label} (2 really) (${label} ${w}))`, `(${other} (2 not) (${label} ${w}))`];
});
const trees = orThrow(decodeTreebank(new TextEncoder().encode(Array(4).fill(lines).flat().join("\n"))));

Deno.test("both networks learn that a word turns a phrase around, the same to the last bit for the same seed", () => {
  const words = wordsOf(trees);
  for (const kind of ["recursive", "treeLstm"] as const) {
    const settings = { kind, epochs: 40, batch: 16, units: 12, rate: 0.02, dropout: 0.1, seed: 0 };
    const params = train(trees, words, settings, () => {});
    assertEquals(binaryAccuracy(params, trees, words), 1, kind);
    const few = { ...settings, epochs: 1 },
      bits = () => tree.leaves(train(trees, words, few, () => {})).map((l) => l.dataSync());
    assertEquals(bits(), bits());
  }
});

Deno.test("wordsOf() knows words that occur twice, batchOf() gives 0 to others and rounds sizes up", () => {
  const words = wordsOf(trees.slice(0, 4));
  assertEquals([words.has("really"), words.has("bad")], [true, false]);
  const { words: ids, labels, forest } = batchOf(trees.slice(4, 5), words);
  assertEquals([ids.shape[0] as number, forest.children.shape[0] % 16], [512, 0]);
  assertEquals((ids.toArray() as number[]).slice(0, 3), [words.get("really")!, 0, 0]);
  assert((labels.toArray() as number[]).slice(3).every((l) => l === -100));
});
