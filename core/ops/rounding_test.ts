import { list, v } from "../../tests/laws/points.ts";
import { i32, u32, u8 } from "../../tests/laws/values.ts";
import { square } from "./arithmetic.ts";
import { relu } from "./compare.ts";
import { abs, ceil, floor, round, sign, trunc } from "./rounding.ts";
import { assertEquals } from "@std/assert";

Deno.test("functions with whole results keep integers as they are", () => {
  for (const x of [i32([5], 1), u32([5], 2), u8([5], 3)]) {
    for (const f of [floor, ceil, round, trunc]) assertEquals(list(f(x)), list(x));
    for (const f of [abs, sign, relu, square, floor]) assertEquals(f(x).dtype, x.dtype);
  }
});

Deno.test("round() takes halves to the even number and keeps the sign of zero", () => {
  assertEquals(list(round(v(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994))), [-2, -2, -0, 0, 2, 2, 0]);
  assertEquals(list(round(v(-0.2, 2 ** 52 + 1, 1e300, -Infinity, NaN))), [-0, 2 ** 52 + 1, 1e300, -Infinity, NaN]);
});
