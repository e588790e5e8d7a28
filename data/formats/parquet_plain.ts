/**
 * Values of a Parquet page that are written as differences or byte by byte, written plainly: one behind the other.
 *
 * @see https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
import { Damage } from "./damage.ts";
import type { ParquetColumn } from "./parquet_metadata.ts";
import { widthOf } from "./parquet_values.ts";
import { type Cursor, readByte, readBytes, readVarint } from "./thrift.ts";

/** More bytes than a page has: texts that repeat the beginning of the one before take few in the file. */
const mostBytes = 2 ** 28;

/** More differences than are written in a block. */
const mostInBlock = 2 ** 20;

/** The values as plain ones; `undefined` if they are not written in a way that is known. */
export function plainly(from: Cursor, encoding: number, column: ParquetColumn, count: number): Cursor | undefined {
  const { physical } = column, whole = physical === "INT32" || physical === "INT64";
  const bytes = encoding === 5 && whole
    ? new Uint8Array(physical === "INT64" ? differences(from, count).buffer : narrowed(differences(from, count)).buffer)
    : encoding === 6 && physical === "BYTE_ARRAY"
    ? strung(from, new Float64Array(count), lengths(from, count), undefined)
    : encoding === 7 && physical === "BYTE_ARRAY"
    ? strung(from, lengths(from, count), lengths(from, count), undefined)
    : encoding === 7 && physical === "FIXED"
    ? strung(from, lengths(from, count), lengths(from, count), column.width)
    : encoding === 9 && physical !== "BYTE_ARRAY" && physical !== "BOOLEAN"
    ? together(readBytes(from, count * widthOf(column)), count)
    : undefined;
  return bytes && { bytes, at: 0 };
}

const narrowed = (xs: BigInt64Array): Int32Array => Int32Array.from(xs, (x) => Number(BigInt.asIntN(32, x)));

/** `count` numbers of 64 bits: the first, and blocks of differences to the one before, each above the least of its block. */
function differences(from: Cursor, count: number): BigInt64Array {
  const size = readVarint(from), parts = readVarint(from), announced = readVarint(from), each = size / parts;
  if (!(Number.isInteger(each / 8) && size > 0 && size <= mostInBlock)) {
    throw new Damage(from.at, `blocks of ${size} differences are in ${parts} parts`);
  }
  if (announced !== count) throw new Damage(from.at, `${announced} values are announced, and should be ${count}`);
  const out = new BigInt64Array(count);
  let value = out[0] = readSigned(from);
  for (let i = 1; i < count;) {
    const least = readSigned(from), widths = readBytes(from, parts);
    for (let part = 0; part < parts && i < count; part++) {
      const width = widths[part]!, end = i + Math.min(each, count - i);
      if (width > 64) throw new Damage(from.at, `differences take ${width} bits`);
      // Behind the last value a part may break off.
      const packed = readBytes(from, Math.min(each * width / 8, from.bytes.length - from.at));
      if (packed.length * 8 < (end - i) * width) throw new Damage(from.at, "differences are cut short");
      const view = new DataView(new ArrayBuffer(packed.length + 9));
      new Uint8Array(view.buffer).set(packed);
      for (let bit = 0; i < end; bit += width) {
        value = out[i++] = BigInt.asIntN(64, value + least + bitsAt(view, bit, width));
      }
    }
  }
  return out;
}

/** A number of so many bits, the lowest first. */
function bitsAt(view: DataView, bit: number, width: number): bigint {
  const at = bit >> 3, low = BigInt(bit & 7);
  const bits = view.getBigUint64(at, true) >> low | BigInt(view.getUint8(at + 8)) << 64n - low;
  return BigInt.asUintN(width, bits);
}

/** A signed number of 64 bits in portions of seven. */
function readSigned(from: Cursor): bigint {
  let bits = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = readByte(from);
    bits |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, bits >> 1n ^ -(bits & 1n));
  }
  throw new Damage(from.at, "a number has more than ten bytes");
}

function lengths(from: Cursor, count: number): Float64Array {
  return Float64Array.from(differences(from, count), (x) => {
    if (x >= 0n && x <= BigInt(mostBytes)) return Number(x);
    throw new Damage(from.at, `a value has ${x} bytes`);
  });
}

/**
 * Values each of which begins as the one before does, for so many bytes, and ends with bytes of its own; with their
 * lengths in front, unless all have the same `width`.
 */
function strung(
  from: Cursor,
  shared: Float64Array,
  own: Float64Array,
  width: number | undefined,
): Uint8Array<ArrayBuffer> {
  let total = 0, before = 0;
  own.forEach((length, i) => {
    const all = shared[i]! + length;
    if (shared[i]! > before) throw new Damage(from.at, `a value repeats ${shared[i]} bytes of ${before}`);
    if (width !== undefined && all !== width) throw new Damage(from.at, `a value has ${all} bytes, and not ${width}`);
    before = all;
    total += all + (width === undefined ? 4 : 0);
  });
  if (total > mostBytes) throw new Damage(from.at, `the values of a page take ${total} bytes, above ${mostBytes}`);
  const out = new Uint8Array(total), view = new DataView(out.buffer);
  let at = 0, start = 0;
  own.forEach((length, i) => {
    if (width === undefined) view.setUint32((at += 4) - 4, shared[i]! + length, true);
    out.copyWithin(at, start, start + shared[i]!);
    out.set(readBytes(from, length), at + shared[i]!);
    start = at;
    at += shared[i]! + length;
  });
  return out;
}

/** Values whose first bytes came first, then all second ones, and so on. */
function together(split: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const width = split.length / count;
  return Uint8Array.from(split, (_, i) => split[i % width * count + Math.floor(i / width)]!);
}
