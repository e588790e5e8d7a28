/** What may be said of a CSV file before it is read. */
import { ArgumentError } from "../../core/errors.ts";
import { type ColumnType, duplicate } from "../table.ts";
import { type CsvEncoding, type IsMissing, isOneOf } from "./csv_columns.ts";
import type { CsvForm } from "./csv_records.ts";
import { excerpt } from "./excerpt.ts";

/** How a CSV file is written, and what its columns hold. */
export interface CsvOptions {
  /** The character between two fields, `","` if left out; `"\t"` and `";"` are usual as well. */
  readonly separator?: string;
  /** Whether the first record names the columns; `true` if left out. */
  readonly header?: boolean;
  /** Names for the columns in place of the header's; without a header and these they are `column_1`, `column_2` and so on. */
  readonly columns?: readonly string[];
  /** What columns hold, by name. Others hold numbers if all their fields allow it, else truth values, else texts. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Fields that stand for a missing value: empty ones, `NA`, `NaN`, `null` and `?` if left out. */
  readonly missing?: readonly string[];
  /** A character such as `"#"`: lines that start with it are passed over. */
  readonly comment?: string;
  /** Whether `"` opens and closes fields; `true` if left out. */
  readonly quotes?: boolean;
  /** How characters beyond ASCII are written, `"utf-8"` if left out. */
  readonly encoding?: CsvEncoding;
  /** The most bytes a field may have, 2^20 if left out: what a quotation mark opens and nothing closes ends there. */
  readonly maxField?: number;
}

/** The options, checked and filled in. */
export interface CsvRules extends Required<Pick<CsvOptions, "header" | "encoding">> {
  /** The marks as bytes. */
  readonly form: CsvForm;
  /** Given names. */
  readonly columns: readonly string[] | undefined;
  /** Given types. */
  readonly types: ReadonlyMap<string, ColumnType>;
  /** What stands for a missing value. */
  readonly missing: IsMissing;
}

/** A mark's byte. */
export function markOf(op: string, option: string, mark: string): number {
  const byte = typeof mark === "string" && mark.length === 1 ? mark.charCodeAt(0) : 0x80;
  if (byte < 0x80 && !'"\r\n'.includes(mark)) return byte;
  throw new ArgumentError(
    `${op}: ${option} is ${excerpt(mark)}; it is one character of ASCII, no quotation mark and no line end`,
  );
}

/** The rules that options set. */
export function rulesOf(op: string, options: CsvOptions): CsvRules {
  const { separator = ",", header = true, columns, types = {}, comment, quotes = true } = options;
  const { missing = ["", "NA", "NaN", "null", "?"], encoding = "utf-8", maxField = 2 ** 20 } = options;
  const form = {
    separator: markOf(op, "separator", separator),
    quote: quotes ? 0x22 : -1,
    comment: comment === undefined ? -1 : markOf(op, "comment", comment),
    maxField,
  };
  if (comment === separator) {
    throw new ArgumentError(`${op}: separator and comment are both ${excerpt(comment)}; change one`);
  }
  if (!(maxField >= 1)) throw new ArgumentError(`${op}: maxField is ${maxField}; it is a number of bytes from 1`);
  if (encoding !== "utf-8" && encoding !== "windows-1252") {
    throw new ArgumentError(`${op}: encoding is ${excerpt(encoding)}; it is "utf-8" or "windows-1252"`);
  }
  const twice = columns && duplicate(columns);
  if (twice !== undefined) throw new ArgumentError(`${op}: columns has ${excerpt(twice)} twice; rename one`);
  for (const [name, type] of Object.entries(types)) {
    if (type === "number" || type === "string" || type === "boolean") continue;
    throw new ArgumentError(
      `${op}: the type of ${excerpt(name)} is ${excerpt(type)}; it is "number", "string" or "boolean"`,
    );
  }
  return { form, header, columns, encoding, missing: isOneOf(missing), types: new Map(Object.entries(types)) };
}
