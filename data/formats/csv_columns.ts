/** Columns out of the fields of CSV, typed as asked or as the fields allow. */
import type { Column, ColumnType } from "../table.ts";
import { doubledQuotes, type FieldPlaces, quotedField, wideField, type Wrong } from "./csv_records.ts";
import { clip } from "./excerpt.ts";

/** How a file writes characters beyond ASCII. */
export type CsvEncoding = "utf-8" | "windows-1252";

/** The texts of fields. */
export interface Fields {
  /** The text of the field at a place, without quotation marks; `undefined` if it is no UTF-8. */
  readonly text: (field: number) => string | undefined;
  /** Where they lie. */
  readonly places: FieldPlaces;
}

/** The texts of the fields that lie in bytes. */
export function fieldsOf(bytes: Uint8Array, places: FieldPlaces, encoding: CsvEncoding): Fields {
  const from = places.starts[0] ?? 0, to = places.ends.at(-1) ?? 0;
  // A character for each byte: a field is a slice, which is many times faster than decoding it by itself.
  const all = new TextDecoder("windows-1252").decode(bytes.subarray(from, to));
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const text = (field: number): string | undefined => {
    const start = places.starts[field]!, end = places.ends[field]!, kind = places.kinds[field]!;
    let found = all.slice(start - from, end - from);
    if ((kind & wideField) > 0 && encoding === "utf-8") {
      try {
        found = utf8.decode(bytes.subarray(start, end));
      } catch {
        return undefined;
      }
    }
    return (kind & doubledQuotes) > 0 ? found.replaceAll('""', '"') : found;
  };
  return { text, places };
}

/** What is wrong with a field whose text is `undefined`. */
export const notUtf8 = (fields: Fields, field: number): Wrong => ({
  at: fields.places.starts[field]!,
  what: 'the field is no UTF-8; save the file as UTF-8, or pass { encoding: "windows-1252" }',
});

/** Digits may be many: no part of this can match what another part could. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(?:inity)?$/i;

/** The number that a text spells, if it spells one. */
function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  if (infinite.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return undefined;
}

/** Whether a text is a whole number that f64 changes: more likely a name than a quantity. */
const isLongName = (text: string, x: number): boolean =>
  Math.abs(x) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(text) && String(x) !== text.replace(/^\+/, "");

const truth: ReadonlyMap<string, boolean> = new Map(
  ["true", "True", "TRUE", "false", "False", "FALSE"].map((t, i) => [t, i < 3]),
);

/** Whether a text, without spaces around it, stands for a missing value. */
export type IsMissing = (text: string) => boolean;

/** Whether a text is one of `missing`. Looking it up reads all of it; most fields are longer than any of these. */
export function isOneOf(missing: readonly string[]): IsMissing {
  const known = new Set(missing), longest = Math.max(...missing.map((text) => text.length), -1);
  return (text) => text.length <= longest && known.has(text);
}

/** Column `c` of `rows` records of `width` fields, or the field that does not fit. */
export function columnFrom(
  fields: Fields,
  { c, rows, width }: Readonly<Record<"c" | "rows" | "width", number>>,
  type: ColumnType | undefined,
  missing: IsMissing,
): Column | Wrong {
  const at = (row: number): number => row * width + c;
  if (type === undefined) {
    const numbers = numbersFrom(fields, at, rows, missing, true);
    if (!("at" in numbers)) return numbers;
    const truths = truthsFrom(fields, at, rows, missing);
    return "at" in truths ? textsFrom(fields, at, rows, missing) : truths;
  }
  if (type === "number") return numbersFrom(fields, at, rows, missing, false);
  return (type === "boolean" ? truthsFrom : textsFrom)(fields, at, rows, missing);
}

type Reader<C extends Column> = (
  fields: Fields,
  at: (row: number) => number,
  rows: number,
  missing: IsMissing,
) => C | Wrong;

const wrongField = (fields: Fields, field: number, text: string | undefined, kind: string): Wrong =>
  text === undefined
    ? notUtf8(fields, field)
    : { at: fields.places.starts[field]!, what: `"${clip(text)}" is no ${kind}; give the column another type` };

function numbersFrom(
  fields: Fields,
  at: (row: number) => number,
  rows: number,
  missing: IsMissing,
  strict: boolean,
): Extract<Column, { readonly type: "number" }> | Wrong {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const field = at(row), text = fields.text(field)?.trim();
    const x = text === undefined ? undefined : missing(text) ? NaN : numberOf(text);
    if (x === undefined || strict && isLongName(text!, x)) return wrongField(fields, field, text, "number");
    values[row] = x;
  }
  return { type: "number", values };
}

const truthsFrom: Reader<Extract<Column, { readonly type: "boolean" }>> = (fields, at, rows, missing) => {
  const values: (boolean | null)[] = [];
  for (let row = 0; row < rows; row++) {
    const field = at(row), text = fields.text(field)?.trim();
    const x = text === undefined ? undefined : missing(text) ? null : truth.get(text);
    if (x === undefined) return wrongField(fields, field, text, "truth value");
    values.push(x);
  }
  return { type: "boolean", values };
};

/** What stands between quotation marks is a text, never missing. */
const textsFrom: Reader<Extract<Column, { readonly type: "string" }>> = (fields, at, rows, missing) => {
  const values: (string | null)[] = [];
  for (let row = 0; row < rows; row++) {
    const field = at(row), text = fields.text(field);
    if (text === undefined) return notUtf8(fields, field);
    const quoted = (fields.places.kinds[field]! & quotedField) > 0;
    values.push(!quoted && missing(text.trim()) ? null : text);
  }
  return { type: "string", values };
};
