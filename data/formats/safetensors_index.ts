/** Models that lie in several safetensors files, and the index that says which tensor is where. */
import { ArgumentError } from "../../core/errors.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { openFile, type RandomAccess, reading, readWhole } from "../random_access.ts";
import { clip, excerpt } from "./excerpt.ts";
import { openAs, type SafetensorsReader } from "./safetensors_reader.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Options of `openSafetensorsIndex`. */
export interface SafetensorsIndexOptions {
  /** What opens a file beside the index; the host's files if left out. */
  readonly open?: (path: string) => Promise<RandomAccess>;
}

const op = "openSafetensorsIndex";
/** No index is longer: names take as much as in a header. */
const maxIndex = 100_000_000;

const bad = (what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "json", offset: 0, message: `${op}: ${what}` });

/**
 * Opens a model that lies in several safetensors files: its index, `model.safetensors.index.json`, and the files that this
 * names, which lie beside it. Of those the headers are read; a tensor is read when it is asked for.
 *
 * @param path The path of the index, which takes `--allow-read` of its folder in Deno.
 * @param options `open`: what opens a file, the index as well.
 * @returns A reader of all tensors in the index, to be closed after use, with the metadata of all files; or why a file
 *   cannot be read, or what is wrong with one. Names that lead out of the index's folder are refused.
 * @see https://huggingface.co/docs/safetensors/metadata_parsing
 *
 * @example An index that is not there
 * ```ts
 * import { openSafetensorsIndex } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const opened = await openSafetensorsIndex("no_such_folder/model.safetensors.index.json")();
 * assertEquals(opened._tag, "Left");
 * ```
 */
export function openSafetensorsIndex(
  path: string,
  options: SafetensorsIndexOptions = {},
): TaskEither<DataError | FormatError, SafetensorsReader> {
  const { open = openFile } = options;
  return async () => {
    const index = await readIndex(path, open);
    if (index._tag === "Left") return index;
    const folder = path.replace(/[^\\/]*$/, ""), readers = new Map<string, SafetensorsReader>();
    const close = async () => {
      for (const reader of readers.values()) await reader.close();
    };
    for (const file of new Set(Object.values(index.right))) {
      const access = await reading(op, folder + file, open(folder + file));
      const opened = access._tag === "Left" ? access : await openAs(op, folder + file, access.right)();
      if (opened._tag === "Left") {
        if (access._tag === "Right") await access.right.close();
        await close();
        return opened;
      }
      readers.set(file, opened.right);
    }
    const held = new Map([...readers].map(([file, { names }]) => [file, new Set(names)]));
    const places = new Map(Object.entries(index.right));
    for (const [name, file] of places) {
      if (held.get(file)!.has(name)) continue;
      await close();
      return bad(`${excerpt(name)} is not in ${clip(file)}, where the index says it is`);
    }
    const holder = (asked: string, name: string): SafetensorsReader => {
      const file = places.get(name);
      if (file !== undefined) return readers.get(file)!;
      throw new ArgumentError(
        `${asked}: there is no tensor ${excerpt(name)} in ${path}; its \`names\` says which there are`,
      );
    };
    const reader: SafetensorsReader = {
      names: [...places.keys()],
      metadata: Object.fromEntries([...readers.values()].flatMap(({ metadata }) => Object.entries(metadata))),
      info: (name) => holder("info", name).info(name),
      read: (name) => holder("read", name).read(name),
      close,
    };
    return right(reader);
  };
}

/** Which tensor is in which file, checked. */
async function readIndex(
  path: string,
  open: (path: string) => Promise<RandomAccess>,
): Promise<Either<DataError | FormatError, Readonly<Record<string, string>>>> {
  const access = await reading(op, path, open(path));
  if (access._tag === "Left") return access;
  const { size, close } = access.right;
  if (size > maxIndex) {
    await close();
    return bad(`the index takes ${size} bytes, over ${maxIndex}; this is probably no index`);
  }
  const bytes = await readWhole(op, path, access.right, 0, size);
  await close();
  if (bytes._tag === "Left") return bytes;
  let index: unknown;
  try {
    index = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.right));
  } catch (e) {
    return bad(`the index is not JSON: ${clip(e instanceof Error ? e.message : String(e))}`);
  }
  const map = (index as { readonly weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    return bad(`the index's weight_map is ${excerpt(map)}; it maps tensors' names to files`);
  }
  for (const [name, file] of Object.entries(map)) {
    if (typeof file === "string" && /^[^\\/:\0]+$/.test(file) && !/^\.+$/.test(file)) continue;
    return bad(`${excerpt(name)} is said to be in ${excerpt(file)}, which is no file beside the index`);
  }
  return right(map as Readonly<Record<string, string>>);
}
