/** The header of a safetensors file: where each tensor's elements are, checked. */
import { type Shape, show, sizeOf } from "../../core/shape.ts";
import type { Either, FormatError } from "../errors.ts";
import { clip, excerpt } from "./excerpt.ts";
import { stored, type StoredType } from "./stored.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** What the header says of a tensor, checked. */
export interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: Shape;
  /** Where its elements begin, counted from the first element's first byte. */
  readonly begin: number;
  /** Where they end. */
  readonly end: number;
}

/** A header, checked. */
export interface Header {
  /** The tensors, in the order of their elements. */
  readonly entries: readonly Entry[];
  /** Free text, by name. */
  readonly metadata: Record<string, string>;
}

/** The types in the order in which the reference implementation lays tensors out: wide ones first, which keeps all aligned. */
export const codes: { readonly [T in StoredType]: string } = {
  u64: "U64",
  i64: "I64",
  f64: "F64",
  f32: "F32",
  u32: "U32",
  i32: "I32",
  bf16: "BF16",
  f16: "F16",
  u16: "U16",
  i16: "I16",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
};
const typeOfCode = new Map<unknown, StoredType>((Object.keys(codes) as StoredType[]).map((t) => [codes[t], t]));

/** The name under which free text stands. */
export const metadataKey = "__metadata__";
/** How many bytes the header's length takes. */
export const lengthBytes = 8;
/** The longest header that the format allows. */
export const maxHeader = 100_000_000;

/** An error of a file, as the operation that found it says it. */
export function badFile(op: string, offset: number, what: string): Either<FormatError, never> {
  const message = `${op}: ${what} (byte ${offset})`;
  return left({ _tag: "FormatError", format: "safetensors", offset, message });
}

/** Whole, exact, not negative, and not the −0 that JSON can write. */
const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && Object.is(x, Math.abs(x as number));

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

/** How many bytes the header takes, from the file's first bytes and its length. */
export function headerLength(op: string, bytes: Uint8Array, size: number): Either<FormatError, number> {
  if (size < lengthBytes) {
    return badFile(op, size, `${size} bytes, but the header's length alone takes ${lengthBytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  // Rounded above 2^53, where it is too long anyway.
  const length = view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (length > maxHeader) {
    const rule = `over the format's ${maxHeader}; this is probably no safetensors file`;
    return badFile(op, 0, `a header of ${length} bytes, ${rule}`);
  }
  if (lengthBytes + length > size) {
    return badFile(op, size, `the header takes ${length} bytes, but ${size - lengthBytes} follow its length`);
  }
  return right(length);
}

/**
 * Reads a header: its bytes, and how many bytes follow it. The tensors take all of those, each byte once.
 *
 * A name given twice counts once, the last time; what the first one covered is then a hole, and an error.
 */
export function readHeader(op: string, bytes: Uint8Array, held: number): Either<FormatError, Header> {
  const start = lengthBytes + bytes.length;
  const header = parseHeader(op, bytes);
  if (header._tag === "Left") return header;
  const { [metadataKey]: metadata = {}, ...infos } = header.right;
  if (!isRecord(metadata) || !Object.entries(metadata).every((pair) => pair.every(isText))) {
    return badFile(
      op,
      lengthBytes,
      `${metadataKey} is ${excerpt(metadata)}; it maps names to strings, all of them Unicode`,
    );
  }
  const entries: Entry[] = [];
  for (const [name, info] of Object.entries(infos)) {
    const entry = checkEntry(name, info);
    if (typeof entry === "string") return badFile(op, lengthBytes, `tensor ${excerpt(name)} ${entry}`);
    entries.push(entry);
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);

  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      const why = begin < at
        ? `overlaps the tensor before it, which ends at ${at}`
        : `leaves bytes ${at} to ${begin} unused`;
      return badFile(
        op,
        start + Math.min(at, held),
        `tensor ${excerpt(name)} starts at ${begin} of the data and ${why}`,
      );
    }
    at = end;
  }
  if (at > held) {
    return badFile(
      op,
      start + held,
      `the tensors take ${at} bytes, but ${held} follow the header; the file is cut short`,
    );
  }
  if (at < held) {
    return badFile(
      op,
      start + at,
      `the tensors take ${at} bytes, but ${held} follow the header; ${held - at} are left over`,
    );
  }
  return right({ entries, metadata: { ...metadata } as Record<string, string> });
}

function parseHeader(op: string, bytes: Uint8Array): Either<FormatError, Record<string, unknown>> {
  if (bytes[0] !== 0x7b) {
    return badFile(op, lengthBytes, "the header does not start with {; this is probably no safetensors file");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return badFile(op, lengthBytes, "the header is not UTF-8");
  }
  try {
    return right(JSON.parse(text) as Record<string, unknown>);
  } catch (e) {
    return badFile(op, lengthBytes, `the header is not JSON: ${clip(e instanceof Error ? e.message : String(e))}`);
  }
}

/** A tensor's line of the header, or what is wrong with it. */
function checkEntry(name: string, info: unknown): Entry | string {
  if (!isText(name)) return "has half a surrogate pair in its name";
  if (!isRecord(info)) return `is ${excerpt(info)}, not an object with dtype, shape and data_offsets`;
  const { dtype: code, shape, data_offsets: offsets } = info;
  if (typeof code !== "string") return `has dtype ${excerpt(code)}, which is not a string`;
  const type = typeOfCode.get(code);
  if (type === undefined) {
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
  const needed = sizeOf(shape) * stored[type].bytes;
  if (needed !== end - begin || !Number.isSafeInteger(needed)) {
    const takes = Number.isSafeInteger(needed) ? needed : "over 2^53";
    return `of dtype ${code} and shape ${clip(show(shape))} takes ${takes} bytes, but its data_offsets span ${
      end - begin
    }`;
  }
  return { name, type, shape, begin, end };
}

/** A string that UTF-8 can write: without halves of surrogate pairs. */
export function isText(x: unknown): x is string {
  return typeof x === "string" && !/\p{Surrogate}/u.test(x);
}
