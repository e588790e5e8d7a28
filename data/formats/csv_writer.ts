/** Tables as comma-separated values. */
import { ArgumentError } from "../../core/errors.ts";
import { joinBytes } from "../join_bytes.ts";
import { checkTable, type Column, type Table } from "../table.ts";
import { markOf } from "./csv_options.ts";

/** Options of `encodeCsv`. */
export interface EncodeCsvOptions {
  /** The character between two fields, `","` if left out. */
  readonly separator?: string;
  /** Whether the names of the columns come first; `true` if left out. */
  readonly header?: boolean;
}

/**
 * Writes a table as comma-separated values that `decodeCsv` reads back, texts only if it is told that they are.
 *
 * Texts are put between quotation marks where they must be: if they are empty, look like a missing value, or hold a
 * separator, a quotation mark, a line end, or a space at either end. A missing value is an empty field, and `NA` in a
 * table of one column, where an empty line would be none. Lines end in LF.
 *
 * @param table A table.
 * @param options `separator` and `header`.
 * @returns The file's bytes, UTF-8.
 * @throws {ShapeError} If names, columns and rows do not fit together.
 * @throws {ArgumentError} If two columns have one name, or `separator` is no mark.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 *
 * @example
 * ```ts
 * import { encodeCsv, tableOf } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf({ height: [1.62, NaN], name: ["Lovelace, Ada", null] });
 * assertEquals(new TextDecoder().decode(encodeCsv(table)), 'height,name\n1.62,"Lovelace, Ada"\n,\n');
 * ```
 */
export function encodeCsv(table: Table, options: EncodeCsvOptions = {}): Uint8Array {
  const { separator = ",", header = true } = options;
  markOf("encodeCsv", "separator", separator);
  const { columns, rows, data } = checkTable("encodeCsv", table);
  const absent = columns.length === 1 ? "NA" : "";
  const fields = data.map((column) => fieldOf(column, separator, absent));
  // A line's text at a time: one text of the whole table may be longer than texts can be.
  const encoder = new TextEncoder(), parts: Uint8Array[] = [];
  const write = (line: string): void => {
    parts.push(encoder.encode(`${line}\n`));
  };
  if (columns.length > 0 && header) write(columns.map((name) => quoted(name, separator)).join(separator));
  if (columns.length > 0) { for (let r = 0; r < rows; r++) write(fields.map((field) => field(r)).join(separator)); }
  return joinBytes(parts);
}

/** The field of each row of a column. */
function fieldOf({ type, values }: Column, separator: string, absent: string): (row: number) => string {
  if (type === "number") return (r) => Number.isNaN(values[r]) ? absent : numeral(values[r]!, separator);
  if (type === "boolean") return (r) => values[r] === null ? absent : quoted(String(values[r]), separator);
  if (type === "bytes") throw new ArgumentError("encodeCsv: a column holds bytes, which CSV does not; leave it out");
  return (r) => values[r] === null ? absent : quoted(values[r]!, separator);
}

/** The shortest numeral that is read as the number. */
const numeral = (x: number, separator: string): string => quoted(Object.is(x, -0) ? "-0" : String(x), separator);

function quoted(text: string, separator: string): string {
  const plain = text !== "" && !/["\r\n\ufeff]|^\s|\s$|^(?:NA|NaN|null|\?)$/.test(text) && !text.includes(separator);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
