import { gradients, list, v } from "../../tests/laws/points.ts";
import { f32, i32 } from "../../tests/laws/values.ts";
import { isFinite, isInf, isNaN, nanToNum } from "./rounding.ts";
import { assertEquals } from "@std/assert";

Deno.test("nanToNum() replaces by the dtype's extremes unless told otherwise", () => {
  assertEquals(list(nanToNum(f32([3], [NaN, Infinity, -Infinity]))), [
    0,
    3.4028234663852886e38,
    -3.4028234663852886e38,
  ]);
  assertEquals(list(nanToNum(v(NaN, Infinity, -Infinity, 2), { nan: 7, posInf: 8, negInf: 9 })), [7, 8, 9, 2]);
  assertEquals(gradients((x) => nanToNum(x!), v(NaN, 1)), [[0, 1]]);
  assertEquals([isNaN, isFinite, isInf].map((f) => list(f(i32([1], [0])))), [[false], [true], [false]]);
});
