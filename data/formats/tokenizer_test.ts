/** Tokenizers of published models: small made-up ones, and files that are none. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AdjointError } from "../../core/errors.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { packagesLoad } from "../../tests/packages.ts";
import { orThrow } from "../errors.ts";
import { loadTokenizer } from "./tokenizer.ts";

const start = { SpecialToken: { id: "<s>", type_id: 0 } };
const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });

/** Byte pairs, with spaces as Ġ, and <s> before a text and between two. */
const bytePairs = {
  version: "1.0",
  added_tokens: [{
    id: 0,
    content: "<s>",
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: "TemplateProcessing",
    single: [start, sequence("A")],
    pair: [start, sequence("A"), start, sequence("B")],
    special_tokens: { "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] } },
  },
  decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    unk_token: null,
    vocab: { "<s>": 0, l: 1, o: 2, w: 3, e: 4, r: 5, "Ġ": 6, lo: 7, low: 8, er: 9, "Ġlow": 10, "Ã": 11, "©": 12 },
    merges: ["l o", "lo w", "e r", "Ġ low"],
  },
};

/** Word pieces, in lower case. */
const wordPieces = {
  ...bytePairs,
  added_tokens: [],
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: null,
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[UNK]": 0, low: 1, "##er": 2, "!": 3 },
  },
};

const load = (json: unknown) => loadTokenizer(JSON.stringify(json))();
const ignore = !packagesLoad;

Deno.test({
  name: "loadTokenizer() merges byte pairs in the order of the file, and puts the model's own tokens around them",
  ignore,
  fn: async () => {
    const { encode, decode, idOf } = orThrow(await load(bytePairs));
    // "low" and "Ġlow" are whole; é is two bytes, which byte-level models write as Ã and ©.
    const { ids, tokens } = encode("low lower wé");
    assertEquals(tokens, ["<s>", "low", "Ġlow", "er", "Ġ", "w", "Ã", "©"]);
    assertEquals(ids.toArray(), [0, 8, 10, 9, 6, 3, 11, 12]);
    assertEquals([ids.dtype, ids.shape], ["i32", [8] as const]);
    assertEquals(decode(ids.dataSync()), "low lower wé");
    assertEquals(decode([0, 8, 99], { specials: true }), "<s>low");
    assertEquals(encode("low", { specials: false }).tokens, ["low"]);
    assertEquals(encode("low", { pair: "er" }).tokens, ["<s>", "low", "<s>", "er"]);
    assertEquals(encode("", { specials: false }).ids.shape, [0]);
    assertEquals([idOf("er"), idOf("re")], [9, undefined]);
    assertThrows(
      () => encode(1 as never),
      AdjointError,
      "encode: the tokenizer cannot do that: expected a text, got number",
    );
  },
});

Deno.test({
  name: "loadTokenizer() splits words into the longest pieces there are",
  ignore,
  fn: async () => {
    const { encode, decode } = orThrow(await load(wordPieces));
    assertEquals(encode("Lower LOW! lox").ids.toArray(), [1, 2, 1, 3, 0]);
    assertEquals(decode([1, 2, 1, 3]), "lower low!");
  },
});

Deno.test("loadTokenizer() says what is wrong with the files", async () => {
  const message = async (json: string, config = "{}") => {
    const result = await loadTokenizer(json, config)();
    return result._tag === "Left" ? result.left.message.replace("loadTokenizer: ", "") : "";
  };
  assertEquals(await message("[1]"), "tokenizer.json is [1], no object");
  assertEquals(await message("{}", "null"), "tokenizer_config.json is null, no object");
  assert((await message("{")).startsWith("tokenizer.json is no JSON: "));
  assertEquals(await message("{}"), "tokenizer.json has no model, but undefined");
  assertEquals(await message('{"model":{"vocab":1}}'), "the model has no vocabulary, but 1");
  assertEquals(await message('{"model":{"vocab":{}},"added_tokens":{}}'), "added_tokens is {…}, no list");
  for (const id of ["1.5", "-1", "2147483648", '"1"', "null"]) {
    assertEquals(await message(`{"model":{"vocab":{"a":${id}}}}`), `${id} cannot be the number of a token`);
  }
  assertEquals(
    await message('{"model":{"vocab":{}},"added_tokens":[{"id":1e9},{}]}'),
    "undefined cannot be the number of a token",
  );
});

Deno.test({
  name: "loadTokenizer() survives hostile files",
  ignore,
  fn: () => {
    const good = new TextEncoder().encode(JSON.stringify(bytePairs));
    return fc.assert(
      fc.asyncProperty(hostile(good), async (bytes) => {
        const result = await loadTokenizer(bytes)();
        if (result._tag === "Left") assert(result.left.message.length < 300);
        else assert(result.right.encode("low er").ids.dtype === "i32");
      }),
      soaked(300, 10_000),
    );
  },
});
