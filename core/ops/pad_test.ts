import { bool, f64, i32, make } from "../../tests/laws/values.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { pad, type PadMode } from "./concat.ts";
import { assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";

const x = f64([3], [1, 2, 3]);

Deno.test("pad() puts a number around, of the tensor's dtype", () => {
  assertEquals(pad(x, 1).toArray() as unknown, [0, 1, 2, 3, 0]);
  assertEquals(pad(x, [[0, 2]], { value: 9 }).toArray() as unknown, [1, 2, 3, 9, 9]);
  assertEquals(pad(i32([1, 1], [5]), [1, [0, 1]], { value: -1 }).toArray() as unknown, [[-1, -1], [5, -1], [-1, -1]]);
  assertEquals(pad(bool([1], [0]), 1, { value: true }).toArray() as unknown, [true, false, true]);
  assertEquals(pad(f64([], [4]), 3).item(), 4);
  assertEquals(pad(f64([0], []), 1).toArray() as unknown, [0, 0]);
  assertEquals(pipe(x, pad([[1, 0]])).toArray() as unknown, [0, 1, 2, 3]);
});

Deno.test("pad() takes elements away with negative widths, in any mode", () => {
  assertEquals(pad(x, [[-1, 0]]).toArray() as unknown, [2, 3]);
  assertEquals(pad(x, [[2, -2]]).toArray() as unknown, [0, 0, 1]);
  assertEquals(pad(x, [[-2, -1]]).shape as readonly number[], [0]);
  assertEquals(pad(x, [[-1, 1]], { mode: "edge" }).toArray() as unknown, [2, 3, 3]);
});

// The examples of numpy.pad's documentation, https://numpy.org/doc/stable/reference/generated/numpy.pad.html
Deno.test("pad() continues a vector as the NumPy manual's examples", () => {
  const a = f64([5], [1, 2, 3, 4, 5]), by = (mode: PadMode) => pad(a, [[2, 3]], { mode }).toArray() as unknown;
  assertEquals(by("edge"), [1, 1, 1, 2, 3, 4, 5, 5, 5, 5]);
  assertEquals(by("reflect"), [3, 2, 1, 2, 3, 4, 5, 4, 3, 2]);
  assertEquals(by("symmetric"), [2, 1, 1, 2, 3, 4, 5, 5, 4, 3]);
  assertEquals(by("wrap"), [4, 5, 1, 2, 3, 4, 5, 1, 2, 3]);
});

Deno.test("pad() goes on mirroring and wrapping where the room is wider than the tensor", () => {
  const a = f64([2], [1, 2]), one = f64([1], [7]);
  assertEquals(pad(a, [[3, 4]], { mode: "reflect" }).toArray() as unknown, [2, 1, 2, 1, 2, 1, 2, 1, 2]);
  assertEquals(pad(a, [[3, 4]], { mode: "symmetric" }).toArray() as unknown, [2, 2, 1, 1, 2, 2, 1, 1, 2]);
  assertEquals(pad(a, [[3, 4]], { mode: "wrap" }).toArray() as unknown, [2, 1, 2, 1, 2, 1, 2, 1, 2]);
  assertEquals(pad(one, 2, { mode: "reflect" }).toArray() as unknown, [7, 7, 7, 7, 7]);
});

Deno.test("pad() fills corners from both axes", () => {
  const a = make([2, 2], "f64", (i) => i + 1);
  assertEquals(pad(a, 1, { mode: "edge" }).toArray() as unknown, [
    [1, 1, 2, 2],
    [1, 1, 2, 2],
    [3, 3, 4, 4],
    [3, 3, 4, 4],
  ]);
});

Deno.test("pad() hands each copy's cotangent back to the element it came from", () => {
  const [, pullback] = vjpFlat(([v]) => [pad(v!, [[2, 1]], { mode: "reflect" })], [x], [true]);
  // Reads 3 2 | 1 2 3 | 2.
  assertEquals(pullback([f64([6], [1, 10, 100, 1000, 10000, 100000])])[0]!.toArray() as unknown, [100, 101010, 10001]);
});
