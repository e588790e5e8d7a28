/** Normalizations: against PyTorch's values, and as layers of nets. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { flow, pipe } from "fp-ts/lib/function.js";
import {
  add,
  ArgumentError,
  cast,
  type DType,
  grad,
  jit,
  key,
  matmul,
  mean,
  moveAxis,
  mul,
  normal,
  ones,
  reshape,
  ShapeError,
  square,
  stack,
  std,
  sum,
  svdvals,
  swapAxes,
  type Tensor,
  tensor,
  tree,
  unstack,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import { casesOf, checkGoldenBoth, type GoldenCase, readGolden } from "../tests/golden/read.ts";
import {
  act,
  type Affine,
  batchNorm,
  batchNormWith,
  type BatchState,
  batchStateInit,
  block,
  dense,
  flatten,
  groupNorm,
  groupNormWith,
  input,
  instanceNorm,
  instanceNormWith,
  layerNorm,
  layerNormWith,
  localResponseNorm,
  localResponseNormWith,
  mse,
  type ParamsOf,
  relu,
  rmsNorm,
  rmsNormWith,
  spectralInit,
  spectralNorm,
  spectralNormWith,
  type SpectralState,
  type StateOf,
  weightNorm,
  weightNormInit,
  weightNormOf,
} from "./mod.ts";

const golden = readGolden("norm");
const evaluate = { mode: "eval" } as const, train = { mode: "train" } as const;

/**
 * The largest set that is normalized over has 24 values. A mean and a mean of squares sum them up, and their transposes
 * twice more: 4 × 24 roundings; a dozen operations between them, forth and back, make 24 more. Each side rounds.
 */
const roundings = 2 * (4 * 24 + 24);

/** PyTorch's axis of channels, the second, is our last. */
const last = (x: Value): Tensor => moveAxis(x as Tensor, 1, -1) as Tensor;
const second = (x: Tensor): Value => moveAxis(x, -1, 1) as Value;
const affineOf = (w: Value, b: Value): Affine => ({ scale: w as Tensor, bias: b as Tensor });
const f64 = (xs: unknown): Tensor => tensor(xs as number[], { dtype: "f64" }) as unknown as Tensor;
/** The running statistics of a case, in the dtype of its input. */
const runningOf = (c: GoldenCase, x: Value): BatchState => ({
  ...batchStateInit(3),
  mean: cast(f64(c.attrs.running_mean), x.dtype) as unknown as BatchState["mean"],
  variance: cast(f64(c.attrs.running_var), x.dtype) as unknown as BatchState["variance"],
});
/** A case whose outputs without a derivative, such as running statistics, have zeros for cotangents. */
const complete = (c: GoldenCase): GoldenCase => ({
  ...c,
  cotangents: c.cotangents!.map((t, i) => t ?? { ...c.outputs[i]!, data: c.outputs[i]!.data.map(() => 0) }),
});
const apply = (f: unknown, x: Tensor) => (f as (x: Tensor) => Tensor)(x);

const ours: Readonly<Record<string, (c: GoldenCase, ...inputs: Value[]) => Value | readonly Value[]>> = {
  batch_norm_train: (c, x, w, b) => {
    const norm = batchNormWith(affineOf(w!, b!) as Affine<readonly [number]>, runningOf(c, x!), train);
    const [y, state] = (norm as unknown as (x: Tensor) => readonly [Tensor, BatchState])(last(x!));
    return [second(y), state.mean, state.variance] as unknown as readonly Value[];
  },
  batch_norm_eval: (c, x, w, b) => {
    const norm = batchNormWith(affineOf(w!, b!) as Affine<readonly [number]>, runningOf(c, x!), evaluate);
    return second((norm as unknown as (x: Tensor) => readonly [Tensor])(last(x!))[0]);
  },
  layer_norm: (_, x, w, b) => layerNormWith(affineOf(w!, b!))(x as Tensor),
  group_norm: (c, x, w, b) => second(groupNormWith(affineOf(w!, b!), c.attrs.num_groups as number)(last(x!))),
  instance_norm: (_, x, w, b) => second(instanceNormWith(affineOf(w!, b!))(last(x!))),
  local_response_norm: (c, x) =>
    second(localResponseNormWith(c.attrs.size as number, c.attrs as Readonly<Record<string, number>>)(last(x!))),
  // PyTorch's weights have their outputs first.
  weight_norm: (_, v, g, x) => {
    const w = weightNormOf({ v: v as Tensor, g: reshape(g as Tensor, [3]) as Tensor }, { axis: 0 });
    return matmul(x as Tensor, swapAxes(w, 0, 1)) as Tensor;
  },
};

