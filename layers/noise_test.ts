/** Layers that draw at random. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  ArgumentError,
  cast,
  jit,
  type Key,
  key,
  mean,
  normal,
  ones,
  ShapeError,
  split,
  stack,
  std,
  type Tensor,
  unstack,
  vmap,
  zeros,
} from "../mod.ts";
import {
  act,
  alphaDropout,
  alphaDropoutWith,
  type Context,
  dense,
  dropConnect,
  dropConnectWith,
  dropout,
  dropoutWith,
  gaussianDropout,
  gaussianDropoutWith,
  gaussianNoise,
  gaussianNoiseWith,
  input,
  spatialDropout,
  spatialDropoutWith,
  stochasticDepth,
  stochasticDepthWith,
} from "./mod.ts";

const train: Context = { mode: "train", key: key(3) }, evaluate: Context = { mode: "eval" };
const n = 10000;

/** Six standard errors of the mean of n draws, of their deviation. */
const near = (deviation: number): number => 6 * deviation / Math.sqrt(n);

Deno.test("noises keep the mean and have the deviation they say", () => {
  const x = ones([n]);
  const table: readonly (readonly [string, Tensor<readonly [number]>, number, number])[] = [
    ["dropout", dropoutWith(key(0), 0.2)(x), 1, Math.sqrt(0.2 / 0.8)],
    ["gaussianDropout", gaussianDropoutWith(key(0), 0.2)(x), 1, Math.sqrt(0.2 / 0.8)],
    ["gaussianNoise", gaussianNoiseWith(key(0), 0.3)(x), 1, 0.3],
    ["stochasticDepth", stochasticDepthWith(key(0), 0.2)(x), 1, 0.5],
  ];
  for (const [name, y, m, deviation] of table) {
    assertAlmostEquals(mean(y).item(), m, near(deviation), name);
    // The squared deviation of a two-valued or normal variable has a deviation below 2σ².
    assertAlmostEquals((std(y) as Tensor).item() as number, deviation, near(2 * deviation), name);
  }
});

Deno.test("alphaDropoutWith() keeps mean 0 and variance 1", () => {
  for (const rate of [0.05, 0.5]) {
    const y = alphaDropoutWith(key(1), rate)(normal(key(0), [n]));
    assertAlmostEquals(mean(y).item(), 0, near(1), `rate ${rate}`);
    assertAlmostEquals((std(y) as Tensor).item() as number, 1, near(1.5), `rate ${rate}`);
  }
});

Deno.test("spatialDropoutWith() drops a channel of an example everywhere or nowhere", () => {
  const y = spatialDropoutWith(key(0), 0.5)(ones([6, 3, 4, 5])).toArray();
  const kept = new Set<number>();
  y.forEach((image) =>
    image[0]![0]!.forEach((first, c) => {
      kept.add(first);
      image.forEach((row) => row.forEach((pixel) => assertEquals(pixel[c], first)));
    })
  );
  assertEquals([...kept].sort(), [0, 2]);
});

Deno.test("stochasticDepthWith() drops examples, or the batch", () => {
  const rows = stochasticDepthWith(key(0), 0.5)(ones([20, 3])).toArray();
  rows.forEach((r) => assertEquals(r, [r[0], r[0], r[0]]));
  assertEquals([...new Set(rows.flat())].sort(), [0, 2]);
  const whole = stochasticDepthWith(key(0), 0.5, { per: "batch" })(ones([20, 3])).toArray();
  assertEquals(new Set(whole.flat()).size, 1);
});

Deno.test("dropConnectWith() drops weights, each by a draw of its own, and no biases", () => {
  const p = dropConnectWith(key(0), 0.5)([{ w: ones([8, 8]), b: ones([8]) }, { w: ones([8, 8]), b: ones([8]) }]);
  assertEquals(p[0]!.b.toArray(), Array(8).fill(1));
  assert(p.every((l) => new Set(l.w.toArray().flat()).size === 2));
  assert(JSON.stringify(p[0]!.w.toArray()) !== JSON.stringify(p[1]!.w.toArray()));
});

const layers = {
  dropout: dropout(0.5),
  spatialDropout: spatialDropout(0.5),
  alphaDropout: alphaDropout(0.5),
  gaussianDropout: gaussianDropout(0.5),
  gaussianNoise: gaussianNoise(0.5),
};

Deno.test("layers that draw do so in training, or where noise is asked for, and ask for their key", () => {
  for (const [name, layer] of Object.entries(layers)) {
    const net = pipe(input([3, 4]), layer), x = normal(key(0), [2, 3, 4]), text = JSON.stringify(x.toArray());
    const run = (context: Context) => JSON.stringify(net.apply([], [], x, context)[0].toArray());
    assertEquals(run(evaluate), text, name);
    assertEquals(run({ mode: "train", noise: false }), text, name);
    assert(run(train) !== text, name);
    assertEquals(run({ ...train, mode: "eval", noise: true }), run(train), name);
    assertEquals(
      assertThrows(() => run({ mode: "train" }), ArgumentError).message,
      `${name}: it draws at random and needs a key; apply the net with { key, mode: "train" }`,
    );
    assertThrows(() => run({ mode: "eval", noise: true }), ArgumentError, '{ key, mode: "eval" }');
  }
});

