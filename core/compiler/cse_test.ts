import { scan } from "../control/loops.ts";
import { add, exp, mul, sum, zeros } from "../ops/mod.ts";
import { add as plus, mul as times } from "../primitives/arithmetic.ts";
import { full } from "../primitives/create.ts";
import type { Tensor } from "../tensor.ts";
import { debugPrint } from "../transforms/debug.ts";
import { makeProgram } from "../transforms/stage.ts";
import { trace } from "./program.ts";
import { commonSubexpressions } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

const x = zeros([2]), spec = { shape: [2], dtype: "f32" } as const;

Deno.test("commonSubexpressions() applies a primitive to the same inputs once, and follows what became the same", () => {
  const program = trace("f", ([a]) => {
    const twice = () => times(a!, full([2], 2, "f32"));
    return [plus(twice(), twice()), plus(twice(), twice())];
  }, [spec]);
  assertEquals(
    commonSubexpressions(program).toString(),
    `{ a:f32[2] ->
  b:f32[2] = full[value=2 shape=(2) dtype=f32]
  c:f32[2] = mul a b
  d:f32[2] = add c c
  -> d d }`,
  );
});

Deno.test("commonSubexpressions() tells 0 from −0, dtypes, and orders of operands apart", () => {
  const program = trace("f", ([a, b]) => [
    full([2], 0, "f32"),
    full([2], -0, "f32"),
    full([2], 0, "f64"),
    plus(a!, b!),
    plus(b!, a!),
  ], [spec, spec]);
  assertStrictEquals(commonSubexpressions(program), program);
});

Deno.test("commonSubexpressions() takes loops with equal bodies for one", () => {
  const loop = (a: Tensor, step: number) => scan((c: Tensor, _: Tensor) => [mul(c, step), null], a, zeros([3]))[0];
  const program = makeProgram((a: Tensor) => [loop(a, 2), loop(a, 2), loop(a, 3)])(x);
  const merged = commonSubexpressions(program);
  assertEquals(merged.equations.filter((e) => e.prim.name === "scan").length, 2);
  assertStrictEquals(merged.outputs[0], merged.outputs[1]);
});

Deno.test("commonSubexpressions() prints as often as the program, also in loops", () => {
  const print = (a: Tensor) => debugPrint("{}", a);
  const loop = (a: Tensor) =>
    scan(
      (c: Tensor, _: Tensor) => {
        print(c);
        return [exp(c), null];
      },
      a,
      zeros([3]),
    )[0];
  const program = makeProgram((a: Tensor) => {
    print(a);
    print(a);
    return add(sum(loop(a)), sum(loop(a)));
  })(x);
  const count = (name: string) => commonSubexpressions(program).equations.filter((e) => e.prim.name === name).length;
  assertEquals([count("debugPrint"), count("scan")], [2, 2]);
});
