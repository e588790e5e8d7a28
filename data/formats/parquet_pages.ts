/**
 * The pages of a Parquet file: the values of a column in a group of rows, packed a few thousand at a time.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/
 */
import { inflate } from "../inflate.ts";
import type { ParquetColumn } from "./parquet_metadata.ts";
import { plainly } from "./parquet_plain.ts";
import { readPlain, readRuns, unsigned32, type Values } from "./parquet_values.ts";
import { unsnappy } from "./snappy.ts";
import { Damage } from "./damage.ts";
import { type Cursor, readByte, readBytes, readStruct, type ThriftStruct } from "./thrift.ts";

/** More rows than writers put into a page; each may take no bytes at all. */
const maxPageRows = 2 ** 26;

const encodings: readonly string[] = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
];

const codecs: readonly string[] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"];

/** Rows of a group: which are wanted, and what takes their values; rows without one are not put. */
export interface Wanted {
  /** The first that is wanted. */
  readonly from: number;
  /** Behind the last that is. */
  readonly to: number;
  /** Takes the value of a row. */
  readonly put: (row: number, value: number | string | boolean | Uint8Array) => void;
}

const field = (struct: ThriftStruct | undefined, id: number, otherwise?: number): number => {
  const x = struct?.get(id) ?? otherwise;
  if (typeof x === "number" && x >= 0) return x;
  throw new Damage(0, "the head of a page lacks a number");
};

const part = (struct: ThriftStruct, id: number): ThriftStruct | undefined => {
  const x = struct.get(id);
  return x instanceof Map ? x : undefined;
};

/** Reads the pages of a chunk of `rows` rows. It throws `Damage`, at the page that is damaged. */
export async function readPages(
  bytes: Uint8Array,
  codec: number,
  column: ParquetColumn,
  rows: number,
  wanted: Wanted,
): Promise<void> {
  const pages: Cursor = { bytes, at: 0 };
  let dictionary: Values | undefined;
  for (let row = 0; row < rows && row < wanted.to;) {
    const start = pages.at;
    try {
      const head = readStruct(pages), kind = field(head, 1), size = field(head, 2);
      const packed = readBytes(pages, field(head, 3));
      if (kind === 2) {
        const page = await unpacked(packed, codec, size);
        dictionary = readPlain({ bytes: page, at: 0 }, column, field(part(head, 7), 1));
      } else if (kind === 0 || kind === 3) {
        const count = field(part(head, kind === 0 ? 5 : 8), 1);
        if (count > rows - row || count > maxPageRows) throw new Damage(0, `a page has ${count} of ${rows - row} rows`);
        if (row + count > wanted.from) {
          const page = kind === 0
            ? await pageOf(head, packed, codec, size, column)
            : await pageOf2(head, packed, codec, size);
          putValues(page, column, dictionary, row, count, wanted);
        }
        row += count;
      }
    } catch (e) {
      throw e instanceof Damage ? new Damage(start, `column ${JSON.stringify(column.name)}: ${e.message}`) : e;
    }
  }
}

/** A page of data, unpacked. */
interface Page {
  /** Where the runs are that say which rows have a value; `undefined` if all have. */
  readonly levels: Cursor | undefined;
  /** Where the values are. */
  readonly values: Cursor;
  /** How they are written, by number. */
  readonly encoding: number;
}

async function pageOf(
  head: ThriftStruct,
  packed: Uint8Array,
  codec: number,
  size: number,
  column: ParquetColumn,
): Promise<Page> {
  const data = part(head, 5), values: Cursor = { bytes: await unpacked(packed, codec, size), at: 0 };
  if (column.levels === 0) return { levels: undefined, values, encoding: field(data, 2) };
  if (field(data, 3) !== 3) {
    throw new Damage(0, "missing values are marked in a way that is not supported; write it again");
  }
  const levels = { bytes: readBytes(values, unsigned32(values)), at: 0 };
  return { levels, values, encoding: field(data, 2) };
}

