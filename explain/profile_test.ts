import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  convGeneral,
  cumSum,
  exp,
  grad,
  jit,
  key,
  matmul,
  mean,
  mul,
  normal,
  ones,
  relu,
  scan,
  sort,
  sub,
  sum,
  tanh,
  type Tensor,
  zeros,
} from "../mod.ts";
import { softmax } from "../layers/mod.ts";
import { profile } from "./profile.ts";

type Matrix = Tensor<readonly [number, number]>;

const short = { milliseconds: 1 };
const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

const loss = (p: { readonly w: Matrix; readonly v: Matrix }, x: Matrix, y: Matrix): Tensor<readonly []> => {
  const error = sub(matmul(relu(matmul(x, p.w)), p.v), y) as Matrix;
  return mean(mul(error, error)) as Tensor<readonly []>;
};
const perceptron = [
  { w: normal(key(0), [30, 20]) as Matrix, v: normal(key(1), [20, 7]) as Matrix },
  normal(key(2), [40, 30]) as Matrix,
  normal(key(3), [40, 7]) as Matrix,
] as const;

Deno.test("profile() counts 2·m·n·k operations for each product of a gradient, and the bytes of its operands", () => {
  const { kernels } = profile(grad(loss), short)(...perceptron);
  const products = kernels.filter((k) => k.name.startsWith("dotGeneral"))
    .map((k) => [k.name, k.calls, k.flops, k.bytes]).sort();
  // Two forward, and backward one for each weight and one for the hidden layer.
  assertEquals(products, [
    ["dotGeneral f32[20,7] over 40", 1, 2 * 20 * 7 * 40, 4 * (20 * 40 + 40 * 7 + 20 * 7)],
    ["dotGeneral f32[30,20] over 40", 1, 2 * 30 * 20 * 40, 4 * (30 * 40 + 40 * 20 + 30 * 20)],
    ["dotGeneral f32[40,20] over 30", 1, 2 * 40 * 20 * 30, 4 * (40 * 30 + 30 * 20 + 40 * 20)],
    ["dotGeneral f32[40,20] over 7", 1, 2 * 40 * 20 * 7, 4 * (40 * 7 + 7 * 20 + 40 * 20)],
    ["dotGeneral f32[40,7] over 20", 1, 2 * 40 * 7 * 20, 4 * (40 * 20 + 20 * 7 + 40 * 7)],
  ]);
});

Deno.test("profile() gives the same bits as the jitted function, jitted or not", () => {
  const expected = jit(grad(loss))(...perceptron);
  for (const f of [grad(loss), jit(grad(loss), { donate: [0] })]) {
    const { result } = profile(f, short)(...perceptron);
    assertEquals([result.w.toArray(), result.v.toArray()], [expected.w.toArray(), expected.v.toArray()]);
  }
});

Deno.test("profile() shares out the time: shares make one, kernels and the rest make a run, the longest first", () => {
  const p = profile(grad(loss), short)(...perceptron), times = p.kernels.map((k) => k.milliseconds);
  assertAlmostEquals(total(p.kernels.map((k) => k.share)), 1, 1e-9);
  assertAlmostEquals(total(times) + p.outside, p.total, 1e-9);
  assertEquals(times, times.toSorted((a, b) => b - a));
  assertEquals(p.kernels.filter((k) => !(k.ofLimit >= 0 && k.ofLimit <= 1)), []);
  assertEquals([p.runs >= 5, p.limits.gflops > 0, p.limits.bandwidth.length], [true, true, 4]);
});

Deno.test("profile() lists the kernels of a loop's body once, with a call for each step", () => {
  const w = normal(key(0), [16, 16]);
  const f = (h: Tensor<readonly [8, 16]>, xs: Tensor<readonly [5, 8, 16]>) =>
    scan((h, x) => [tanh(add(matmul(h, w), x)) as typeof h, null] as const, h, xs)[0];
  const { kernels, result } = profile(f, short)(zeros([8, 16]), ones([5, 8, 16]));
  assertEquals(kernels.map((k) => [k.name, k.calls]).sort(), [["add+tanh f32[8,16]", 5], [
    "dotGeneral f32[8,16] over 16",
    5,
  ]]);
  assertEquals(kernels.find((k) => k.name.startsWith("dot"))?.flops, 5 * 2 * 8 * 16 * 16);
  assertEquals(result.toArray(), jit(f)(zeros([8, 16]), ones([5, 8, 16])).toArray());
});

