import { f32, f64, i32 } from "../../tests/laws/values.ts";
import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { jit } from "../transforms/jit.ts";
import { vmap } from "../transforms/vmap.ts";
import { mul } from "./arithmetic.ts";
import { tensor } from "./create.ts";
import { sum } from "./reduce.ts";
import { interp } from "./search_sorted.ts";
import { bincount, histogram } from "./segment.ts";
import { nonzero, unique } from "./sort.ts";
import { assertEquals } from "@std/assert";

const ints = (...xs: number[]) => tensor(xs, { dtype: "i32" });

Deno.test("histogram() leaves out what lies outside, NaN too, and counts the last edge", () => {
  const { counts, edges } = histogram(tensor([0, 0.5, 1, 2, -1, NaN, 3]), { bins: [0, 1, 2] });
  const typed: Tensor<readonly [number], "i32"> = counts;
  assertEquals([typed.toArray(), edges.toArray()], [[2, 2], [0, 1, 2]]);
});

Deno.test("histogram() of nothing, of one value, and with a vector of edges", () => {
  assertEquals(histogram(f32([0], []), { bins: 2 }).counts.toArray(), [0, 0]);
  assertEquals(histogram(f32([0], []), { bins: 2 }).edges.toArray(), [0, 0.5, 1]);
  assertEquals(histogram(tensor([3])).counts.toArray(), [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  assertEquals(histogram(ints(1, 2, 3), { bins: tensor([1, 2, 4]) }).counts.toArray(), [1, 2]);
});

Deno.test("histogram() weighs, and passes derivatives to the weights; a density has area 1", () => {
  const x = tensor([0.5, 1.5, 1.6]);
  const heights = (w: Tensor<readonly [3]>) =>
    sum(mul(histogram(x, { bins: [0, 1, 2], weights: w }).counts, tensor([1, 10])));
  assertEquals(grad(heights)(tensor([1, 1, 1])).toArray(), [1, 10, 10]);
  assertEquals(histogram(x, { bins: [0, 1, 3], density: true }).counts.dtype, "f32");
  assertEquals(histogram(f64([4], [0, 1, 2, 2]), { bins: [0, 2, 6], density: true }).counts.toArray(), [0.25, 0.125]);
});

Deno.test("histogram() runs under jit and vmap, its edges being tensors", () => {
  const f = (x: Tensor<readonly [3]>) => histogram(x, { bins: 2 }).counts;
  assertEquals(jit(f)(tensor([0, 1, 4])).toArray(), [2, 1]);
  assertEquals(vmap(f)(tensor([[0, 1, 4], [5, 6, 5]])).toArray(), [[2, 1], [2, 1]]);
});

Deno.test("bincount() leaves out what is negative or too large, and sums weights", () => {
  const counts: Tensor<readonly [3], "i32"> = bincount(ints(0, 2, 2, -1, 3), { length: 3 });
  assertEquals(counts.toArray(), [1, 0, 2]);
  const weighed: Tensor<readonly [2], "f32"> = bincount(ints(1, 0, 1), { length: 2, weights: tensor([1, 2, 4]) });
  assertEquals(weighed.toArray(), [2, 5]);
  assertEquals(bincount(i32([0], []), { length: 2 }).toArray(), [0, 0]);
  assertEquals(bincount(ints(1), { length: 0 }).toArray(), []);
});

Deno.test("interp() follows the points, jumps where two share a position, and keeps NaN", () => {
  const xp = tensor([0, 1, 1, 2]), fp = tensor([0, 10, 20, 30]);
  assertEquals(interp(tensor([-1, 0, 0.5, 1, 1.5, 2, 3]), xp, fp).toArray(), [0, 0, 5, 20, 25, 30, 30]);
  assertEquals(interp(tensor([-1, 3, NaN]), xp, fp, { left: -5, right: 99 }).toArray(), [-5, 99, NaN]);
  assertEquals(interp(tensor([[0, 1, 2]]), tensor([1]), tensor([7]), { left: 0 }).toArray(), [[0, 7, 7]]);
  assertEquals(interp(ints(1), xp, fp).dtype, "f32");
});

Deno.test("unique() finds values, first places, inverse and counts, NaN as one value", () => {
  const x = tensor([[5, 1], [NaN, 5], [NaN, 1]]);
  const u = unique(x, { size: 4, fill: 0 });
  const inverse: Tensor<readonly [3, 2], "i32"> = u.inverse;
  assertEquals(u.values.toArray(), [1, 5, NaN, 0]);
  assertEquals(u.indices.toArray(), [1, 0, 2, 0]);
  assertEquals(inverse.toArray(), [[1, 0], [2, 1], [2, 0]]);
  assertEquals(u.counts.toArray(), [2, 2, 2, 0]);
});

Deno.test("unique() keeps the smallest if there is too little room, and fills with the smallest", () => {
  const cut = unique(ints(4, 3, 9, 4), { size: 2 });
  assertEquals([cut.values.toArray(), cut.counts.toArray(), cut.inverse.toArray()], [[3, 4], [1, 2], [1, 0, 2, 1]]);
  assertEquals(unique(ints(4, 4), { size: 3 }).values.toArray(), [4, 4, 4]);
  const none = unique(i32([0], []) as Tensor<readonly [0], DType>, { size: 2, fill: 7 });
  assertEquals([none.values.toArray(), none.counts.toArray(), none.inverse.toArray()], [[7, 7], [0, 0], []]);
  assertEquals(unique(ints(1, 2), { size: 0 }).values.toArray(), []);
});

Deno.test("unique() of truth values, with derivatives, under jit and vmap", () => {
  assertEquals(unique(tensor([true, true, false]), { size: 2 }).values.toArray(), [false, true]);
  const f = (x: Tensor<readonly [3]>) => sum(mul(unique(x, { size: 2 }).values, tensor([1, 10])));
  assertEquals(grad(f)(tensor([3, 2, 3])).toArray(), [10, 1, 0]);
  const g = (x: Tensor<readonly [3]>) => unique(x, { size: 2 }).values;
  assertEquals(jit(g)(tensor([3, 2, 3])).toArray(), [2, 3]);
  assertEquals(vmap(g)(tensor([[3, 2, 3], [1, 1, 1]])).toArray(), [[2, 3], [1, 1]]);
});

Deno.test("nonzero() gives an index for each axis, filled or cut to size", () => {
  const x = tensor([[0, 7, 0], [8, 0, 9]]);
  const [rows, columns] = nonzero(x, { size: 5, fill: -1 });
  const typed: Tensor<readonly [5], "i32"> = rows;
  assertEquals(typed.toArray(), [0, 1, 1, -1, -1]);
  assertEquals(columns.toArray(), [1, 0, 2, -1, -1]);
  assertEquals(nonzero(x, { size: 2 })[1].toArray(), [1, 0]);
  assertEquals(nonzero(tensor([false, true]), { size: 1 })[0].toArray(), [1]);
  assertEquals(nonzero(f32([0], []) as Tensor<readonly [0]>, { size: 2 })[0].toArray(), [0, 0]);
});
