/**
 * Tables of the Parquet format.
 *
 * Read here, and not by a package: a few bytes of a file may claim any number of rows, and what is claimed has to be held
 * against what there is and against a limit before it is made room for, which packages leave out. `hyparquet` 1.33.0
 * writes a run down as long as it says it is: six bytes in a page of ten values make room for 2^30. To look through all
 * runs, lengths and differences beforehand would be to read the file here all the same.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
import { ArgumentError } from "../../core/errors.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { openFile, type RandomAccess, reading, readWhole } from "../random_access.ts";
import { type Column, duplicate, type Table } from "../table.ts";
import { clip, excerpt } from "./excerpt.ts";
import { type ParquetColumn, type ParquetMetadata, readMetadata } from "./parquet_metadata.ts";
import { readPages } from "./parquet_pages.ts";
import { typeOf, unreadable } from "./parquet_values.ts";
import { Damage } from "./damage.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Options of `readParquet`. */
export interface ReadParquetOptions {
  /** The names of the columns to read, in order; all if left out. */
  readonly columns?: readonly string[];
  /** The first row to read, 0 if left out. */
  readonly rowStart?: number;
  /** Behind the last row to read; all to the end if left out. */
  readonly rowEnd?: number;
  /** The most values to read, columns times rows, 2^26 if left out: a short file may claim any number of rows. */
  readonly limit?: number;
}

/** "PAR1", which a file starts and ends with. */
const magic = [0x50, 0x41, 0x52, 0x31];

/**
 * Reads columns of a Parquet file: of those asked for, and of the groups of rows they are in, no more than their bytes.
 *
 * Numbers of all types become f64, and are refused where that would change them; dates and times become milliseconds,
 * dates since 1970, as JavaScript's `Date` has them, and decimals the nearest f64. Values may be written plainly, by
 * dictionary, as differences or byte by byte, and packed by Snappy, gzip and, where the runtime unpacks it, Zstandard.
 * Parts of structures are columns of their own, such as `image.bytes`; lists are not read.
 *
 * @param source The file: its path, its bytes, or what reads them.
 * @param options `columns`, `rowStart`, `rowEnd` and `limit`.
 * @returns The table; or what is wrong with the file, columns of `columns` that it has not and types that are not
 *   supported included; or why it cannot be read.
 * @throws {ArgumentError} If a row is no whole number from 0, a column is asked for twice, or `limit` is out of range.
 * @see https://parquet.apache.org/docs/file-format/
 *
 * @example Bytes that are no table
 * ```ts
 * import { readParquet } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const read = await readParquet(new TextEncoder().encode("a,b\n1,2\n"), { columns: ["a"] })();
 * assertEquals(read._tag, "Left");
 * ```
 */
export function readParquet(
  source: string | Uint8Array | RandomAccess,
  options: ReadParquetOptions = {},
): TaskEither<FormatError | DataError, Table> {
  const { columns, rowStart = 0, rowEnd = Infinity, limit = 2 ** 26 } = options;
  for (const [name, row] of [["rowStart", rowStart], ["rowEnd", rowEnd]] as const) {
    if (row >= 0 && (Number.isInteger(row) || row === Infinity)) continue;
    throw new ArgumentError(`readParquet: ${name} is ${row}; it is a whole number from 0`);
  }
  if (!(limit >= 0)) throw new ArgumentError(`readParquet: limit is ${limit}; it is a number of values from 0`);
  const twice = columns && duplicate(columns);
  if (twice !== undefined) throw new ArgumentError(`readParquet: columns has ${excerpt(twice)} twice; remove one`);
  return async () => {
    const file = typeof source === "string" ? source : "the source";
    const opened = typeof source === "string"
      ? await reading("readParquet", file, openFile(source))
      : right(source instanceof Uint8Array ? inMemory(source) : source);
    if (opened._tag === "Left") return opened;
    try {
      return await readTable(opened.right, file, columns, rowStart, rowEnd, limit);
    } finally {
      if (typeof source === "string") await opened.right.close();
    }
  };
}

/** Bytes as a file. */
const inMemory = (bytes: Uint8Array): RandomAccess => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  close: () => Promise.resolve(),
});

const bad = (offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "parquet", offset, message: `readParquet: ${what} (byte ${offset})` });