for (const [name, f] of Object.entries(ours)) {
  Deno.test(`${name} is PyTorch's, with its gradients`, () => {
    for (const c of casesOf(golden, name)) checkGoldenBoth(complete(c), (...xs) => f(c, ...xs), roundings);
  });
}

Deno.test("rmsNormWith() divides by the root of the mean square", () => {
  const rows = [[1, -2, 3], [0.5, 0, 4]], x = f64(rows), p = { scale: f64([1, 2, -1]) };
  const want = rows.map((r) => {
    const rms = Math.sqrt(r.reduce((a, v) => a + v * v, 0) / 3 + 1e-3);
    return r.map((v, i) => v / rms * [1, 2, -1][i]!);
  });
  const y = rmsNormWith(p, { epsilon: 1e-3 })(x).toArray() as number[][];
  // Three squares, their sum, the mean, the root, the quotient and the scale: ten roundings of numbers below 4.
  y.forEach((r, i) => r.forEach((v, j) => assertAlmostEquals(v, want[i]![j]!, 4 * 10 * 2 ** -53)));
  const whole = rmsNormWith(null, { axes: 2 })(x).toArray() as number[][];
  const total = Math.sqrt(rows.flat().reduce((a, v) => a + v * v, 0) / 6 + 2 ** -52);
  assertAlmostEquals(whole[1]![2]!, 4 / total, 4 * 10 * 2 ** -53);
});

const sizes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });

Deno.test("normalizations keep the shape, sizes 0 and 1 included, and take any leading axes", () => {
  fc.assert(fc.property(sizes, fc.constantFrom(1, 2, 4), (lead, channels) => {
    const shape = [...lead, channels], x = normal(key(0), shape) as Tensor;
    const table = [
      layerNormWith(null),
      rmsNormWith(null),
      groupNormWith(null, channels === 1 ? 1 : 2, { spatial: 0 }),
      instanceNormWith(null, { spatial: lead.length }),
      localResponseNormWith(3),
    ];
    for (const f of table) assertEquals((f(x) as Tensor).shape, shape);
    assertEquals(apply(batchNormWith(null, batchStateInit(channels), evaluate), x) instanceof Array, true);
  }));
});

Deno.test("a normalization of stacked tensors is that of each: vmap is a loop, and leading axes are too", () => {
  const x = normal(key(0), [5, 3, 4]), parts = unstack(x) as readonly Tensor[];
  const table = [
    layerNormWith(null),
    rmsNormWith(null),
    groupNormWith(null, 2, { spatial: 1 }),
    instanceNormWith(null, { spatial: 1 }),
  ];
  for (const f of table) {
    const each = stack(parts.map((p) => f(p)) as never) as Tensor;
    assertEquals((vmap(f as (x: Tensor<readonly [3, 4]>) => Tensor<readonly [3, 4]>)(x)).toArray(), each.toArray());
    assertEquals(f(x).toArray(), each.toArray());
  }
});

Deno.test("normalized values are the same after a shift by 2²⁰", () => {
  // These sums are exact in f32; the mean of squares less the square of the mean would lose all of the deviations.
  const x = tensor([[0, 16, 32, 48]]), far = add(x, 2 ** 20);
  assertEquals(layerNormWith(null)(far).toArray(), layerNormWith(null)(x).toArray());
});

