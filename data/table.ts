/** Tables: columns of numbers, texts, truth values or bytes, each with its name. */
import { ArgumentError, ShapeError } from "../core/errors.ts";
import { clip } from "./formats/excerpt.ts";

/** Numbers, of which some may be missing. */
export interface NumberColumn {
  /** Tells this column from others in a union. */
  readonly type: "number";
  /** A number for each row; NaN where it is missing. */
  readonly values: Float64Array;
}

/** Texts, of which some may be missing. */
export interface StringColumn {
  /** Tells this column from others in a union. */
  readonly type: "string";
  /** A text for each row; `null` where it is missing. */
  readonly values: readonly (string | null)[];
}

/** Truth values, of which some may be missing. */
export interface BooleanColumn {
  /** Tells this column from others in a union. */
  readonly type: "boolean";
  /** A truth value for each row; `null` where it is missing. */
  readonly values: readonly (boolean | null)[];
}

/** Bytes, such as those of pictures, of which some may be missing. */
export interface BytesColumn {
  /** Tells this column from others in a union. */
  readonly type: "bytes";
  /** Bytes for each row; `null` where they are missing. */
  readonly values: readonly (Uint8Array | null)[];
}

/** One column of a table. */
export type Column = NumberColumn | StringColumn | BooleanColumn | BytesColumn;

/** What a column holds. */
export type ColumnType = Column["type"];

/** Rows of named columns. */
export interface Table {
  /** The names of the columns, in order, all different. */
  readonly columns: readonly string[];
  /** How many rows there are. */
  readonly rows: number;
  /** The columns, in the order of their names, `rows` values each. */
  readonly data: readonly Column[];
}

/** What `tableOf` makes a column of. */
export type ColumnValues = Column | readonly number[] | readonly (string | null)[] | readonly (boolean | null)[];

/**
 * A table of columns.
 *
 * @param columns The columns by name: numbers, texts or truth values, NaN or `null` where one is missing. A list that
 *   is empty, or all `null`, is taken for texts.
 * @returns The table, of copies.
 * @throws {ShapeError} If one column has more values than another.
 * @throws {ArgumentError} If a list mixes types.
 *
 * @example Two columns
 * ```ts
 * import { columnOf, tableOf } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf({ height: [1.62, NaN], name: ["Ada", "Béa"] });
 * assertEquals([table.columns, table.rows], [["height", "name"], 2]);
 * assertEquals(columnOf(table, "height"), { type: "number", values: new Float64Array([1.62, NaN]) });
 * ```
 */
export function tableOf(columns: Readonly<Record<string, ColumnValues>>): Table {
  const names = Object.keys(columns);
  const data = names.map((name) => columnFrom(name, columns[name]!));
  return checkTable("tableOf", { columns: names, rows: data[0]?.values.length ?? 0, data });
}

function columnFrom(name: string, given: ColumnValues): Column {
  if ("type" in given) return given;
  const values: readonly unknown[] = given;
  const type = typeof (values.find((x) => x !== null) ?? "");
  const odd = values.findIndex((x) => typeof x !== type && (x !== null || type === "number"));
  if (odd >= 0 || !["number", "string", "boolean"].includes(type)) {
    const remedy = type === "number"
      ? "a missing number is NaN"
      : "a column is of one type, with null for what is missing";
    const found = odd < 0 ? type : `${type} and, in row ${odd}, ${values[odd] === null ? "null" : typeof values[odd]}`;
    throw new ArgumentError(`tableOf: column "${clip(name)}" holds ${found}; ${remedy}`);
  }
  if (type === "number") return { type, values: Float64Array.from(given as readonly number[]) };
  return { type, values: [...values] } as Column;
}

/**
 * The column of a name.
 *
 * @param table A table.
 * @param name The name of one of its columns.
 * @returns The column.
 * @throws {ArgumentError} If the table has no such column.
 *
 * @example
 * ```ts
 * import { columnOf, decodeCsv, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = orThrow(decodeCsv("x,y\n1,a\n2,b\n"));
 * assertEquals(columnOf(table, "y").values, ["a", "b"]);
 * ```
 */
export function columnOf(table: Table, name: string): Column {
  return named("columnOf", table, name);
}

/** `columnOf` for an operation. */
export function named(op: string, table: Table, name: string): Column {
  const column = table.data[table.columns.indexOf(name)];
  if (column === undefined) {
    const names = clip(table.columns.join(", ")) || "none";
    throw new ArgumentError(`${op}: there is no column "${clip(name)}"; the columns are ${names}`);
  }
  return column;
}

/** The table, if each column has its own name and all are equally long. */
export function checkTable(op: string, table: Table): Table {
  const { columns, rows, data } = table;
  if (columns.length !== data.length) {
    throw new ShapeError(`${op}: ${columns.length} names, but ${data.length} columns; give each column one name`);
  }
  const twice = duplicate(columns);
  if (twice !== undefined) throw new ArgumentError(`${op}: two columns are called "${clip(twice)}"; rename one`);
  data.forEach(({ values }, c) => {
    if (values.length === rows) return;
    throw new ShapeError(
      `${op}: column "${clip(columns[c]!)}" has ${values.length} values, but the table has ${rows} rows`,
    );
  });
  return table;
}

/** A name that is there a second time. */
export function duplicate(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
