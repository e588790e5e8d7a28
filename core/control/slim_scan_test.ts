import { type Program, runProgram } from "../compiler/program.ts";
import { simplify } from "../compiler/simplify.ts";
import { add, mul, neg, sum, zeros } from "../ops/mod.ts";
import { arrayOf, type NdArray, type Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { makeProgram } from "../transforms/stage.ts";
import { scan } from "./loops.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

type X = Tensor;
const x = zeros([2]) as X, xs = zeros([3, 2]) as X;
const slimmed = (f: (...args: X[]) => unknown, ...args: X[]): string =>
  simplify(makeProgram(f as never)(...args)).toString();

Deno.test("a loop keeps what is needed of its results: no more, and each once", () => {
  const loop = (c: X, d: X, a: X) =>
    scan(
      ([c, d]: readonly [X, X], a: X) => {
        const y = mul(c, a) as X;
        return [[add(c, a) as X, neg(d) as X], { y, again: mul(c, a) as X, same: a, other: add(d, a) as X }] as const;
      },
      [c, d] as const,
      a as never,
    );
  assertEquals(
    slimmed(
      (c, d, a) => {
        const [, { y, again, same }] = loop(c!, d!, a!);
        return [y, again, same];
      },
      x,
      x,
      xs,
    ),
    `{ a:f32[2] b:f32[2] c:f32[3,2] ->
  d:f32[2] e:f32[3,2] = scan[program=
    { a:f32[2] b:f32[2] ->
      c:f32[2] = mul a b
      d:f32[2] = add a b
      -> d c } consts=0 carry=1 length=3] a c
  -> e e c }`,
  );
  assertEquals(
    slimmed((c, d, a) => loop(c!, d!, a!)[0][1], x, x, xs),
    `{ a:f32[2] b:f32[2] c:f32[3,2] ->
  d:f32[2] = scan[program=
    { a:f32[2] ->
      b:f32[2] = neg a
      -> b } consts=0 carry=1 length=3] b
  -> d }`,
  );
});

Deno.test("what a loop carries and never changes is a constant of it, and what it is given twice comes once", () => {
  assertEquals(
    slimmed(
      (c, k, a) =>
        scan(
          ([c, k]: readonly [X, X], [a, b]: readonly [X, X]) => [[mul(add(c, k), add(a, b)) as X, k], null] as const,
          [c!, k!] as const,
          [a!, a!] as never,
        )[0],
      x,
      x,
      xs,
    ),
    `{ a:f32[2] b:f32[2] c:f32[3,2] ->
  d:f32[2] = scan[program=
    { a:f32[2] b:f32[2] c:f32[2] ->
      d:f32[2] = add b a
      e:f32[2] = add c c
      f:f32[2] = mul d e
      -> f } consts=1 carry=1 length=3] b a c
  -> d b }`,
  );
});

Deno.test("the gradient of a loop stacks no cotangent twice", () => {
  const cell = (w: X) => (h: X, a: X) => [mul(add(h, a), w) as X, null] as const;
  const program = simplify(
    makeProgram(grad(((w: X, h: X, a: X) => sum(scan(cell(w), h, a as never)[0])) as never) as never)(x, x, xs),
  );
  const loops = program.equations.filter((e) => e.prim.name === "scan");
  for (const { inputs, outputs, params } of loops) {
    const inner = (params as { program: Program }).program;
    for (const list of [inputs, inner.outputs]) assertEquals(list.length, new Set(list).size);
    assertEquals(outputs.length, inner.outputs.length);
  }
});

Deno.test("a slim loop gives the same bits, whatever it hands on, carries and is asked for", () => {
  const vector = fc.array(fc.double({ noNaN: false }), { minLength: 2, maxLength: 2 });
  const array = (shape: readonly number[], data: readonly number[]): NdArray => ({
    shape,
    dtype: "f32",
    data: Float32Array.from(data),
  });
  const choice = fc.nat(9), choices = (n: number) => fc.array(choice, { minLength: n, maxLength: n });
  fc.assert(
    fc.property(
      fc.record({
        consts: fc.array(fc.nat(1), { minLength: 2, maxLength: 2 }),
        slices: fc.array(fc.nat(1), { minLength: 2, maxLength: 2 }),
        carry: choices(3),
        ys: choices(4),
        kept: fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
        reverse: fc.boolean(),
        length: fc.nat(3),
        numbers: fc.array(vector, { minLength: 11, maxLength: 11 }),
      }),
      ({ consts, slices, carry, ys, kept, reverse, length, numbers }) => {
        const f = (k0: X, k1: X, c0: X, c1: X, c2: X, a0: X, a1: X) => {
          const [k, l] = consts.map((i) => [k0, k1][i]!) as [X, X];
          const [last, stacked] = scan(
            (c: readonly [X, X, X], a: readonly [X, X]) => {
              const made = [add(c[0], k) as X, mul(c[1], a[0]) as X, add(a[1], l) as X];
              const all = [...c, ...a, k, l, ...made];
              return [[all[carry[0]!]!, all[carry[1]!]!, all[carry[2]!]!], ys.map((i) => all[i]!)] as const;
            },
            [c0, c1, c2] as const,
            slices.map((i) => [a0, a1][i]!) as never,
            { reverse },
          );
          const results = [...last, ...stacked as readonly X[]];
          return kept.map((i) => results[i]!);
        };
        const program = makeProgram(f as never)(x, x, x, x, x, zeros([length, 2]), zeros([length, 2])) as Program;
        const given = [
          ...program.captured.map((c) => arrayOf(c as never)),
          ...numbers.slice(0, 5).map((n) => array([2], n)),
          ...[5, 8].map((i) => array([length, 2], numbers.slice(i, i + length).flat())),
        ];
        assertEquals(runProgram(simplify(program), given), runProgram(program, given));
      },
    ),
    { numRuns: 200 },
  );
});
