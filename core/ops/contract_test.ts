import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f32, f64, i32, u8 } from "../../tests/laws/values.ts";
import { broadcastShapes, type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { trace } from "./cumulative.ts";
import { cross, dot, kron, matmul, outer, vdot } from "./dot.ts";
import { dotGeneral, tensordot } from "./einsum.ts";
import { zeros } from "./fill.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const nested = (x: Value): unknown => x.toArray();
const counting = (shape: Shape): Value => f64(shape, (i: number) => i + 1);
// The compiler cannot know the ranks that the tests draw.
const product = matmul as unknown as (a: Value, b: Value) => Value;

/** The element of a broadcast operand that stands at a batch index. */
function batchOffset(s: Shape, at: readonly number[], matrixRank: number): number {
  const lead = s.slice(0, s.length - matrixRank), strides = stridesOf(s);
  return lead.reduce((sum, d, i) => sum + (d === 1 ? 0 : at[at.length - lead.length + i]!) * strides[i]!, 0);
}

Deno.test("matmul() takes vectors on either side", () => {
  const a = f64([2, 3], [1, 2, 3, 4, 5, 6]);
  assertEquals(nested(matmul(a, f64([3], [1, 0, -1]))), [-2, -2]);
  assertEquals(nested(matmul(f64([2], [1, -1]), a)), [-3, -3, -3]);
  assertEquals(nested(matmul(f64([2], [1, 2]), f64([2], [3, 4]))), 11);
  assertEquals(product(f64([3], 1), f64([2, 5, 3, 4], 2)).shape, [2, 5, 4]);
  assertEquals(product(f64([2, 5, 3, 4], 1), f64([4], 2)).shape, [2, 5, 3]);
});

Deno.test("matmul() broadcasts batch axes as loops over them do", () => {
  const size = fc.integer({ min: 0, max: 3 });
  const lead = fc.array(fc.constantFrom(1, 2), { maxLength: 3 });
  fc.assert(fc.property(lead, lead, size, size, size, fc.nat(), (la, lb, m, k, n, seed) => {
    const a = f64([...la, m, k], seed), b = f64([...lb, k, n], seed + 1), y = product(a, b);
    const batch = broadcastShapes("test", la, lb), strides = stridesOf(batch), x = elementsOf(a), z = elementsOf(b);
    assertEquals(y.shape, [...batch, m, n]);
    const expected = Array.from({ length: sizeOf(y.shape) }, (_, o) => {
      const row = Math.floor(o / n) % m, at = batch.map((d, i) => Math.floor(o / (m * n) / strides[i]!) % d);
      const p = batchOffset(a.shape, at, 2), q = batchOffset(b.shape, at, 2);
      let sum = 0;
      for (let l = 0; l < k; l++) sum += x[p + row * k + l]! * z[q + l * n + o % n]!;
      return sum;
    });
    assertEquals(elementsOf(y), new Float64Array(expected));
  }));
});

Deno.test("matmul() is data last in a pipe", () => {
  const a = f64([1, 2], [1, 2]), b = f64([2, 1], [3, 4]);
  assertEquals(nested(pipe(a, matmul(b))), [[11]]);
});

Deno.test("matmul() gives the common dtype, integers wrapping around", () => {
  const f = f32([1, 1], [2]), d = f64([1, 1], [3]), n = i32([1, 1], [2 ** 30]), b = bool([1, 1], [true]);
  assertEquals([matmul(f, d).dtype, matmul(n, f).dtype, matmul(n, n).dtype, matmul(b, n).dtype], [
    "f64",
    "f32",
    "i32",
    "i32",
  ]);
  assertEquals(nested(matmul(n, i32([1, 1], [5]))), [[2 ** 30]]);
  assertEquals(nested(matmul(u8([1, 1], [20]), u8([1, 1], [20]))), [[144]]);
});

Deno.test("dotGeneral() counts negative axes from the end", () => {
  const a = counting([2, 3]), b = counting([2, 3]);
  assertEquals(nested(dotGeneral(a, b, { contract: [[-1], [-1]], batch: [[0], [-2]] })), [14, 77]);
  assertEquals(dotGeneral(a, b).shape, [2, 3, 2, 3]);
  assertEquals(nested(pipe(a, dotGeneral(b, { contract: [[0, 1], [0, 1]] }))), 91);
});

Deno.test("dot() sums over the last axis and the last but one, as NumPy's", () => {
  assertEquals(nested(dot(counting([3]), counting([3]))), 14);
  assertEquals(nested(dot(counting([2, 2]), counting([2, 2]))), [[7, 10], [15, 22]]);
  assertEquals((dot as unknown as typeof product)(counting([2, 3, 4]), counting([5, 4, 6])).shape, [2, 3, 5, 6]);
  assertEquals(nested(dot(f64([], [2]), counting([2]))), [2, 4]);
  assertEquals(nested(pipe(counting([2]), dot(counting([2])))), 5);
});

Deno.test("vdot() and outer() take their operands as vectors", () => {
  assertEquals(nested(vdot(counting([2, 2]), counting([4]))), 30);
  assertEquals(nested(outer(counting([2]), counting([3]))), [[1, 2, 3], [2, 4, 6]]);
  assertEquals(outer(counting([2, 2]), f64([], [1])).shape, [4, 1]);
});

Deno.test("kron() sets a scaled copy for every element, ranks filled up in front", () => {
  const a = f64([2, 2], [1, 2, 3, 4]), b = f64([1, 2], [0, 1]);
  assertEquals(nested(kron(a, b)), [[0, 1, 0, 2], [0, 3, 0, 4]]);
  assertEquals(nested(kron(f64([2], [1, 10]), a)), [[1, 2, 10, 20], [3, 4, 30, 40]]);
  assertEquals(nested(kron(f64([], [2]), f64([], [3]))), 6);
  assertEquals(kron(f64([2, 0], []), a).shape, [4, 0]);
});

Deno.test("cross() is perpendicular to both, along any axis", () => {
  const a = f64([4, 3], 1), b = f64([4, 3], 2), c = cross(a, b);
  const [x, y, z] = [a, b, c].map((v) => elementsOf(v));
  for (let i = 0; i < 4; i++) {
    const at = (v: ArrayLike<number>, j: number) => v[3 * i + j]!;
    const expected = at(x!, 1) * at(y!, 2) - at(x!, 2) * at(y!, 1);
    assertEquals(at(z!, 0), expected);
  }
  assertEquals(nested(cross(f64([3, 1], [1, 0, 0]), f64([3, 2], [0, 1, 1, 0, 0, 0]), { axis: 0 })), [
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
  assertEquals(nested(pipe(f64([3], [0, 1, 0]), cross(f64([3], [0, 0, 1])))), [1, 0, 0]);
});

Deno.test("tensordot() takes a number of axes, or pairs of them", () => {
  const a = counting([2, 3, 4]), b = counting([3, 4, 5]);
  assertEquals(tensordot(a, b).shape, [2, 5]);
  assertEquals(tensordot(a, b, { axes: 0 }).shape, [2, 3, 4, 3, 4, 5]);
  assertEquals(tensordot(a, b, { axes: [[1, 2], [0, 1]] }).toArray(), tensordot(a, b).toArray());
  assertEquals(tensordot(a, b, { axes: [-1, 1] }).shape, [2, 3, 3, 5]);
  assertEquals(nested(tensordot(counting([2]), counting([2]), { axes: 1 })), 5);
  assertEquals(nested(pipe(counting([2, 2]), tensordot(counting([2, 2])))), 30);
});

Deno.test("trace() sums any diagonal of any two axes", () => {
  const x = counting([3, 4]);
  assertEquals(nested(trace(x)), 1 + 6 + 11);
  assertEquals(nested(trace(x, { offset: 1 })), 2 + 7 + 12);
  assertEquals(nested(trace(x, { offset: -2 })), 9);
  assertEquals([nested(trace(x, { offset: 4 })), nested(trace(x, { offset: -7 }))], [0, 0]);
  assertEquals(nested(trace(counting([2, 2, 2]))), [1 + 7, 2 + 8]);
  assertEquals(nested(trace(counting([2, 2, 2]), { axes: [-1, 1] })), [1 + 4, 5 + 8]);
  assertEquals(trace(u8([2, 2], [200, 0, 0, 200])).toArray(), 400);
  assertEquals(trace(bool([2, 2], [true, false, false, true])).dtype, "i32");
});

/** Never called: its body is for the compiler. */
export function typed(n: number, any: Tensor): void {
  const x = zeros([32, 128]), w = zeros([128, 10]), deep = zeros([4, 1, 32, 128], { dtype: "f64" });
  const a: Tensor<readonly [32, 10]> = matmul(x, w);
  const b: Tensor<readonly [4, 1, 32, 10], "f64"> = pipe(deep, matmul(w));
  const c: Tensor<readonly [number, 10]> = matmul(zeros([n, 128]), w);
  const d: Tensor<readonly [32, 10]> = dot(x, w);
  const e: Tensor<readonly [2, 3]> = outer(zeros([2]), zeros([3]));
  const f: Tensor<readonly [32, 10]> = tensordot(x, w, { axes: 1 });
  const g: Tensor<readonly [128, 10]> = tensordot(x, zeros([10, 32]), { axes: [0, 1] });
  const h: Tensor<readonly [4]> = trace(zeros([2, 2, 4]));
  void [a, b, c, d, e, f, g, h, matmul(any, w), matmul(w, any), dot(any, any)];
  // @ts-expect-error inner sizes differ
  matmul(x, zeros([100, 10]));
  // @ts-expect-error inner sizes differ
  pipe(x, matmul(zeros([100, 10])));
  // @ts-expect-error inner sizes differ
  dot(x, x);
  // @ts-expect-error no such axis
  trace(x, { axes: [0, 2] });
}
