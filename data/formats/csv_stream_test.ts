/** Comma-separated values in batches: the same as at once, and bounded. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError } from "../../core/errors.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { type Either, type FormatError, orThrow } from "../errors.ts";
import type { Table } from "../table.ts";
import { decodeCsv } from "./csv.ts";
import { rulesOf } from "./csv_options.ts";
import { csvReader } from "./csv_reader.ts";
import { readCsv, type ReadCsvOptions } from "./csv_stream.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Bytes in chunks of a size. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function all(
  source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  options: ReadCsvOptions = {},
): Promise<Either<FormatError, Table>[]> {
  const out: Either<FormatError, Table>[] = [];
  for await (const table of readCsv(source, options)) out.push(table);
  return out;
}

/** What a reader gives that sees `size` bytes more each time, where `readCsv` waits for 65536. */
function piecemeal(bytes: Uint8Array, size: number, batch: number, options: ReadCsvOptions): Table[] {
  const reader = csvReader("readCsv", rulesOf("readCsv", options)), out: Table[] = [];
  let gone = 0;
  for (let end = size;; end += size) {
    const last = end >= bytes.length;
    for (;;) {
      const { table, used } = orThrow(reader.take(bytes.slice(gone, end), last, batch, false));
      gone += used;
      if (table === undefined || table.rows === 0) break;
      out.push(table);
    }
    if (last) return out;
  }
}

Deno.test("readCsv() gives the rows of decodeCsv(), however the bytes are cut and however many rows it gives", () => {
  const field = fc.constantFrom("1", "-2.5", "", '"x,""\r\n"', "é"), second = fc.oneof(field, fc.constant("# no"));
  const source = fc.array(fc.oneof(fc.tuple(field, second), fc.constant(["#", '"'])), { maxLength: 12 }).chain((rows) =>
    fc.constantFrom("\n", "\r\n", "\r", "\n\r\n").map((end) =>
      `a,b${end}${rows.map((r) => r.join(",") + end).join("")}`
    )
  );
  fc.assert(
    fc.property(source, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (text, size, batch) => {
      const options = { types: { a: "string", b: "string" }, comment: "#" } as const;
      const whole = orThrow(decodeCsv(text, options)), parts = piecemeal(encode(text), size, batch, options);
      assert(parts.slice(0, -1).every(({ rows }) => rows === batch));
      assertEquals(parts.length, Math.ceil(whole.rows / batch));
      whole.data.forEach((column, c) =>
        assertEquals(parts.flatMap(({ data }) => [...data[c]!.values]), [...column.values])
      );
    }),
    soaked(500, 20_000),
  );
});

Deno.test("readCsv() gives the rows of a file of many portions, in chunks of any size", async () => {
  const bytes = encode(`i,text\n${Array.from({ length: 20_000 }, (_, i) => `${i},"é, ${i}"\n`).join("")}`);
  for (const size of [1000, 65536, bytes.length]) {
    const parts = (await all(chunked(bytes, size), { batch: 3000 })).map(orThrow);
    assertEquals(parts.map(({ rows }) => rows), [3000, 3000, 3000, 3000, 3000, 3000, 2000]);
    assertEquals(parts.flatMap(({ data }) => [...data[0]!.values]), Array.from({ length: 20_000 }, (_, i) => i));
    assertEquals(parts[6]!.data[1]!.values[1999], "é, 19999");
  }
});

Deno.test("readCsv() reads streams, and columns without rows", async () => {
  assertEquals((await all(new Blob(["a\n1\n2"]).stream())).map((t) => orThrow(t).rows), [2]);
  const empty = (await all(chunked(encode("a,b\n"), 1))).map(orThrow);
  assertEquals(empty.map(({ columns, rows }) => [columns, rows]), [[["a", "b"], 0]]);
  assertEquals((await all(chunked(encode(""), 1), { header: false })).map((t) => orThrow(t).rows), [0]);
  // As in browsers whose streams are no iterables.
  const stream = new Blob(["a\n1\n"]).stream();
  const plain = { getReader: () => stream.getReader() } as unknown as ReadableStream<Uint8Array>;
  assertEquals((await all(plain)).map((t) => orThrow(t).rows), [1]);
});

Deno.test("readCsv() holds later rows to the types of the first table, and counts lines and bytes on", async () => {
  const source = chunked(encode("a,b\r\n1,true\r\n2,false\r\n3,x\r\n4,true\r\n"), 3);
  const [first, second, ...rest] = await all(source, { batch: 2 });
  assertEquals(orThrow(first!).rows, 2);
  const message = 'readCsv: line 4, "x" is no truth value; give the column another type (byte 24)';
  assertEquals(second, { _tag: "Left", left: { _tag: "FormatError", format: "csv", offset: 24, message } });
  assertEquals(rest, []);
});

/** The same bytes again and again, and how many times they were asked for. */
function endless(head: string, again: string) {
  const state = { asked: 0, closed: false };
  const bytes = encode(again.repeat(2 ** 20 / again.length));
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield encode(head);
      for (;; state.asked++) {
        await Promise.resolve();
        yield bytes;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, source: source() };
}

Deno.test("readCsv() gives up what would never end, and closes its source", async () => {
  const quote = endless('a\n"', "x");
  assertEquals((await all(quote.source)).map((t) => t._tag), ["Left"]);
  assert(quote.state.asked < 8 && quote.state.closed);
  const header = endless("", ",");
  assertEquals((await all(header.source)).map((t) => t._tag), ["Left"]);
  assert(header.state.asked < 8 && header.state.closed);
  const comment = endless("a\n#", "x");
  const [only] = await all(comment.source, { comment: "#" });
  assert(only?._tag === "Left" && only.left.message.includes("the row at byte 2 takes more than 67108864 bytes"));
  assert(comment.state.asked < 300 && comment.state.closed);
});

Deno.test("readCsv() holds neither empty lines nor the rows it gave", async () => {
  const { state, source } = endless("a\n1\n", "\n");
  let rows = 0;
  for await (const table of readCsv(source)) {
    rows += orThrow(table).rows;
    break;
  }
  assertEquals(rows, 1);
  assert(state.asked < 300 && state.closed);
});

Deno.test("readCsv() rejects a batch of no rows", () => {
  const thrown = assertThrows(() => readCsv(chunked(new Uint8Array(), 1), { batch: 0 }), ArgumentError);
  assertEquals(thrown.message, "readCsv: batch is 0; it is a whole number of rows from 1");
});

Deno.test("readCsv() survives hostile bytes, and finds what decodeCsv() finds", () => {
  const good = encode('id,name,ok\n1,"Ada, ""A""",true\n2,Béa,false\n,NA,\n');
  return fc.assert(
    fc.asyncProperty(hostile(good), fc.integer({ min: 1, max: 40 }), async (bytes, size) => {
      const whole = decodeCsv(bytes), parts = await all(chunked(bytes, size), { batch: 1_000_000 });
      assertEquals(parts.at(-1)?._tag, whole._tag);
      if (whole._tag === "Left") {
        const { message, ...rest } = whole.left;
        assertEquals(parts, [{ _tag: "Left", left: { ...rest, message: message.replace("decodeCsv", "readCsv") } }]);
      } else assertEquals(parts.map(orThrow), [whole.right]);
    }),
    soaked(300, 20_000),
  );
});
