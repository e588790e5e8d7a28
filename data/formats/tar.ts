/** Files out of a tar archive. */
import type { Either, FormatError } from "../errors.ts";
import { clip } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** A file of an archive. */
export interface TarFile {
  /** Its path as the archive has it: it may be absolute or lead upwards, so do not write to it unseen. */
  readonly path: string;
  /** Its bytes: a part of the archive's, not a copy. */
  readonly bytes: Uint8Array;
}

const block = 512;

/**
 * The files of a tar archive: POSIX's ustar and pax, GNU's and the older form. Folders, links and devices are passed over.
 *
 * @param bytes The archive, unpacked: `gunzip` makes a `.tar` of a `.tar.gz`.
 * @returns The files in their order; or what is wrong with the bytes, and where.
 * @see POSIX.1-2017, pax, https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 *
 * @example An archive of nothing
 * ```ts
 * import { decodeTar, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(orThrow(decodeTar(new Uint8Array(1024))), []);
 * ```
 */
export function decodeTar(bytes: Uint8Array): Either<FormatError, readonly TarFile[]> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return wrong(0, "the bytes are gzip, not tar; unpack them with gunzip first");
  }
  const files: TarFile[] = [];
  // What an entry of its own says of the next file.
  let path: string | undefined, size: number | undefined;
  for (let at = 0;;) {
    if (at + block > bytes.length) return wrong(bytes.length, "the archive is cut short: no empty block ends it");
    const head = bytes.subarray(at, at + block);
    if (head.every((b) => b === 0)) return right(files);
    if (!checks(head)) return wrong(at, "the sum of a header is not the one that it states");
    const kind = String.fromCharCode(head[156]!), extended = kind === "x" || kind === "g";
    const length = (extended || kind === "L" || kind === "K" ? undefined : size) ?? numberIn(head, 124, 12);
    const start = at + block, left = bytes.length - start;
    if (!(length <= left)) return wrong(at + 124, `an entry states a size of ${length}, but ${left} bytes follow`);
    const content = bytes.subarray(start, start + length);
    if (kind === "L") path = textIn(content, 0, content.length);
    else if (kind === "x") {
      const records = recordsIn(content);
      if (records === null) return wrong(start, "an extended header is no list of records");
      path = records.get("path") ?? path;
      const stated = records.get("size");
      if (stated !== undefined) {
        size = /^\d{1,15}$/.test(stated) ? Number(stated) : NaN;
        if (Number.isNaN(size)) return wrong(start, `an extended header states the size ${clip(stated)}`);
      }
    } else if (!extended && kind !== "K") {
      if (kind === "0" || kind === "\0" || kind === "7") files.push({ path: path ?? pathIn(head), bytes: content });
      path = size = undefined;
    }
    at = start + Math.ceil(length / block) * block;
  }
}

/** Whether a header's sum, its own field taken as spaces, is the one it states; some writers added signed bytes. */
function checks(head: Uint8Array): boolean {
  let plain = 0, signed = 0;
  for (let i = 0; i < block; i++) {
    const b = i >= 148 && i < 156 ? 32 : head[i]!;
    plain += b;
    signed += b > 127 ? b - 256 : b;
  }
  const stated = numberIn(head, 148, 8);
  return stated === plain || stated === signed;
}

/** A number in octal digits or, with the highest bit set, in base 256; NaN if it is neither. */
function numberIn(head: Uint8Array, at: number, length: number): number {
  if (head[at] === 0x80) return head.subarray(at + 1, at + length).reduce((n, b) => n * 256 + b, 0);
  const text = textIn(head, at, length).trim();
  return /^[0-7]*$/.test(text) ? parseInt(text || "0", 8) : NaN;
}

/** A text that ends with a zero byte or with its field. */
function textIn(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length), end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function pathIn(head: Uint8Array): string {
  const name = textIn(head, 0, 100), magic = textIn(head, 257, 6);
  // GNU's magic has a space behind it, and other things where the prefix is.
  const prefix = magic === "ustar" ? textIn(head, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** The records `length key=value\n` of an extended header; null if they are none. */
function recordsIn(content: Uint8Array): ReadonlyMap<string, string> | null {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const space = content.subarray(at, at + 20).indexOf(32), length = space < 1 ? NaN : numberOf(content, at, space);
    // Digits, a space, a key of a letter, the sign and the end of the line.
    if (!(length > space + 2 && at + length <= content.length) || content[at + length - 1] !== 10) return null;
    const record = new TextDecoder().decode(content.subarray(at + space + 1, at + length - 1)),
      sign = record.indexOf("=");
    if (sign < 1) return null;
    records.set(record.slice(0, sign), record.slice(sign + 1));
    at += length;
  }
  return records;
}

function numberOf(bytes: Uint8Array, at: number, length: number): number {
  const text = new TextDecoder().decode(bytes.subarray(at, at + length));
  return /^[1-9]\d*$/.test(text) ? Number(text) : NaN;
}

const wrong = (offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "tar", offset, message: `decodeTar: ${what} (byte ${offset})` });
