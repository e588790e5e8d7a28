/** Parquet: pyarrow's files, parts of them, and files that are damaged, hostile or not supported. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError } from "../../core/errors.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import golden from "../../tests/golden/parquet_files.json" with { type: "json" };
import { hostile } from "../../tests/hostile.ts";
import { packagesLoad } from "../../tests/packages.ts";
import { orThrow } from "../errors.ts";
import type { RandomAccess } from "../random_access.ts";
import type { Table } from "../table.ts";
import { readParquet, type ReadParquetOptions } from "./parquet.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const named = (name: string) => golden.read.find((c) => c.name === name)!;
const read = async (source: Uint8Array | RandomAccess, options: ReadParquetOptions = {}) =>
  orThrow(await readParquet(source, options)());

/** The values of a table by column, NaN as `null`, bytes as lists. */
const plain = ({ columns, data }: Table) =>
  Object.fromEntries(
    columns.map((name, c) => [
      name,
      Array.from<unknown>(data[c]!.values).map((x) => Number.isNaN(x) ? null : x instanceof Uint8Array ? [...x] : x),
    ]),
  );

for (const { name, file, columns } of golden.read) {
  // Node 20 unpacks no Zstandard.
  Deno.test({
    name: `readParquet() reads what pyarrow reads: ${name}`,
    ignore: name === "zstd" && !packagesLoad,
    fn: async () => {
      const table = await read(bytesOf(file));
      assertEquals(table.columns, Object.keys(columns));
      assertEquals(plain(table), columns as Record<string, unknown[]>);
      assertEquals(table.rows, Object.values(columns)[0]!.length);
    },
  });
}

Deno.test("readParquet() types columns by what they hold", async () => {
  const { columns, data } = await read(bytesOf(named("all types").file));
  const types = Object.fromEntries(columns.map((name, c) => [name, data[c]!.type]));
  const { bool, text, ...numbers } = types;
  assertEquals([bool, text, ...new Set(Object.values(numbers))], ["boolean", "string", "number"]);
});

Deno.test("readParquet() gives parts of structures by their path, and bytes as they are", async () => {
  const bytes = bytesOf(named("structures and bytes").file);
  const { data } = await read(bytes, { columns: ["image.bytes", "deep.b.c", "pair"], rowStart: 1, rowEnd: 4 });
  assertEquals(data.map(({ type }) => type), ["bytes", "number", "bytes"]);
  assertEquals(data[0]!.values[0], Uint8Array.of(0));
  assertEquals(data[0]!.values[1], null);
});

Deno.test("readParquet() reads any rows and columns, over groups and pages", () => {
  const { file, columns } = named("several groups and pages"),
    bytes = bytesOf(file),
    all = columns as Record<string, unknown[]>;
  return fc.assert(
    fc.asyncProperty(fc.nat(420), fc.nat(420), fc.subarray(Object.keys(all)), async (rowStart, rowEnd, names) => {
      const table = await read(bytes, { rowStart, rowEnd, columns: names.toReversed() });
      assertEquals(table.columns, names.toReversed());
      assertEquals(table.rows, Math.max(0, Math.min(rowEnd, 400) - Math.min(rowStart, 400)));
      assertEquals(
        plain(table),
        Object.fromEntries(names.toReversed().map((n) => [n, all[n]!.slice(rowStart, Math.max(rowStart, rowEnd))])),
      );
    }),
    soaked(60, 1000),
  );
});

