import { gradients, list, v } from "../../tests/laws/points.ts";
import { i32 } from "../../tests/laws/values.ts";
import { mul } from "../primitives/arithmetic.ts";
import { cast, stopGradient } from "./create.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("cast() saturates floats, wraps integers, and asks for truth", () => {
  assertEquals(list(cast(v(3e9, -1.9, NaN, 300), "i32")), [2147483647, -1, 0, 300]);
  assertEquals(list(cast(i32([2], [257, -1]), "u8")), [1, 255]);
  assertEquals(list(pipe(v(0, 0.1, NaN), cast("bool"))), [false, true, true]);
  assertEquals(gradients((x) => cast(cast(x!, "f32"), "f64"), v(2)), [[1]]);
});

Deno.test("stopGradient() lets values of a tree through and derivatives not", () => {
  assertEquals(list(stopGradient({ a: v(1), b: [v(2)] }).b[0]), [2]);
  assertEquals(gradients((x) => mul(stopGradient(x!), x!), v(3)), [[3]]);
});
