import { bool, f32, f64, i32, u32 } from "../../tests/laws/values.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { jit } from "../transforms/jit.ts";
import { vmap } from "../transforms/vmap.ts";
import { mul } from "./arithmetic.ts";
import { tensor } from "./create.ts";
import { sum } from "./reduce.ts";
import { searchSorted } from "./search_sorted.ts";
import { argsort, sort, topK } from "./sort.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

type V3 = Tensor<readonly [3]>;

Deno.test("sort() ascends and descends along any axis, NaN above all numbers", () => {
  const x = tensor([[3, NaN, 1], [2, -1, 5]]);
  const y: Tensor<readonly [2, 3]> = sort(x);
  assertEquals(y.toArray(), [[1, 3, NaN], [-1, 2, 5]]);
  assertEquals(sort(x, { descending: true }).toArray(), [[NaN, 3, 1], [5, 2, -1]]);
  assertEquals(sort(x, { axis: 0 }).toArray(), [[2, -1, 1], [3, NaN, 5]]);
  assertEquals(sort(bool([3], [1, 0, 1])).toArray(), [false, true, true]);
  assertEquals(sort(u32([3], [2 ** 32 - 1, 0, 7])).toArray(), [0, 7, 2 ** 32 - 1]);
  assertEquals(sort(f32([0], [])).toArray(), []);
});

Deno.test("sort() is that of JavaScript on numbers, and argsort() says where they stood", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 20 }), fc.boolean(), (xs, descending) => {
      const x = i32([xs.length], xs), expected = xs.toSorted((a, b) => descending ? b - a : a - b);
      assertEquals(sort(x, { descending }).toArray(), expected);
      const order = argsort(x, { descending }).toArray() as number[];
      assertEquals(order.map((i) => xs[i]), expected);
      // Equals keep their order, whichever way.
      for (let i = 1; i < order.length; i++) {
        if (xs[order[i]!] === xs[order[i - 1]!]) assertEquals(order[i - 1]! < order[i]!, true);
      }
    }),
  );
});

Deno.test("sort() passes derivatives to where elements came from", () => {
  const weights = tensor([1, 10, 100]);
  assertEquals(grad((x: V3) => sum(mul(sort(x), weights)))(tensor([7, 5, 6])).toArray(), [100, 1, 10]);
});

Deno.test("topK() gives values and indices, the earlier of equals first, also data last", () => {
  const x = tensor([[1, 5, 5, 2], [9, 0, 8, 7]]);
  const { values, indices } = topK(x, 2);
  const shape: readonly [2, 2] = values.shape;
  assertEquals(shape, [2, 2]);
  assertEquals(values.toArray(), [[5, 5], [9, 8]]);
  assertEquals(indices.toArray(), [[1, 2], [0, 2]]);
  assertEquals(topK(x, 1, { axis: 0 }).values.toArray(), [[9, 5, 8, 7]]);
  assertEquals(pipe(x, topK(2, { largest: false })).indices.toArray(), [[0, 3], [1, 3]]);
  assertEquals([...topK(x, 0).values.shape], [2, 0]);
  assertEquals(grad((v: V3) => sum(topK(v, 2).values))(tensor([1, 3, 2])).toArray(), [0, 1, 1]);
});

Deno.test("searchSorted() on both sides, with NaN, infinities and promotion, also data last", () => {
  const xs = tensor([1, 2, 2, 4]);
  assertEquals(searchSorted(xs, tensor([0, 1, 2, 3, 4, 5])).toArray(), [0, 0, 1, 3, 3, 4]);
  assertEquals(searchSorted(xs, tensor([0, 1, 2, 3, 4, 5]), { side: "right" }).toArray(), [0, 1, 3, 3, 4, 4]);
  assertEquals(searchSorted(xs, tensor([-Infinity, Infinity, NaN])).toArray(), [0, 4, 4]);
  assertEquals(searchSorted(tensor([1, NaN, NaN]), NaN).item(), 1);
  assertEquals(searchSorted(tensor([1, NaN, NaN]), NaN, { side: "right" }).item(), 3);
  assertEquals(searchSorted(f32([0], []) as Tensor<readonly [0]>, tensor([1])).toArray(), [0]);
  assertEquals(searchSorted(tensor([1, 3], { dtype: "i32" }), tensor(1.5)).item(), 1);
  assertEquals(pipe(xs, searchSorted(tensor([[2]]))).toArray(), [[1]]);
  assertEquals(pipe(xs, searchSorted(2, { side: "right" })).item(), 3);
});

Deno.test("searchSorted() counts what is less, for any length", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 17 }),
      fc.integer({ min: -1, max: 10 }),
      (xs, v) => {
        const sorted = f64([xs.length], xs.toSorted((a, b) => a - b)) as Tensor<readonly [number], "f64">;
        assertEquals(
          searchSorted(sorted, v).item(),
          xs.filter((x) => x < v).length,
        );
        assertEquals(searchSorted(sorted, v, { side: "right" }).item(), xs.filter((x) => x <= v).length);
      },
    ),
  );
});

Deno.test("sort() and searchSorted() run under jit and vmap", () => {
  const x = tensor([[3, 1, 2], [6, 5, 4]]);
  assertEquals(jit((v: Tensor<readonly [2, 3]>) => sort(v, { descending: true }))(x).toArray(), [[3, 2, 1], [6, 5, 4]]);
  const place = vmap((v: V3) => searchSorted(sort(v), 4));
  assertEquals(place(x).toArray(), [3, 0]);
});
