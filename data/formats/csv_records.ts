/**
 * The records of CSV, found in bytes: every mark of the format is ASCII, so no byte within a character of UTF-8 is one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180, section 2
 */

/** The marks of a file, as bytes, and how long a field may be. */
export interface CsvForm {
  /** Between two fields. */
  readonly separator: number;
  /** What opens and closes a field and is doubled within; −1 if nothing does. */
  readonly quote: number;
  /** What a line that is passed over starts with; −1 if none is. */
  readonly comment: number;
  /** The most bytes a field may have. */
  readonly maxField: number;
}

/** Where fields lie, in order: `starts` up to `ends`, without quotation marks; `kinds` adds up the bits below. */
export interface FieldPlaces {
  /** Where each field starts. */
  readonly starts: number[];
  /** Where each field ends. */
  readonly ends: number[];
  /** What must be known to read it. */
  readonly kinds: number[];
}

/** Kinds of fields: between quotation marks; with doubled ones within; not of ASCII alone. */
export const quotedField = 1, doubledQuotes = 2, wideField = 4;

/** What is wrong, and where in the bytes. */
export interface Wrong {
  /** Where. */
  readonly at: number;
  /** What. */
  readonly what: string;
}

const lineFeed = 0x0a, carriageReturn = 0x0d;

/**
 * Where the next record starts at or after `at`: behind empty lines and comments; the bytes' length if there is none.
 *
 * A comment that the bytes break off, and that are not the `last`, is not passed over.
 */
export function skipLines(bytes: Uint8Array, at: number, last: boolean, form: CsvForm): number {
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === form.comment) {
      const start = at;
      while (at < bytes.length && bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at++;
      if (at === bytes.length) return last ? at : start;
    } else if (byte !== lineFeed && byte !== carriageReturn) return at;
    // Whether a line feed belongs to it is not known yet.
    else if (byte === carriageReturn && at + 1 === bytes.length && !last) return at;
  }
  return at;
}

/**
 * Adds the places of one record's fields, and gives where it ends, behind its line end.
 *
 * `null` if the bytes end first and are not the `last`. Then, and when something is wrong, fields may have been added.
 */
export function scanRecord(
  bytes: Uint8Array,
  at: number,
  last: boolean,
  form: CsvForm,
  width: number,
  places: FieldPlaces,
): number | null | Wrong {
  const { separator, quote, maxField } = form, length = bytes.length;
  for (let fields = 0;; fields++) {
    if (fields === width) return { at, what: `there are more than ${width} fields; give every row as many` };
    let start = at, end: number, kind = 0;
    if (at < length && bytes[at] === quote) {
      start = ++at;
      kind = quotedField;
      for (;; at++) {
        if (at - start > maxField) return tooLong(start - 1, maxField, "close its quotation mark, or raise maxField");
        if (at >= length) return last ? { at: start - 1, what: "the quotation mark here is never closed" } : null;
        if (bytes[at] === quote) {
          if (at + 1 === length && !last) return null;
          if (bytes[at + 1] !== quote) break;
          kind |= doubledQuotes;
          at++;
        } else if (bytes[at]! > 0x7f) kind |= wideField;
      }
      end = at++;
      const next = bytes[at];
      if (next !== undefined && next !== separator && next !== lineFeed && next !== carriageReturn) {
        return { at, what: "something follows the closing quotation mark; double those within a field" };
      }
    } else {
      for (; at < length; at++) {
        const byte = bytes[at]!;
        if (byte === separator || byte === lineFeed || byte === carriageReturn) break;
        if (byte > 0x7f) kind |= wideField;
      }
      end = at;
      if (end - start > maxField) return tooLong(start, maxField, "check the separator, or raise maxField");
    }
    if (at >= length && !last) return null;
    places.starts.push(start);
    places.ends.push(end);
    places.kinds.push(kind);
    if (bytes[at] === separator) at++;
    else if (bytes[at] !== carriageReturn) return Math.min(at + 1, length);
    else if (at + 1 === length && !last) return null;
    else return bytes[at + 1] === lineFeed ? at + 2 : at + 1;
  }
}

const tooLong = (at: number, maxField: number, remedy: string): Wrong => ({
  at,
  what: `a field is longer than ${maxField} bytes; ${remedy}`,
});

/** Takes back the fields from `count` on. */
export function truncate(places: FieldPlaces, count: number): void {
  places.starts.length = places.ends.length = places.kinds.length = count;
}

/** How many lines end in the bytes before `end`. */
export function linesBefore(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let i = 0; i < end; i++) {
    if (bytes[i] === lineFeed || bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed) lines++;
  }
  return lines;
}
