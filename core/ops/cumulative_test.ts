import { bool, f32, f64, i32, u8 } from "../../tests/laws/values.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { tensor } from "./create.ts";
import { cumMax, cumMin, cumProd, cumSum, diff, logCumSumExp } from "./cumulative.ts";
import { sum } from "./reduce.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";

type V3 = Tensor<readonly [3]>;

Deno.test("cumSum() along either axis, in reverse, and flat if none is named", () => {
  const x = tensor([[1, 2], [3, 4]]);
  const flat: Tensor<readonly [number], "f32"> = cumSum(x);
  const down: Tensor<readonly [2, 2], "f32"> = cumSum(x, { axis: 0 });
  assertEquals(flat.toArray(), [1, 3, 6, 10]);
  assertEquals(down.toArray(), [[1, 2], [4, 6]]);
  assertEquals(cumSum(x, { axis: -1, reverse: true }).toArray(), [[3, 2], [7, 4]]);
  assertEquals(cumSum(tensor(5)).toArray(), [5]);
  assertEquals(cumSum(f32([0], [])).toArray(), []);
});

Deno.test("cumSum() and cumProd() count truth values in i32 and widen u8 to u32", () => {
  assertEquals([cumSum(bool([2], [1, 1])).dtype, cumSum(u8([2], 1)).dtype, cumProd(u8([2], 1)).dtype], [
    "i32",
    "u32",
    "u32",
  ]);
  assertEquals(cumSum(u8([2], [200, 100])).toArray(), [200, 300]);
});

Deno.test("cumProd() has its derivative where factors are 0", () => {
  // y = (a, ab, abc) at (2, 0, 3): ∂/∂a = 1 + b + bc, ∂/∂b = a + ac, ∂/∂c = ab.
  const g = grad((x: V3) => sum(cumProd(x)));
  assertEquals(g(tensor([2, 0, 3])).toArray(), [1, 8, 0]);
  assertEquals(g(tensor([0, 0, 3])).toArray(), [1, 0, 0]);
});

Deno.test("cumMax() and cumMin() keep records, NaN for ever, and give the last of equals the derivative", () => {
  assertEquals(cumMax(tensor([1, 3, 2, NaN, 9])).toArray(), [1, 3, 3, NaN, NaN]);
  assertEquals(cumMin(i32([4], [3, 5, 2, 4]), { reverse: true }).toArray(), [2, 2, 2, 4]);
  assertEquals(grad((x: V3) => sum(cumMax(x)))(tensor([2, 2, 1])).toArray(), [1, 2, 0]);
});

Deno.test("logCumSumExp() neither overflows nor loses small terms, and begins with -Infinity as with 0", () => {
  const y = logCumSumExp(f64([4], [-Infinity, 1000, 1000, -1000])).toArray() as number[];
  assertEquals(y.slice(0, 2), [-Infinity, 1000]);
  assertAlmostEquals(y[2]!, 1000 + Math.LN2, 1000 * 2 ** -52);
  assertAlmostEquals(y[3]!, 1000 + Math.LN2, 1000 * 2 ** -52);
  const g = grad((x: V3) => sum(logCumSumExp(x)));
  assertEquals(g(tensor([-Infinity, -Infinity, 5])).toArray(), [0, 0, 1]);
  assertEquals(logCumSumExp(i32([2], [0, 0])).dtype, "f32");
});

Deno.test("diff() along an axis, several times, down to nothing", () => {
  const x = tensor([[1, 4, 9], [0, 1, 0]]);
  assertEquals(diff(x).toArray(), [[3, 5], [1, -1]]);
  assertEquals(diff(x, { axis: 0 }).toArray(), [[-1, -3, -9]]);
  assertEquals(diff(x, { n: 2 }).toArray(), [[2], [-2]]);
  assertEquals([...diff(x, { n: 5 }).shape], [2, 0]);
  assertEquals(diff(x, { n: 0 }).toArray(), x.toArray());
  assertEquals(diff(i32([3], [1, 4, 2])).dtype, "i32");
});

Deno.test("diff() undoes cumSum() of integers", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 12 }), (xs) => {
    assertEquals(diff(cumSum(i32([xs.length], xs))).toArray(), xs.slice(1));
  }));
});
