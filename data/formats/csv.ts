/**
 * Comma-separated values: tables as text.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import type { Either, FormatError } from "../errors.ts";
import type { Table } from "../table.ts";
import { type CsvOptions, rulesOf } from "./csv_options.ts";
import { csvReader } from "./csv_reader.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** The longest text that every runtime holds. */
const longest = 2 ** 29 - 25;

/**
 * Reads a table of comma-separated values, or of values that something else separates.
 *
 * Lines end in LF, CRLF or CR; empty ones are passed over. What stands between quotation marks is one field, whatever it
 * holds, and a mark within is doubled. A column holds numbers if every field spells one or is missing, else truth values
 * on the same terms, else texts; a whole number with more digits than f64 keeps is taken for a text. Spaces around a
 * number, a truth value or a missing value do not count. A text between quotation marks is never missing.
 *
 * @param source The file: its bytes, or its text.
 * @param options `separator`, `header`, `columns`, `types`, `missing`, `comment`, `quotes`, `encoding` and `maxField`.
 * @returns The table; or the first place where the file is wrong: rows of different lengths, text behind a closing
 *   quotation mark or none that closes, a field too long or no UTF-8, one not of its column's type, no header, two equal
 *   names, or a name in `types` that it has not.
 * @throws {ArgumentError} If an option is out of its range.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 *
 * @example Numbers, truth values and texts
 * ```ts
 * import { decodeCsv, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = orThrow(decodeCsv('height,known,name\n1.62,true,"Lovelace, Ada"\n,false,Béa\n'));
 * assertEquals(table.data, [
 *   { type: "number", values: new Float64Array([1.62, NaN]) },
 *   { type: "boolean", values: [true, false] },
 *   { type: "string", values: ["Lovelace, Ada", "Béa"] },
 * ]);
 * ```
 *
 * @example Tabs, and no header
 * ```ts
 * import { decodeCsv, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = orThrow(decodeCsv("1\t2\n3\t4\n", { separator: "\t", header: false }));
 * assertEquals([table.columns, table.rows], [["column_1", "column_2"], 2]);
 * ```
 */
export function decodeCsv(source: Uint8Array | string, options: CsvOptions = {}): Either<FormatError, Table> {
  const rules = rulesOf("decodeCsv", options);
  const bytes = typeof source === "string" ? new TextEncoder().encode(source) : source;
  if (bytes.length > longest) {
    const message = `decodeCsv: ${bytes.length} bytes, more than a text may have; read them with readCsv`;
    return left({ _tag: "FormatError", format: "csv", offset: longest, message });
  }
  // The encoding of a string is not the program's to choose.
  const reader = csvReader("decodeCsv", typeof source === "string" ? { ...rules, encoding: "utf-8" } : rules);
  const taken = reader.take(bytes, true, Infinity, true);
  return taken._tag === "Left" ? taken : right(taken.right.table!);
}
