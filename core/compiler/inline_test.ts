import { add, exp, mul, zeros } from "../ops/mod.ts";
import type { Tensor } from "../tensor.ts";
import { checkpoint, debugPrint } from "../transforms/debug.ts";
import { jit } from "../transforms/jit.ts";
import { makeProgram } from "../transforms/stage.ts";
import { inline } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

const x = zeros([2]);

Deno.test("inline() replaces calls, also within calls, by what they call, in program order", () => {
  const inner = jit((a: Tensor) => {
    debugPrint("inner {}", a);
    return mul(a, x);
  });
  const outer = jit((a: Tensor) => exp(inner(a)));
  const program = makeProgram((a: Tensor) => {
    const b = outer(a);
    debugPrint("between {}", b);
    return add(outer(b), b);
  })(x);
  assertEquals(
    inline(program).toString(),
    `{ (a:f32[2]) b:f32[2] ->
  debugPrint[text=inner {}] b
  c:f32[2] = mul b a
  d:f32[2] = exp c
  debugPrint[text=between {}] d
  debugPrint[text=inner {}] d
  e:f32[2] = mul d a
  f:f32[2] = exp e
  g:f32[2] = add f d
  -> g }`,
  );
});

Deno.test("inline() handles calls that give back their arguments", () => {
  const swap = jit((a: Tensor, b: Tensor) => [b, a, b] as const);
  const program = makeProgram((a: Tensor, b: Tensor) => swap(...swap(a, b).slice(0, 2) as [Tensor, Tensor]))(x, x);
  assertEquals(inline(program).toString(), "{ a:f32[2] b:f32[2] ->\n  -> a b a }");
});

Deno.test("inline() keeps a checkpoint's call, so that its work is not merged with what is computed again", () => {
  const program = makeProgram(checkpoint((a: Tensor) => exp(a)))(x);
  assertStrictEquals(inline(program), program);
});
