import { axisOf } from "./axis.ts";
import { numberText, tickTexts } from "./number_text.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("axisOf() has round ticks that hold all values", () => {
  assertEquals(axisOf([0.1, 2.3]), { log: false, domain: [0, 2.5], ticks: [0, 0.5, 1, 1.5, 2, 2.5] });
  assertEquals(axisOf([-3, 9], { count: 3 }).ticks, [-5, 0, 5, 10]);
});

Deno.test("axisOf() gives a single value room on both sides, and no value the unit", () => {
  assertEquals(axisOf([0]).domain, [-1, 1]);
  assertEquals(axisOf([3], { whole: true }).ticks, [2, 3, 4]);
  assertEquals(axisOf([8], { log: true }).domain, [2, 20]);
  assertEquals(axisOf([]).domain, [0, 1]);
  assertEquals(axisOf([], { log: true }).domain, [1, 10]);
});

Deno.test("axisOf() keeps its ticks whole, and its ends at the values, if asked to", () => {
  assertEquals(axisOf([0, 2], { whole: true, tight: true }).ticks, [0, 1, 2]);
  assertEquals(axisOf([1, 9], { tight: true, count: 4 }), { log: false, domain: [1, 9], ticks: [2, 4, 6, 8] });
});

Deno.test("axisOf() has 1, 2 and 5 or powers of ten on a logarithmic axis", () => {
  assertEquals(axisOf([0.03, 2.2], { log: true }).ticks, [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
  assertEquals(axisOf([1e-12, 100], { log: true }).ticks, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 0.01, 1, 100]);
});

Deno.test("axisOf() holds all finite values, however large or small, with few ticks in order", () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 });
  fc.assert(fc.property(values, fc.boolean(), fc.boolean(), (list, log, tight) => {
    const given = log ? list.map(Math.abs).filter((v) => v > 0) : list;
    const { domain: [low, high], ticks } = axisOf(given, { log, tight });
    assert(low < high && given.every((v) => v >= low && v <= high));
    assert(ticks.length <= 14 && ticks.every((t, i) => t >= low && t <= high && (i === 0 || t > ticks[i - 1]!)));
  }));
});

Deno.test("numberText() sets thousands off and writes very large and small numbers by powers of ten", () => {
  assertEquals([0, -0, 1234567, 12345.678, 1e7, 12345678, 3e-4, -1e-5, 0.1 + 0.2].map((x) => numberText(x)), [
    "0",
    "0",
    "1,234,567",
    "12,345.7",
    "1e7",
    "1.23457e7",
    "3e−4",
    "−1e−5",
    "0.3",
  ]);
  assertEquals([NaN, Infinity, -Infinity].map((x) => numberText(x)), ["NaN", "∞", "−∞"]);
});

Deno.test("tickTexts() tells ticks apart that differ late", () => {
  assertEquals(tickTexts([1e8, 1e8 + 1]), ["1e8", "1.00000001e8"]);
});
