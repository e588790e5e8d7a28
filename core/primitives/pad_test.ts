import { f64, i32 } from "../../tests/laws/values.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { reverseP } from "./reshape.ts";
import { concatP, pad, padP, slice, sliceP } from "./slice.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

const x = f64([3], [1, 2, 3]);

Deno.test("pad() first spreads, then adds or takes away at the ends", () => {
  assertEquals(pad(x, [1], [2], [1], 9).toArray() as unknown, [9, 1, 9, 2, 9, 3, 9, 9]);
  assertEquals(pad(x, [-1], [0], [1], 9).toArray() as unknown, [9, 2, 9, 3]);
  assertEquals(pad(x, [-4], [3], [1], 9).toArray() as unknown, [3, 9, 9, 9]);
  assertEquals(pad(f64([0], []), [1], [1], [5], 9).toArray() as unknown, [9, 9]);
  assert(Object.is(pad(x, [1], [0], [0], -0).dataSync()[0], -0));
});

Deno.test("pad() and slice() hand back what they would not change", () => {
  assertEquals(pad(x, [0], [0]) === x, true);
  assertEquals(slice(x, [0], [3]) === x, true);
});

Deno.test("infer refuses parameters that do not fit the shape", () => {
  const pads = { lo: [0], hi: [0], interior: [0], value: 0 }, boxes = { starts: [0], limits: [3], strides: [1] };
  for (const wrong of [{ lo: [-4] }, { hi: [0, 0] }, { interior: [-1] }]) {
    assertThrows(() => padP.infer([x], { ...pads, ...wrong }), ShapeError, "do not fit 3");
  }
  for (
    const wrong of [{ starts: [-1] }, { limits: [4] }, { strides: [0] }, { starts: [2], limits: [1] }, { limits: [] }]
  ) {
    assertThrows(() => sliceP.infer([x], { ...boxes, ...wrong }), ShapeError, "does not lie within 3");
  }
  assertThrows(() => reverseP.infer([x], { axes: [1] }), ShapeError, "reverse: axes [1] are not all axes of 3");
  assertThrows(() => concatP.infer([x, f64([1, 1], 1)], { axis: 0 }), ShapeError, "concat: shapes 3 and 1×1 differ");
  assertThrows(() => concatP.infer([x, i32([1], 1)], { axis: 0 }), DTypeError, "concat: dtypes f64 and i32 differ");
  assertThrows(() => concatP.infer([], { axis: 0 }), ShapeError, "concat: needs at least one tensor");
});