async function pageOf2(head: ThriftStruct, packed: Uint8Array, codec: number, size: number): Promise<Page> {
  const data = part(head, 8), before: Cursor = { bytes: packed, at: field(data, 6) }, length = field(data, 5);
  const levels = { bytes: readBytes(before, length), at: 0 }, rest = packed.subarray(before.at);
  const plain = data?.get(7) === false || rest.length === 0;
  const bytes = plain ? rest : await unpacked(rest, codec, size - before.at);
  return { levels: length === 0 ? undefined : levels, values: { bytes, at: 0 }, encoding: field(data, 4) };
}

function putValues(
  { levels, values, encoding }: Page,
  column: ParquetColumn,
  dictionary: Values | undefined,
  start: number,
  count: number,
  { from, to, put }: Wanted,
): void {
  // A row has a value where nothing around it is missing.
  const all = column.levels, present = levels && readRuns(levels, 32 - Math.clz32(all), count);
  let known = count;
  if (present !== undefined) { for (const x of present) known -= x === all ? 0 : 1; }
  const valueAt = known === 0 ? () => 0 : decoderOf(values, encoding, column, dictionary, known);
  for (let i = 0, v = 0; i < count && start + i < to; i++) {
    if (present !== undefined && present[i] !== all) continue;
    const value = valueAt(v++);
    if (start + i >= from) put(start + i, value);
  }
}

/** The values of a page by their places. */
function decoderOf(
  from: Cursor,
  encoding: number,
  column: ParquetColumn,
  dictionary: Values | undefined,
  count: number,
): (v: number) => number | string | boolean | Uint8Array {
  const plain = encoding === 0 ? from : plainly(from, encoding, column, count);
  if (plain !== undefined) {
    const values = readPlain(plain, column, count);
    return (v) => values[v]!;
  }
  if (encoding === 2 || encoding === 8) {
    if (dictionary === undefined) throw new Damage(0, "values are places in a dictionary, which is missing");
    const places = readRuns(from, readByte(from), count);
    return (v) => {
      const value = dictionary[places[v]!];
      if (value !== undefined) return value;
      throw new Damage(0, `a value is entry ${places[v]} of a dictionary of ${dictionary.length}`);
    };
  }
  if (encoding === 3 && column.physical === "BOOLEAN") {
    const runs = readRuns({ bytes: readBytes(from, unsigned32(from)), at: 0 }, 1, count);
    return (v) => runs[v] === 1;
  }
  const name = encodings[encoding] ?? encoding;
  throw new Damage(
    0,
    `its encoding is ${name}, which is not supported for its type; write it with PLAIN or RLE_DICTIONARY`,
  );
}

/** The `size` bytes of a page. */
async function unpacked(packed: Uint8Array, codec: number, size: number): Promise<Uint8Array> {
  if (codec === 0 && packed.length === size) return packed;
  if (codec === 1) return unsnappy(packed, size);
  if (codec === 2) {
    const out = await inflate(packed, "gzip", size);
    if (out._tag === "Right" && out.right.length === size) return out.right;
    throw new Damage(0, "a page is no gzip of the size that it states");
  }
  if (codec === 0) throw new Damage(0, `a page states ${size} bytes, and has ${packed.length}`);
  const out = codec === 6 ? await unzstd(packed, size) : undefined;
  if (out?.length === size) return out;
  const known = codecs[codec] ?? codec;
  if (out !== undefined) throw new Damage(0, `a page is no ${known} of the size that it states`);
  const here = codec === 6 ? " here" : "";
  throw new Damage(0, `it is packed by ${known}, which is not supported${here}; write it again, packed by SNAPPY`);
}

/** What of Node's module is used; not all versions have it, and browsers have none. */
interface Zlib {
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
}

/** Bytes out of Zstandard, none if they are damaged or more than `size`; `undefined` where nothing unpacks it. */
async function unzstd(packed: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  let unpack: Zlib["zstdDecompressSync"];
  try {
    unpack = (await import("node:zlib") as unknown as Zlib).zstdDecompressSync;
  } catch {
    return undefined;
  }
  try {
    return unpack?.(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    return new Uint8Array();
  }
}
