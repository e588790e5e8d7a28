import { list, v } from "../../tests/laws/points.ts";
import { bool, f32, f64, i32 } from "../../tests/laws/values.ts";
import type { DType } from "../dtype.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { floorDiv, mod, pow, reciprocal, sqrt } from "./arithmetic.ts";
import { and, equal, less, maximum, minimum, where } from "./compare.ts";
import { cast } from "./create.ts";
import { digamma, erf, exp, i0, lgamma, log, logAddExp, sigmoid } from "./exponential.ts";
import { atan2, hypot, sin } from "./trigonometric.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

Deno.test("functions with fractional results take integers and bool as f32, and keep f64", () => {
  const kinds: [Value, DType][] = [[f32([2], 1), "f32"], [v(1), "f64"], [i32([2], 1), "f32"], [bool([2], 1), "f32"]];
  for (const [x, dtype] of kinds) {
    for (const f of [exp, log, sqrt, sin, sigmoid, erf, lgamma, digamma, i0, reciprocal]) {
      assertEquals(f(x).dtype as DType, dtype);
    }
    for (const f of [atan2, hypot, logAddExp]) assertEquals(f(x, 1).dtype as DType, dtype);
  }
});

Deno.test("binary operations give the broadcast shape and the promoted dtype, whichever way they are called", () => {
  const size = fc.constantFrom(1, 1, 2, 3);
  const shape = fc.array(size, { maxLength: 3 });
  fc.assert(fc.property(shape, fc.array(fc.boolean(), { maxLength: 3 }), (s, keep) => {
    const other = s.slice(Math.max(0, s.length - keep.length)).map((d, i) => keep[i] ? d : 1);
    const a = i32(s, 1), b = f64(other, 2);
    for (const f of [maximum, minimum, mod, floorDiv, pow, hypot, less, equal]) {
      const y = (f as typeof maximum)(a, b) as Value, z = pipe(a, (f as typeof maximum)(b)) as Value;
      assertEquals([...y.shape], broadcastShapes("test", s, other));
      assertEquals(list(z), list(y));
      assertEquals(y.dtype, f === less || f === equal ? "bool" : "f64");
    }
  }));
});

Deno.test("types follow shapes and dtypes", () => {
  const x = f32([2, 3], 1) as Tensor<readonly [2, 3]>, n = i32([3], 1) as Tensor<readonly [3], "i32">;
  const a: Tensor<readonly [2, 3], "bool"> = less(x, n);
  const b: Tensor<readonly [3], "f32"> = exp(n);
  const c: Tensor<readonly [2, 3], "f32"> = where(a, n, x);
  const d: Tensor<readonly [3], "i32"> = pow(n, 2);
  const e: Tensor<readonly [2, 3], "f64"> = pipe(x, cast("f64"));
  const bad = f32([4], 1) as Tensor<readonly [4]>;
  // @ts-expect-error -- 2×3 and 4 do not broadcast
  const wrong = () => [maximum(x, bad), where(a, x, bad)];
  // @ts-expect-error -- logic takes bool
  const alsoWrong = () => and(x, a);
  assertEquals([a, b, c, d, e].map((t) => t.dtype as DType), ["bool", "f32", "f32", "i32", "f64"]);
  assertEquals([wrong, alsoWrong].length, 2);
});
