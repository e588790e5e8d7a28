import { sparkline } from "./sparkline.ts";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

Deno.test("sparkline() gives the eight blocks to eight steps", () => {
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
});

Deno.test("sparkline() is empty of no values, and half high of one or of equal ones", () => {
  assertEquals(sparkline([]), "");
  assertEquals(sparkline([-3]), "▄");
  assertEquals(sparkline([1e300, 1e300]), "▄▄");
});

Deno.test("sparkline() leaves gaps where values are not finite", () => {
  assertEquals(sparkline([NaN, 0, Infinity, 1, -Infinity]), " ▁ █ ");
  assertEquals(sparkline([NaN, NaN]), "  ");
});

Deno.test("sparkline() averages groups, leaving out what is not finite", () => {
  assertEquals(sparkline([0, 0, 7, NaN, 3, 3], { width: 3 }), "▁█▄");
});

Deno.test("sparkline() holds for the largest numbers", () => {
  assertEquals(sparkline([-Number.MAX_VALUE, 0, Number.MAX_VALUE]), "▁▅█");
});

Deno.test("sparkline() has a character for each value, no more than its width, and any blocks in between", () => {
  fc.assert(fc.property(fc.array(fc.double(), { maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (values, width) => {
    const line = sparkline(values, { width });
    assertEquals(line.length, Math.min(values.length, width));
    assertEquals(/^[ ▁-█]*$/.test(line), true);
  }));
});

Deno.test("sparkline() rejects a width that is no whole number from 1", () => {
  for (const width of [0, 1.5, NaN, Infinity]) {
    assertThrows(() => sparkline([1], { width }), Error, `sparkline: width is a whole number, 1 or more, not ${width}`);
  }
});
