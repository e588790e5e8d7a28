/** What the types of operations say of shapes and dtypes, and what they refuse. Checked by the compiler; run for its values. */
import { assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  arange,
  argmax,
  bincount,
  cast,
  diagonal,
  type Dim,
  dim,
  type DType,
  einsum,
  equal,
  exp,
  histogram,
  type HistogramOptions,
  kron,
  matmul,
  mean,
  mul,
  reshape,
  type Shape,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  topK,
  type TopKOptions,
  where,
  zeros,
} from "../../mod.ts";

/** Holds when two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

const a = zeros([32, 128]), b = zeros([128, 10]);

Deno.test("matmul's shape is typed, and a mismatch refused in the same words at compile and at run time", () => {
  const y = matmul(a, b);
  same<typeof y.shape, readonly [32, 10]>(true);
  // @ts-expect-error matmul: inner sizes differ, 32×128 · 100×10
  assertThrows(() => matmul(a, zeros([100, 10])), Error, "matmul: inner sizes differ, 32×128 · 100×10");
});

Deno.test("broadcasting is typed and checked", () => {
  const y = add(zeros([4, 1]), zeros([3]));
  same<typeof y.shape, readonly [4, 3]>(true);
  // @ts-expect-error add: cannot broadcast 4×2 with 3
  assertThrows(() => add(zeros([4, 2]), zeros([3])), Error, "add: cannot broadcast 4×2 with 3");
  const piped = pipe(zeros([4, 1]), mul(zeros([5])), exp);
  same<typeof piped.shape, readonly [4, 5]>(true);
});

Deno.test("reductions drop their axes or keep them, and refuse those that are not there", () => {
  const x = zeros([2, 3, 4]);
  same<ReturnType<typeof value>["shape"], readonly [2, 4]>(true);
  function value() {
    return sum(x, { axis: 1 });
  }
  const kept = mean(x, { axis: [0, -1], keepDims: true });
  same<typeof kept.shape, readonly [1, 3, 1]>(true);
  const all = sum(x);
  same<typeof all.shape, readonly []>(true);
  const places = argmax(x, { axis: -1 });
  same<typeof places, Tensor<readonly [2, 3], "i32">>(true);
  // @ts-expect-error sum: axis 3 is out of range for rank 3
  assertThrows(() => sum(x, { axis: 3 }), Error, "sum: axis 3 is out of range for rank 3");
});

Deno.test("einsum reads its expression in types", () => {
  const y = einsum("bij,bjk->bik", zeros([7, 2, 3]), zeros([7, 3, 4]));
  same<typeof y.shape, readonly [7, 2, 4]>(true);
  // @ts-expect-error einsum: j is both 3 and 5
  assertThrows(() => einsum("ij,jk->ik", zeros([2, 3]), zeros([5, 4])), Error, "einsum: j is both 3 and 5");
});

Deno.test("reshape and swapAxes follow literal arguments", () => {
  const y = reshape(zeros([2, 3, 4]), [6, -1]);
  same<typeof y.shape, readonly [6, number]>(true);
  const t = swapAxes(zeros([2, 3, 4]), 0, -1);
  same<typeof t.shape, readonly [4, 3, 2]>(true);
});

Deno.test("dtypes meet in types as they do at run time", () => {
  const f = tensor([1.5]), d = tensor([1], { dtype: "f64" }), i = tensor([1], { dtype: "i32" }), t = tensor([true]);
  same<typeof t.dtype, "bool">(true);
  const table = [add(f, d), add(i, f), add(i, 1), mul(t, 2), equal(i, 1), cast(f, "u8")] as const;
  same<(typeof table)[0]["dtype"], "f64">(true);
  same<(typeof table)[1]["dtype"], "f32">(true);
  same<(typeof table)[2]["dtype"], "i32">(true);
  same<(typeof table)[3]["dtype"], "f32">(true);
  same<(typeof table)[4]["dtype"], "bool">(true);
  same<(typeof table)[5]["dtype"], "u8">(true);
  assertEquals(table.map((x) => x.dtype as string), ["f64", "f32", "i32", "f32", "bool", "u8"]);
});

Deno.test("named sizes agree with themselves and nothing else", () => {
  const batch: Dim<"batch"> = dim("batch", 5), time: Dim<"time"> = dim("time", 5);
  const x = zeros([batch, 3]), y = zeros([batch, 3]), z = zeros([time, 3]);
  same<ReturnType<typeof total>["shape"], readonly [Dim<"batch">, 3]>(true);
  function total() {
    return add(x, y);
  }
  // @ts-expect-error add: cannot broadcast batch×3 with time×3
  assertEquals(add(x, z).shape, [5, 3]);
});

Deno.test("unknown shapes block nothing", () => {
  const x: Tensor = zeros([2, 3]), w: Tensor = zeros([3, 4]);
  assertEquals(sum(matmul(add(x, 1), w), { axis: 1 }).shape, [2]);
  const rows: Tensor<readonly [number, 3]> = zeros([9, 3]);
  const y = add(rows, zeros([3]));
  same<typeof y.shape, readonly [number, 3]>(true);
  assertEquals(where(tensor([true, false]), 1, 0).toArray(), [1, 0]);
});

Deno.test("functions generic in their shapes are typed through", () => {
  const double = <S extends readonly number[]>(x: Tensor<S>): Tensor<S> => mul(add(x, x), 0.5);
  const layer = <B extends number>(x: Tensor<readonly [B, 128]>): Tensor<readonly [B, 10]> => matmul(x, b);
  const y = double(layer(a));
  same<typeof y.shape, readonly [32, 10]>(true);
});

Deno.test("the type of a range has the dtype that its numbers give", () => {
  const whole = arange(-2, 10), parts = arange(0, 1, 0.25), open = arange(0, whole.size, 0.5);
  same<typeof whole.dtype, "i32">(true);
  same<typeof parts.dtype, "f32">(true);
  same<typeof open.dtype, "i32" | "f32">(true);
  assertEquals([whole.dtype, parts.dtype, open.dtype], ["i32", "f32", "f32"]);
});

Deno.test("options in a variable, and offsets, leave open what they may change", () => {
  const options: TopKOptions = { axis: 0 }, { values } = topK(zeros([5, 3]), 2, options);
  same<typeof values.shape, readonly [number, number]>(true);
  assertEquals(values.shape, [2, 3]);
  const bins: HistogramOptions = { bins: 3, density: true }, { counts } = histogram(tensor([1, 2]), bins);
  same<typeof counts, Tensor<readonly [number], DType>>(true);
  assertEquals([counts.shape, counts.dtype], [[3], "f32"]);
  const weights = tensor([true, false]), weighed = histogram(tensor([1, 2]), { density: false, weights });
  same<typeof weighed.counts, Tensor<readonly [10], "i32">>(true);
  const above = diagonal(zeros([3, 3]), { offset: 1 }), main = diagonal(zeros([3, 3]));
  same<typeof above.shape, readonly [number]>(true);
  same<typeof main.shape, readonly [3]>(true);
  assertEquals(above.shape, [2]);
  const unknown: Tensor = zeros([2, 2]), blocks = kron(tensor([1, 2]), unknown);
  same<typeof blocks.shape, Shape>(true);
  assertEquals(blocks.shape, [2, 4]);
});

Deno.test("weights of bool are counted in i32, and nested empty arrays are f32, in types too", () => {
  const votes = bincount(tensor([1], { dtype: "i32" }), { length: 2, weights: tensor([true]) });
  same<typeof votes, Tensor<readonly [2], "i32">>(true);
  const none = tensor([[], []]);
  same<typeof none.dtype, "f32">(true);
  assertEquals([votes.dtype, none.dtype], ["i32", "f32"]);
});
