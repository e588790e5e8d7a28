/** Tables out of the bytes of CSV, one batch of rows after the other. */
import type { Column, ColumnType, Table } from "../table.ts";
import { duplicate } from "../table.ts";
import type { Either, FormatError } from "../errors.ts";
import { columnFrom, fieldsOf, notUtf8 } from "./csv_columns.ts";
import type { CsvRules } from "./csv_options.ts";
import { type FieldPlaces, linesBefore, scanRecord, skipLines, truncate, type Wrong } from "./csv_records.ts";
import { clip, excerpt } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** More columns than any table has; without a bound, a line of separators alone would be one. */
const maxColumns = 2 ** 20;

/** An array of JavaScript holds not many more. */
const maxFields = 2 ** 26;

/** A batch, if there is one, and how many bytes are read for good. */
export interface Taken {
  /** The rows; `undefined` if there are not enough bytes for a batch. */
  readonly table: Table | undefined;
  /** How many bytes must not be given again. */
  readonly used: number;
}

/** What remembers where it stands in a file. */
export interface CsvReader {
  /**
   * Reads on in `bytes`, which are those of the last call without what was used, and more behind; up to `batch` rows.
   * What the bytes allow is a batch if `flush` or if no more will come, which is `last`.
   */
  readonly take: (bytes: Uint8Array, last: boolean, batch: number, flush: boolean) => Either<FormatError, Taken>;
}

/** A reader at the start of a file. */
export function csvReader(op: string, rules: CsvRules): CsvReader {
  const { form, encoding, missing } = rules;
  let places: FieldPlaces = { starts: [], ends: [], kinds: [] };
  let names: readonly string[] | undefined, types: readonly (ColumnType | undefined)[] = [];
  let at = 0, offset = 0, line = 1;

  const bad = (bytes: Uint8Array, { at, what }: Wrong): Either<FormatError, never> => {
    const place = `line ${line + linesBefore(bytes, at)}, ${what} (byte ${offset + at})`;
    return left({ _tag: "FormatError", format: "csv", offset: offset + at, message: `${op}: ${place}` });
  };

  /** One record more: its end, `null` if the bytes do not reach there. */
  const record = (bytes: Uint8Array, last: boolean, width: number): number | null | Wrong => {
    at = skipLines(bytes, at, last, form);
    if (at === bytes.length || bytes[at] === form.comment) return null;
    const before = places.starts.length, end = scanRecord(bytes, at, last, form, width, places);
    if (end === null) truncate(places, before);
    return end;
  };

  /** Names and types, of the first record; `null` if the bytes do not hold it, `true` if all is well. */
  const head = (bytes: Uint8Array, last: boolean): true | null | Wrong => {
    if (at === 0) at = markBytes(bytes);
    const end = record(bytes, last, maxColumns);
    if (end === null && last && rules.header) {
      return { at, what: "there is no header; pass { header: false } if there should be none" };
    }
    if (end === null && last) names = rules.columns ?? [];
    else if (typeof end !== "number") return end;
    else {
      const fields = fieldsOf(bytes, places, encoding), width = places.starts.length;
      const texts = places.starts.map((_, i) => rules.header ? fields.text(i) : `column_${i + 1}`);
      const odd = texts.indexOf(undefined);
      if (odd >= 0) return notUtf8(fields, odd);
      if (rules.columns !== undefined && rules.columns.length !== width) {
        return { at, what: `there are ${width} fields, and { columns } has ${rules.columns.length} names` };
      }
      names = rules.columns ?? texts as readonly string[];
      const twice = duplicate(names);
      if (twice !== undefined) return { at, what: `two columns are called ${excerpt(twice)}; pass { columns }` };
      // Without a header this is a record of data, which is read again as such.
      if (rules.header) at = end;
      places = { starts: [], ends: [], kinds: [] };
    }
    const known = new Set(names), unknown = [...rules.types.keys()].find((name) => !known.has(name));
    if (unknown !== undefined) {
      return { at: 0, what: `there is no column ${excerpt(unknown)} to type; there are ${clip(names.join(", "))}` };
    }
    types = names.map((name) => rules.types.get(name));
    return true;
  };

  const table = (bytes: Uint8Array, columns: readonly string[]): Table | Wrong => {
    const width = columns.length, rows = width === 0 ? 0 : places.starts.length / width;
    const fields = fieldsOf(bytes, places, encoding), data: Column[] = [];
    for (let c = 0; c < width; c++) {
      const column = columnFrom(fields, { c, rows, width }, types[c], missing);
      if ("at" in column) return column;
      data.push(column);
    }
    return { columns, rows, data };
  };

  const take: CsvReader["take"] = (bytes, last, batch, flush) => {
    if (names === undefined) {
      const wrong = head(bytes, last);
      if (wrong === null) return right({ table: undefined, used: 0 });
      if (wrong !== true) return bad(bytes, wrong);
    }
    const width = names!.length;
    let more = width > 0;
    while (more && places.starts.length < batch * width) {
      if (places.starts.length > maxFields) return bad(bytes, { at, what: `there are more than ${maxFields} fields` });
      const end = record(bytes, last, width);
      if (end !== null && typeof end !== "number") return bad(bytes, end);
      const found = places.starts.length % width;
      if (found > 0) {
        return bad(bytes, { at, what: `there are ${found} fields, and ${width} columns; give every row as many` });
      }
      more = end !== null;
      at = end ?? at;
    }
    const ready = more || last || flush && places.starts.length > 0;
    const result = ready ? table(bytes, names!) : undefined;
    if (result !== undefined && "at" in result) return bad(bytes, result);
    const used = ready || places.starts.length === 0 ? at : 0;
    if (result !== undefined) {
      types = result.data.map(({ type }) => type);
      places = { starts: [], ends: [], kinds: [] };
    }
    line += linesBefore(bytes, used);
    offset += used;
    at -= used;
    return right({ table: result, used });
  };
  return { take };
}

/** How many bytes the mark of UTF-8 at the start of a file takes. */
const markBytes = (bytes: Uint8Array): number => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