Deno.test("readParquet() reads of a file no more than it is asked for", async () => {
  const bytes = bytesOf(named("several groups and pages").file);
  let taken = 0, closed = false;
  const access: RandomAccess = {
    size: bytes.length,
    read: (offset, length) => {
      taken += length;
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
    close: () => Promise.resolve(void (closed = true)),
  };
  const some = await read(access, { columns: ["same"], rowStart: 200, rowEnd: 210 }), part = taken;
  assertEquals(plain(some), { same: new Array(10).fill(1.5) });
  await read(access);
  assert(part < (taken - part) / 2 && !closed);
});

Deno.test("readParquet() says which columns are not supported, and why", async () => {
  const messages: Record<string, string> = {};
  for (const { name, file } of golden.refused) {
    const result = await readParquet(bytesOf(file))();
    assert(result._tag === "Left", name);
    assertEquals(result.left._tag, "FormatError");
    messages[name] = result.left.message.replace(/^readParquet: | \(byte \d+\)$/g, "");
  }
  const instead = "name others in { columns }";
  assertEquals(messages, {
    "nested": `column "a.list.element" cannot be read: it is in a list; ${instead}`,
    "list in a structure": `column "a.x.list.element" cannot be read: it is in a list; ${instead}`,
    "not UTF-8": 'column "a": a text is no UTF-8',
    "beyond 2^53": 'column "a": 9007199254740993 is beyond 2^53, and would change; store it as a text',
    "unsigned, beyond 2^53": 'column "a": 18446744073709551615 is beyond 2^53, and would change; store it as a text',
    "brotli": 'column "a": it is packed by BROTLI, which is not supported; write it again, packed by SNAPPY',
    "lz4": 'column "a": it is packed by LZ4_RAW, which is not supported; write it again, packed by SNAPPY',
  });
  const structure = bytesOf(golden.refused.find(({ name }) => name === "list in a structure")!.file);
  assertEquals(plain(await read(structure, { columns: ["b"] })), { b: [2] });
});

Deno.test("readParquet() says what is wrong with the file, or with what it is asked for", async () => {
  const few = bytesOf(named("no dictionary, snappy").file);
  const message = async (bytes: Uint8Array, options: ReadParquetOptions = {}) => {
    const result = await readParquet(bytes, options)();
    return result._tag === "Left" ? result.left.message.replace(/^readParquet: | \(byte \d+\)$/g, "") : "";
  };
  const end = "the file does not end as Parquet does, with PAR1; it is cut short, or something else";
  assertEquals(await message(new Uint8Array()), end);
  assertEquals(await message(few.subarray(0, -1)), end);
  assertEquals(
    await message(few.subarray(-12)),
    `the metadata take ${few[few.length - 8]! + 256 * few[few.length - 7]!} bytes, and the file has 12`,
  );
  assertEquals(await message(few, { columns: ["x"] }), 'there is no column "x"; there are i32, f64, bool, text');
  assertEquals(
    await message(few, { limit: 43 }),
    "4 columns of 11 rows are more values than 43; raise limit, or read fewer columns or rows at a time",
  );
  assertEquals(await message(few, { limit: 43, rowEnd: 10 }), "");
  const absent = await readParquet("no/such.parquet")();
  assert(absent._tag === "Left" && absent.left._tag === "DataError");
});

Deno.test("readParquet() rejects options out of range", () => {
  const thrown = (options: ReadParquetOptions) =>
    assertThrows(() => readParquet(new Uint8Array(), options), ArgumentError).message;
  assertEquals(thrown({ rowStart: -1 }), "readParquet: rowStart is -1; it is a whole number from 0");
  assertEquals(thrown({ rowEnd: 1.5 }), "readParquet: rowEnd is 1.5; it is a whole number from 0");
  assertEquals(thrown({ limit: NaN }), "readParquet: limit is NaN; it is a number of values from 0");
  assertEquals(thrown({ columns: ["a", "a"] }), 'readParquet: columns has "a" twice; remove one');
});

Deno.test("readParquet() makes no room for runs that are longer than the rows", async () => {
  const good = bytesOf(named("all types").file), bad = good.slice();
  // Which of eleven rows have a value, in one run of eleven; in its place one of 8191.
  const at = good.findIndex((_, i) => [3, 0, 0, 0, 5].every((byte, k) => good[i + k] === byte));
  assert(at > 0);
  bad.set([0xfe, 0x7f, 1], at + 4);
  const result = await readParquet(bad)();
  assert(result._tag === "Left" && result.left.message.startsWith('readParquet: column "i32": '));
});

Deno.test("readParquet() survives hostile bytes", () => {
  const files = golden.read.map(({ file }) => hostile(bytesOf(file)));
  return fc.assert(
    fc.asyncProperty(fc.oneof(...files), async (bytes) => {
      const result = await readParquet(bytes, { limit: 100_000 })();
      if (result._tag === "Right") {
        assert(result.right.data.every(({ values }) => values.length === result.right.rows));
      } else assert(result.left._tag === "FormatError" && result.left.message.length < 400);
    }),
    soaked(500, 20_000),
  );
});
