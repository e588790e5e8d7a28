/** Vocabularies: the tokens of texts, and their numbers. */
import { ArgumentError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { byCodePoint } from "./code_points.ts";
import { excerpt } from "./formats/excerpt.ts";
import { numberingOf } from "./numbering.ts";
import { duplicate } from "./table.ts";

/** What a text is split into. */
export type TokenLevel = "character" | "word";

/** Options of `vocabulary`. */
export interface VocabularyOptions {
  /** What texts are split into, `"word"` if left out. */
  readonly level?: TokenLevel;
  /** How often a token must occur, once if left out. */
  readonly minCount?: number;
  /** How many tokens there may be, special ones included; any number if left out. */
  readonly maxSize?: number;
  /** Special tokens, such as `"<pad>"`, which get the first numbers; none if left out. */
  readonly specials?: readonly string[];
  /** The special token that stands for all others, `"<unk>"` if left out; `null` if there is none. */
  readonly unknown?: string | null;
}

/** Tokens and their numbers; a text is split, or a list of tokens as it is. */
export interface Vocabulary {
  /** What texts are split into. */
  readonly level: TokenLevel;
  /** The tokens, special ones first; each one's number is its place. */
  readonly tokens: readonly string[];
  /** How many tokens there are. */
  readonly size: number;
  /** The special tokens, in order; no text has them. */
  readonly specials: readonly string[];
  /** The number of every token that is not known; `null` if there is none. */
  readonly unknown: number | null;
  /** The tokens of a text. */
  readonly split: (text: string) => string[];
  /** The number of a token, special ones included. It throws an `ArgumentError` if there is no such token. */
  readonly idOf: (token: string) => number;
  /** The numbers of a text's tokens, i32 `[length]`. It throws an `ArgumentError` for one not known if `unknown` is `null`. */
  readonly encode: (text: string | readonly string[]) => Tensor<readonly [number], "i32">;
  /** The text of numbers: characters side by side, words with spaces between. It throws an `ArgumentError` for others. */
  readonly decode: (ids: Iterable<number>) => string;
}

/** Letters, marks, digits and what joins them within a word; or one character of another kind that is no space. */
const words = /[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|[^\s]/gu;

const splitters: Readonly<Record<TokenLevel, (text: string) => string[]>> = {
  character: (text) => [...text],
  word: (text) => text.match(words) ?? [],
};

/**
 * The tokens that occur in texts, the most frequent first, equally frequent ones in the order of their code points.
 *
 * Words are runs of letters, marks and digits, with single apostrophes and hyphens within; other characters that are no
 * spaces stand by themselves. Case is kept. Texts in scripts without spaces are given as lists, split by
 * `Intl.Segmenter` or another.
 *
 * @param texts Texts, or lists of tokens.
 * @param options `level`, `minCount`, `maxSize`, `specials` and `unknown`.
 * @returns The vocabulary.
 * @throws {ArgumentError} If an option is out of its range, two special tokens are equal, or a token is no string.
 *
 * @example Words
 * ```ts
 * import { vocabulary } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const { tokens, encode, decode } = vocabulary(["To be, or not to be."], { specials: ["<pad>"] });
 * assertEquals(tokens, ["<unk>", "<pad>", "be", ",", ".", "To", "not", "or", "to"]);
 * assertEquals(encode("to be free").toArray(), [8, 2, 0]);
 * assertEquals(decode([8, 2]), "to be");
 * ```
 */
export function vocabulary(
  texts: Iterable<string | readonly string[]>,
  options: VocabularyOptions = {},
): Vocabulary {
  const { level = "word", minCount = 1, maxSize = Infinity, specials = [], unknown = "<unk>" } = options;
  const ask = (good: boolean, what: string): void => {
    if (!good) throw new ArgumentError(`vocabulary: ${what}`);
  };
  ask(Object.hasOwn(splitters, level), `level is ${excerpt(level)}; it is "character" or "word"`);
  ask(typeof texts !== "string", "texts is one string; put it into a list");
  ask(minCount >= 1, `minCount is ${minCount}; it is a number from 1`);
  const first = unknown === null ? specials : [unknown, ...specials.filter((s) => s !== unknown)];
  ask(maxSize >= first.length, `maxSize is ${maxSize}, and there are ${first.length} special tokens`);
  const twice = duplicate(specials);
  ask(twice === undefined, `specials has ${excerpt(twice)} twice; remove one`);

  const counts = new Map<string, number>(), special = new Set(first);
  for (const text of texts) {
    for (const token of typeof text === "string" ? splitters[level](text) : text) {
      ask(typeof token === "string", `a token is ${excerpt(token)}; tokens are strings`);
      if (!special.has(token)) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  const found = [...counts].filter(([, n]) => n >= minCount).sort(([a, n], [b, m]) => m - n || byCodePoint(a, b));
  const tokens = [...first, ...found.slice(0, maxSize - first.length).map(([token]) => token)];
  return vocabularyOf(level, tokens, first.length, unknown === null ? null : 0);
}

/** The vocabulary of tokens, of which so many are special. */
export function vocabularyOf(
  level: TokenLevel,
  given: readonly string[],
  specials: number,
  unknown: number | null,
): Vocabulary {
  const tokens = Object.freeze([...given]), split = splitters[level];
  const kind = level === "word" ? "words" : "characters";
  const numbering = numberingOf(tokens, kind, specials, unknown ?? undefined);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return Object.freeze({
    level,
    tokens,
    size: tokens.length,
    specials: Object.freeze(tokens.slice(0, specials)),
    unknown,
    split,
    idOf: (token: string) => {
      const id = ids.get(token);
      if (id !== undefined) return id;
      throw new ArgumentError(`idOf: ${excerpt(token)} is none of the ${tokens.length} tokens`);
    },
    encode: (text: string | readonly string[]) => numbering.encode(typeof text === "string" ? split(text) : text),
    decode: (given: Iterable<number>) => numbering.decode(given).join(level === "word" ? " " : ""),
  });
}
