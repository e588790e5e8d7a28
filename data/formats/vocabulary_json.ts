/** Vocabularies as JSON. */
import type { Either, FormatError } from "../errors.ts";
import { wordsOf } from "../host.ts";
import { duplicate } from "../table.ts";
import { type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { clip, excerpt } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

const version = 1;

/**
 * Writes a vocabulary as JSON.
 *
 * @param vocabulary A vocabulary.
 * @returns The file's bytes, UTF-8: an object of `version`, `level`, `unknown`, `specials` (how many of the tokens are
 *   special) and `tokens`.
 *
 * @example There and back
 * ```ts
 * import { decodeVocabulary, encodeVocabulary, orThrow, vocabulary } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const stored = encodeVocabulary(vocabulary(["to be or not to be"]));
 * assertEquals(orThrow(decodeVocabulary(stored)).tokens, ["<unk>", "be", "to", "not", "or"]);
 * ```
 */
export function encodeVocabulary(vocabulary: Vocabulary): Uint8Array {
  const { level, unknown, specials, tokens } = vocabulary;
  return new TextEncoder().encode(
    `${JSON.stringify({ version, level, unknown, specials: specials.length, tokens })}\n`,
  );
}

/**
 * Reads a vocabulary that `encodeVocabulary` wrote.
 *
 * @param source The file: its bytes, or its text.
 * @returns The vocabulary, or what is wrong with the JSON.
 *
 * @example JSON that is no vocabulary
 * ```ts
 * import { decodeVocabulary } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * assertEquals(decodeVocabulary("{}")._tag, "Left");
 * ```
 */
export function decodeVocabulary(source: Uint8Array | string): Either<FormatError, Vocabulary> {
  const bad = (what: string): Either<FormatError, never> =>
    left({ _tag: "FormatError", format: "json", offset: 0, message: `decodeVocabulary: ${what}` });
  let read: unknown;
  try {
    read = JSON.parse(typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source));
  } catch (e) {
    return bad(`the file is no JSON: ${clip(wordsOf(e))}`);
  }
  if (typeof read !== "object" || read === null) return bad(`${excerpt(read)} is no vocabulary`);
  const { version: found, level, unknown, specials, tokens } = read as Readonly<Record<string, unknown>>;
  if (found !== version) return bad(`version is ${excerpt(found)}, and ${version} is known`);
  if (level !== "character" && level !== "word") {
    return bad(`level is ${excerpt(level)}; it is "character" or "word"`);
  }
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === "string")) {
    return bad(`tokens is ${excerpt(tokens)}, no list of strings`);
  }
  const twice = duplicate(tokens);
  if (twice !== undefined) return bad(`tokens has ${excerpt(twice)} twice`);
  if (!isPlace(specials, tokens.length + 1)) {
    return bad(`specials is ${excerpt(specials)}; there are ${tokens.length} tokens`);
  }
  if (unknown !== null && !isPlace(unknown, specials)) {
    return bad(`unknown is ${excerpt(unknown)}; there are ${specials} special tokens`);
  }
  return right(vocabularyOf(level, tokens, specials, unknown));
}

const isPlace = (x: unknown, end: number): x is number =>
  typeof x === "number" && Number.isInteger(x) && x >= 0 && x < end;
