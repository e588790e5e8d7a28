import { trace } from "../compiler/program.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bits } from "../random/key.ts";
import { full } from "./create.ts";
import { counters, threefry } from "./threefry.ts";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("threefry() rejects keys and counters that do not fit", () => {
  assertThrows(
    () => threefry(full([3], 0, "u32"), counters([2]), "bits"),
    ShapeError,
    "threefry: keys 3 do not fit counters 2; keys end in an axis of 2, and the axes before it begin the counters' shape",
  );
  assertThrows(
    () => threefry(full([4, 2], 0, "u32"), counters([3, 4]), "bits"),
    ShapeError,
    "keys 4×2 do not fit counters 3×4",
  );
  assertThrows(() => threefry(full([], 0, "u32"), counters([2]), "keys"), ShapeError, "keys scalar do not fit");
  assertThrows(
    () => threefry(full([2], 0, "f32"), counters([2]), "bits"),
    DTypeError,
    "threefry: takes u32 keys and counters, not f32 and u32; cast them first",
  );
});

Deno.test("bits() is two equations: counters and their hash", () => {
  const program = trace("bits", ([k]) => [bits(k as never, [3])], [{ shape: [2], dtype: "u32" }]);
  assertEquals(program.equations.map((e) => e.prim.name), ["iota", "threefry"]);
});
