/** Quantities over time: what is read of made-up tables. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeMonthlySeries, decodeSeries } from "./series.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeSeries() reads times and values, and NaN where there is none", () => {
  const got = decodeSeries(encode("date,co2\n19580329,316.5\n19580405,\n19580412,-3\n"));
  assert(got._tag === "Right");
  assertEquals(got.right.times.toArray(), [19580329, 19580405, 19580412]);
  assertEquals(got.right.values.toArray(), [316.5, NaN, -3]);
  const none = decodeSeries(encode(""));
  assert(none._tag === "Right" && none.right.times.size === 0);
});

Deno.test("decodeSeries() says which line is wrong", () => {
  const table: readonly (readonly [string, string])[] = [
    ["1", '"1" is not 2 numbers'],
    ["1,2,3", '"1,2,3" is not 2 numbers'],
    ["1972,x", '"1972,x" is not 2 numbers'],
    ["1971,5", "1971 is no time: times are whole numbers and ascend"],
    ["1972.5,5", "1972.5 is no time: times are whole numbers and ascend"],
    [",5", "NaN is no time: times are whole numbers and ascend"],
    ["3e9,5", "3000000000 is no time: times are whole numbers and ascend"],
  ];
  for (const [line, what] of table) {
    assertEquals(decodeSeries(encode(`y,v\n1971,5\n${line}\n1980,1\n`)), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset: 11, message: `decodeSeries: line 3, ${what}` },
    });
  }
});

Deno.test("decodeMonthlySeries() reads years of months, and says which line is wrong", () => {
  const head = "y,j,f,m,a,m,j,j,a,s,o,n,d", months = (start: number) => Array.from({ length: 12 }, (_, i) => start + i);
  const got = decodeMonthlySeries(encode(`${head}\n1950,${months(1)}\n1951,,${months(2).slice(1)}\n`));
  assert(got._tag === "Right");
  assertEquals(got.right.times.toArray(), [...months(195001), ...months(195101)]);
  assertEquals(got.right.values.toArray(), [...months(1), NaN, ...months(3).slice(0, 11)]);
  const first = `${head}\n1950,${months(1)}\n`, offset = first.length;
  const table: readonly (readonly [string, string])[] = [
    ["1951,1", '"1951,1" is not 13 numbers'],
    [`1950,${months(1)}`, "1950 is no time: times are whole numbers and ascend"],
    [`1951.5,${months(1)}`, "1951.5 is no time: times are whole numbers and ascend"],
    [`,${months(1)}`, "NaN is no time: times are whole numbers and ascend"],
    [`3e7,${months(1)}`, "30000000 is no time: times are whole numbers and ascend"],
  ];
  for (const [line, what] of table) {
    assertEquals(decodeMonthlySeries(encode(`${first}${line}\n`)), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset, message: `decodeMonthlySeries: line 3, ${what}` },
    });
  }
});

Deno.test("decodeSeries() gives an error or a series whatever the bytes", () => {
  fc.assert(
    fc.property(hostile(encode("y,v\n1971,5\n1972,\n1975,-2.5\n")), (bytes) => {
      const got = decodeSeries(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "csv");
      else assertEquals(got.right.times.size, got.right.values.size);
    }),
    { seed: 8, ...soaked(300, 20_000) },
  );
});
