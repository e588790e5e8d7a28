/**
 * Zip archives of stored and deflated files, as .npz files are.
 *
 * Written here, and not taken from a package: the runtimes inflate by themselves, and what is left, two tables and a
 * checksum, has to be held against the input's length, which the packages leave to their users.
 *
 * @see PKWARE, APPNOTE.TXT – .ZIP File Format Specification, 6.3.10, section 4.3
 */
import { clip } from "./excerpt.ts";
import { inflate } from "../inflate.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** A file of an archive, packed. */
export interface ZipEntry {
  /** Its path in the archive. */
  readonly name: string;
  /** Whether its bytes are deflated; stored as they are if not. */
  readonly deflated: boolean;
  /** CRC-32 of its bytes. */
  readonly checksum: number;
  /** How many bytes it has. */
  readonly size: number;
  /** Its bytes as they are in the archive: a view. */
  readonly packed: Uint8Array;
  /** Where those start. */
  readonly start: number;
}

/** What is wrong with an archive, and where. */
export interface ZipError {
  /** Counted from the archive's first byte. */
  readonly offset: number;
  /** What is wrong. */
  readonly what: string;
}

const endBytes = 22, centralBytes = 46, localBytes = 30;
const endMark = 0x06054b50, centralMark = 0x02014b50, localMark = 0x04034b50;
const maxComment = 0xffff, beyond32 = 0xffffffff;

const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? c >>> 1 ^ 0xedb88320 : c >>> 1;
  return c;
});

/** CRC-32, as zip and gzip have it. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ c >>> 8;
  return ~c >>> 0;
}

/** The files of an archive, none of them unpacked. Tables are read as far as the archive has bytes for them. */
export function readZip(bytes: Uint8Array): Either<ZipError, readonly ZipEntry[]> {
  const bad = (offset: number, what: string): Either<ZipError, never> => left({ offset, what });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - endBytes;
  const earliest = Math.max(0, end - maxComment);
  while (end >= earliest && view.getUint32(end, true) !== endMark) end--;
  if (end < earliest) return bad(bytes.length, "there is no end of a zip archive; it is cut short, or something else");
  const count = view.getUint16(end + 10, true), from = view.getUint32(end + 16, true);
  if (count === 0xffff || from === beyond32) return bad(end, "archives above 4 GB (zip64) are not supported");
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    return bad(end, "archives in several parts are not supported");
  }
  const entries: ZipEntry[] = [], names = new Set<string>();
  let at = from;
  for (let i = 0; i < count; i++) {
    if (at + centralBytes > end || view.getUint32(at, true) !== centralMark) {
      return bad(Math.min(at, bytes.length), `its table of ${count} files breaks off after ${i}`);
    }
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    const taken = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true), local = view.getUint32(at + 42, true);
    const next = at + centralBytes + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) return bad(at, `its table of ${count} files breaks off after ${i}`);
    const name = new TextDecoder().decode(bytes.subarray(at + centralBytes, at + centralBytes + nameLength));
    const quoted = JSON.stringify(clip(name));
    if (names.has(name)) return bad(at, `two of its files are called ${quoted}`);
    names.add(name);
    if (flags & 1) return bad(at, `${quoted} is encrypted, which is not supported`);
    if (method !== 0 && method !== 8) return bad(at, `${quoted} is packed by method ${method}; 0 and 8 are supported`);
    if (taken === beyond32 || size === beyond32 || local === beyond32) {
      return bad(at, `${quoted} is above 4 GB (zip64), which is not supported`);
    }
    if (local + localBytes > from || view.getUint32(local, true) !== localMark) {
      return bad(Math.min(local, bytes.length), `${quoted} is not where the table says`);
    }
    const start = local + localBytes + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + taken > from) return bad(local, `${quoted} takes ${taken} bytes, more than there are before the table`);
    if (method === 0 && taken !== size) return bad(at, `${quoted} is stored in ${taken} bytes and has ${size}`);
    const packed = bytes.subarray(start, start + taken), checksum = view.getUint32(at + 16, true);
    entries.push({ name, deflated: method === 8, checksum, size, packed, start });
    at = next;
  }
  return right(entries);
}

/** The bytes of a file of an archive, checked; a view if they are stored. No more is unpacked than the table announced. */
export async function unzipped(entry: ZipEntry): Promise<Either<ZipError, Uint8Array>> {
  const { name, deflated, checksum, size, packed, start } = entry, quoted = JSON.stringify(clip(name));
  const bad = (what: string): Either<ZipError, never> => left({ offset: start, what: `${quoted} ${what}` });
  let bytes = packed;
  if (deflated) {
    const unpacked = await inflate(packed, "deflate-raw", size);
    if (unpacked._tag === "Left") {
      return bad(
        unpacked.left.over ? `has more than the ${size} bytes announced` : `is damaged: ${unpacked.left.words}`,
      );
    }
    bytes = unpacked.right;
    if (bytes.length !== size) return bad(`has ${bytes.length} bytes, and ${size} were announced`);
  }
  return crc32(bytes) === checksum ? right(bytes) : bad("is damaged: its checksum differs");
}

/** An archive of files, stored as they are; they bear the earliest date that there is, so that equal files make equal bytes. */
export function writeZip(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const named = files.map(([name, bytes]) => ({ name: new TextEncoder().encode(name), bytes, checksum: crc32(bytes) }));
  const total = named.reduce((n, f) => n + localBytes + centralBytes + 2 * f.name.length + f.bytes.length, endBytes);
  const whole = new Uint8Array(total), view = new DataView(whole.buffer);
  let at = 0;
  // What a file's two headers share: versions, flags (UTF-8), method, date, checksum, sizes, length of the name.
  const header = (at: number, { name, bytes, checksum }: typeof named[number]) => {
    view.setUint16(at, 20, true);
    view.setUint16(at + 2, 0x800, true);
    view.setUint16(at + 8, 0x21, true);
    view.setUint32(at + 10, checksum, true);
    view.setUint32(at + 14, bytes.length, true);
    view.setUint32(at + 18, bytes.length, true);
    view.setUint16(at + 22, name.length, true);
  };
  const starts = named.map((f) => {
    const start = at;
    view.setUint32(at, localMark, true);
    header(at + 4, f);
    whole.set(f.name, at + localBytes);
    whole.set(f.bytes, at + localBytes + f.name.length);
    at += localBytes + f.name.length + f.bytes.length;
    return start;
  });
  const from = at;
  named.forEach((f, i) => {
    view.setUint32(at, centralMark, true);
    view.setUint16(at + 4, 20, true);
    header(at + 6, f);
    view.setUint32(at + 42, starts[i]!, true);
    whole.set(f.name, at + centralBytes);
    at += centralBytes + f.name.length;
  });
  view.setUint32(at, endMark, true);
  view.setUint16(at + 8, named.length, true);
  view.setUint16(at + 10, named.length, true);
  view.setUint32(at + 12, at - from, true);
  view.setUint32(at + 16, from, true);
  return whole;
}
