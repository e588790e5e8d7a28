/** Comma-separated values as they come in, a batch of rows at a time. */
import { ArgumentError } from "../../core/errors.ts";
import type { Either, FormatError } from "../errors.ts";
import type { Table } from "../table.ts";
import { type CsvOptions, rulesOf } from "./csv_options.ts";
import { csvReader } from "./csv_reader.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Options of `readCsv`. */
export interface ReadCsvOptions extends CsvOptions {
  /** How many rows a table has at most, 1024 if left out. */
  readonly batch?: number;
}

/** Rows are looked for in so many bytes at least. */
const portion = 2 ** 16;

/** A batch is cut short rather than hold more bytes. */
const mostHeld = 2 ** 26;

/**
 * Reads comma-separated values as they come in, in tables of `batch` rows; no more is held than one of them takes.
 *
 * The types of columns that `types` does not name are those of the first table's; a later field of another type is an
 * error. There is one table at least, if only of no rows. A table has fewer rows than `batch` if it is the last, or would
 * take more than 2^26 bytes of the file.
 *
 * @param source Where bytes come from, such as the body of a response or a file's stream; it is closed at the end. If it
 *   fails, so do the tables, with its error.
 * @param options Those of `decodeCsv`, and `batch`.
 * @returns Tables, all of the same columns and types; what is wrong comes once, last.
 * @throws {ArgumentError} If an option is out of its range.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 *
 * @example Two rows at a time
 * ```ts
 * import { orThrow, readCsv } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const rows: number[] = [];
 * for await (const table of readCsv(new Blob(["x\n1\n2\n3\n"]).stream(), { batch: 2 })) rows.push(orThrow(table).rows);
 * assertEquals(rows, [2, 1]);
 * ```
 */
export function readCsv(
  source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  options: ReadCsvOptions = {},
): AsyncIterable<Either<FormatError, Table>> {
  const { batch = 1024 } = options, rules = rulesOf("readCsv", options);
  if (!Number.isInteger(batch) || batch < 1) {
    throw new ArgumentError(`readCsv: batch is ${batch}; it is a whole number of rows from 1`);
  }
  return tables(Symbol.asyncIterator in source ? source : chunksOf(source), batch, csvReader("readCsv", rules));
}

async function* tables(
  source: AsyncIterable<Uint8Array>,
  batch: number,
  reader: ReturnType<typeof csvReader>,
): AsyncGenerator<Either<FormatError, Table>> {
  const held = growing();
  let wanted = portion, given = 0, gone = 0;

  /** The tables in what is held; `false` after an error. */
  function* ready(last: boolean): Generator<Either<FormatError, Table>, boolean> {
    for (;;) {
      const taken = reader.take(held.bytes(), last, batch, held.bytes().length > mostHeld);
      if (taken._tag === "Left") {
        yield taken;
        return false;
      }
      const { table, used } = taken.right;
      held.drop(used);
      gone += used;
      if (table === undefined || last && table.rows === 0 && given > 0) break;
      given++;
      yield right(table);
    }
    if (held.bytes().length <= mostHeld) return true;
    const message = `readCsv: the row at byte ${gone} takes more than ${mostHeld} bytes; check the quotation marks`;
    yield left({ _tag: "FormatError", format: "csv", offset: gone, message });
    return false;
  }

  for await (const chunk of source) {
    held.add(chunk);
    if (held.bytes().length < wanted) continue;
    if (!(yield* ready(false))) return;
    // What is left over is looked at again: at twice its length, that adds up to no more than the file does.
    wanted = Math.max(portion, 2 * held.bytes().length);
  }
  yield* ready(true);
}

/** Bytes that are added behind and dropped in front. */
function growing() {
  let buffer = new Uint8Array(2 * portion), start = 0, end = 0;
  return {
    bytes: (): Uint8Array => buffer.subarray(start, end),
    add: (chunk: Uint8Array): void => {
      if (end + chunk.length > buffer.length) {
        const length = end - start + chunk.length;
        const to = 2 * length > buffer.length ? new Uint8Array(2 * length) : buffer;
        to.set(buffer.subarray(start, end));
        [buffer, start, end] = [to, 0, end - start];
      }
      buffer.set(chunk, end);
      end += chunk.length;
    },
    drop: (count: number): void => {
      start += count;
    },
  };
}

/** The chunks of a stream, in browsers whose streams are no iterables. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
