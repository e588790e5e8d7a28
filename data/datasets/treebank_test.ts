/** Trees in brackets: what is read of made-up ones, and the real ones where a folder of data is at hand. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hostile } from "../../tests/hostile.ts";
import { writeZip } from "../formats/zip.ts";
import { decodeTreebank, decodeTreebankArchive, loadSentimentTreebank } from "./treebank.ts";

const read = (text: string) => decodeTreebank(new TextEncoder().encode(text));

Deno.test("decodeTreebank() reads trees of any arity and depth, and passes over empty lines", () => {
  const got = read("(1 (2 x) (3 (0 y)) (4 z))\r\n\n(2 alone)\n");
  assert(got._tag === "Right");
  assertEquals(got.right, [
    { children: [[], [], [1], [], [0, 2, 3]], labels: [2, 0, 3, 4, 1], words: ["x", "y", null, "z", null] },
    { children: [[]], labels: [2], words: ["alone"] },
  ]);
  const depth = 100_000, deep = read("(1 ".repeat(depth) + "(2 x)" + ")".repeat(depth));
  assert(deep._tag === "Right" && deep.right[0]!.labels.length === depth + 1);
  assertEquals(read(""), { _tag: "Right", right: [] });
});

Deno.test("decodeTreebank() says what is wrong and in which line", () => {
  for (
    const [line, what] of [
      ["(5 x)", 'has "5" where a label from 0 to 4 should be'],
      ["(x)", 'has "x" where a label from 0 to 4 should be'],
      ["(", 'has "" where a label from 0 to 4 should be'],
      ["(1 (2 x)", "leaves 1 brackets open"],
      ["(1)", "has a node without children and word"],
      ["(1 x y)", 'has the word "y" beside another or a node'],
      ["(1 (2 x) y)", 'has the word "y" beside another or a node'],
      ["(1 x (2 y))", 'has a node beside the word "x"'],
      ["(1 x))", "closes a bracket that is not open"],
      ["(1 x) (2 y)", "goes on behind its root"],
      ["x", 'has "x" outside of brackets'],
    ] as const
  ) {
    const got = read(`(2 ä)\n${line}`);
    assert(got._tag === "Left", line);
    assertEquals(got.left, {
      _tag: "FormatError",
      format: "tree",
      offset: 7,
      message: `decodeTreebank: line 2, ${JSON.stringify(line)}, ${what}`,
    });
  }
});

const folder = Deno.env.get("ADJOINT_DATA");
Deno.test({
  name: "the treebank has as many sentences as its paper says (ignored where ADJOINT_DATA names no folder)",
  ignore: folder === undefined,
  fn: async () => {
    const got = await loadSentimentTreebank({ cache: false })();
    assert(got._tag === "Right", JSON.stringify(got));
    const { train, validation, test } = got.right;
    assertEquals([train.length, validation.length, test.length], [8544, 1101, 2210]);
    // Binary trees: a node more than twice the inner ones.
    for (const t of test) assertEquals(t.labels.length, 2 * t.words.filter((w) => w === null).length + 1);
  },
});

Deno.test("decodeTreebankArchive() reads the three files of an archive, and says what it lacks", async () => {
  const file = (part: string, text: string) => [`trees/${part}.txt`, new TextEncoder().encode(text)] as const;
  const all = [file("train", "(4 (2 a) (3 smile))"), file("dev", "(1 no)"), file("test", "(2 so)\n(0 bad)")];
  const whole = await decodeTreebankArchive(writeZip(all))();
  assert(whole._tag === "Right");
  const { train, validation, test } = whole.right;
  assertEquals([train.length, validation[0]?.words, test.map(({ labels }) => labels)], [1, ["no"], [[2], [0]]]);
  const lacking = await decodeTreebankArchive(writeZip(all.slice(0, 2)))();
  assert(lacking._tag === "Left");
  assertEquals(lacking.left.message, "decodeTreebankArchive: the archive has no trees/test.txt");
  await fc.assert(fc.asyncProperty(hostile(writeZip(all)), async (bytes) => {
    const got = await decodeTreebankArchive(bytes)();
    if (got._tag === "Left") assertEquals(got.left.format, "tree");
  }));
});
