import { elementsOf } from "../../tests/laws/compare.ts";
import { bool, f32, f64, i32, make } from "../../tests/laws/values.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import type { Value } from "../tensor.ts";
import { dotGeneral, dotGeneralP, type DotParams, matmul, transposeLast } from "./dot_general.ts";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const none: DotParams["batch"] = [[], []];
const rows: DotParams = { contract: [[1], [0]], batch: none };

/** Every sum in order of k, in f64. */
function naive(a: Value, b: Value): number[] {
  const x = elementsOf(a), y = elementsOf(b), [m, k] = a.shape as [number, number], n = b.shape[1]!;
  return Array.from({ length: m * n }, (_, o) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += x[Math.floor(o / n) * k + l]! * y[l * n + o % n]!;
    return sum;
  });
}

Deno.test("dotGeneral() adds in order of k, whatever the sizes and the layout", () => {
  const size = fc.integer({ min: 0, max: 9 });
  fc.assert(fc.property(size, fc.oneof(size, fc.constant(600)), size, fc.nat(), (m, k, n, seed) => {
    const a = f64([m, k], seed), b = f64([k, n], seed + 1), expected = new Float64Array(naive(a, b));
    assertEquals(elementsOf(dotGeneral(a, b, rows)), expected);
    assertEquals(elementsOf(dotGeneral(transposeLast(a), b, { ...rows, contract: [[0], [0]] })), expected);
    assertEquals(elementsOf(dotGeneral(a, transposeLast(b), { ...rows, contract: [[1], [1]] })), expected);
  }));
});

Deno.test("dotGeneral() crosses the edges of its blocks", () => {
  const a = f64([131, 3], 1), b = f64([3, 7], 2);
  assertEquals(elementsOf(dotGeneral(a, b, rows)), new Float64Array(naive(a, b)));
  const c = f64([5, 1025], 3), d = f64([1025, 5], 4);
  assertEquals(elementsOf(dotGeneral(c, d, rows)), new Float64Array(naive(c, d)));
});

Deno.test("dotGeneral() rounds f32 once, at the end", () => {
  const a = f32([4, 100], 1), b = f32([100, 5], 2);
  assertEquals(elementsOf(dotGeneral(a, b, rows)), new Float32Array(naive(a, b)));
});

Deno.test("dotGeneral() carries infinities and NaN, also beside the edge of a tile", () => {
  const special = (shape: number[]) =>
    make(shape, "f64", (i) => [1, Infinity, -2, NaN, 0, 3, -Infinity, 0.5, 1, 1, 1][i % 11]!);
  const a = special([5, 2]), b = special([2, 5]);
  assertEquals(elementsOf(dotGeneral(a, b, rows)), new Float64Array(naive(a, b)));
});

Deno.test("matmul() and transposeLast() work on the last two axes", () => {
  const a = f64([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), b = f64([2, 2, 2], [1, 0, 0, 1, 0, 1, 1, 0]);
  assertEquals(matmul(a, b).toArray() as unknown, [[[1, 2], [3, 4]], [[6, 5], [8, 7]]]);
  assertEquals(transposeLast(a).toArray() as unknown, [[[1, 3], [2, 4]], [[5, 7], [6, 8]]]);
});

Deno.test("dotGeneral.infer() says what does not fit", () => {
  const x = f64([2, 3], 1), y = f64([3, 4], 2);
  const says = (p: Partial<DotParams>, message: string) =>
    assertThrows(() => dotGeneralP.infer([x, y], { ...rows, contract: none, ...p }), ShapeError, message);
  says({ contract: [[0], [0]] }, "dotGeneral: 2×3 · 3×4: contracted axes 0 and 0 have sizes 2 and 3");
  says({ contract: [[2], [0]] }, "dotGeneral: 2×3 · 3×4: left axis 2 is out of range for rank 2");
  says({ contract: [[1], [0]], batch: [[1], [0]] }, "dotGeneral: 2×3 · 3×4: left axes [1,1] name the same axis twice");
  says({ contract: [[1, 0], [0]] }, "dotGeneral: 2×3 · 3×4: contracted axes [1,0] and [0] are not as many");
  says({ batch: [[0], [1]] }, "dotGeneral: 2×3 · 3×4: batch axes 0 and 1 have sizes 2 and 4");
  assertThrows(
    () => dotGeneralP.infer([x, i32([3, 4], 1)], rows),
    DTypeError,
    "dotGeneral: dtypes f64 and i32 differ; cast one of them",
  );
  assertThrows(
    () => dotGeneralP.infer([bool([2, 3], 1), bool([3, 4], 1)], rows),
    DTypeError,
    "dotGeneral: takes numbers, not bool; cast both to a number type first",
  );
});
