/** Safetensors files of which only the tensors that are asked for are read. */
import type { DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { DataError, FormatError, TaskEither } from "../errors.ts";
import { openFile, type RandomAccess, reading, readWhole } from "../random_access.ts";
import { excerpt } from "./excerpt.ts";
import { readTensor } from "./safetensors.ts";
import { codes, type Entry, headerLength, lengthBytes, readHeader } from "./safetensors_header.ts";
import { stored } from "./stored.ts";
import { right } from "fp-ts/lib/Either.js";

/** What a file says of a tensor. */
export interface TensorInfo {
  /** What it is read into. */
  readonly dtype: DType;
  /** How the file stores it: `F32`, `BF16`, `I64`, … */
  readonly stored: string;
  /** Its shape. */
  readonly shape: Shape;
  /** How many bytes it takes in the file. */
  readonly bytes: number;
}

/** A file whose header was read; its tensors are read when they are asked for. */
export interface SafetensorsReader {
  /** The tensors' names, in the order of their elements. */
  readonly names: readonly string[];
  /** Free text that came along, empty if there was none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Dtype, shape and size of a tensor; throws `ArgumentError` if there is none of that name. */
  readonly info: (name: string) => TensorInfo;
  /** Reads a tensor: its bytes and no others. Throws `ArgumentError` if there is none of that name. */
  readonly read: (name: string) => TaskEither<DataError | FormatError, Tensor<Shape, DType>>;
  /** Closes the file. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a safetensors file and reads its header; each tensor is read when it is asked for, so that a model need not fit
 * into memory twice.
 *
 * @param source The path of a file, which takes `--allow-read` in Deno; or anything of which parts can be read.
 * @returns A reader, to be closed after use; or why the file cannot be read, or what is wrong with it and where.
 * @see https://github.com/huggingface/safetensors
 *
 * @example One tensor of two, out of memory
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { encodeSafetensors, openSafetensors, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSafetensors({ w: tensor([[1, 2]]), b: tensor([3]) });
 * const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length));
 * const file = orThrow(await openSafetensors({ size: bytes.length, read, close: () => Promise.resolve() })());
 * assertEquals([file.names, file.info("w").shape], [["b", "w"], [1, 2]]);
 * assertEquals(orThrow(await file.read("w")()).toArray(), [[1, 2]]);
 * await file.close();
 * ```
 */
export function openSafetensors(source: string | RandomAccess): TaskEither<DataError | FormatError, SafetensorsReader> {
  return openAs("openSafetensors", typeof source === "string" ? source : "the source", source);
}

/** `openSafetensors` for another operation; `file` is the file's name in messages. */
export function openAs(
  op: string,
  file: string,
  source: string | RandomAccess,
): TaskEither<DataError | FormatError, SafetensorsReader> {
  return async () => {
    const opened = typeof source === "string" ? await reading(op, file, openFile(source)) : right(source);
    if (opened._tag === "Left") return opened;
    const access = opened.right, read = await readerOf(op, file, access);
    // What was opened here is closed here; what was given stays the giver's.
    if (read._tag === "Left" && typeof source === "string") await access.close();
    return read;
  };
}

async function readerOf(op: string, file: string, access: RandomAccess) {
  const first = await readWhole(op, file, access, 0, Math.min(lengthBytes, access.size));
  if (first._tag === "Left") return first;
  const length = headerLength(op, first.right, access.size);
  if (length._tag === "Left") return length;
  const start = lengthBytes + length.right, bytes = await readWhole(op, file, access, lengthBytes, length.right);
  if (bytes._tag === "Left") return bytes;
  const header = readHeader(op, bytes.right, access.size - start);
  if (header._tag === "Left") return header;
  const { entries, metadata } = header.right, byName = new Map(entries.map((e) => [e.name, e]));
  const entryOf = (asked: string, name: string): Entry => {
    const entry = byName.get(name);
    if (entry !== undefined) return entry;
    throw new ArgumentError(
      `${asked}: there is no tensor ${excerpt(name)} in ${file}; its \`names\` says which there are`,
    );
  };
  const reader: SafetensorsReader = {
    names: entries.map(({ name }) => name),
    metadata,
    info: (name) => {
      const { type, shape, begin, end } = entryOf("info", name);
      return { dtype: stored[type].dtype, stored: codes[type], shape, bytes: end - begin };
    },
    read: (name) => {
      const entry = entryOf("read", name), { begin, end } = entry;
      return async () => {
        const elements = await readWhole("read", file, access, start + begin, end - begin);
        return elements._tag === "Left" ? elements : readTensor("read", entry, elements.right, start);
      };
    },
    close: () => access.close(),
  };
  return right(reader);
}