Deno.test("layer normalization has second derivatives: those of a difference quotient of the first", () => {
  const p = affineOf(f64([1, -2, 0.5]) as unknown as Value, f64([0, 0, 0]) as unknown as Value);
  const x0 = [0.3, -0.7, 1.1], direction = [0.2, 0.5, -0.4], h = 2 ** -17;
  const f = (x: Tensor) => sum(square(layerNormWith(p)(x))) as Tensor<readonly []>;
  const g = grad(f) as (x: Tensor) => Tensor;
  const along = (x: Tensor) => sum(mul(g(x), f64(direction))) as Tensor<readonly []>;
  const exact = (grad(along)(f64(x0)) as Tensor).toArray() as number[];
  const at = (k: number) => g(f64(x0.map((v, i) => v + k * h * direction[i]!))).toArray() as number[];
  const [up, down] = [at(1), at(-1)];
  // Truncation h²·f⁗/6 and rounding 2⁻⁵³·|g|/h, of derivatives below 100: together below 10⁻⁸.
  exact.forEach((v, i) => assertAlmostEquals(v, (up[i]! - down[i]!) / (2 * h), 1e-8));
});

Deno.test("batchNorm() goes by the batch in training, moves its state, and goes by that in evaluation", () => {
  const net = pipe(input([2, 2, 3]), batchNorm());
  const { params, state } = net.init(key(0)), x = add(mul(normal(key(1), [8, 2, 2, 3]), 2), 5);
  const [y, after] = net.apply(params, state, x, train);
  const typed: readonly [Affine<readonly [3]>] = params, kept: readonly [BatchState<3>] = after;
  assertEquals([typed[0].scale.toArray(), kept[0].count.item()], [[1, 1, 1], 1]);
  const means = mean(x, { axis: [0, 1, 2] }).toArray();
  const variances = (std(x, { axis: [0, 1, 2], correction: 1 }) as Tensor<readonly [3]>).toArray().map((s) => s * s);
  // A sum of 32 numbers up to 16 in f32, and the square of a deviation of about 2.
  after[0].mean.toArray().forEach((m, i) => assertAlmostEquals(m, 0.1 * means[i]!, 32 * 16 * 2 ** -24));
  after[0].variance.toArray().forEach((v, i) => assertAlmostEquals(v, 0.9 + 0.1 * variances[i]!, 32 * 16 * 2 ** -24));
  mean(y, { axis: [0, 1, 2] }).toArray().forEach((m) => assertAlmostEquals(m, 0, 32 * 16 * 2 ** -24));
  assertEquals(net.apply(params, state, x, evaluate)[1], state);
  assertEquals(net.apply(params, state, x, train)[0].toArray(), y.toArray());
  assertAlmostEquals(mean(net.apply(params, state, x, evaluate)[0]).item(), mean(x).item(), 1e-3);
});

Deno.test("batchNorm() with cumulative momentum keeps the means over all batches", () => {
  const net = pipe(input([1]), batchNorm({ momentum: "cumulative", affine: false }));
  const batches = [[[1], [3]], [[5], [9]], [[0], [0]]].map((b) => tensor(b as [[number], [number]]));
  let { state } = net.init(key(0));
  for (const x of batches) [, state] = net.apply([], state, x, train);
  // Means 2, 7, 0; unbiased variances 2, 8, 0; each step rounds numbers below 8 a few times.
  assertAlmostEquals(state[0].mean.toArray()[0]!, 3, 1e-5);
  assertAlmostEquals(state[0].variance.toArray()[0]!, 10 / 3, 1e-5);
  assertEquals(state[0].count.item(), 3);
});

Deno.test("batchNorm() without running statistics has no state, and goes by the batch in evaluation too", () => {
  const net = pipe(input([1]), batchNorm({ track: false, affine: false, epsilon: 0 })),
    { params, state } = net.init(key(0));
  assertEquals([params, state], [[], []]);
  assertEquals(net.apply(params, state, tensor([[1], [3]]), evaluate)[0].toArray(), [[-1], [1]]);
});

