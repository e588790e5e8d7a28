/**
 * The safetensors format: a JSON header that names tensors, then their elements, little endian.
 *
 * Elements are copied as bytes, so that every NaN keeps its bits. Their order in memory is the machine's, which is little
 * endian wherever Deno runs.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { alloc, bytesOf, type DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import { type Shape, show, sizeOf } from "../../core/shape.ts";
import { fromArray, type Tensor, type Value } from "../../core/tensor.ts";
import { isTensor } from "../../core/tree.ts";
import type { Either, FormatError } from "../errors.ts";
import { clip, excerpt } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** What a safetensors file holds. */
export interface Safetensors {
  /** The tensors by name, in the order of their elements in the file. */
  readonly tensors: Record<string, Tensor<Shape, DType>>;
  /** Free text that came along, empty if there was none. */
  readonly metadata: Record<string, string>;
}

/** What the header says of a tensor, checked. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

// In the order in which the reference implementation lays tensors out: wide ones first, which keeps all aligned.
const codes: { readonly [D in DType]: string } = {
  f64: "F64",
  f32: "F32",
  u32: "U32",
  i32: "I32",
  u8: "U8",
  bool: "BOOL",
};
const layout = Object.keys(codes) as DType[];
const dtypeOfCode = new Map<unknown, DType>(layout.map((d) => [codes[d], d]));

const metadataKey = "__metadata__";
const lengthBytes = 8;
const maxHeader = 100_000_000;

function bad(offset: number, what: string): Either<FormatError, never> {
  const message = `decodeSafetensors: ${what} (byte ${offset})`;
  return left({ _tag: "FormatError", format: "safetensors", offset, message });
}

/** Whole, exact, not negative, and not the −0 that JSON can write. */
const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && Object.is(x, Math.abs(x as number));

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

