import { ShapeError } from "../errors.ts";
import { type Dim, dim } from "./dims.ts";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("dim() gives the size back under its label", () => {
  const n: Dim<"batch"> = dim("batch", 32);
  assertEquals(n + 0, 32);
  assertEquals(dim("batch", 0) + 0, 0);
});

Deno.test("dim() rejects what is not a whole number, 0 or more", () => {
  for (const bad of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => dim("batch", bad), ShapeError, `dim: batch is ${bad}`);
  }
});