Deno.test("a net with batch normalization trains in jit and gives the state that it gives without", () => {
  const net = pipe(input([4]), dense(3), batchNorm(), act(relu), dense(1)), { params, state } = net.init(key(0));
  const x = normal(key(1), [8, 4]), y = ones([8, 1]);
  const step = (p: ParamsOf<typeof net>, s: StateOf<typeof net>) => {
    const loss = (p: ParamsOf<typeof net>) => mse(net.apply(p, s, x, train)[0], y);
    return [grad(loss)(p), net.apply(p, s, x, train)[1]] as const;
  };
  const eager = tree.leaves(step(params, state)), jitted = tree.leaves(jit(step)(params, state));
  eager.forEach((l, i) => {
    const a = [...l.dataSync()], b = [...jitted[i]!.dataSync()];
    // Sums of up to eight products, of numbers below 8.
    a.forEach((v, j) => assertAlmostEquals(v, b[j]!, 8 * 8 * 2 ** -20));
  });
});

Deno.test("the affine parameters of layer normalization have the shape of what it normalizes over", () => {
  const one = pipe(input([5, 7, 3]), layerNorm()).init(key(0)).params;
  const two = pipe(input([5, 7, 3]), layerNorm({ axes: 2 })).init(key(0)).params;
  const a: readonly [3] = one[0].scale.shape, b: readonly [7, 3] = two[0].bias.shape;
  const none: readonly [] = pipe(input([5]), layerNorm({ affine: false })).init(key(0)).params;
  const rms: readonly [7, 3] = pipe(input([5, 7, 3]), rmsNorm({ axes: 2 })).init(key(0)).params[0].scale.shape;
  assertEquals([a, b, none, rms], [[3], [7, 3], [], [7, 3]]);
});

Deno.test("layers do what their functions do", () => {
  const x = normal(key(0), [2, 3, 4]), image = normal(key(1), [2, 5, 5, 4]);
  const p = { scale: ones([4]), bias: zeros([4]) };
  const run = (net: unknown, x: unknown) => {
    const n = net as {
      init: (k: unknown) => { params: unknown; state: unknown };
      apply: (...a: unknown[]) => readonly [Tensor];
    };
    const { params, state } = n.init(key(0));
    return n.apply(params, state, x, train)[0].toArray();
  };
  const at = input([3, 4]), images = input([5, 5, 4]);
  assertEquals(run(pipe(at, layerNorm()), x), layerNormWith(p)(x).toArray());
  assertEquals(run(pipe(at, rmsNorm()), x), rmsNormWith(p)(x).toArray());
  assertEquals(run(pipe(images, groupNorm(2)), image), groupNormWith(p, 2)(image).toArray());
  assertEquals(run(pipe(images, instanceNorm()), image), instanceNormWith(null)(image).toArray());
  assertEquals(run(pipe(images, instanceNorm({ affine: true })), image), instanceNormWith(p)(image).toArray());
  assertEquals(run(pipe(images, localResponseNorm(3)), image), localResponseNormWith(3)(image).toArray());
});

Deno.test("weightNorm() starts as the block does, and moves lengths alone", () => {
  const plain = pipe(input([4]), dense(3)), net = pipe(input([4]), weightNorm(dense(3)));
  const { params, state } = net.init(key(0)), x = normal(key(1), [2, 4]);
  const own: readonly [4, 3] = params[0].v[0].w.shape, lengths: readonly [3] = params[0].g[0].w.shape;
  const none: null = params[0].g[0].b;
  assertEquals([own, lengths, none], [[4, 3], [3], null]);
  const same = plain.apply([params[0].v[0]], [], x, evaluate)[0].toArray(),
    y = net.apply(params, state, x, evaluate)[0];
  // A length of four numbers and a product of four: ten roundings of numbers below 8.
  y.toArray().forEach((r, i) => r.forEach((v, j) => assertAlmostEquals(v, same[i]![j]!, 8 * 10 * 2 ** -24)));
  const longer = [{ v: tree.scale(params[0].v, 7), g: params[0].g }] as const;
  net.apply(longer, state, x, evaluate)[0].toArray()
    .forEach((r, i) => r.forEach((v, j) => assertAlmostEquals(v, same[i]![j]!, 8 * 20 * 2 ** -24)));
  const whole = weightNormInit(tensor([[3, 0], [0, 4]]), { axis: null });
  assertEquals([whole.g.toArray(), weightNormOf(whole, { axis: null }).toArray()], [5, [[3, 0], [0, 4]]]);
});

