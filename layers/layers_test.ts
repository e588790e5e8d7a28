/** Nets and layers. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { flow, pipe } from "fp-ts/lib/function.js";
import {
  ArgumentError,
  grad,
  jit,
  key,
  mean,
  mul,
  normal,
  ones,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import {
  act,
  dense,
  dropout,
  dropoutWith,
  flatten,
  input,
  type Linear,
  linear,
  linearInit,
  mse,
  type ParamsOf,
  relu,
  residual,
  softmaxCrossEntropy,
  zerosInit,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;

Deno.test("a net's parameters and results are typed by its layers", () => {
  const net = pipe(input([784]), dense(128), act(relu), dense(10));
  const { params, state } = net.init(key(0));
  const first: Linear<784, 128> = params[0], second: Linear<128, 10> = params[1];
  const [y] = net.apply(params, state, zeros([32, 784]), evaluate);
  const shape: readonly [32, 10] = y.shape;
  assertEquals([first.w.shape, second.b.shape, shape, state], [[784, 128], [10], [32, 10], []]);
  // @ts-expect-error a net of 784 inputs takes no 783
  assertThrows(() => net.apply(params, state, zeros([32, 783]), evaluate), ShapeError);
  // @ts-expect-error there are only two layers that learn
  params[2];
});

Deno.test("equal layers at different places start differently, equal keys alike", () => {
  const net = pipe(input([4]), dense(4), dense(4));
  const a = net.init(key(1)).params, b = net.init(key(1)).params;
  assertEquals(a[0].w.toArray(), b[0].w.toArray());
  assert(JSON.stringify(a[0].w.toArray()) !== JSON.stringify(a[1].w.toArray()));
});

Deno.test("linear() maps the last axis, whatever stands before it", () => {
  const p = linearInit(key(0), 3, 2);
  const x = normal(key(1), [2, 5, 3]);
  const y = linear(p)(x), row = linear(p)(tensor(x.toArray()[1]![4]!) as unknown as Tensor<readonly [3]>);
  assertEquals(y.shape, [2, 5, 2]);
  assertEquals(y.toArray()[1]![4], row.toArray());
});

Deno.test("blocks made with flow() are layers like any other", () => {
  const block = flow(dense(6), act(relu), dropout(0.1));
  const net = pipe(input([3]), block, block, dense(1));
  const { params } = net.init(key(0));
  assertEquals(params.map((p) => p.w.shape), [[3, 6], [6, 6], [6, 1]]);
});

Deno.test("residual() adds its input and keeps its parameters in one entry", () => {
  const net = pipe(input([4]), residual((x) => pipe(x, dense(4, { weights: zerosInit }))));
  const { params, state } = net.init(key(0)), x = normal(key(1), [2, 4]);
  assertEquals(net.apply(params, state, x, evaluate)[0].toArray(), x.toArray());
  assertEquals(params[0][0].w.shape, [4, 4]);
  const wrong = () => pipe(input([4]), residual(((x: never) => pipe(x, dense(5) as never)) as never));
  assertEquals(
    assertThrows(wrong, ShapeError).message,
    "residual: the block turns [4] into [5]; end it with a layer that gives the shape back",
  );
});

Deno.test("flatten() makes vectors of examples", () => {
  const net = pipe(input([2, 3, 4]), flatten(), dense(5));
  const { params } = net.init(key(0));
  assertEquals(params[0].w.shape, [24, 5] as readonly [number, 5]);
});

Deno.test("dropout() keeps the mean in training, does nothing in evaluation, and asks for its key", () => {
  const net = pipe(input([10000]), dropout(0.25)), x = ones([1, 10000]);
  const [y] = net.apply([], [], x, { mode: "train", key: key(3) });
  // Each element is 4/3 with probability 3/4: standard deviation of the mean √(1/3)/100 = 0.0058, six of them.
  assertAlmostEquals(mean(y).item(), 1, 0.035);
  assertEquals(net.apply([], [], x, { mode: "train", key: key(3) })[0].toArray(), y.toArray());
  assertEquals(net.apply([], [], x, evaluate)[0], x);
  assertThrows(() => net.apply([], [], x, { mode: "train" }), ArgumentError, "needs a key");
  assertThrows(() => dropoutWith(key(0), 1), ArgumentError, "dropout: the rate is a probability below 1, not 1");
});

Deno.test("a net trains under grad and jit", () => {
  const net = pipe(input([2]), dense(3), act(relu), dense(1));
  const { params } = net.init(key(0)), x = normal(key(1), [8, 2]), y = ones([8, 1]);
  const loss = (p: ParamsOf<typeof net>) => mse(net.apply(p, [], x, evaluate)[0], y);
  const eager = grad(loss)(params), jitted = jit(grad(loss))(params);
  assertEquals(jitted[0].w.toArray(), eager[0].w.toArray());
});

Deno.test("a net says what does not fit", () => {
  const net = pipe(input([2, 3]), flatten(), dense(1)), { params } = net.init(key(0));
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => net.apply(params, [], zeros([2, 3]) as never, evaluate),
      "net: expected a batch of shape [batch, 2, 3], got [2, 3]; put one batch axis in front of each example",
    ],
    [
      () => net.apply([] as never, [], zeros([1, 2, 3]), evaluate),
      "dense(1): no parameters for it, only 0 given; use those that this net's init made",
    ],
    [
      () => pipe(input([]) as never, dense(1) as never),
      "dense: an example is a scalar, and has no axis to map; reshape it to [1]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});

Deno.test("softmaxCrossEntropy() takes labels or probabilities, and logits of any size", () => {
  const logits = tensor([[1, 2, 3], [1000, 0, -1000]]), labels = tensor([2, 0], { dtype: "i32" });
  const oneHot = tensor([[0, 0, 1], [1, 0, 0]]);
  const want = [Math.log(Math.exp(-2) + Math.exp(-1) + 1), 0];
  const each = softmaxCrossEntropy(logits, labels, { reduction: "none" }).toArray();
  each.forEach((l, i) => assertAlmostEquals(l, want[i]!, 1e-6));
  assertEquals(softmaxCrossEntropy(logits, oneHot, { reduction: "none" }).toArray(), each);
  assertAlmostEquals(softmaxCrossEntropy(logits, labels, { reduction: "sum" }).item(), want[0]!, 1e-6);
  const slope = grad((x: typeof logits) => softmaxCrossEntropy(x, labels))(logits).toArray();
  assert(slope.flat().every(Number.isFinite));
  assertThrows(
    () => softmaxCrossEntropy(logits, tensor([1, 2, 3], { dtype: "i32" })),
    ShapeError,
    "softmaxCrossEntropy: logits [2, 3] want labels of shape [2], got [3]",
  );
});

Deno.test("mse() is the mean of squares and refuses to broadcast", () => {
  assertEquals(mse(tensor([1, 2]), tensor([0, 4]), { reduction: "none" }).toArray(), [1, 4]);
  assertEquals(mse(tensor([1, 2]), tensor([0, 4]), { reduction: "sum" }).item(), 5);
  assertThrows(
    () => mse(zeros([2, 1]), zeros([2]) as never),
    ShapeError,
    "mse: predictions [2, 1] and targets [2] differ in shape; reshape one of them",
  );
  assertEquals(sum(mul(grad((x: Tensor<readonly [2]>) => mse(x, tensor([0, 4])))(tensor([1, 2])), 1)).item(), -1);
});