Deno.test("noises keep shape and dtype, sizes 0 and 1 included, with and without jit", () => {
  const draws: readonly ((k: Key) => (x: Tensor) => Tensor)[] = [
    (k) => dropoutWith(k, 0.3),
    (k) => spatialDropoutWith(k, 0.3, { spatial: 0 }),
    (k) => alphaDropoutWith(k, 0.3),
    (k) => gaussianDropoutWith(k, 0.3),
    (k) => gaussianNoiseWith(k, 0.3),
    (k) => stochasticDepthWith(k, 0.3),
  ];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (shape, double) => {
        const x = cast(normal(key(0), shape), double ? "f64" : "f32") as unknown as Tensor;
        for (const draw of draws) {
          const f = (k: Key, x: Tensor) => draw(k)(x), y = f(key(1), x), z = jit(f)(key(1), x);
          assertEquals([y.shape, y.dtype, z.shape, z.dtype], [x.shape, x.dtype, x.shape, x.dtype]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a rate or a deviation of 0 changes nothing", () => {
  const x = normal(key(0), [2, 3, 4]);
  const all = [
    dropoutWith(key(1), 0),
    spatialDropoutWith(key(1), 0),
    alphaDropoutWith(key(1), 0),
    gaussianDropoutWith(key(1), 0),
    gaussianNoiseWith(key(1), 0),
    stochasticDepthWith(key(1), 0),
  ];
  for (const f of all) assertEquals(f(x).toArray(), x.toArray());
});

Deno.test("vmap over keys draws what each key draws", () => {
  const keys = stack(split(key(0), 4)), x = ones([3, 5]), draw = (k: Key) => dropoutWith(k, 0.5)(x);
  assertEquals(vmap(draw)(keys).toArray(), (unstack(keys) as readonly Key[]).map((k) => draw(k).toArray()));
});

Deno.test("stochasticDepth() is a residual block in evaluation and leaves examples out in training", () => {
  const net = pipe(input([2]), stochasticDepth(0.5, (x) => pipe(x, act((v) => v), dropout(0))));
  const x = ones([40, 2]);
  assertEquals(net.apply([[]], [[]], x, evaluate)[0].toArray()[0], [2, 2]);
  const values = new Set(net.apply([[]], [[]], x, train)[0].toArray().map(String));
  assertEquals([...values].sort(), ["1,1", "3,3"]);
});

Deno.test("dropConnect() drops weights of its block in training only", () => {
  const net = pipe(input([50]), dropConnect(0.5, dense(1))), params = [[{ w: ones([50, 1]), b: zeros([1]) }]] as const;
  const run = (context: Context) => net.apply(params, [[]], ones([1, 50]), context)[0].toArray()[0]![0]!;
  assertEquals(run(evaluate), 50);
  const y = run(train);
  assert(y !== 50 && y % 2 === 0, `${y}`);
});

Deno.test("noises say what does not fit", () => {
  const x = ones([2]);
  const table: readonly (readonly [() => unknown, new (m: string) => Error, string])[] = [
    [() => dropout(1), ArgumentError, "dropout: the rate is a probability below 1, not 1"],
    [() => spatialDropout(-0.1), ArgumentError, "spatialDropout: the rate is a probability below 1, not -0.1"],
    [() => alphaDropout(NaN), ArgumentError, "alphaDropout: the rate is a probability below 1, not NaN"],
    [() => gaussianDropout(1), ArgumentError, "gaussianDropout: the rate is a probability below 1, not 1"],
    [
      () => pipe(input([1]), dropConnect(2, dense(1))),
      ArgumentError,
      "dropConnect: the rate is a probability below 1, not 2",
    ],
    [
      () => pipe(input([1]), stochasticDepth(1, act((v) => v))),
      ArgumentError,
      "stochasticDepth: the rate is a probability below 1, not 1",
    ],
    [
      () => gaussianNoise(-1),
      ArgumentError,
      "gaussianNoise: the standard deviation is a number from 0 up, not -1",
    ],
    [
      () => spatialDropoutWith(key(0), 0.5)(x),
      ShapeError,
      "spatialDropout: [2] has no 2 axes before its channels; give spatial: 0 or a tensor of more axes",
    ],
    [
      () => pipe(input([]), spatialDropout(0.5)),
      ShapeError,
      "spatialDropout: an example is a scalar, and has no axis of channels; reshape it to [1]",
    ],
    [
      () => stochasticDepthWith(key(0), 0.5)(ones([])),
      ShapeError,
      "stochasticDepth: a scalar has no axis of examples; give a batch, such as [1]",
    ],
    [
      () => stochasticDepthWith(key(0), 0.5, { per: "row" as "batch" }),
      ArgumentError,
      'stochasticDepth: per is "row"; use "example" or "batch"',
    ],
    [
      () => pipe(input([4]), stochasticDepth(0.1, ((x: never) => pipe(x, dense(5) as never)) as never)),
      ShapeError,
      "stochasticDepth: the block turns [4] into [5]; end it with a layer that gives the shape back",
    ],
  ];
  for (const [call, kind, message] of table) assertEquals(assertThrows(call, kind).message, message);
});