Deno.test("spectral normalization makes the largest singular value 1", () => {
  const w = normal(key(0), [2, 3, 4]);
  let state = spectralInit(key(1), w);
  for (let i = 0; i < 40; i++) [, state] = spectralNormWith(state)(w);
  const [normed, same] = spectralNormWith(state, { iterations: 0 })(w);
  assertEquals(same.u.toArray(), state.u.toArray());
  const top = (svdvals(reshape(normed, [6, 4])) as Tensor).toArray() as number[];
  // The iteration's error is (σ₂/σ₁)^(2·55) of the first singular value: none in f32 unless they nearly agree.
  assertAlmostEquals(top[0]!, 1, 1e-5);
});

Deno.test("spectral normalization's gradient takes its vectors for constant", () => {
  const w = tensor([[2, 0], [0, 1]]), u = tensor([1, 0]) as Tensor, state: SpectralState = { u, v: u };
  const f = (x: typeof w) => sum(mul(spectralNormWith(state)(x)[0], tensor([[1, 2], [3, 4]])));
  // y = w/σ with σ = w₀₀: ∂/∂w = c/σ − (Σ c∘w)/σ²·e₀₀ = [[1/2 − 6/4, 1], [3/2, 2]].
  assertEquals(grad(f)(w).toArray(), [[-1, 1], [1.5, 2]]);
});

Deno.test("spectralNorm() carries vectors along in training and leaves them in evaluation", () => {
  const net = pipe(input([4]), spectralNorm((x) => pipe(x, dense(3), batchNorm()))),
    { params, state } = net.init(key(0));
  const none: null = state[0].vectors[0].b, moments: BatchState<3> = state[0].block[0];
  assertEquals([none, moments.mean.shape, state[0].vectors[1].scale], [null, [3], null]);
  const x = normal(key(1), [2, 4]), still = net.apply(params, state, x, evaluate)[1];
  assertEquals(still[0].vectors[0].w.u.toArray(), state[0].vectors[0].w.u.toArray());
  const [, after] = jit((p: typeof params, s: typeof state) => net.apply(p, s, x, train))(params, state);
  assertEquals([after[0].vectors[0].w.v.shape, after[0].block[0].count.item()], [[4], 1]);
});

Deno.test("blocks with normalization are layers like any other", () => {
  const cell = flow(dense(6), batchNorm(), act(relu)), net = pipe(input([2, 3]), flatten(), block(cell), cell);
  const { params, state } = net.init(key(0));
  const w: readonly [number, 6] = params[0][0].w.shape, s: BatchState<6> = state[1];
  assertEquals([w, s.mean.shape, state[0][0].mean.shape], [[6, 6], [6], [6]]);
});

