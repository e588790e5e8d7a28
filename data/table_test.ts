/** Tables made by a program. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { byCodePoint } from "./code_points.ts";
import { ArgumentError, ShapeError } from "../core/errors.ts";
import { checkTable, columnOf, tableOf } from "./table.ts";

Deno.test("tableOf() types columns by their values, and copies them", () => {
  const numbers = [1, NaN], table = tableOf({ n: numbers, t: [null, "b"], b: [true, null], none: [null, null] });
  numbers[0] = 7;
  assertEquals(table, {
    columns: ["n", "t", "b", "none"],
    rows: 2,
    data: [
      { type: "number", values: new Float64Array([1, NaN]) },
      { type: "string", values: [null, "b"] },
      { type: "boolean", values: [true, null] },
      { type: "string", values: [null, null] },
    ],
  });
  assertEquals(tableOf({}), { columns: [], rows: 0, data: [] });
  assertEquals(tableOf({ a: [] }).data, [{ type: "string", values: [] }]);
});

Deno.test("tableOf() and columnOf() say what does not fit", () => {
  const thrown = (call: () => unknown) => assertThrows(call, ArgumentError).message;
  assertEquals(
    thrown(() => tableOf({ a: [1, null] as never })),
    'tableOf: column "a" holds number and, in row 1, null; a missing number is NaN',
  );
  assertEquals(
    thrown(() => tableOf({ a: [null, "x", true] as never })),
    'tableOf: column "a" holds string and, in row 2, boolean; a column is of one type, with null for what is missing',
  );
  assertEquals(
    assertThrows(() => tableOf({ a: [1], b: ["x", "y"] }), ShapeError).message,
    'tableOf: column "b" has 2 values, but the table has 1 rows',
  );
  assertEquals(
    thrown(() => columnOf(tableOf({ a: [1], b: [2] }), "c")),
    'columnOf: there is no column "c"; the columns are a, b',
  );
  const column = { type: "number", values: new Float64Array(1) } as const;
  assertEquals(
    thrown(() => checkTable("encodeCsv", { columns: ["a", "a"], rows: 1, data: [column, column] })),
    'encodeCsv: two columns are called "a"; rename one',
  );
  assertEquals(
    assertThrows(() => checkTable("encodeCsv", { columns: ["a"], rows: 1, data: [] }), ShapeError).message,
    "encodeCsv: 1 names, but 0 columns; give each column one name",
  );
});

Deno.test("byCodePoint() is the order of the lists of code points", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\uffee", "\ud83d\ude00", "\ud83d\ude01", "\ud83e\udd70") });
  fc.assert(fc.property(text, text, (a, b) => {
    const [p, q] = [[...a], [...b]].map((s) => s.map((c) => c.codePointAt(0)!));
    const i = p!.findIndex((c, i) => c !== q![i]);
    const expected = i < 0 ? p!.length - q!.length : i >= q!.length ? 1 : p![i]! - q![i]!;
    assertEquals(Math.sign(byCodePoint(a, b)), Math.sign(expected));
  }));
});
