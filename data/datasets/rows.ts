/**
 * Rows of numbers in a text, and what is wrong with a line of it.
 *
 * Stricter than `decodeCsv`, which passes over empty lines: here a row is a line, so that what a data set further asks of
 * its numbers can be told of by line.
 */
import type { Either, Format, FormatError } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** How rows are written. */
export interface RowsForm {
  /** Who reads, for messages. */
  readonly op: string;
  /** How many numbers a row has. */
  readonly columns: number;
  /** What stands between two numbers. */
  readonly separator: string;
  /** Whether the first line names the columns and is passed over. */
  readonly head?: boolean;
  /** Whether a number may be left out; it is read as NaN. */
  readonly gaps?: boolean;
}

/** The numbers of all rows, one row after the other; or the first row that is not as it should be. */
export function decodeRows(bytes: Uint8Array, form: RowsForm): Either<FormatError, number[]> {
  const { op, columns, separator, head = false, gaps = false } = form;
  const lines = linesOf(bytes), numbers: number[] = [];
  for (let i = head ? 1 : 0; i < lines.length; i++) {
    const fields = lines[i]!.split(separator);
    const row = fields.map((f) => f.trim() === "" ? NaN : Number(f));
    const good = row.every((x, c) => Number.isFinite(x) || gaps && fields[c]!.trim() === "");
    if (row.length !== columns || !good) {
      return wrongLine(op, "csv", lines, i, `"${clip(lines[i]!)}" is not ${columns} numbers`);
    }
    numbers.push(...row);
  }
  return right(numbers);
}

/** The lines of a text in UTF-8, with either line end; an end of line behind the last is no further line. */
export function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** What is wrong with a line, and how many bytes stand before it, line ends as one byte each. */
export function wrongLine(
  op: string,
  format: Format,
  lines: readonly string[],
  line: number,
  what: string,
): Either<FormatError, never> {
  const encoder = new TextEncoder();
  const offset = lines.slice(0, line).reduce((sum, l) => sum + encoder.encode(l).length + 1, 0);
  return left({ _tag: "FormatError", format, offset, message: `${op}: line ${line + 1}, ${what}` });
}
