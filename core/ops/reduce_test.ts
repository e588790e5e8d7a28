import { bool, f32, f64, i32, u8 } from "../../tests/laws/values.ts";
import type { DType } from "../dtype.ts";
import { keepAxes, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { tensor } from "./create.ts";
import { all, any, countNonZero, max, mean, min, prod, sum } from "./reduce.ts";
import { argmax, argmin } from "./sort.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

const x = tensor([[1, 2, 3], [4, 5, 6]]);

Deno.test("sum() over all, one, several and negative axes, with and without keeping them", () => {
  const total: Tensor<readonly [], "f32"> = sum(x);
  const rows: Tensor<readonly [2], "f32"> = sum(x, { axis: -1 });
  const kept: Tensor<readonly [1, 3], "f32"> = sum(x, { axis: 0, keepDims: true });
  const both: Tensor<readonly [], "f32"> = sum(x, { axis: [0, 1] });
  assertEquals(total.item(), 21);
  assertEquals(rows.toArray(), [6, 15]);
  assertEquals(kept.toArray(), [[5, 7, 9]]);
  assertEquals(both.item(), 21);
  assertEquals(sum(x, { axis: [] }).toArray(), x.toArray());
  assertEquals(sum(tensor(3)).item(), 3);
});

Deno.test("sum() is typed: a wrong axis does not compile, and says so when run", () => {
  // @ts-expect-error -- "sum: axis 2 is out of range for rank 2"
  const call = () => sum(x, { axis: 2 });
  let message = "";
  try {
    call();
  } catch (e) {
    message = (e as Error).message;
  }
  assertEquals(message, "sum: axis 2 is out of range for rank 2; use -2 to 1");
});

Deno.test("sum() and prod() count truth values in i32 and widen u8 to u32", () => {
  const count: Tensor<Shape, "i32"> = sum(bool([3], [1, 0, 1]) as Tensor<Shape, "bool">);
  assertEquals([count.dtype, count.item()], ["i32", 2]);
  assertEquals([sum(u8([2], [200, 100])).dtype, sum(u8([2], [200, 100])).item()], ["u32", 300]);
  assertEquals([prod(u8([2], [200, 100])).dtype, prod(u8([2], [200, 100])).item()], ["u32", 20000]);
  assertEquals([prod(bool([2], [1, 0])).dtype, prod(bool([2], [1, 0])).item()], ["i32", 0]);
});

Deno.test("sum() of f32 loses nothing to the order of its terms", () => {
  // In f32 alone 2²⁴ + 1 is 2²⁴ again.
  assertEquals(sum(f32([4], [2 ** 24, 1, 1, 2])).item(), 2 ** 24 + 4);
});

Deno.test("reductions of nothing give the identity, where there is one", () => {
  const none = f32([0, 2], []);
  assertEquals(sum(none, { axis: 0 }).toArray(), [0, 0]);
  assertEquals(prod(none, { axis: 0 }).toArray(), [1, 1]);
  assertEquals(mean(none, { axis: 0 }).toArray(), [NaN, NaN]);
  assertEquals(any(none, { axis: 0 }).toArray(), [false, false]);
  assertEquals(all(none, { axis: 0 }).toArray(), [true, true]);
  assertEquals(max(none, { axis: 1 }).toArray(), []);
});

Deno.test("mean() of integers and truth values is f32", () => {
  const m: Tensor<readonly [], "f32"> = mean(tensor([1, 2], { dtype: "i32" }));
  assertEquals([m.dtype, m.item()], ["f32", 1.5]);
  assertEquals(mean(bool([4], [1, 1, 1, 0])).item(), 0.75);
  assertEquals(mean(f64([2], [1, 2])).dtype, "f64");
});

Deno.test("max() and min() keep the dtype and give NaN where there is one", () => {
  assertEquals(max(i32([3], [3, -7, 5])).item(), 5);
  assertEquals(min(i32([3], [3, -7, 5])).item(), -7);
  assertEquals(max(tensor([[1, NaN], [2, 3]]), { axis: 1 }).toArray(), [NaN, 3]);
  assertEquals(min(tensor([NaN, -Infinity])).item(), NaN);
});

Deno.test("max() gives the derivative to the first of equals along a named axis, and shares it else", () => {
  const ties = tensor([[2, 2, 1]]);
  assertEquals(grad((v: Tensor<readonly [1, 3]>) => sum(max(v, { axis: 1 })))(ties).toArray(), [[1, 0, 0]]);
  assertEquals(grad((v: Tensor<readonly [1, 3]>) => sum(max(v, { axis: [1] })))(ties).toArray(), [[0.5, 0.5, 0]]);
  assertEquals(grad((v: Tensor<readonly [1, 3]>) => max(v))(ties).toArray(), [[0.5, 0.5, 0]]);
});

Deno.test("prod() has its derivative where factors are 0", () => {
  const g = grad((v: Tensor<readonly [3]>) => prod(v));
  assertEquals(g(tensor([2, 0, 3])).toArray(), [0, 6, 0]);
  assertEquals(g(tensor([0, 0, 3])).toArray(), [0, 0, 0]);
  // ∂²(abc)/∂a∂b = c, whatever a and b are.
  const second = grad((v: Tensor<readonly [3]>) => sum(g(v)));
  assertEquals(second(tensor([0, 0, 3])).toArray(), [3, 3, 0]);
});

Deno.test("argmax() and argmin() give the first of equals, and NaN before all", () => {
  const y = tensor([[1, 3, 3], [NaN, 9, NaN]]);
  const at: Tensor<readonly [2], "i32"> = argmax(y, { axis: 1 });
  assertEquals(at.toArray(), [1, 0]);
  assertEquals(argmin(y, { axis: 1 }).toArray(), [0, 0]);
  assertEquals(argmax(x).item(), 5);
  assertEquals(argmax(x, { keepDims: true }).toArray(), [[5]]);
  assertEquals(argmin(x, { axis: 0, keepDims: true }).toArray(), [[0, 0, 0]]);
  assertEquals(argmax(bool([3], [0, 1, 1])).item(), 1);
});

Deno.test("any(), all() and countNonZero() take numbers for true where they are not 0, NaN included", () => {
  const y = tensor([[0, NaN], [0, 0], [2, 1]]);
  assertEquals(any(y, { axis: 1 }).toArray(), [true, false, true]);
  assertEquals(all(y, { axis: 1 }).toArray(), [false, false, true]);
  assertEquals(countNonZero(y, { axis: 0 }).toArray(), [1, 2]);
});

Deno.test("every reduction has the shape that its axes say, kept or not", () => {
  const ops: readonly ((v: Value, o: { axis: readonly number[]; keepDims: boolean }) => Tensor<Shape, DType>)[] = [
    sum,
    mean,
    prod,
    max,
    min,
    any,
    all,
    countNonZero,
  ];
  const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(
      shapes,
      fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      (shape, mask, keepDims) => {
        const axis = shape.flatMap((_, i) => mask[i] ? [i] : []);
        const expected = keepDims ? keepAxes(shape, axis) : shape.filter((_, i) => !axis.includes(i));
        for (const op of ops) assertEquals([...op(f32(shape, 1), { axis, keepDims }).shape], expected);
      },
    ),
  );
});
