/** Names of people: one list, and one for each of 18 languages. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** Where `loadNames` has its names from. */
export const namesSource: DataSource = {
  name: "makemore names",
  origin: "First names of the US Social Security Administration for 2018, as Karpathy put them together for makemore",
  licence: "MIT",
  files: [{
    path: "names/makemore-names.txt",
    urls: ["https://raw.githubusercontent.com/karpathy/makemore/master/names.txt"],
    bytes: 228145,
    sha256: "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
  }],
};

const languages = [
  ["Arabic", 13190, "6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc"],
  ["Chinese", 1246, "09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465"],
  ["Czech", 3916, "e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7"],
  ["Dutch", 2351, "924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3"],
  ["English", 27125, "9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2"],
  ["French", 2178, "81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95"],
  ["German", 5610, "7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db"],
  ["Greek", 1981, "3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6"],
  ["Irish", 1858, "cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058"],
  ["Italian", 5657, "f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4"],
  ["Japanese", 7622, "e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f"],
  ["Korean", 423, "cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136"],
  ["Polish", 1165, "45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826"],
  ["Portuguese", 554, "50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53"],
  ["Russian", 85168, "0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c"],
  ["Scottish", 752, "78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd"],
  ["Spanish", 2284, "1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7"],
  ["Vietnamese", 339, "f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d"],
] as const;

/** Where `loadSurnames` has its names from: a file for each language. */
export const surnamesSource: DataSource = {
  name: "Surnames of 18 languages",
  origin: "Robertson, Practical PyTorch, 2017",
  licence: "MIT",
  files: languages.map(([language, bytes, sha256]) => ({
    path: `names/by-language/${language}.txt`,
    urls: [`https://raw.githubusercontent.com/spro/practical-pytorch/master/data/names/${language}.txt`],
    bytes,
    sha256,
  })),
};

/** Names, and the language of each. */
export interface Surnames {
  /** The names, one language after the other. */
  readonly names: readonly string[];
  /** The language of each name, i32 `[names]`: a place in `languages`. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** The languages. */
  readonly languages: readonly string[];
}

/**
 * 32,033 first names in small letters, from a to z: the commonest first.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The names, or why they cannot be had.
 * @see Karpathy, makemore, 2022, https://github.com/karpathy/makemore
 *
 * @example Where they are not
 * ```ts
 * import { loadNames } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadNames({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right[0], "emma");
 * ```
 */
export const loadNames =
  (options: LoadOptions = {}): TaskEither<DataError | FormatError, readonly string[]> => async () => {
    const loaded = await loadFile(namesSource.files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decodeNames(loaded.right);
  };

/**
 * 20,050 surnames of 18 languages, in Latin letters with their accents; 9,384 of them are Russian and 73 Vietnamese. Some
 * stand more than once, and some in more than one language.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `names`, `labels` and `languages`, or why they cannot be had.
 * @see Robertson, Practical PyTorch, 2017, https://github.com/spro/practical-pytorch
 *
 * @example Where they are not
 * ```ts
 * import { loadSurnames } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadSurnames({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.languages.length, 18);
 * ```
 */
export const loadSurnames = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Surnames> => async () => {
  const names: string[] = [], labels: number[] = [];
  for (const [i, file] of surnamesSource.files.entries()) {
    const loaded = await loadFile(file, options)();
    if (loaded._tag === "Left") return loaded;
    const read = decodeNames(loaded.right);
    if (read._tag === "Left") return read;
    for (const name of read.right) {
      names.push(name);
      labels.push(i);
    }
  }
  return right({ names, labels: tensor(Int32Array.from(labels)), languages: languages.map(([language]) => language) });
};

/**
 * Reads a list of names: one in each line, spaces around it left away.
 *
 * @param bytes The file, UTF-8.
 * @returns The names in their order, or the first line that is empty or no UTF-8.
 *
 * @example Two names
 * ```ts
 * import { decodeNames, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(orThrow(decodeNames(new TextEncoder().encode("Ada\nGrace\n"))), ["Ada", "Grace"]);
 * ```
 */
export function decodeNames(bytes: Uint8Array): Either<FormatError, readonly string[]> {
  const lines = linesOf(bytes), names = lines.map((l) => l.trim());
  const empty = names.indexOf(""), foreign = names.findIndex((name) => name.includes("\ufffd"));
  if (empty >= 0) return wrongLine("decodeNames", "text", lines, empty, "is empty");
  if (foreign >= 0) return wrongLine("decodeNames", "text", lines, foreign, "is not UTF-8");
  return right(names);
}
