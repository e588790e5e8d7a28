/** Texts, and what a model reads them as. */
import type { Tensor } from "../../mod.ts";
import { byCodePoint } from "../code_points.ts";
import type { DataError, TaskEither } from "../errors.ts";
import { numberingOf } from "../numbering.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";

/** Where `loadShakespeare` has its text from. */
export const shakespeareSource: DataSource = {
  name: "Tiny Shakespeare",
  origin: "Plays of Shakespeare, as Karpathy put them together for char-rnn",
  licence: "MIT (the text is in the public domain)",
  files: [{
    path: "text/tinyshakespeare.txt",
    urls: ["https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"],
    bytes: 1115394,
    sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
  }],
};

/**
 * 1,115,394 characters of Shakespeare's plays, of 65 kinds.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The text, or why it cannot be had.
 * @see Karpathy, The unreasonable effectiveness of recurrent neural networks, 2015
 *
 * @example Where it is not
 * ```ts
 * import { loadShakespeare } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadShakespeare({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.slice(0, 13), "First Citizen");
 * ```
 */
export const loadShakespeare = (options: LoadOptions = {}): TaskEither<DataError, string> => async () => {
  const loaded = await loadFile(shakespeareSource.files[0]!, options)();
  return loaded._tag === "Left" ? loaded : { _tag: "Right", right: new TextDecoder().decode(loaded.right) };
};

/** The characters of a text, and their numbers. */
export interface Characters {
  /** The characters in the order of their code points; each one's number is its place. */
  readonly symbols: readonly string[];
  /** The numbers of a text's characters, i32 `[length]`. */
  readonly encode: (text: string) => Tensor<readonly [number], "i32">;
  /** The text of numbers. */
  readonly decode: (numbers: Iterable<number>) => string;
}

/**
 * The characters that occur in a text.
 *
 * @param text A text, from which the characters are taken.
 * @returns The characters; `encode` throws an `ArgumentError` for a character that is none of them, and `decode` for a
 * number that is none of theirs.
 *
 * @example There and back
 * ```ts
 * import { charactersOf } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { symbols, encode, decode } = charactersOf("hello");
 * assertEquals(symbols, ["e", "h", "l", "o"]);
 * assertEquals(decode(encode("hole").dataSync()), "hole");
 * ```
 */
export function charactersOf(text: string): Characters {
  const symbols = [...new Set(text)].sort(byCodePoint), numbering = numberingOf(symbols, "characters");
  return {
    symbols,
    encode: (given) => numbering.encode([...given]),
    decode: (given) => numbering.decode(given).join(""),
  };
}
