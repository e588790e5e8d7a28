import { cond } from "../control/cond.ts";
import { scan, whileLoop } from "../control/loops.ts";
import type { DType } from "../dtype.ts";
import {
  add,
  cast,
  div,
  equal,
  exp,
  full,
  less,
  logSumExp,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  pow,
  relu,
  reshape,
  sub,
  sum,
  transpose,
  where,
  zeros,
} from "../ops/mod.ts";
import { normal } from "../random/uniform.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { arrayOf, type Concrete, emptyArray, type NdArray, type Tensor } from "../tensor.ts";
import { checkpoint, debugPrint } from "../transforms/debug.ts";
import { grad } from "../transforms/grad.ts";
import { jit } from "../transforms/jit.ts";
import { makeProgram } from "../transforms/stage.ts";
import { vmap } from "../transforms/vmap.ts";
import { Program, runProgram } from "./program.ts";
import { simplify } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("simplify() leaves of an optimizer's step what differs between parameters", () => {
  const update = jit((p: Tensor, g: Tensor, t: Tensor) => {
    const correction = sub(1, pow(0.9, cast(t, "f32")));
    return sub(p, mul(div(g, correction), 0.5));
  });
  const program = makeProgram((p: Tensor, q: Tensor, g: Tensor, h: Tensor, t: Tensor) => [
    update(p, g, t),
    update(q, h, t),
  ])(zeros([2]), zeros([3]), zeros([2]), zeros([3]), zeros([]));
  assertEquals(
    simplify(program).toString(),
    `{ a:f32[2] b:f32[3] c:f32[2] d:f32[3] e:f32[] ->
  f:f32[] = full[value=0.8999999761581421 shape=() dtype=f32]
  g:f32[] = pow f e
  h:f32[] = full[value=1 shape=() dtype=f32]
  i:f32[] = sub h g
  j:f32[2] = broadcast[shape=(2) axes=()] i
  k:f32[2] = div c j
  l:f32[2] = full[value=0.5 shape=(2) dtype=f32]
  m:f32[2] = mul k l
  n:f32[2] = sub a m
  o:f32[3] = broadcast[shape=(3) axes=()] i
  p:f32[3] = div d o
  q:f32[3] = full[value=0.5 shape=(3) dtype=f32]
  r:f32[3] = mul p q
  s:f32[3] = sub b r
  -> n s }`,
  );
});

Deno.test("simplify() reaches into loops and keeps what is printed in its order", () => {
  const program = makeProgram((x: Tensor) => {
    debugPrint("before {}", x);
    const [y] = scan(
      (c: Tensor, _: Tensor) => {
        debugPrint("step {}", c);
        return [add(mul(c, 1), mul(c, 1)), null];
      },
      x,
      zeros([3]),
    );
    debugPrint("after {}", y);
    return neg(neg(y));
  })(zeros([]));
  assertEquals(
    simplify(program).toString(),
    `{ a:f32[] ->
  debugPrint[text=before {}] a
  b:f32[] = scan[program=
    { a:f32[] ->
      debugPrint[text=step {}] a
      b:f32[] = add a a
      -> b } consts=0 carry=1 length=3] a
  debugPrint[text=after {}] b
  -> b }`,
  );
});

Deno.test("simplify() does not merge what a checkpoint computes twice", () => {
  const f = checkpoint((x: Tensor) => sum(exp(exp(x))));
  const program = simplify(makeProgram((x: Tensor) => [f(x), grad(f as never)(x)])(zeros([2])));
  const count = (name: string) => program.equations.filter((e) => e.prim.name === name).length;
  assertEquals([count("checkpoint"), count("exp")], [1, 2]);
});

/** Elements that rules are most likely to get wrong, and a few others. */
const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, 0.1, -3.5, 1e30, 1e-30, 300, -129);

const input = (shape: Shape, dtype: DType): fc.Arbitrary<NdArray> =>
  fc.array(special, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }).map((xs) => {
    const a = emptyArray(shape, dtype);
    xs.forEach((x, i) => a.data[i] = dtype === "bool" ? +(x > 0) : x);
    return a;
  });

const v = [2, 3] as const, m = [3, 3] as const;
type X = Tensor;
const softmax = (x: X): X => div(exp(x), sum(exp(x), { axis: -1, keepDims: true }));

