import { list } from "../../tests/laws/points.ts";
import { bool } from "../../tests/laws/values.ts";
import { and, not, or, xor } from "./compare.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("logical operations take bool tensors and booleans", () => {
  const t = bool([2], [true, false]);
  assertEquals([list(and(t, true)), list(or(false, t)), list(xor(t, t)), list(not(t))], [
    [true, false],
    [true, false],
    [false, false],
    [false, true],
  ]);
  assertEquals(list(pipe(t, and(bool([2, 1], [true, false])))), [[true, false], [false, false]]);
});
