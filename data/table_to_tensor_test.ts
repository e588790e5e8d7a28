/** Matrices and classes out of tables. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError } from "../core/errors.ts";
import { columnOf, tableOf } from "./table.ts";
import { categories, tableToTensor } from "./table_to_tensor.ts";

const table = tableOf({ a: [1, NaN, 3], b: [true, null, false], c: ["x", "y", null], d: [NaN, NaN, NaN] });
const thrown = (call: () => unknown) => assertThrows(call, ArgumentError).message;

Deno.test("tableToTensor() takes columns in the order asked for, and fills gaps as asked", () => {
  assertEquals(tableToTensor(table, ["b", "a"], { missing: -1 }).toArray(), [[1, 1], [-1, -1], [0, 3]]);
  assertEquals(tableToTensor(table, ["a", "b"], { missing: "mean" }).toArray(), [[1, 1], [2, 0.5], [3, 0]]);
  assertEquals(tableToTensor(tableOf({ a: [0.1] })).toArray(), [[Math.fround(0.1)]]);
  assertEquals(tableToTensor(table, []).shape, [3, 0]);
  assertEquals(tableToTensor(tableOf({ a: new Array<number>() }), []).shape, [0, 0]);
  assertEquals(tableToTensor(table, ["d"], { missing: 5 }).toArray(), [[5], [5], [5]]);
});

Deno.test("tableToTensor() rejects texts, gaps and unknown columns, and says what to do", () => {
  assertEquals(
    thrown(() => tableToTensor(table, ["a", "b"])),
    'tableToTensor: row 1 of column "a" is missing; pass { missing: a number or "mean" }',
  );
  assertEquals(
    thrown(() => tableToTensor(table, ["c"])),
    'tableToTensor: column "c" holds texts; leave it out, or number them by categories(column)',
  );
  assertEquals(
    thrown(() => tableToTensor(table, ["e"])),
    'tableToTensor: there is no column "e"; the columns are a, b, c, d',
  );
  assertEquals(
    thrown(() => tableToTensor(table, ["d"], { missing: "mean" })),
    'tableToTensor: column "d" has no values to take the mean of; leave it out',
  );
  assertEquals(
    thrown(() => tableToTensor(table, ["a"], { missing: "zero" as never })),
    'tableToTensor: missing is "zero"; it is "reject", "mean" or a number',
  );
});

Deno.test("categories() numbers texts, numbers and truth values in order", () => {
  const read = (name: string) => {
    const { names, codes } = categories(columnOf(table, name));
    return [names, codes.toArray()];
  };
  assertEquals(read("a"), [["1", "3"], [0, -1, 1]]);
  assertEquals(read("b"), [["false", "true"], [1, -1, 0]]);
  assertEquals(read("c"), [["x", "y"], [0, 1, -1]]);
  assertEquals(read("d"), [[], [-1, -1, -1]]);
  assertEquals(categories(columnOf(tableOf({ n: [10, 9, -0] }), "n")).names, ["0", "9", "10"]);
});

Deno.test("categories() names every row, whatever its order", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.string({ unit: "grapheme", maxLength: 3 }))), (texts) => {
    const { names, codes } = categories({ type: "string", values: texts });
    assertEquals(Array.from(codes.dataSync(), (c) => names[c] ?? null), texts);
    const again = categories({ type: "string", values: texts.toReversed() });
    assertEquals(again.names, names);
  }));
});
