/**
 * Tokenizers of published models, as Hugging Face's libraries write them.
 *
 * @see https://huggingface.co/docs/tokenizers/index
 */
import { AdjointError, ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Either, FormatError, TaskEither } from "../errors.ts";
import { optionalPackage, wordsOf } from "../host.ts";
import { clip, excerpt } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** What of the package is used. */
interface Package {
  readonly Tokenizer: new (json: object, config: object) => PackageTokenizer;
}

interface PackageTokenizer {
  readonly encode: (
    text: string,
    options: { readonly text_pair?: string; readonly add_special_tokens: boolean },
  ) => { readonly ids: readonly number[]; readonly tokens: readonly string[] };
  readonly decode: (ids: number[], options: { readonly skip_special_tokens: boolean }) => string;
  readonly token_to_id: (token: string) => number | undefined;
}

/** A text as tokens. */
export interface Encoding {
  /** The tokens' numbers, i32 `[length]`. */
  readonly ids: Tensor<readonly [number], "i32">;
  /** The tokens. */
  readonly tokens: readonly string[];
}

/** What turns texts into numbers of tokens, and back. */
export interface Tokenizer {
  /**
   * The tokens of a text: with those that the model expects around it, unless `specials` is `false`; and with a second
   * text, the `pair`, behind it.
   */
  readonly encode: (text: string, options?: { readonly specials?: boolean; readonly pair?: string }) => Encoding;
  /** The text of numbers, without special tokens unless `specials` is `true`; numbers of no token are left out. */
  readonly decode: (ids: Iterable<number>, options?: { readonly specials?: boolean }) => string;
  /** The number of a token; `undefined` if there is no such token. */
  readonly idOf: (token: string) => number | undefined;
}

/**
 * Reads the tokenizer of a published model: byte-pair, WordPiece or Unigram.
 *
 * The work is done by the package `@huggingface/tokenizers`, which is loaded when this is called. A tokenizer holds
 * patterns that texts are matched against, and a malicious one can take forever: take it from whom you trust.
 *
 * @param json `tokenizer.json`: its bytes, or its text.
 * @param config `tokenizer_config.json`, which may be left out; some models then split at spaces differently.
 * @returns The tokenizer, or what is wrong with the files. Its `encode` and `decode` throw an `AdjointError` for a text
 *   that the file's rules cannot deal with.
 * @throws {AdjointError} If the package cannot be loaded.
 * @see https://huggingface.co/docs/transformers/main_classes/tokenizer
 *
 * @example The file of a model
 * ```ts ignore
 * import { loadTokenizer, orThrow } from "@adjoint/adjoint/data";
 *
 * const { encode } = orThrow(await loadTokenizer(await Deno.readFile("gpt2/tokenizer.json"))());
 * console.log(encode("Hello, world").ids.toArray()); // [15496, 11, 995]
 * ```
 */
export function loadTokenizer(
  json: Uint8Array | string,
  config: Uint8Array | string = "{}",
): TaskEither<FormatError, Tokenizer> {
  return async () => {
    const rules = objectOf("tokenizer.json", json), settings = objectOf("tokenizer_config.json", config);
    if (rules._tag === "Left") return rules;
    if (settings._tag === "Left") return settings;
    const odd = oddNumber(rules.right);
    if (odd !== undefined) return bad(odd);
    const { Tokenizer } = await optionalPackage<Package>("loadTokenizer", "@huggingface/tokenizers", "0.2.0");
    try {
      const made = new Tokenizer(rules.right, settings.right);
      // Some of what is missing is missed only when a text is split.
      made.encode("a", { add_special_tokens: true });
      return right(tokenizerOf(made));
    } catch (e) {
      return bad(`tokenizer.json holds no tokenizer that is supported: ${clip(wordsOf(e))}`);
    }
  };
}

const bad = (what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "json", offset: 0, message: `loadTokenizer: ${what}` });

type Json = Readonly<Record<string, unknown>>;

const isObject = (x: unknown): x is Json => typeof x === "object" && x !== null && !Array.isArray(x);

function objectOf(file: string, source: Uint8Array | string): Either<FormatError, Json> {
  try {
    const text = typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    const read: unknown = JSON.parse(text);
    return isObject(read) ? right(read) : bad(`${file} is ${excerpt(read)}, no object`);
  } catch (e) {
    return bad(`${file} is no JSON: ${clip(wordsOf(e))}`);
  }
}

/** What is wrong with the numbers of tokens: an i32 must hold them. */
function oddNumber({ model, added_tokens: added = [] }: Json): string | undefined {
  if (!isObject(model)) return `tokenizer.json has no model, but ${excerpt(model)}`;
  if (!Array.isArray(added)) return `added_tokens is ${excerpt(added)}, no list`;
  const { vocab } = model;
  // Unigram's is a list of tokens and scores, and the place is the number.
  const ids = isObject(vocab) ? Object.values(vocab) : Array.isArray(vocab) ? [] : undefined;
  if (ids === undefined) return `the model has no vocabulary, but ${excerpt(vocab)}`;
  for (const id of [...ids, ...added.map((token) => isObject(token) ? token["id"] : token)]) {
    if (typeof id !== "number" || (id | 0) !== id || id < 0) return `${excerpt(id)} cannot be the number of a token`;
  }
  return undefined;
}

function tokenizerOf(made: PackageTokenizer): Tokenizer {
  const attempt = <A>(op: string, run: () => A): A => {
    try {
      return run();
    } catch (e) {
      throw new AdjointError(`${op}: the tokenizer cannot do that: ${clip(wordsOf(e))}`, { cause: e });
    }
  };
  return {
    encode: (text, { specials = true, pair } = {}) =>
      attempt("encode", () => {
        if (typeof text !== "string") throw new ArgumentError(`expected a text, got ${typeof text}`);
        const asked = { add_special_tokens: specials, ...(pair === undefined ? {} : { text_pair: pair }) };
        const { ids, tokens } = made.encode(text, asked);
        return { ids: tensor(Int32Array.from(ids)) as Encoding["ids"], tokens };
      }),
    decode: (ids, { specials = false } = {}) =>
      attempt("decode", () => made.decode([...ids], { skip_special_tokens: !specials })),
    idOf: (token) => made.token_to_id(token),
  };
}