// deno-lint-ignore no-explicit-any -- a table holds functions of different arguments
type F = (...xs: any[]) => unknown;
const programs: readonly (readonly [name: string, f: F, ...inputs: readonly [Shape, DType][]])[] = [
  ["identities", (x: X) => [mul(x, 1), div(x, 1), sub(x, 0), add(x, -0), neg(neg(x)), add(x, 0), mul(x, 0)], [
    v,
    "f32",
  ]],
  ["negatives", (x: X, y: X) => [add(x, neg(y)), add(neg(x), y), sub(x, neg(y))], [v, "f32"], [v, "f32"]],
  ["negatives of integers", (x: X, y: X) => [add(x, neg(y)), sub(x, neg(y)), neg(neg(x))], [v, "i32"], [v, "i32"]],
  ["powers", (x: X) => [pow(x, 0), pow(x, 1), pow(x, 2), pow(x, 3), pow(x, 0.5), pow(x, -1)], [v, "f64"]],
  ["powers of two tensors", (x: X) => [pow(x, full(v, 2)), pow(full(v, 0.9), x)], [v, "f32"]],
  [
    "casts",
    (x: X) => (["f64", "i32", "u8", "bool"] as const).flatMap((d) => [cast(cast(x, d), "f32"), cast(cast(x, d), "u8")]),
    [v, "f32"],
  ],
  [
    "casts of integers",
    (x: X) => (["f64", "f32", "u8", "u32"] as const).flatMap((d) => [cast(cast(x, d), "i32"), cast(cast(x, d), "u8")]),
    [v, "i32"],
  ],
  [
    "movement",
    (x: X) => [
      reshape(transpose(transpose(x)), [6]),
      reshape(reshape(x, [3, 2]), [6]),
      add(transpose(transpose(x)), full(v, 1)),
    ],
    [v, "f32"],
  ],
  ["choices", (x: X, t: Tensor<Shape, "bool">) => where(t, mul(x, 1), x), [v, "f32"], [v, "bool"]],
  ["softmax and its gradient", (x: X) => [softmax(x), grad((a: X) => sum(mul(softmax(a), a)) as never)(x)], [
    v,
    "f32",
  ]],
  ["logSumExp's gradient", grad((x: X) => mean(logSumExp(x, { axis: -1 })) as never), [v, "f32"]],
  [
    "a layer under jit, differentiated",
    grad((x: X, w: X) => sum(jit((a: X, b: X) => relu(matmul(a, b as never)))(x, w)) as never),
    [v, "f32"],
    [m, "f32"],
  ],
  ["vmap", vmap((x: X) => mul(maximum(x, 0), full([3], 2))), [v, "f32"]],
  [
    "a scan and its gradient",
    grad((x: X, xs: X) => sum(scan((c: X, y: X) => [mul(add(c, y), 1), neg(neg(c))], x, xs)[1]) as never),
    [[3], "f32"],
    [v, "f32"],
  ],
  ["a branch", (x: X) => cond(less(sum(x), 1), (a: X) => mul(a, 1), (a: X) => div(a, 1), x), [v, "f32"]],
  [
    "a loop",
    // The count ends it, whatever is NaN.
    (x: X) =>
      whileLoop(
        ([i, a]: readonly [X, X]) => less(add(i, sum(equal(a, x))), 5),
        ([i, a]: readonly [X, X]): readonly [X, X] => [add(i, 1), add(mul(a, 1), 1)],
        [zeros([]) as X, x] as const,
      )[1],
    [v, "f32"],
  ],
  ["checkpoint", grad((x: X) => sum(checkpoint((a: X) => exp(exp(a)))(x)) as never), [v, "f32"]],
  ["random numbers", (key: X) => [normal(key as never, [3]), normal(key as never, [3])], [[2], "u32"]],
];
for (const [name, f, ...inputs] of programs) {
  const specs = inputs.map(([shape, dtype]) => zeros(shape, { dtype }));
  const program = makeProgram(f)(...specs), simple = simplify(program);

  Deno.test(`simplify() changes no bit of ${name}`, () => {
    const captured = program.captured.map((c) => arrayOf(c as Concrete));
    fc.assert(
      fc.property(fc.tuple(...inputs.map(([shape, dtype]) => input(shape, dtype))), (xs) => {
        const expected = runProgram(program, [...captured, ...xs]);
        const actual = runProgram(simple, [...captured, ...xs]);
        assertEquals(actual, expected);
        actual.forEach((y, i) => y.data.forEach((e, k) => assertStrictEquals(e, expected[i]!.data[k])));
      }),
      { numRuns: 30 },
    );
  });

  Deno.test(`simplify() has nothing left to do after itself: ${name}`, () => {
    assertStrictEquals(simplify(simple), simple);
    const again = simplify(new Program(simple.inputs, simple.equations, simple.outputs, simple.captured));
    assertEquals(again.toString(), simple.toString());
  });
}
