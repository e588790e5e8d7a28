/** Activations that learn or draw, gated dense layers and maxout: values, gradients, types, modes. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  ArgumentError,
  at,
  grad,
  jit,
  key,
  mean,
  normal,
  ones,
  type Shape,
  ShapeError,
  sub,
  sum,
  type Tensor,
  tensor,
  uniform,
  vmap,
  zeros,
} from "../mod.ts";
import {
  dense,
  type GatedDense,
  gatedDense,
  gatedDenseInit,
  gatedDenseWith,
  gelu,
  input,
  learnedSnake,
  linear,
  type LinearWeights,
  type Maxout,
  maxout,
  maxoutInit,
  maxoutWith,
  onesInit,
  type Pointwise,
  type Prelu,
  prelu,
  preluInit,
  preluWith,
  relu,
  rrelu,
  rreluWith,
  sigmoid,
  silu,
  type Snake,
  snake,
  snakeInit,
  snakeWith,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;

Deno.test("prelu() learns a slope for each channel", () => {
  const net = pipe(input([4, 3]), prelu());
  const { params, state } = net.init(key(0)), first: Prelu<3> = params[0];
  assertEquals(first.slope.toArray(), [0.25, 0.25, 0.25]);
  const x = normal(key(1), [2, 4, 3]), [y] = net.apply(params, state, x, evaluate);
  assertEquals([...y.dataSync()], [...x.dataSync()].map((v) => v > 0 ? v : v / 4));
  // The slope's gradient is the sum of what is below zero in its channel.
  const slope = grad((p: Prelu<3>) => sum(preluWith(p)(x)))(first).slope.toArray();
  const below = [0, 0, 0];
  [...x.dataSync()].forEach((v, i) => below[i % 3]! += Math.min(v, 0));
  slope.forEach((g, i) => assertAlmostEquals(g, below[i]!, 8 * 8 * 2 ** -24));
  // @ts-expect-error there are three slopes
  const four: Prelu<4> = params[0];
  assertEquals(four, first as unknown);
});

Deno.test("one slope serves all channels, in f64 too, and initializers choose it", () => {
  const shared = { slope: tensor([0.5], { dtype: "f64" }) as unknown as Tensor<readonly [1]> };
  assertEquals(
    preluWith(shared)(tensor([[-2, 4]], { dtype: "f64" }) as unknown as Tensor<Shape>).dtype,
    "f64" as "f32",
  );
  assertEquals(preluWith({ slope: tensor([0.5]) })(tensor([[-2, 4]])).toArray(), [[-1, 4]]);
  assertEquals(preluInit(key(0), 2, { slopes: onesInit }).slope.toArray(), [1, 1]);
});

Deno.test("rrelu() draws slopes in training and takes their mean in evaluation", () => {
  const net = pipe(input([1000]), rrelu()), x = sub(zeros([1, 1000]), 1), k = key(2);
  const [y, state] = net.apply([], [], x, { mode: "train", key: k });
  const slopes = y.toArray()[0]!.map((v) => -v);
  assert(slopes.every((s) => s >= 1 / 8 && s <= 1 / 3) && new Set(slopes).size > 900);
  // Six standard errors of the mean of 1000 uniform numbers.
  const width = 1 / 3 - 1 / 8;
  assertAlmostEquals(-mean(y).item(), 11 / 48, 6 * width / Math.sqrt(12 * 1000));
  assertEquals(net.apply([], [], x, { mode: "train", key: k })[0].toArray(), y.toArray());
  assertEquals(net.apply([], [], x, { mode: "eval", noise: true, key: k })[0].toArray(), y.toArray());
  assertEquals(state, []);
  assertAlmostEquals(net.apply([], [], x, evaluate)[0].toArray()[0]![0]!, -11 / 48, 2 ** -25);
  assertEquals(net.apply([], [], ones([1, 1000]), { mode: "train", key: k })[0].toArray(), ones([1, 1000]).toArray());
  const f64 = rreluWith(k)(tensor([-1], { dtype: "f64" })), again: "f64" = f64.dtype;
  assertEquals(again, "f64");
});

Deno.test("snake() adds its wave, and learnedSnake() learns the frequency of each channel", () => {
  const xs = [-2, 0.5, 3], x = tensor([xs], { dtype: "f64" });
  snake(x, { alpha: 2 }).toArray()[0]!.forEach((y, i) =>
    assertAlmostEquals(y, xs[i]! + Math.sin(2 * xs[i]!) ** 2 / 2, 1e-14)
  );
  const net = pipe(input([3]), learnedSnake({ alphas: () => tensor([1, 2, 3]) as never }));
  const { params, state } = net.init(key(0)), p: Snake<3> = params[0];
  const [y] = net.apply(params, state, tensor([xs] as const) as Tensor<readonly [1, 3]>, evaluate);
  y.toArray()[0]!.forEach((v, i) =>
    assertAlmostEquals(v, xs[i]! + Math.sin((i + 1) * xs[i]!) ** 2 / (i + 1), 8 * 8 * 2 ** -24)
  );
  // d/dα of sin²(αx)/α = x·sin(2αx)/α − sin²(αx)/α².
  const g = grad((q: Snake<3>) => sum(snakeWith(q)(tensor(xs))))(p).alpha.toArray();
  g.forEach((v, i) => {
    const a = i + 1, t = xs[i]!;
    assertAlmostEquals(v, t * Math.sin(2 * a * t) / a - Math.sin(a * t) ** 2 / a ** 2, 32 * 4 * 2 ** -24);
  });
  assertEquals(snakeInit(key(0), 1).alpha.toArray(), [1]);
});

Deno.test("gatedDense() is one linear map times a function of another, for every gate", () => {
  const p = gatedDenseInit(key(0), 3, 2), x = normal(key(1), [4, 5, 3]);
  const gates: readonly Pointwise[] = [sigmoid, relu, gelu, silu, <S extends Shape>(v: Tensor<S>) => v];
  for (const gate of gates) {
    const y = [...gatedDenseWith(p, { gate })(x).dataSync()];
    const a = linear(p.value)(x).dataSync(), b = gate(linear(p.gate)(x)).dataSync();
    assertEquals(y, y.map((_, i) => Math.fround(a[i]! * b[i]!)));
  }
  assertEquals(gatedDenseWith(p)(x).toArray(), gatedDenseWith(p, { gate: sigmoid })(x).toArray());
  const net = pipe(input([7, 3]), gatedDense(2, { bias: false }), gatedDense(4));
  const { params, state } = net.init(key(0));
  const first: GatedDense<3, 2, false> = params[0], second: GatedDense<2, 4> = params[1];
  const w: LinearWeights<3, 2> = first.gate;
  const [y] = net.apply(params, state, ones([6, 7, 3]), evaluate), shape: readonly [6, 7, 4] = y.shape;
  assertEquals([shape, second.value.b.shape, Object.keys(w)], [[6, 7, 4], [4], ["w"]]);
  // @ts-expect-error there are no biases
  assertEquals(first.gate.b, undefined);
});

Deno.test("maxoutWith() is the largest of its maps, whose first has the derivative where they are equal", () => {
  const p = maxoutInit(key(0), 3, 2, 4), x = normal(key(1), [5, 3]), y = maxoutWith(p)(x).toArray();
  const each = [0, 1, 2, 3].map((k) =>
    linear({ w: at(p.w, k) as Tensor<readonly [3, 2]>, b: at(p.b, k) as Tensor<readonly [2]> })(x).toArray()
  );
  y.forEach((row, i) =>
    row.forEach((v, j) => assertAlmostEquals(v, Math.max(...each.map((e) => e[i]![j]!)), 8 * 4 * 2 ** -24))
  );
  const same = { w: ones([2, 1, 1]), b: zeros([2, 1]) };
  const g = grad((q: typeof same) => sum(maxoutWith(q)(tensor([[3]]))))(same);
  assertEquals([g.w.toArray(), g.b.toArray()], [[[[3]], [[0]]], [[1], [0]]]);
  const net = pipe(input([3]), maxout(2, 4)), { params, state } = net.init(key(0)), first: Maxout<3, 2, 4> = params[0];
  const [z] = net.apply(params, state, x, evaluate), shape: readonly [5, 2] = z.shape;
  assertEquals([first.w.shape, shape], [[4, 3, 2], [5, 2]]);
});

Deno.test("layers with parameters are the same under jit and under vmap over examples", () => {
  const net = pipe(input([3]), maxout(4, 2), prelu(), gatedDense(3), learnedSnake(), dense(1));
  const { params, state } = net.init(key(3)), x = uniform(key(4), [5, 3], { min: -1, max: 1 });
  const f = (t: typeof x) => net.apply(params, state, t, evaluate)[0];
  const one = (row: Tensor<readonly [3]>) =>
    at(net.apply(params, state, at(row, null) as Tensor<readonly [1, 3]>, evaluate)[0], 0);
  const want = f(x).toArray().flat(),
    mapped = (vmap(one)(x) as Tensor).dataSync(),
    compiled = jit(f)(x).toArray().flat();
  // A sum of four terms and five more steps, of numbers of size 1.
  want.forEach((w, i) => {
    assertAlmostEquals(mapped[i]!, w, 32 * 2 ** -24);
    assertAlmostEquals(compiled[i]!, w, 32 * 2 ** -24);
  });
});

Deno.test("these layers say what is wrong", () => {
  const scalar = input([]) as never;
  const says = (op: string) => `${op}: an example is a scalar, and has no axis to map; reshape it to [1]`;
  const table: readonly (readonly [() => unknown, typeof ShapeError | typeof ArgumentError, string])[] = [
    [() => prelu()(scalar), ShapeError, says("prelu")],
    [() => learnedSnake()(scalar), ShapeError, says("learnedSnake")],
    [() => gatedDense(2)(scalar), ShapeError, says("gatedDense")],
    [() => maxout(2, 2)(scalar), ShapeError, says("maxout")],
    [() => maxout(2, 0), ArgumentError, "maxout: the number of pieces is a whole number, 1 or more, not 0"],
    [
      () => maxoutInit(key(0), 1, 1, 1.5),
      ArgumentError,
      "maxout: the number of pieces is a whole number, 1 or more, not 1.5",
    ],
    [() => rrelu({ lower: 1 }), ArgumentError, "rrelu: lower 1 is above upper 0.3333333333333333"],
    [() => rrelu({ upper: NaN }), ArgumentError, "rrelu: upper is a finite number, not NaN"],
    [
      () => pipe(input([1]), rrelu()).apply([], [], ones([1, 1]), { mode: "train" }),
      ArgumentError,
      'rrelu: it draws at random and needs a key; apply the net with { key, mode: "train" }',
    ],
  ];
  for (const [call, type, message] of table) assertEquals(assertThrows(call, type).message, message);
});
