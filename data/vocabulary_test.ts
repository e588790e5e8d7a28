/** Vocabularies: order, numbers, JSON, and JSON that is none. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError } from "../core/errors.ts";
import { soaked } from "../tests/backends/soaked.ts";
import { hostile } from "../tests/hostile.ts";
import { orThrow } from "./errors.ts";
import { decodeVocabulary, encodeVocabulary } from "./formats/vocabulary_json.ts";
import { vocabulary, type VocabularyOptions } from "./vocabulary.ts";

Deno.test("vocabulary() orders tokens by how often they occur, then by their code points", () => {
  assertEquals(vocabulary(["b a c a", "c a 😀 \uffee"]).tokens, ["<unk>", "a", "c", "b", "\uffee", "😀"]);
  assertEquals(vocabulary(["hello"], { level: "character", unknown: null }).tokens, ["l", "e", "h", "o"]);
  assertEquals(vocabulary([["x", "y z"], ["x"]]).tokens, ["<unk>", "x", "y z"]);
  assertEquals([vocabulary([]).tokens, vocabulary([""]).tokens], [["<unk>"], ["<unk>"]]);
  assertEquals(vocabulary(["a b b c c"], { minCount: 2 }).tokens, ["<unk>", "b", "c"]);
  assertEquals(vocabulary(["a b b c c"], { maxSize: 2 }).tokens, ["<unk>", "b"]);
  assertEquals(vocabulary(["a"], { specials: ["<pad>", "<unk>"] }).tokens, ["<unk>", "<pad>", "a"]);
});

/** The functions of a vocabulary, which no two share. */
function pick({ idOf, encode, decode }: ReturnType<typeof vocabulary>) {
  return { idOf, encode, decode };
}

Deno.test("vocabulary() splits words at spaces, and what is no word into characters", () => {
  const { split } = vocabulary([]);
  assertEquals(split("Don't re-use  it—l’été, 3.5 (x_1)!"), [
    ..."Don't re-use it — l’été , 3 . 5 ( x_1 ) !".split(" "),
  ]);
  assertEquals(split("'tis - a--b 😀😀"), ["'", "tis", "-", "a", "-", "-", "b", "😀", "😀"]);
  assertEquals(split(" \n"), []);
});

Deno.test("vocabulary() numbers what it does not know, and special tokens are in no text", () => {
  const known = vocabulary([["a", "<pad>"]], { specials: ["<pad>"] });
  assertEquals([known.size, known.unknown, known.specials], [3, 0, ["<unk>", "<pad>"]]);
  assertEquals(known.encode(["<pad>", "a", "b"]).toArray(), [0, 2, 0]);
  assertEquals([known.idOf("<pad>"), known.idOf("a")], [1, 2]);
  assertEquals(known.decode([1, 2, 0]), "<pad> a <unk>");
  assertEquals(known.encode("").shape, [0]);
  const strict = vocabulary(["ab"], { level: "character", unknown: null });
  assertThrows(() => strict.encode("abc"), ArgumentError, 'encode: "c" is none of the 2 characters known');
  assertThrows(() => strict.decode([2]), ArgumentError, "decode: 2 is the number of none of the 2 characters known");
  assertThrows(() => strict.idOf("c"), ArgumentError, 'idOf: "c" is none of the 2 tokens');
});

Deno.test("vocabulary() rejects options out of range", () => {
  const thrown = (options: unknown, texts: unknown = ["a"]) =>
    assertThrows(() => vocabulary(texts as string[], options as VocabularyOptions), ArgumentError).message;
  assertEquals(thrown({ level: "byte" }), 'vocabulary: level is "byte"; it is "character" or "word"');
  assertEquals(thrown({ minCount: 0 }), "vocabulary: minCount is 0; it is a number from 1");
  assertEquals(thrown({ maxSize: 0 }), "vocabulary: maxSize is 0, and there are 1 special tokens");
  assertEquals(thrown({ specials: ["a", "a"] }), 'vocabulary: specials has "a" twice; remove one');
  assertEquals(thrown({}, "text"), "vocabulary: texts is one string; put it into a list");
  assertEquals(thrown({}, [[1]]), "vocabulary: a token is 1; tokens are strings");
});

const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 6 });

Deno.test("decode() undoes encode() for characters, and encode() numbers what decode() joins the same", () => {
  fc.assert(fc.property(texts, (texts) => {
    const characters = vocabulary(texts, { level: "character" }), words = vocabulary(texts);
    for (const text of texts) {
      assertEquals(characters.decode(characters.encode(text).dataSync()), text);
      const ids = words.encode(text), again = words.encode(words.decode(ids.dataSync()));
      assertEquals(again.toArray(), ids.toArray());
      assert([...ids.dataSync()].every((id) => id >= 1 && id < words.size));
    }
  }));
});

Deno.test("vocabulary() is the same whatever the order of the texts", () => {
  fc.assert(
    fc.property(texts, (texts) => assertEquals(vocabulary(texts.toReversed()).tokens, vocabulary(texts).tokens)),
  );
});

Deno.test("decodeVocabulary() undoes encodeVocabulary()", () => {
  fc.assert(fc.property(texts, fc.constantFrom("word", "character"), fc.boolean(), (texts, level, open) => {
    const given = vocabulary(texts, { level, specials: ["<pad>"], unknown: open ? "<?>" : null });
    const back = orThrow(decodeVocabulary(encodeVocabulary(given)));
    assertEquals({ ...back, ...pick(given) }, given);
    for (const text of texts) assertEquals(back.encode(text).toArray(), given.encode(text).toArray());
  }));
});

Deno.test("decodeVocabulary() says what is wrong with the JSON", () => {
  const good = { version: 1, level: "word", unknown: 0, specials: 1, tokens: ["<unk>", "a"] };
  const message = (change: object) => {
    const result = decodeVocabulary(JSON.stringify({ ...good, ...change }));
    return result._tag === "Left" ? result.left.message.replace("decodeVocabulary: ", "") : "";
  };
  assertEquals(message({}), "");
  assertEquals(message({ version: 2 }), "version is 2, and 1 is known");
  assertEquals(message({ level: 1 }), 'level is 1; it is "character" or "word"');
  assertEquals(message({ tokens: ["a", 1] }), 'tokens is ["a",1], no list of strings');
  assertEquals(message({ tokens: ["a", "a"] }), 'tokens has "a" twice');
  assertEquals(message({ specials: 3 }), "specials is 3; there are 2 tokens");
  assertEquals(message({ unknown: 1 }), "unknown is 1; there are 1 special tokens");
  const broken = decodeVocabulary("{");
  assert(broken._tag === "Left" && broken.left.message.startsWith("decodeVocabulary: the file is no JSON: "));
  assertEquals(decodeVocabulary("null")._tag, "Left");
});

Deno.test("decodeVocabulary() survives hostile bytes", () => {
  const good = encodeVocabulary(vocabulary(["ä b"], { specials: ["<pad>"] }));
  fc.assert(
    fc.property(hostile(good), (bytes) => {
      const result = decodeVocabulary(bytes);
      if (result._tag === "Right") assertEquals(result.right.size, result.right.tokens.length);
      else assert(result.left.message.length < 300);
    }),
    soaked(500, 50_000),
  );
});
