import { list } from "../../tests/laws/points.ts";
import { i32, u32, u8 } from "../../tests/laws/values.ts";
import { bitAnd, bitNot, bitOr, bitXor, shiftLeft, shiftRight, shiftRightLogical } from "./rounding.ts";
import { assertEquals } from "@std/assert";

Deno.test("bit operations act on two's complement of the dtype's width", () => {
  assertEquals(list(bitAnd(i32([2], [-1, 12]), 10)), [10, 8]);
  assertEquals(list(bitOr(u32([1], [2 ** 31]), 1)), [2147483649]);
  assertEquals(list(bitXor(u8([1], [255]), 15)), [240]);
  assertEquals([list(bitNot(u32([1], [0]))), list(bitNot(u8([1], [5]))), list(bitNot(i32([1], [5])))], [
    [4294967295],
    [250],
    [-6],
  ]);
});

Deno.test("shifts by the width or more, or by negative numbers, move everything out", () => {
  const by = i32([5], [1, 31, 32, 40, -1]);
  assertEquals(list(shiftLeft(i32([5], () => 3), by)), [6, -2147483648, 0, 0, 0]);
  assertEquals(list(shiftRight(i32([5], () => -4), by)), [-2, -1, -1, -1, -1]);
  assertEquals(list(shiftRightLogical(i32([5], () => -4), by)), [2147483646, 1, 0, 0, 0]);
  assertEquals(list(shiftLeft(u8([3], [129, 1, 1]), u8([3], [1, 7, 8]))), [2, 128, 0]);
  assertEquals(list(shiftRight(u32([2], [2 ** 32 - 1, 8]), u32([2], [31, 32]))), [1, 0]);
});
