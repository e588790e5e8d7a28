/**
 * What a Parquet file says of itself: its columns, and where their chunks lie.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { Damage } from "./damage.ts";
import { type Cursor, readStruct, type Thrift, type ThriftStruct } from "./thrift.ts";
import { clip } from "./excerpt.ts";

/** How values are stored. */
export type Physical = "BOOLEAN" | "INT32" | "INT64" | "INT96" | "FLOAT" | "DOUBLE" | "BYTE_ARRAY" | "FIXED";

const physical: readonly Physical[] = ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED"];

/** What stored values mean, where that is not what they are. */
export type Meaning =
  | { readonly kind: "plain" }
  | { readonly kind: "text" }
  | { readonly kind: "unsigned" }
  | { readonly kind: "half" }
  /** The number is multiplied and divided: decimals, and times of which that makes milliseconds. */
  | { readonly kind: "scaled"; readonly times: number; readonly by: number }
  | { readonly kind: "unknown"; readonly name: string };

/** A column of values. */
export interface ParquetColumn {
  /** Its name, behind those of the structures that it is in, with dots between them. */
  readonly name: string;
  /** How its values are stored; `undefined` if it is in a list. */
  readonly physical: Physical | undefined;
  /** Bytes of a value of fixed length. */
  readonly width: number;
  /** How many of itself and the structures around it may be missing. */
  readonly levels: number;
  /** What they mean. */
  readonly meaning: Meaning;
}

/** The values of a column in a group of rows. */
export interface ParquetChunk {
  /** By number, as the format has it. */
  readonly codec: number;
  /** Where its pages start in the file. */
  readonly start: number;
  /** How many bytes they take. */
  readonly length: number;
}

/** Rows that are stored together. */
export interface RowGroup {
  /** How many. */
  readonly rows: number;
  /** The chunks by name of their column. */
  readonly chunks: ReadonlyMap<string, ParquetChunk>;
}

/** A file's columns and groups of rows. */
export interface ParquetMetadata {
  /** The columns, in order. */
  readonly columns: readonly ParquetColumn[];
  /** The groups, in order. */
  readonly groups: readonly RowGroup[];
}

const text = (x: Thrift | undefined): string => {
  if (x instanceof Uint8Array) return new TextDecoder().decode(x);
  throw new Damage(0, "a name is missing");
};

const whole = (struct: ThriftStruct, field: number, otherwise?: number): number => {
  const x = struct.get(field) ?? otherwise;
  if (typeof x === "number" && Number.isSafeInteger(x) && x >= 0) return x;
  throw new Damage(0, `field ${field} is no number of things`);
};

const list = (struct: ThriftStruct, field: number): readonly ThriftStruct[] => {
  const x = struct.get(field);
  if (Array.isArray(x) && x.every((item) => item instanceof Map)) return x;
  throw new Damage(0, `field ${field} is no list of structures`);
};

const inner = (struct: ThriftStruct | undefined, field: number): ThriftStruct | undefined => {
  const x = struct?.get(field);
  return x instanceof Map ? x : undefined;
};

/** Reads the metadata of a file of `size` bytes. It throws `Damage` if they contradict themselves. */
export function readMetadata(bytes: Uint8Array, size: number): ParquetMetadata {
  const from: Cursor = { bytes, at: 0 }, file = readStruct(from);
  const [root, ...elements] = list(file, 2);
  if (root === undefined) throw new Damage(0, "there is no schema");
  const groups = list(file, 4).map((group): RowGroup => {
    const chunks = new Map<string, ParquetChunk>();
    for (const chunk of list(group, 1)) {
      const meta = inner(chunk, 3), path = meta?.get(3);
      if (meta === undefined || !Array.isArray(path)) throw new Damage(0, "a chunk has no metadata");
      if (chunk.get(1) !== undefined) throw new Damage(0, "a chunk lies in another file, which is not supported");
      chunks.set(path.map(text).join("."), chunkOf(meta, size));
    }
    return { rows: whole(group, 3), chunks };
  });
  return { columns: columnsOf(elements), groups };
}

