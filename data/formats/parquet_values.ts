/**
 * The values of a Parquet page: runs of small numbers, and plain values one behind the other.
 *
 * @see https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
import { fromHalfBits } from "./halves.ts";
import type { Column } from "../table.ts";
import type { ParquetColumn } from "./parquet_metadata.ts";
import { Damage } from "./damage.ts";
import { type Cursor, readByte, readBytes, readVarint } from "./thrift.ts";

/** Values of one type. */
export type Values = Float64Array | readonly string[] | readonly boolean[] | readonly Uint8Array[];

/** No dictionary has more entries than this many bits count. */
const maxBits = 24;

/** `count` numbers of `bits` bits each, in runs that repeat one and runs that pack several. */
export function readRuns(from: Cursor, bits: number, count: number): Uint8Array | Uint32Array {
  if (bits > maxBits) throw new Damage(from.at, `numbers of ${bits} bits, and dictionaries have up to ${maxBits}`);
  const out = bits <= 8 ? new Uint8Array(count) : new Uint32Array(count), mask = 2 ** bits - 1;
  for (let seen = 0; seen < count;) {
    const head = readVarint(from), length = Math.floor(head / 2), left = count - seen;
    if (head % 2 === 0) {
      let value = 0;
      for (let shift = 0; shift < bits; shift += 8) value |= readByte(from) << shift;
      const end = seen + Math.min(length, left);
      out.fill(value, seen, end);
      seen = end;
      continue;
    }
    // Eight at a time are packed; of the last eight some may be beyond the end, and their bytes may be left out.
    const whole = length * bits, packed = readBytes(from, Math.min(whole, from.bytes.length - from.at));
    const end = seen + Math.min(length * 8, left);
    if (packed.length * 8 < (end - seen) * bits) throw new Damage(from.at, "a run of packed numbers is cut short");
    let held = 0, holds = 0;
    for (let at = 0; seen < end; seen++) {
      for (; holds < bits; holds += 8) held |= packed[at++]! << holds;
      out[seen] = held & mask;
      held >>>= bits;
      holds -= bits;
    }
  }
  return out;
}

/** Why values of a column cannot be read; `undefined` if they can. */
export function unreadable({ physical, width, meaning }: ParquetColumn): string | undefined {
  if (physical === undefined) return "it is in a list";
  if (meaning.kind === "unknown") return `it holds ${meaning.name}`;
  const fixed = width > 0 &&
    (meaning.kind === "plain" || meaning.kind === "half" && width === 2 || meaning.kind === "scaled" && width <= 32);
  if (physical === "FIXED" && !fixed) return `it holds ${width} bytes a row with a meaning that does not fit`;
  if (physical === "BYTE_ARRAY" && (meaning.kind === "unsigned" || meaning.kind === "half")) {
    return "it holds bytes with a meaning that does not fit";
  }
  return undefined;
}

/** What a column's values are in a table. */
export function typeOf({ physical, meaning }: ParquetColumn): Column["type"] {
  if (physical === "BOOLEAN") return "boolean";
  if (physical !== "BYTE_ARRAY" && physical !== "FIXED") return "number";
  return meaning.kind === "plain"
    ? "bytes"
    : physical === "BYTE_ARRAY" && meaning.kind === "text"
    ? "string"
    : "number";
}

/** `count` values as they are; `unreadable` columns are not read. */
export function readPlain(from: Cursor, column: ParquetColumn, count: number): Values {
  const type = typeOf(column);
  if (type === "bytes") return readBlobs(from, column, count);
  if (type === "string") return readTexts(from, column, count);
  if (type === "number") return readNumbers(from, column, count);
  const bits = readBytes(from, Math.ceil(count / 8));
  return Array.from({ length: count }, (_, i) => (bits[i >> 3]! >> (i & 7) & 1) === 1);
}

/** Bytes of a fixed length, or each with its own in front. */
function readBlobs(from: Cursor, { physical, width }: ParquetColumn, count: number): Uint8Array[] {
  const least = physical === "FIXED" ? width : 4;
  if (count * least > from.bytes.length - from.at) throw new Damage(from.at, `there are fewer than ${count} values`);
  return Array.from(
    { length: count },
    () => readBytes(from, physical === "FIXED" ? width : unsigned32(from)).slice(),
  );
}

function readTexts(from: Cursor, column: ParquetColumn, count: number): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return readBlobs(from, column, count).map((bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new Damage(from.at, "a text is no UTF-8");
    }
  });
}

/** A number of four bytes, the lowest first. */
export function unsigned32(from: Cursor): number {
  const bytes = readBytes(from, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

const widths: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 };

/** Bytes of a value, where all have the same. */
export const widthOf = ({ physical, width }: ParquetColumn): number => widths[physical!] ?? width;

/** Decimals have no more bytes. */
const mostDecimalBytes = 32;

function readNumbers(from: Cursor, column: ParquetColumn, count: number): Float64Array {
  const { meaning, physical } = column;
  const meant = (x: number): number => meaning.kind === "scaled" ? x * meaning.times / meaning.by : x;
  if (physical === "BYTE_ARRAY") {
    return Float64Array.from(readBlobs(from, column, count), (b) => {
      if (b.length === 0 || b.length > mostDecimalBytes) throw new Damage(from.at, `a decimal has ${b.length} bytes`);
      return meant(bigNumber(new DataView(b.buffer, b.byteOffset, b.length), 0, b.length));
    });
  }
  const width = widthOf(column), bytes = readBytes(from, count * width);
  const read = readerOf(column, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), width);
  return Float64Array.from({ length: count }, (_, i) => meant(read(i * width)));
}

/** A number of so many bytes, the highest first. */
function bigNumber(view: DataView, at: number, width: number): number {
  let x = BigInt(view.getInt8(at));
  for (let i = 1; i < width; i++) x = x * 256n + BigInt(view.getUint8(at + i));
  return Number(x);
}

/** The day of 1970-01-01 in the count of days that times of 96 bits have. */
const epochDay = 2_440_588;

function readerOf({ physical, meaning }: ParquetColumn, view: DataView, width: number): (at: number) => number {
  const { kind } = meaning;
  if (physical === "FLOAT") return (at) => view.getFloat32(at, true);
  if (physical === "DOUBLE") return (at) => view.getFloat64(at, true);
  if (physical === "INT32") return (at) => kind === "unsigned" ? view.getUint32(at, true) : view.getInt32(at, true);
  if (physical === "INT64") {
    return (at) => {
      const high = kind === "unsigned" ? view.getUint32(at + 4, true) : view.getInt32(at + 4, true);
      const x = high * 2 ** 32 + view.getUint32(at, true);
      if (kind === "scaled" || Number.isSafeInteger(x)) return x;
      const exact = kind === "unsigned" ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
      throw new Damage(at, `${exact} is beyond 2^53, and would change; store it as a text`);
    };
  }
  if (physical === "INT96") {
    // Nanoseconds of a day, then the day.
    return (at) => (view.getInt32(at + 8, true) - epochDay) * 86_400_000 + Number(view.getBigInt64(at, true)) / 1e6;
  }
  if (kind === "half") return (at) => float(fromHalfBits(view.getUint16(at, true)));
  return (at) => bigNumber(view, at, width);
}

const word = new Float32Array(1), wordBits = new Uint32Array(word.buffer);

/** The f32 of bits. */
function float(bits: number): number {
  wordBits[0] = bits;
  return word[0]!;
}
