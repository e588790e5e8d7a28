/**
 * The safetensors format: a JSON header that names tensors, then their elements, little endian.
 *
 * Elements are copied as bytes, so that every NaN keeps its bits. Their order in memory is the machine's, which is little
 * endian wherever Deno runs.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import type { DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import { fromArray, type Tensor, type Value } from "../../core/tensor.ts";
import { isTensor } from "../../core/tree.ts";
import type { Either, FormatError } from "../errors.ts";
import { excerpt } from "./excerpt.ts";
import {
  badFile,
  codes,
  type Entry,
  headerLength,
  isText,
  lengthBytes,
  maxHeader,
  metadataKey,
  readHeader,
} from "./safetensors_header.ts";
import { readStored, stored, type StoredType, writeStored } from "./stored.ts";
import { right } from "fp-ts/lib/Either.js";

/** What a safetensors file holds. */
export interface Safetensors {
  /** The tensors by name, in the order of their elements in the file. */
  readonly tensors: Record<string, Tensor<Shape, DType>>;
  /** Free text that came along, empty if there was none. */
  readonly metadata: Record<string, string>;
}

/** Options of `encodeSafetensors`. */
export interface SafetensorsOptions {
  /** Free text to go along, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Stores f32 in 16 bits: IEEE's half precision, or the upper half of an f32. */
  readonly halves?: "f16" | "bf16";
}

const layout = Object.keys(codes) as StoredType[];

/**
 * Reads a safetensors file.
 *
 * Lengths and offsets are checked against the input's length before an element is copied: the tensors take as many bytes
 * together as the file has. A name the header gives twice counts once, the last time; what the first one covered is then
 * a hole, and an error.
 *
 * @param bytes The whole file.
 * @returns The tensors, copies, and the metadata; or what is wrong with the bytes, and where. F32, F64, I32, U32, U8 and BOOL
 *   are read as they are, F16 and BF16 into f32, I8, I16 and I64 into i32, U16 and U64 into u32. A value out of the range
 *   of those is an error, which names it and its tensor, and so is any other dtype (F8_E4M3, C64, …).
 * @see https://github.com/huggingface/safetensors
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodeSafetensors, encodeSafetensors, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeSafetensors({ w: tensor([[1, 2]]) }, { metadata: { epoch: "3" } });
 * const { tensors, metadata } = orThrow(decodeSafetensors(bytes));
 * assertEquals([tensors.w?.toArray(), metadata.epoch], [[[1, 2]], "3"]);
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array): Either<FormatError, Safetensors> {
  const op = "decodeSafetensors", length = headerLength(op, bytes, bytes.length);
  if (length._tag === "Left") return length;
  const start = lengthBytes + length.right;
  const header = readHeader(op, bytes.subarray(lengthBytes, start), bytes.length - start);
  if (header._tag === "Left") return header;
  const { entries, metadata } = header.right, tensors: [string, Value][] = [];
  for (const entry of entries) {
    const x = readTensor(op, entry, bytes.subarray(start + entry.begin, start + entry.end), start);
    if (x._tag === "Left") return x;
    tensors.push([entry.name, x.right]);
  }
  // `fromEntries` makes "__proto__" a name like any other.
  return right({ tensors: Object.fromEntries(tensors), metadata });
}

/** A tensor from its elements' bytes; `start` is where the first tensor's elements are in the file. */
export function readTensor(op: string, entry: Entry, bytes: Uint8Array, start: number): Either<FormatError, Value> {
  const { name, type, shape, begin } = entry, { dtype, bytes: width } = stored[type];
  const read = readStored(type, bytes);
  if (read._tag === "Right") return right(fromArray({ shape, dtype, data: read.right }));
  const { index, value } = read.left;
  const what = dtype === "bool"
    ? `${value} among its truth values, 0 and 1`
    : `${value} at element ${index}, out of the range of ${dtype}; save it as F64, or scale it`;
  return badFile(op, start + begin + index * width, `tensor ${excerpt(name)} has ${what}`);
}

/**
 * Writes a safetensors file, laid out as the reference implementation does: elements of wide dtypes first, then by
 * name; the header padded so that every element is aligned.
 *
 * @param tensors Tensors by name.
 * @param options `metadata` is free text to go along, by name; `halves` stores f32 in 16 bits, `"f16"` (10 bits of fraction,
 *   infinity above 65519) or `"bf16"` (7 bits, the range of f32), rounded to nearest, to even between two.
 * @returns The file's bytes.
 * @throws {ArgumentError} If an entry is no tensor, a name is `__metadata__` or not Unicode, metadata are not strings, `halves` is
 *   something else, or the header comes out above 100 MB.
 * @throws {TransformError} If a tensor is traced and has no elements.
 * @see https://github.com/huggingface/safetensors
 *
 * @example A file of one scalar
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { encodeSafetensors } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeSafetensors({ x: tensor(1) });
 * const header = '{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   ';
 * assertEquals(new TextDecoder().decode(bytes.subarray(8, -4)), header);
 * ```
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor<Shape, DType>>>,
  options: SafetensorsOptions = {},
): Uint8Array {
  const metadata = Object.entries(options.metadata ?? {});
  for (const [key, value] of metadata) {
    if (!isText(key) || !isText(value)) {
      throw new ArgumentError(
        `encodeSafetensors: metadata ${excerpt(key)} is ${excerpt(value)}; it takes Unicode strings only`,
      );
    }
  }
  const entries = Object.entries(tensors);
  for (const [name, x] of entries) {
    if (name === metadataKey || !isText(name)) {
      throw new ArgumentError(`encodeSafetensors: no tensor can be called ${excerpt(name)}; rename it`);
    }
    if (!isTensor(x)) {
      throw new ArgumentError(
        `encodeSafetensors: ${excerpt(name)} is no tensor; name the leaves of a tree with treeToTensors`,
      );
    }
  }
  const { halves } = options;
  if (halves !== undefined && halves !== "f16" && halves !== "bf16") {
    throw new ArgumentError(`encodeSafetensors: halves is ${excerpt(halves)}; it is "f16" or "bf16"`);
  }
  const typeOf = ({ dtype }: Value): StoredType => dtype === "f32" ? halves ?? dtype : dtype;
  const place = ([, x]: [string, Value]) => layout.indexOf(typeOf(x));
  entries.sort((a, b) => place(a) - place(b) || (a[0] < b[0] ? -1 : 1));

  // Written entry by entry: an object would put names like "0" first and take "__proto__" for its prototype.
  const fields = metadata.length === 0 ? [] : [`"${metadataKey}":{${metadata.map(field).join(",")}}`];
  let end = 0;
  for (const [name, x] of entries) {
    const begin = end, type = typeOf(x);
    end += x.size * stored[type].bytes;
    fields.push(field([name, { dtype: codes[type], shape: x.shape, data_offsets: [begin, end] }]));
  }
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > maxHeader) {
    throw new ArgumentError(
      `encodeSafetensors: the header would take ${padded} bytes, over the format's ${maxHeader}; shorten names or metadata`,
    );
  }

  const bytes = new Uint8Array(lengthBytes + padded + end);
  new DataView(bytes.buffer).setUint32(0, padded, true);
  bytes.set(header, lengthBytes);
  bytes.fill(0x20, lengthBytes + header.length, lengthBytes + padded);
  let at = lengthBytes + padded;
  for (const [, x] of entries) {
    const data = writeStored(x.dataSync(), halves);
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

const field = ([key, value]: [string, unknown]): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
