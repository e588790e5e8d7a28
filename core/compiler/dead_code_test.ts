import { exp, mul, neg } from "../primitives/arithmetic.ts";
import { debugPrint } from "../transforms/debug.ts";
import { trace } from "./program.ts";
import { deadCode } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

const x = { shape: [2], dtype: "f32" } as const;

Deno.test("deadCode() leaves out what no output needs and keeps what is printed", () => {
  const program = trace("f", ([a]) => {
    exp(neg(a!));
    debugPrint("{}", neg(a!));
    return [mul(a!, a!)];
  }, [x]);
  assertEquals(
    deadCode(program).toString(),
    `{ a:f32[2] ->
  b:f32[2] = neg a
  debugPrint[text={}] b
  c:f32[2] = mul a a
  -> c }`,
  );
});

Deno.test("deadCode() gives a program without dead code back", () => {
  const program = trace("f", ([a]) => [exp(a!)], [x]);
  assertStrictEquals(deadCode(program), program);
});