Deno.test("profile() counts elementary functions as twelve operations, and sums as one a term", () => {
  const of = (f: (x: Tensor<readonly [4, 25]>) => Tensor) =>
    profile(f, short)(ones([4, 25])).kernels.map((k) => [k.name, k.flops, k.bytes]);
  assertEquals(of((x) => exp(add(x, 1))), [["add+exp f32[4,25]", 100 * 13, 2 * 400]]);
  assertEquals(of((x) => sum(mul(x, add(x, 1)), { axis: 1 })), [["add+mul+reduceSum f32[4] over 25", 300, 416]]);
  assertEquals(of((x) => cumSum(x, { axis: 1 })), [["cumulative f32[4,25]", 100, 800]]);
  // n·log₂ n comparisons; the sorted values bring their places along.
  const sorted = of((x) => sort(x, { axis: 1 })).find(([name]) => name === "sort f32[4,25] along 25");
  assertEquals(sorted?.slice(1), [Math.ceil(100 * Math.log2(25)), 1200]);
});

Deno.test("profile() counts what rows of several kernels pass on to each other in no bytes", () => {
  const { kernels } = profile((x: Tensor<readonly [128, 256]>) => softmax(x), short)(ones([128, 256]));
  assertEquals(kernels.length, 1);
  assertEquals(kernels[0]!.bytes >= 2 * 4 * 128 * 256, true);
  assertEquals(kernels[0]!.name.includes("exp"), true);
});

Deno.test("profile() names a weight's gradient after its convolution, however it is laid out", () => {
  const f = (w: Tensor<readonly [3, 3, 2, 4]>, x: Tensor<readonly [2, 6, 6, 2]>) =>
    sum(exp(convGeneral(x, w, { padding: "same" })));
  const { kernels } = profile(grad(f), short)(ones([3, 3, 2, 4]), ones([2, 6, 6, 2]));
  const named = kernels.map((k) => k.name), gradient = named.filter((n) => n.startsWith("convGeneral f32[3,3,2,4]"));
  assertEquals(gradient.length, 1, named.join("; "));
});

Deno.test("profile() of what computes nothing has no kernels", () => {
  const p = profile((x: Tensor) => x, short)(ones([3]));
  assertEquals([p.kernels, p.result.toArray()], [[], [1, 1, 1]]);
});

Deno.test("profile() takes all sizes, with the operations and bytes of a product exactly", () => {
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(size, size, size, (m, k, n) => {
      const { kernels } = profile((a: Matrix, b: Matrix) => matmul(a, b), short)(ones([m, k]), ones([k, n]));
      const flops = total(kernels.map((x) => x.flops));
      // Of one product there is no sum; a compiler may leave it or not.
      assertEquals(flops === 2 * m * n * k || (k === 1 && flops === m * n), true);
      assertEquals(total(kernels.map((x) => x.bytes)), 4 * (m * k + k * n + m * n));
    }),
    { numRuns: 5 },
  );
  assertEquals(profile((x: Tensor<readonly [0, 3]>) => add(x, 1), short)(ones([0, 3])).kernels, []);
});

Deno.test("profile() prints a table, and gives notebooks one with its text escaped", () => {
  const p = profile((a: Matrix, b: Matrix) => matmul(a, b), short)(ones([8, 16]), ones([16, 4])),
    lines = p.toString().split("\n");
  assertEquals(lines[0]?.split(/ {2,}/), [
    "kernel",
    "calls",
    "ms",
    "share",
    "GFLOP/s",
    "GB/s",
    "threads",
    "of limit",
    "bound by",
  ]);
  assertEquals([lines.length, lines[1]!.startsWith("dotGeneral f32[8,4] over 16")], [4, true]);
  const shown = p[Symbol.for("Jupyter.display") as unknown as keyof typeof p] as unknown as () => Record<
    string,
    string
  >;
  const { "text/plain": text, "text/html": html } = shown.call(p);
  assertEquals([text, html?.match(/<tr>/g)?.length], [p.toString(), 2]);
});

Deno.test("profile() throws inside a transform, and for a time that is none", () => {
  assertThrows(
    () => jit((x: Tensor) => profile((y: Tensor) => add(y, x), short)(x).result)(ones([2])),
    Error,
    "profile: values that are only traced take no time; put profile outside, as in profile(jit(f))",
  );
  for (const milliseconds of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => profile(matmul, { milliseconds }),
      Error,
      `profile: milliseconds is ${milliseconds}; it must be`,
    );
  }
});