/** Structures of real files are in one another a few deep. */
const maxDepth = 32;

/** The columns of a schema, in which a structure is followed by its parts. */
function columnsOf(elements: readonly ThriftStruct[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  const around: { readonly path: string; readonly levels: number; readonly repeated: boolean; left: number }[] = [];
  for (const element of elements) {
    const outer = around.at(-1), own = text(element.get(4)), repetition = element.get(3), type = element.get(1);
    const path = outer === undefined ? own : `${outer.path}.${own}`, children = whole(element, 5, 0);
    const levels = (outer?.levels ?? 0) + (repetition === 1 ? 1 : 0);
    const repeated = outer?.repeated === true || repetition === 2;
    if (outer !== undefined) outer.left--;
    if (children > 0) {
      if (around.length === maxDepth) throw new Damage(0, "structures are within one another too deep");
      around.push({ path, levels, repeated, left: children });
    } else {
      columns.push({
        name: path,
        physical: repeated || typeof type !== "number" ? undefined : physical[type],
        width: whole(element, 2, 0),
        levels,
        meaning: meaningOf(element),
      });
    }
    while (around.at(-1)?.left === 0) around.pop();
  }
  return columns;
}

function chunkOf(meta: ThriftStruct, size: number): ParquetChunk {
  const first = whole(meta, 9), dictionary = whole(meta, 11, 0), length = whole(meta, 7);
  // Some writers put 0 where there is no dictionary.
  const start = dictionary > 0 && dictionary < first ? dictionary : first;
  if (start + length > size) throw new Damage(0, `a chunk at ${start} takes ${length} bytes, and the file has ${size}`);
  return { codec: whole(meta, 4), start, length };
}

const plain: Meaning = { kind: "plain" };

/** Milliseconds are what JavaScript counts time in. */
const perMillisecond: readonly number[] = [1, 1e3, 1e6];
const scaled = (times: number, by: number): Meaning => ({ kind: "scaled", times, by });

/** By the logical type where there is one, else by the older converted type. */
function meaningOf(element: ThriftStruct): Meaning {
  const logical = element.get(10), converted = element.get(6), scale = whole(element, 7, 0);
  if (logical instanceof Map) {
    const timed = inner(logical, 7) ?? inner(logical, 8), unit = [1, 2, 3].findIndex((u) => inner(timed, 2)?.has(u));
    const integer = inner(logical, 10);
    if (timed !== undefined) return unit < 0 ? unknown("a time") : scaled(1, perMillisecond[unit]!);
    if (integer !== undefined) return integer.get(2) === false ? { kind: "unsigned" } : plain;
    if (logical.has(5)) return scaled(1, 10 ** scale);
    if (logical.has(6)) return scaled(86_400_000, 1);
    if (logical.has(15)) return { kind: "half" };
    if (logical.has(13)) return unknown("BSON");
    // 1, 4 and 12: texts, enumerations and JSON; 2, 3 and 11 say nothing; 14 and up are bytes with a meaning of their own.
    const rest = [...logical.keys()][0] ?? 11;
    return [1, 4, 12].includes(rest) ? { kind: "text" } : rest <= 12 ? plain : unknown(`logical type ${rest}`);
  }
  switch (converted) {
    case 0:
    case 4:
    case 19:
      return { kind: "text" };
    case 5:
      return scaled(1, 10 ** scale);
    case 6:
      return scaled(86_400_000, 1);
    case 7:
    case 9:
      return scaled(1, 1);
    case 8:
    case 10:
      return scaled(1, 1e3);
    case 11:
    case 12:
    case 13:
    case 14:
      return { kind: "unsigned" };
    case 20:
    case 21:
      return unknown(converted === 20 ? "BSON" : "an interval");
    default:
      return plain;
  }
}

const unknown = (name: string): Meaning => ({ kind: "unknown", name: clip(name) });
