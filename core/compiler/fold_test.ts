import { add, div, log, mul } from "../primitives/arithmetic.ts";
import { full, iota } from "../primitives/create.ts";
import { broadcast, reduceSum } from "../primitives/reshape.ts";
import type { Value } from "../tensor.ts";
import { debugPrint } from "../transforms/debug.ts";
import { trace } from "./program.ts";
import { deadCode, fold } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

const folded = (f: () => Value[]): string => deadCode(fold(trace("f", f, []))).toString();

Deno.test("fold() computes small values of constants, rounded to their dtype", () => {
  const scalar = (value: number) => full([], value, "f32");
  assertEquals(
    folded(() => [
      div(scalar(1), scalar(128)),
      mul(scalar(0.1), scalar(0.1)),
      log(scalar(-1)),
      mul(scalar(-1), scalar(0)),
      reduceSum(full([3], 2, "i32"), [0]),
    ]),
    `{  ->
  a:f32[] = full[value=0.0078125 shape=() dtype=f32]
  b:f32[] = full[value=0.010000000707805157 shape=() dtype=f32]
  c:f32[] = full[value=NaN shape=() dtype=f32]
  d:f32[] = full[value=-0 shape=() dtype=f32]
  e:i32[] = full[value=6 shape=() dtype=i32]
  -> a b c d e }`,
  );
});

Deno.test("fold() leaves large values, values with different elements, and effects", () => {
  const program = trace("f", () => {
    const one = full([], 1, "f32");
    debugPrint("{}", one);
    return [broadcast(one, [17], []), iota([2], 0), add(iota([2], 0), iota([2], 0))];
  }, []);
  assertStrictEquals(fold(program), program);
});
