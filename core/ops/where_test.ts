import { derivative, gradients, list, v } from "../../tests/laws/points.ts";
import { bool, i32 } from "../../tests/laws/values.ts";
import type { DType } from "../dtype.ts";
import type { Value } from "../tensor.ts";
import { sqrt } from "./arithmetic.ts";
import { greater, where } from "./compare.ts";
import { log } from "./exponential.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("where() broadcasts all three and promotes the two sides", () => {
  const y = where(bool([2, 1], [true, false]), i32([3], [1, 2, 3]), 0);
  assertEquals([list(y), y.dtype], [[[1, 2, 3], [0, 0, 0]], "i32"]);
  assertEquals(where(bool([], [true]), i32([], [1]), v(2)).dtype as DType, "f64");
  assertEquals(list(pipe(bool([2], [true, false]), where(v(1, 2), -1))), [1, -1]);
  assertEquals(where(bool([1], [true]), 1, 0).dtype, "f32");
});

Deno.test("where() keeps the side not chosen out of derivatives", () => {
  const safe = (x?: Value) => where(greater(x!, 0), log(where(greater(x!, 0), x!, 1)), 0);
  assertEquals(gradients(safe, v(0, 2)), [[0, 0.5]]);
  // The side not chosen is infinite here, and its tangent too.
  assertEquals(list(derivative((x) => where(greater(x, 0), sqrt(x), x), 1)(v(0, 4))), [1, 0.25]);
});
