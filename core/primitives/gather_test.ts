import { bool, f64, i32 } from "../../tests/laws/values.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { dynamicSliceP, dynamicUpdateSliceP } from "./dynamic_slice.ts";
import { gather, gatherP, type Places, scatterAddP, scatterSetP, takeAlong, takeAxis } from "./gather.ts";
import { assertEquals, assertThrows } from "@std/assert";

const x = f64([2, 3], [0, 1, 2, 3, 4, 5]);
const places = (p: Partial<Places>): Places => ({ axes: [0], batch: 0, mode: "clamp", unique: false, ...p });

Deno.test("gather() clamps, or reads 0, out of range", () => {
  const at = i32([3, 1], [-1, 1, 5]);
  assertEquals(gather(x, at, places({ axes: [1] })).toArray() as unknown, [[0, 3], [1, 4], [2, 5]]);
  assertEquals(gather(x, at, places({ axes: [1], mode: "drop" })).toArray() as unknown, [[0, 0], [1, 4], [0, 0]]);
});

Deno.test("gather() reads places of its own for every index of the batch axes", () => {
  const at = i32([2, 2, 1], [0, 2, 1, 1]);
  assertEquals(gather(x, at, places({ axes: [1], batch: 1 })).toArray() as unknown, [[0, 2], [4, 4]]);
});

Deno.test("takeAlong() and takeAxis() put their axes where the axis stood", () => {
  assertEquals(takeAlong(x, i32([1, 3], [1, 0, 1]), 0).toArray() as unknown, [[3, 1, 5]]);
  assertEquals(takeAxis(x, i32([2, 2], [0, 1, 1, 0]), 1).shape, [2, 2, 2]);
  assertEquals(takeAxis(f64([2, 3, 4], 1), i32([5, 6], 1), 1).shape, [2, 5, 6, 4]);
});

Deno.test("infer refuses indices, updates and starts that do not fit", () => {
  const wrong: [Partial<Places>, number[]][] = [
    [{ axes: [2] }, [2, 1]],
    [{ axes: [0, 0] }, [2, 2]],
    [{ axes: [0] }, [2, 2]],
    [{ axes: [1], batch: 1 }, [3, 1]],
    [{ axes: [0], batch: 1 }, [2, 1]],
  ];
  for (const [p, shape] of wrong) {
    assertThrows(() => gatherP.infer([x, i32(shape, 1)], places(p)), ShapeError, "do not name places");
  }
  const at = i32([1, 1], [0]);
  assertThrows(() => gatherP.infer([x, f64([1, 1], 1)], places({})), DTypeError, "gather: indices are i32, not f64");
  assertThrows(() => gatherP.infer([f64([0], []), at], places({})), ShapeError, "which is empty along axes [0]");
  assertThrows(() => scatterAddP.infer([x, at, x], places({})), ShapeError, "the places hold 1×3, the updates are 2×3");
  assertThrows(() => scatterSetP.infer([x, at, i32([1, 3], 1)], places({})), DTypeError, "the updates are i32");
  const mask = bool([2], 1);
  assertThrows(() => scatterAddP.infer([mask, at, bool([1], 1)], places({})), DTypeError, "scatterAdd: takes numbers");
  const start = i32([], [0]);
  assertThrows(
    () => dynamicSliceP.infer([x, start, start], { sizes: [3, 1] }),
    ShapeError,
    "a block of 3×1 does not fit",
  );
  assertThrows(() => dynamicSliceP.infer([x, start], { sizes: [1, 1] }), ShapeError, "needs 2 scalar starts");
  assertThrows(() => dynamicSliceP.infer([x, start, f64([], 1)], { sizes: [1, 1] }), DTypeError, "starts are i32");
  assertThrows(
    () => dynamicUpdateSliceP.infer([x, i32([1, 1], 1), start, start], undefined),
    DTypeError,
    "f64 and i32",
  );
});
