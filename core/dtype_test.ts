import { assertEquals } from "@std/assert";
import {
  bytesOf,
  type DType,
  dtypes,
  floatOf,
  isDType,
  kindOf,
  promote,
  promotionTable,
  rangeOf,
  weak,
} from "./dtype.ts";

Deno.test("promotion is a lattice: idempotent, commutative, associative, with bool at the bottom and f64 on top", () => {
  for (const a of dtypes) {
    assertEquals([promote(a, a), promote("bool", a), promote(a, "f64")], [a, a, "f64"]);
    for (const b of dtypes) {
      assertEquals(promote(a, b), promote(b, a));
      for (const c of dtypes) assertEquals(promote(promote(a, b), c), promote(a, promote(b, c)));
    }
  }
  assertEquals(promote("i32", "f32"), "f32");
});

Deno.test("every dtype knows its kind, width, range and float", () => {
  const rows = dtypes.map((d) => [d, kindOf(d), bytesOf(d), weak(d), floatOf(d), rangeOf(d)]);
  assertEquals(rows, [
    ["bool", "bool", 1, "f32", "f32", [0, 1]],
    ["u8", "int", 1, "u8", "f32", [0, 255]],
    ["u32", "int", 4, "u32", "f32", [0, 4294967295]],
    ["i32", "int", 4, "i32", "f32", [-2147483648, 2147483647]],
    ["f32", "float", 4, "f32", "f32", [-Infinity, Infinity]],
    ["f64", "float", 8, "f64", "f64", [-Infinity, Infinity]],
  ]);
  assertEquals(["f32", "f16", "toString", 3].map((x) => isDType(x as DType)), [true, false, false, false]);
});

Deno.test("the promotion table prints a row and a column for each dtype", () => {
  assertEquals(promotionTable().split("\n").length, 7);
});
