/** Comma-separated values: each rule of the format, round trips, and hostile bytes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError } from "../../core/errors.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { orThrow } from "../errors.ts";
import { type Column, type Table, tableOf } from "../table.ts";
import { decodeCsv } from "./csv.ts";
import type { CsvOptions } from "./csv_options.ts";
import { encodeCsv } from "./csv_writer.ts";

const read = (source: string | Uint8Array, options: CsvOptions = {}) => {
  const { columns, data } = orThrow(decodeCsv(source, options));
  return Object.fromEntries(columns.map((name, c) => [name, [...data[c]!.values]]));
};

Deno.test("decodeCsv() reads quoted fields, doubled marks, each line end and a byte order mark", () => {
  assertEquals(read('a,b\r\n"1,5","x ""y""\r\n"\r\n'), { a: ["1,5"], b: ['x "y"\r\n'] });
  assertEquals(read('\ufeff"a"\n\n1\r2\r\n\r\n3'), { a: [1, 2, 3] });
  assertEquals(read("a;b\n1,5;\n", { separator: ";" }), { a: ["1,5"], b: [NaN] });
  assertEquals(read('a\tb\n5" disk\t"x\n', { separator: "\t", quotes: false }), { a: ['5" disk'], b: ['"x'] });
  assertEquals(read("# to\na\n# b\n1\n#", { comment: "#" }), { a: [1] });
  assertEquals(read(new Uint8Array([0x61, 10, 0xe9, 10]), { encoding: "windows-1252" }), { a: ["é"] });
  assertEquals(read("a\né\n", { encoding: "windows-1252" }), { a: ["é"] });
});

Deno.test("decodeCsv() names columns by the header, the options or their places", () => {
  assertEquals(read("1,2\n", { header: false }), { column_1: [1], column_2: [2] });
  assertEquals(read("1,2\n", { header: false, columns: ["x", "y"] }), { x: [1], y: [2] });
  assertEquals(read("a,a\n1,2\n", { columns: ["x", "y"] }), { x: [1], y: [2] });
  assertEquals(Object.keys(read("__proto__,constructor\n1,2\n")).length, 2);
  assertEquals(orThrow(decodeCsv("", { header: false })), { columns: [], rows: 0, data: [] });
  assertEquals(orThrow(decodeCsv("", { header: false, columns: ["a"] })).columns, ["a"]);
  assertEquals(orThrow(decodeCsv("a,b")).rows, 0);
});

Deno.test("decodeCsv() takes a column for numbers, truth values or texts, as all its fields allow", () => {
  const types = (text: string) => orThrow(decodeCsv(text)).data.map(({ type }) => type);
  assertEquals(read("a\n 1 \n-.5\n+2.e3\n1E-2\n-inf\n?\n"), { a: [1, -0.5, 2000, 0.01, -Infinity, NaN] });
  assertEquals(read("a\ntrue\nFALSE\nNA\n"), { a: [true, false, null] });
  assertEquals(read('a,b\nx,"NA"\nnull,""\n'), { a: ["x", null], b: [NaN, NaN] });
  assertEquals(read('a\n"NA"\nx\n""\n'), { a: ["NA", "x", ""] });
  assertEquals(types("a,b,c,d,e\n0x1,1_0,1e,.,1 2\n"), ["string", "string", "string", "string", "string"]);
  assertEquals(read("id\n12345678901234567890\n1\n"), { id: ["12345678901234567890", "1"] });
  assertEquals(read("id\n1e300\n9007199254740993.5\n100000000000000000000\n").id?.[2], 1e20);
  assertEquals(read("a\n-999\n1\n\n", { missing: ["-999"] }), { a: [NaN, 1] });
  assertEquals(read("a,b\n1,2\n", { types: { b: "string" } }), { a: [1], b: ["2"] });
});

Deno.test("decodeCsv() says what is wrong, in which line and at which byte", () => {
  const table: readonly (readonly [string | Uint8Array, CsvOptions, number, number, string])[] = [
    ["", {}, 1, 0, "there is no header; pass { header: false } if there should be none"],
    ["é,b\n1\n", {}, 2, 5, "there are 1 fields, and 2 columns; give every row as many"],
    ["a\n\n1,2\n", {}, 3, 5, "there are more than 1 fields; give every row as many"],
    ['a\n"\n\n",1\n', {}, 4, 7, "there are more than 1 fields; give every row as many"],
    ['a\n1\n"x', {}, 3, 4, "the quotation mark here is never closed"],
    ['a\n"x"y\n', {}, 2, 5, "something follows the closing quotation mark; double those within a field"],
    ["a,a\n", {}, 1, 0, 'two columns are called "a"; pass { columns }'],
    ["a\n", { columns: ["a", "b"] }, 1, 0, "there are 1 fields, and { columns } has 2 names"],
    ["a\n", { types: { b: "number" } }, 1, 0, 'there is no column "b" to type; there are a'],
    ["a\r\n1\r\nx\r\n", { types: { a: "number" } }, 3, 6, '"x" is no number; give the column another type'],
    ["a\n1\n", { types: { a: "boolean" } }, 2, 2, '"1" is no truth value; give the column another type'],
    ["a\nxyz\n", { maxField: 2 }, 2, 2, "a field is longer than 2 bytes; check the separator, or raise maxField"],
    ['a\n"xyz', { maxField: 2 }, 2, 2, "a field is longer than 2 bytes; close its quotation mark, or raise maxField"],
    [
      new Uint8Array([0x61, 10, 0xe9, 10]),
      {},
      2,
      2,
      'the field is no UTF-8; save the file as UTF-8, or pass { encoding: "windows-1252" }',
    ],
  ];
  for (const [source, options, line, offset, what] of table) {
    const message = `decodeCsv: line ${line}, ${what} (byte ${offset})`;
    assertEquals(decodeCsv(source, options), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset, message },
    });
  }
});

Deno.test("decodeCsv() and encodeCsv() reject options out of range", () => {
  const thrown = (options: unknown) => assertThrows(() => decodeCsv("a", options as CsvOptions), ArgumentError).message;
  const mark = "it is one character of ASCII, no quotation mark and no line end";
  assertEquals(thrown({ separator: '"' }), `decodeCsv: separator is "\\""; ${mark}`);
  assertEquals(thrown({ comment: "//" }), `decodeCsv: comment is "//"; ${mark}`);
  assertEquals(thrown({ comment: "," }), 'decodeCsv: separator and comment are both ","; change one');
  assertEquals(thrown({ maxField: NaN }), "decodeCsv: maxField is NaN; it is a number of bytes from 1");
  assertEquals(thrown({ encoding: "utf-16" }), 'decodeCsv: encoding is "utf-16"; it is "utf-8" or "windows-1252"');
  assertEquals(thrown({ columns: ["a", "a"] }), 'decodeCsv: columns has "a" twice; rename one');
  assertEquals(
    thrown({ types: { a: "f32" } }),
    'decodeCsv: the type of "a" is "f32"; it is "number", "string" or "boolean"',
  );
  assertThrows(() => encodeCsv(tableOf({ a: [1] }), { separator: "é" }), ArgumentError, "encodeCsv: separator is");
});

const text = fc.string({ unit: fc.constantFrom(...'ab1 ,;\t"\r\n#é😀\ufeff?.'), maxLength: 6 });
const cells = (rows: number): fc.Arbitrary<Column> => {
  const list = <A>(value: fc.Arbitrary<A>) => fc.array(value, { minLength: rows, maxLength: rows });
  return fc.oneof(
    list(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Infinity, NaN)))
      .map((v) => ({ type: "number", values: Float64Array.from(v) }) as const),
    list(fc.option(fc.oneof(text, fc.constantFrom("NA", "", "null"), fc.string({ unit: "grapheme" }))))
      .map((values) => ({ type: "string", values }) as const),
    list(fc.option(fc.boolean())).map((values) => ({ type: "boolean", values }) as const),
  );
};
const tables: fc.Arbitrary<Table> = fc.tuple(fc.nat(5), fc.uniqueArray(text, { minLength: 1, maxLength: 4 }))
  .chain(([rows, columns]) =>
    fc.tuple(...columns.map(() => cells(rows))).map((data) => ({ columns, rows, data: data as Column[] }))
  );

Deno.test("decodeCsv() undoes encodeCsv(), bit for bit, when it is told the types", () => {
  fc.assert(
    fc.property(tables, fc.constantFrom(",", ";", "\t", "|", "1"), fc.boolean(), (table, separator, header) => {
      const types = Object.fromEntries(table.columns.map((name, c) => [name, table.data[c]!.type]));
      const bytes = encodeCsv(table, { separator, header });
      const named = header ? {} : { columns: table.columns };
      // `__proto__` could not be a key of `types`, and is no text that is tried.
      const back = orThrow(decodeCsv(bytes, { separator, header, types, ...named }));
      assertEquals(back.columns, table.columns);
      assertEquals(back.rows, table.rows);
      back.data.forEach((column, c) =>
        assert([...column.values].every((x, r) => Object.is(x, table.data[c]!.values[r])))
      );
    }),
    soaked(300, 20_000),
  );
});

Deno.test("decodeCsv() finds out that columns are numbers and truth values", () => {
  const typed = tables.filter(({ data }) =>
    data.every(({ type, values }) => type === "number" || values.some((x) => typeof x === "boolean"))
  );
  fc.assert(fc.property(typed, (table) => {
    assertEquals(orThrow(decodeCsv(encodeCsv(table))), table);
  }));
});

Deno.test("decodeCsv() survives hostile bytes", () => {
  const good = new TextEncoder().encode('id,name,ok\n1,"Ada, ""A""",true\n2,Béa,false\n,NA,\n');
  fc.assert(
    fc.property(hostile(good), fc.boolean(), (bytes, header) => {
      const result = decodeCsv(bytes, { header });
      if (result._tag === "Left") {
        assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 300);
      } else assert(result.right.data.every(({ values }) => values.length === result.right.rows));
    }),
    soaked(500, 50_000),
  );
  // What could take time that grows with the square of a field's length does not.
  assertEquals(read(`a\n${"1".repeat(1_000_000)}x\n`).a?.length, 1);
});