async function readTable(
  access: RandomAccess,
  file: string,
  names: readonly string[] | undefined,
  rowStart: number,
  rowEnd: number,
  limit: number,
): Promise<Either<FormatError | DataError, Table>> {
  const { size } = access,
    tail = await readWhole("readParquet", file, access, Math.max(0, size - 8), Math.min(8, size));
  if (tail._tag === "Left") return tail;
  if (size < 12 || !magic.every((byte, i) => tail.right[4 + i] === byte)) {
    return bad(size, "the file does not end as Parquet does, with PAR1; it is cut short, or something else");
  }
  const length = new DataView(tail.right.buffer, tail.right.byteOffset, 4).getUint32(0, true),
    start = size - 8 - length;
  if (start < magic.length) return bad(size - 8, `the metadata take ${length} bytes, and the file has ${size}`);
  const described = await readWhole("readParquet", file, access, start, length);
  if (described._tag === "Left") return described;
  try {
    const metadata = readMetadata(described.right, start), chosen = choose(metadata, names);
    if (typeof chosen === "string") return bad(start, chosen);
    const total = metadata.groups.reduce((sum, { rows }) => sum + rows, 0);
    const from = Math.min(rowStart, total), to = Math.max(from, Math.min(rowEnd, total)), rows = to - from;
    if (rows * chosen.length > limit) {
      const asked = `${chosen.length} columns of ${rows} rows`;
      return bad(start, `${asked} are more values than ${limit}; raise limit, or read fewer columns or rows at a time`);
    }
    const data: Column[] = [];
    for (const column of chosen) {
      const read = await readColumn(access, file, metadata, column, from, rows);
      if (read._tag === "Left") return read;
      data.push(read.right);
    }
    return right({ columns: chosen.map(({ name }) => name), rows, data });
  } catch (e) {
    if (e instanceof Damage) return bad(start + e.at, `the metadata are damaged: ${clip(e.message)}`);
    throw e;
  }
}

/** The columns to read, or why they cannot be. */
function choose({ columns }: ParquetMetadata, names: readonly string[] | undefined): readonly ParquetColumn[] | string {
  const twice = duplicate(columns.map(({ name }) => name));
  if (twice !== undefined) return `two columns are called ${excerpt(twice)}`;
  const byName = new Map(columns.map((column) => [column.name, column]));
  const chosen: ParquetColumn[] = [];
  for (const name of names ?? byName.keys()) {
    const column = byName.get(name);
    if (column === undefined) {
      return `there is no column ${excerpt(name)}; there are ${clip([...byName.keys()].join(", "))}`;
    }
    const why = unreadable(column);
    if (why !== undefined) return `column ${excerpt(name)} cannot be read: ${why}; name others in { columns }`;
    chosen.push(column);
  }
  return chosen;
}

/** A column of missing values, and what puts others there. */
function emptyColumn(column: ParquetColumn, rows: number) {
  const type = typeOf(column);
  if (type === "number") {
    const values = new Float64Array(rows).fill(NaN);
    return { column: { type, values } as Column, put: (row: number, x: unknown) => values[row] = x as number };
  }
  const values = new Array<unknown>(rows).fill(null);
  return { column: { type, values } as Column, put: (row: number, x: unknown) => values[row] = x };
}

async function readColumn(
  access: RandomAccess,
  file: string,
  { groups }: ParquetMetadata,
  column: ParquetColumn,
  start: number,
  rows: number,
): Promise<Either<FormatError | DataError, Column>> {
  const target = emptyColumn(column, rows);
  let before = 0;
  for (const group of groups) {
    const from = Math.max(0, start - before), to = Math.min(group.rows, start + rows - before), shift = before - start;
    before += group.rows;
    if (from >= to) continue;
    const chunk = group.chunks.get(column.name);
    if (chunk === undefined) return bad(access.size, `a group of rows has no column ${excerpt(column.name)}`);
    const bytes = await readWhole("readParquet", file, access, chunk.start, chunk.length);
    if (bytes._tag === "Left") return bytes;
    try {
      const put = (row: number, value: unknown): unknown => target.put(row + shift, value);
      await readPages(bytes.right, chunk.codec, column, group.rows, { from, to, put });
    } catch (e) {
      if (e instanceof Damage) return bad(chunk.start + e.at, e.message);
      throw e;
    }
  }
  return right(target.column);
}
