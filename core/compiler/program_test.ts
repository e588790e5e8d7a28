import { mul } from "../primitives/arithmetic.ts";
import { eqProgram, trace } from "./program.ts";
import { assertEquals } from "@std/assert";
import { elem } from "fp-ts/lib/Array.js";

Deno.test("fp-ts's functions take eqProgram", () => {
  const spec = { shape: [2], dtype: "f32" } as const;
  const square = trace("square", ([x]) => [mul(x!, x!)], [spec]);
  const again = trace("square", ([y]) => [mul(y!, y!)], [spec]);
  const product = trace("product", ([x, y]) => [mul(x!, y!)], [spec, spec]);
  assertEquals(elem(eqProgram)(square)([product, again]), true);
  assertEquals(elem(eqProgram)(square)([product]), false);
});
