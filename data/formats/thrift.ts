/**
 * Thrift's compact protocol, in which Parquet files describe themselves; as much of it as they use.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { Damage } from "./damage.ts";

/** A value: numbers are those of all integer types, within 2^53. */
export type Thrift = number | boolean | Uint8Array | readonly Thrift[] | ThriftStruct;

/** Fields by their numbers. */
export type ThriftStruct = ReadonlyMap<number, Thrift>;

/** Structures of Parquet are within one another five deep. */
const maxDepth = 16;

/** A place in bytes, which moves as they are read. */
export interface Cursor {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Where to read next. */
  at: number;
}

/** One byte. */
export function readByte(from: Cursor): number {
  const byte = from.bytes[from.at];
  if (byte === undefined) throw new Damage(from.at, "the bytes end too early");
  from.at++;
  return byte;
}

/** An unsigned number in portions of seven bits, the lowest first. */
export function readVarint(from: Cursor): number {
  let value = 0;
  for (let scale = 1;; scale *= 128) {
    const byte = readByte(from);
    value += (byte & 127) * scale;
    if (!Number.isSafeInteger(value)) throw new Damage(from.at, "a number is beyond 2^53");
    if (byte < 128) return value;
    // Portions of zeros could go on for ever.
    if (scale > 2 ** 63) throw new Damage(from.at, "a number has more than ten bytes");
  }
}

/** So many bytes: a view. */
export function readBytes(from: Cursor, length: number): Uint8Array {
  const left = from.bytes.length - from.at;
  if (length > left) throw new Damage(from.at, `${length} bytes are needed, and ${left} are left`);
  return from.bytes.subarray(from.at, from.at += length);
}

function readSigned(from: Cursor): number {
  const n = readVarint(from);
  return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
}

/** A structure. */
export function readStruct(from: Cursor, depth = 0): ThriftStruct {
  if (depth > maxDepth) throw new Damage(from.at, "structures are within one another too deep");
  const fields = new Map<number, Thrift>();
  let id = 0;
  for (;;) {
    const head = readByte(from), type = head & 15;
    if (type === 0) return fields;
    id = head >> 4 === 0 ? readSigned(from) : id + (head >> 4);
    fields.set(id, type <= 2 ? type === 1 : readValue(from, type, depth));
  }
}

function readValue(from: Cursor, type: number, depth: number): Thrift {
  switch (type) {
    case 1:
    case 2:
      return readByte(from) === 1;
    case 3:
      return readByte(from) << 24 >> 24;
    case 4:
    case 5:
    case 6:
      return readSigned(from);
    case 7: {
      const bytes = readBytes(from, 8);
      return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
    }
    case 8:
      return readBytes(from, readVarint(from));
    case 9:
      return readList(from, depth);
    case 12:
      return readStruct(from, depth + 1);
    default:
      throw new Damage(from.at, `there is a field of type ${type}, which Parquet does not use`);
  }
}

function readList(from: Cursor, depth: number): readonly Thrift[] {
  const head = readByte(from), length = head >> 4 === 15 ? readVarint(from) : head >> 4;
  const left = from.bytes.length - from.at;
  // Each element takes a byte at least.
  if (length > left) throw new Damage(from.at, `a list of ${length} is longer than the ${left} bytes that are left`);
  if (depth > maxDepth) throw new Damage(from.at, "lists are within one another too deep");
  return Array.from({ length }, () => readValue(from, head & 15, depth + 1));
}