/**
 * Reads a safetensors file.
 *
 * Lengths and offsets are checked against the input's length before an element is copied: the tensors take as many bytes
 * together as the file has. A name the header gives twice counts once, the last time; what the first one covered is then
 * a hole, and an error.
 *
 * @param bytes The whole file.
 * @returns The tensors (copies; of dtype f32, f64, i32, u32, u8 or bool) and the metadata; or what is wrong with the bytes,
 *   and where. Tensors of other dtypes (F16, BF16, I64, …) are such an error, which names them.
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
  if (bytes.length < lengthBytes) {
    return bad(bytes.length, `${bytes.length} bytes, but the header's length alone takes ${lengthBytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Rounded above 2^53, where it is too long anyway.
  const headerBytes = view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (headerBytes > maxHeader) {
    return bad(
      0,
      `a header of ${headerBytes} bytes, over the format's ${maxHeader}; this is probably no safetensors file`,
    );
  }
  const start = lengthBytes + headerBytes;
  if (start > bytes.length) {
    return bad(
      bytes.length,
      `the header takes ${headerBytes} bytes, but ${bytes.length - lengthBytes} follow its length`,
    );
  }

  const header = parseHeader(bytes.subarray(lengthBytes, start));
  if (header._tag === "Left") return header;
  const { [metadataKey]: metadata = {}, ...infos } = header.right;
  if (!isRecord(metadata) || !Object.entries(metadata).every((pair) => pair.every(isText))) {
    return bad(lengthBytes, `${metadataKey} is ${excerpt(metadata)}; it maps names to strings, all of them Unicode`);
  }
  const entries: Entry[] = [];
  for (const [name, info] of Object.entries(infos)) {
    const entry = checkEntry(name, info);
    if (typeof entry === "string") return bad(lengthBytes, `tensor ${excerpt(name)} ${entry}`);
    entries.push(entry);
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);

  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      const why = begin < at
        ? `overlaps the tensor before it, which ends at ${at}`
        : `leaves bytes ${at} to ${begin} unused`;
      return bad(
        start + Math.min(at, bytes.length - start),
        `tensor ${excerpt(name)} starts at ${begin} of the data and ${why}`,
      );
    }
    at = end;
  }
  const held = bytes.length - start;
  if (at > held) {
    return bad(bytes.length, `the tensors take ${at} bytes, but ${held} follow the header; the file is cut short`);
  }
  if (at < held) {
    return bad(start + at, `the tensors take ${at} bytes, but ${held} follow the header; ${held - at} are left over`);
  }

  const tensors: [string, Value][] = [];
  for (const { name, dtype, shape, begin, end } of entries) {
    const data = alloc(dtype, (end - begin) / bytesOf(dtype));
    // Not `slice`: a Node `Buffer`'s does not copy.
    new Uint8Array(data.buffer).set(bytes.subarray(start + begin, start + end));
    const odd = dtype === "bool" ? data.findIndex((x) => x > 1) : -1;
    if (odd >= 0) {
      return bad(start + begin + odd, `tensor ${excerpt(name)} has ${data[odd]} among its truth values, 0 and 1`);
    }
    tensors.push([name, fromArray({ shape, dtype, data })]);
  }
  // `fromEntries` makes "__proto__" a name like any other.
  return right({ tensors: Object.fromEntries(tensors), metadata: { ...metadata } as Record<string, string> });
}

function parseHeader(bytes: Uint8Array): Either<FormatError, Record<string, unknown>> {
  if (bytes[0] !== 0x7b) {
    return bad(lengthBytes, "the header does not start with {; this is probably no safetensors file");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bad(lengthBytes, "the header is not UTF-8");
  }
  try {
    return right(JSON.parse(text) as Record<string, unknown>);
  } catch (e) {
    return bad(lengthBytes, `the header is not JSON: ${clip(e instanceof Error ? e.message : String(e))}`);
  }
}

/** A tensor's line of the header, or what is wrong with it. */
function checkEntry(name: string, info: unknown): Entry | string {
  if (!isText(name)) return "has half a surrogate pair in its name";
  if (!isRecord(info)) return `is ${excerpt(info)}, not an object with dtype, shape and data_offsets`;
  const { dtype: code, shape, data_offsets: offsets } = info;
  if (typeof code !== "string") return `has dtype ${excerpt(code)}, which is not a string`;
  const dtype = dtypeOfCode.get(code);
  if (dtype === undefined) {
    return `has dtype ${clip(code)}, which is not supported; save it as one of ${Object.values(codes).join(", ")}`;
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    return `has shape ${excerpt(shape)}; every size is a whole number from 0 to 2^53 − 1`;
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets as unknown[] : [];
  if (!isSize(begin) || !isSize(end) || begin > end) {
    return `has data_offsets ${excerpt(offsets)}; they are [begin, end], two whole numbers from 0 to 2^53 − 1`;
  }
  // Rounding above 2^53 and the NaN of ∞ · 0 make no safe integer.
  const needed = sizeOf(shape) * bytesOf(dtype);
  if (needed !== end - begin || !Number.isSafeInteger(needed)) {
    const takes = Number.isSafeInteger(needed) ? needed : "over 2^53";
    return `of dtype ${code} and shape ${clip(show(shape))} takes ${takes} bytes, but its data_offsets span ${
      end - begin
    }`;
  }
  return { name, dtype, shape, begin, end };
}

/** A string that UTF-8 can write: without halves of surrogate pairs. */
function isText(x: unknown): x is string {
  return typeof x === "string" && !/\p{Surrogate}/u.test(x);
}

/**
 * Writes a safetensors file, laid out as the reference implementation does: elements of wide dtypes first, then by
 * name; the header padded so that every element is aligned.
 *
 * @param tensors Tensors by name.
 * @param options `metadata` is free text to go along, by name.
 * @returns The file's bytes.
 * @throws {ArgumentError} If an entry is no tensor, a name is `__metadata__` or not Unicode, metadata are not strings, or
 *   the header comes out above 100 MB.
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
  options: { readonly metadata?: Readonly<Record<string, string>> } = {},
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
  const place = ([, x]: [string, Value]) => layout.indexOf(x.dtype);
  entries.sort((a, b) => place(a) - place(b) || (a[0] < b[0] ? -1 : 1));

  // Written entry by entry: an object would put names like "0" first and take "__proto__" for its prototype.
  const fields = metadata.length === 0 ? [] : [`"${metadataKey}":{${metadata.map(field).join(",")}}`];
  let end = 0;
  for (const [name, { dtype, shape, size }] of entries) {
    const begin = end;
    end += size * bytesOf(dtype);
    fields.push(field([name, { dtype: codes[dtype], shape, data_offsets: [begin, end] }]));
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
    const data = x.dataSync();
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const field = ([key, value]: [string, unknown]): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