Deno.test("normalizations say what does not fit", () => {
  const x = zeros([2, 3]), odd = { scale: ones([4]), bias: zeros([4]) };
  const table: readonly (readonly [() => unknown, new (m: string) => Error, string])[] = [
    [
      () => pipe(input([]) as never, batchNorm() as never),
      ShapeError,
      "batchNorm: an example is a scalar, and has no axis of channels; reshape it to [1]",
    ],
    [
      () => batchNormWith(null, null, train)(zeros([1, 3])),
      ShapeError,
      "batchNorm: training wants two values or more a channel, got 1 in [1, 3]; give a larger batch, or apply it in evaluation",
    ],
    [
      () => batchNormWith(odd, null, train)(x as never),
      ShapeError,
      "batchNorm: parameters of shape [4] do not fit the last axes of [2, 3]; make them for [3]",
    ],
    [
      () => batchNorm({ momentum: 2 }),
      ArgumentError,
      'batchNorm: momentum is 2; use a number from 0 to 1, or "cumulative"',
    ],
    [
      () => batchNormWith(null, null, { mode: "test" as "eval" }),
      ArgumentError,
      'batchNorm: mode is "test"; use "train" or "eval"',
    ],
    [() => layerNorm({ epsilon: -1 }), ArgumentError, "layerNorm: epsilon is a number from 0 up, not -1"],
    [
      () => layerNormWith(odd)(x),
      ShapeError,
      "layerNorm: parameters of shape [4] do not fit the last axes of [2, 3]; make them for [3]",
    ],
    [
      () => layerNormWith(null, { axes: 3 })(x),
      ShapeError,
      "layerNorm: [2, 3] has no 3 axes to normalize over; give a tensor of more axes",
    ],
    [
      () => rmsNormWith(null, { axes: 0 })(x),
      ArgumentError,
      "rmsNorm: the number of axes is whole and 1 or more, not 0",
    ],
    [
      () => pipe(input([3]), rmsNorm({ axes: 2 })),
      ShapeError,
      "rmsNorm: an example of shape [3] has no 2 axes to normalize over",
    ],
    [
      () => pipe(input([5]), groupNorm(2)),
      ShapeError,
      "groupNorm: 2 groups do not divide 5 channels; use a divisor of them",
    ],
    [
      () => groupNormWith(null, 0)(zeros([2, 2, 3])),
      ArgumentError,
      "groupNorm: the number of groups is whole and 1 or more, not 0",
    ],
    [
      () => groupNormWith(null, 1)(x),
      ShapeError,
      "groupNorm: [2, 3] has no 2 axes before its channels; give spatial: 1 or a tensor of more axes",
    ],
    [
      () => instanceNormWith(null, { spatial: -1 })(x),
      ArgumentError,
      "instanceNorm: spatial is the number of axes before the channels, whole and 0 or more, not -1",
    ],
    [
      () => pipe(input([3]), instanceNorm()),
      ShapeError,
      "instanceNorm: an example of shape [3] has one value a channel; give it axes before the last",
    ],
    [
      () => localResponseNorm(0),
      ArgumentError,
      "localResponseNorm: the size is whole and 1 or more, not 0",
    ],
    [
      () => weightNormInit(x, { axis: 2 }),
      ShapeError,
      "weightNorm: a weight of shape [2, 3] has no axis 2",
    ],
    [
      () => weightNormOf({ v: x as Tensor, g: ones([2]) as Tensor }),
      ShapeError,
      "weightNorm: a direction of shape [2, 3] has 3 lengths, got [2]",
    ],
    [
      () =>
        pipe(input([2]), weightNorm(dense(1))).apply(
          [{ v: [{ w: ones([2, 1]), b: ones([1]) }], g: [] as never }],
          [[]],
          x as never,
          train,
        ),
      ShapeError,
      "net: expected a batch of shape [batch, 2], got [2, 3]; put one batch axis in front of each example",
    ],
    [
      () =>
        pipe(input([2]), weightNorm(dense(1))).apply(
          [{ v: [{ w: ones([2, 1]), b: ones([1]) }], g: [] as never }],
          [[]],
          ones([1, 2]),
          train,
        ),
      ArgumentError,
      "weightNorm: no lengths for a weight; use parameters that this net's init made",
    ],
    [
      () => spectralInit(key(0), ones([3])),
      ShapeError,
      "spectralNorm: a weight has two axes or more, not [3]",
    ],
    [
      () => spectralInit(key(0), x, { iterations: 0 }),
      ArgumentError,
      "spectralNorm: the number of iterations is whole and 1 or more, not 0",
    ],
    [
      () => spectralNormWith(spectralInit(key(0), ones([2, 2])))(x),
      ShapeError,
      "spectralNorm: the state is of a weight of 2×2, not [2, 3]; use the state that was made for it",
    ],
  ];
  for (const [call, kind, message] of table) assertEquals(assertThrows(call, kind).message, message);
});

Deno.test("the types of normalizations catch what is not there", () => {
  const bare = pipe(input([3]), batchNorm({ affine: false })).init(key(0));
  // @ts-expect-error no scale and bias are learned
  assertEquals(bare.params[0], undefined);
  const still = pipe(input([3]), batchNorm({ track: false })).init(key(0));
  // @ts-expect-error no statistics are kept
  assertEquals(still.state[0], undefined);
  const kept: DType = "f32";
  assert(bare.state[0].mean.dtype === kept);
});
