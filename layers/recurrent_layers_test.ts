/** Recurrent layers of nets: what they give, their options, types and messages. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  AdjointError,
  cast,
  foldIn,
  jit,
  key,
  normal,
  ones,
  type Shape,
  sum,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
  zeros,
} from "../mod.ts";
import {
  bidirectionalWith,
  dense,
  gru,
  gruInit,
  gruWith,
  input,
  inputs,
  lstm,
  lstmInit,
  lstmWith,
  normalInit,
  onesInit,
  peepholeLstm,
  peepholeLstmInit,
  peepholeLstmWith,
  rnn,
  rnnInit,
  rnnWith,
  spec,
  stackedWith,
  summary,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).dataSync());
const same = (x: unknown, y: unknown, what = "") => {
  assertEquals((x as Tensor).shape, (y as Tensor).shape, what);
  assertEquals(numbers(x), numbers(y), what);
};
const x = normal(key(1), [2, 5, 3]), own = foldIn(key(0), 0), sequences = input([5, 3]);

Deno.test("rnn(), lstm(), gru() and peepholeLstm() are their functions with fresh parameters", () => {
  const relu = { nonlinearity: "relu", biases: onesInit } as const, remembering = { forgetBias: 3 };
  const seen = { peepholes: normalInit(1) };
  const kinds = [
    [pipe(sequences, rnn(4, relu)), rnnWith(rnnInit(own, 3, 4, relu), relu), "rnn(4)"],
    [pipe(sequences, lstm(4, remembering)), lstmWith(lstmInit(own, 3, 4, remembering)), "lstm(4)"],
    [pipe(sequences, peepholeLstm(4, seen)), peepholeLstmWith(peepholeLstmInit(own, 3, 4, seen)), "peepholeLstm(4)"],
    [pipe(sequences, gru(4)), gruWith(gruInit(own, 3, 4)), "gru(4)"],
  ] as const;
  for (const [net, over, name] of kinds) {
    assertEquals([net.layers[0]!.name, net.output], [name, { shape: [5, 4], dtype: "f32" }]);
    const run = net.apply as (p: unknown, s: unknown, x: unknown, c: typeof evaluate) => readonly [Tensor, unknown];
    const { params, state } = net.init(key(0)), [y] = run(params, state, x, evaluate);
    same(y, over(x)[1], name);
    const [compiled] = jit((p: unknown, x: unknown) => run(p, [], x, evaluate))(params, x);
    numbers(compiled).forEach((v, i) => assert(Math.abs(v - numbers(y)[i]!) < 1e-5));
  }
});

Deno.test("a recurrent layer's last output is that of each sequence's own end", () => {
  const net = pipe(inputs({ x: spec([5, 3]), lengths: spec([], "i32") }), gru(4, { last: true }));
  const { params } = net.init(key(0)), over = gruWith(params[0]);
  const lengths = tensor([5, 2], { dtype: "i32" }), [y] = net.apply(params, [], { x, lengths }, evaluate);
  same(y, over(x, { lengths })[0]);
  const masked = pipe(inputs({ x: spec([5, 3]), mask: spec([5], "bool") }), gru(4, { last: true, reverse: true }));
  const mask = tensor([[true, true, true, true, true], [false, true, false, true, false]]);
  same(masked.apply(params, [], { x, mask }, evaluate)[0], over(x, { mask, reverse: true })[0]);
  const every = pipe(inputs({ x: spec([5, 3]), mask: spec([5], "bool") }), gru(4));
  same(every.apply(params, [], { x, mask }, evaluate)[0], over(x, { mask })[1]);
  const leading = pipe(input([6, 5, 3]), gru(4, { last: true }));
  assertEquals(leading.apply(params, [], zeros([2, 6, 5, 3]), evaluate)[0].shape, [2, 6, 4]);
});

Deno.test("a bidirectional layer starts each direction on its own and joins them", () => {
  for (const way of [true, "concat", "sum", "mean", "product"] as const) {
    const net = pipe(sequences, lstm(4, { bidirectional: way })), { params } = net.init(key(0));
    const { forward, backward } = params[0] as { forward: ReturnType<typeof lstmInit<3, 4>>; backward: never };
    assert(numbers(forward.wx).some((v, i) => v !== numbers((backward as typeof forward).wx)[i]));
    const both = bidirectionalWith(lstmWith(forward), lstmWith(backward), way === true ? {} : { join: way });
    const run = net.apply as (p: unknown, s: unknown, x: unknown, c: typeof evaluate) => readonly [Tensor, unknown];
    const [last, ys] = both(x as never);
    same(run(params, [], x, evaluate)[0], ys, String(way));
    assertEquals([2, ...net.output.shape] as Shape, ys.shape as Shape);
    const end = pipe(sequences, lstm(4, { bidirectional: way, last: true }));
    same((end.apply as typeof run)(params, [], x, evaluate)[0], both.read(last as never), `last of ${way}`);
  }
});

Deno.test("layers stand on top of each other, with dropout between them in training", () => {
  const net = pipe(sequences, gru(4, { layers: 3, dropout: 0.5, bidirectional: true })), { params } = net.init(key(0));
  const [first, ...more] = params[0];
  assertEquals([first.forward.wx.shape, ...more.map((p) => p.backward.wx.shape)] as Shape[], [
    [3, 12],
    [8, 12],
    [8, 12],
  ]);
  const maps = params[0].map((p) => bidirectionalWith(gruWith(p.forward as never), gruWith(p.backward as never)));
  const deep = (o = {}) => stackedWith(maps as never, o) as unknown as (x: Tensor) => readonly [unknown, Tensor];
  const [still] = net.apply(params, [], x, evaluate);
  same(still, deep()(x as unknown as Tensor)[1]);
  const train = (k: number) => net.apply(params, [], x, { mode: "train", key: key(k) })[0];
  same(train(1), deep({ dropout: 0.5, key: foldIn(key(1), 0) })(x as unknown as Tensor)[1]);
  assert(numbers(train(1)).some((v, i) => v !== numbers(train(2))[i]));
  same(
    pipe(sequences, gru(4, { layers: 1 })).apply([[gruInit(own, 3, 4)]], [], x, evaluate)[0],
    gruWith(gruInit(own, 3, 4))(x)[1],
  );
  assert(summary(net).toString().includes("3 × bidirectional gru(4)"));
});

Deno.test("a net with a recurrent layer has gradients for all its parameters", () => {
  const net = pipe(sequences, lstm(4, { layers: 2 }), gru(3, { last: true }), dense(1)), { params } = net.init(key(0));
  const loss = (p: typeof params) => sum(net.apply(p, [], x, evaluate)[0]);
  const [, slopes] = valueAndGrad(loss)(params);
  tree.leaves(slopes).forEach((g) => assert(numbers(g).some((v) => v !== 0)));
});

Deno.test("types of recurrent layers follow their options", () => {
  const shapes = () => {
    const all: readonly [5, 4] = pipe(sequences, lstm(4)).output.shape;
    const last: readonly [4] = pipe(sequences, rnn(4, { last: true })).output.shape;
    const joined: readonly [5, number] = pipe(sequences, gru(4, { bidirectional: true })).output.shape;
    const summed: readonly [4] = pipe(sequences, gru(4, { bidirectional: "sum", last: true })).output.shape;
    const deep: readonly [7, 5, 4] = pipe(input([7, 5, 3]), peepholeLstm(4, { layers: 2 })).output.shape;
    const wx: readonly [3, number] = pipe(sequences, lstm(4)).init(key(0)).params[0].wx.shape;
    // @ts-expect-error time is gone
    const kept: readonly [5, 4] = pipe(sequences, gru(4, { last: true })).output.shape;
    // @ts-expect-error both ways are 8 wide, and 4 are no 8
    const narrow: readonly [5, 4] = pipe(sequences, gru(4, { bidirectional: "concat" })).output.shape;
    // @ts-expect-error tokens are no vectors
    const tokens = pipe(input([5, 3], { dtype: "i32" }), gru(4));
    // @ts-expect-error an example is no sequence
    const vector = pipe(input([3]), gru(4));
    // @ts-expect-error there is no such join
    const join = pipe(sequences, gru(4, { bidirectional: "max" }));
    // @ts-expect-error a GRU has no forget gate
    const gate = pipe(sequences, gru(4, { forgetBias: 1 }));
    return [all, last, joined, summed, deep, wx, kept, narrow, tokens, vector, join, gate];
  };
  assert(shapes instanceof Function);
});

Deno.test("recurrent layers of nets say what does not fit", () => {
  const any = (x: unknown) => x as never, x = spec([5, 3]);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => lstm(1.5), "lstm: units is a whole number, 0 or more, not 1.5"],
    [() => rnn(4, { layers: 0 }), "rnn: layers is a whole number, 1 or more, not 0"],
    [() => gru(4, { layers: 2, dropout: 1 }), "gru: dropout is a probability below 1, not 1"],
    [
      () => gru(4, { dropout: 0.5 }),
      "gru: dropout acts between layers; give layers: 2 or more, or a dropout layer after it",
    ],
    [
      () => peepholeLstm(4, { bidirectional: any("max") }),
      'peepholeLstm: bidirectional is "concat", "sum", "mean" or "product", not "max"',
    ],
    [() => pipe(any(input([3])), lstm(4)), "lstm: an example is a sequence of vectors, f32 [..., T, D], not f32 [3]"],
    [() => pipe(any(inputs({ y: x })), lstm(4)), "lstm: x is a sequence of vectors, f32 [..., T, D], not missing"],
    [
      () => pipe(inputs({ x, mask: spec([5, 5], "bool") }), lstm(4)),
      "lstm: mask is bool [5], the sequences' own, not bool [5, 5]",
    ],
    [
      () => pipe(inputs({ x, lengths: spec([5], "i32") }), gru(4)),
      "gru: lengths is i32 [], the sequences' own, not i32 [5]",
    ],
    [
      () => pipe(any(inputs({ x, lengths: { n: spec([]) } })), gru(4)),
      "gru: lengths is i32 [], the sequences' own, not a tree",
    ],
    [
      () => pipe(inputs({ x, mask: spec([5], "bool"), lengths: spec([], "i32") }), gru(4)),
      "gru: examples have lengths and a mask; give one of them",
    ],
    [
      () => {
        const net = pipe(sequences, gru(4, { layers: 2, dropout: 0.5 }));
        return net.apply(net.init(key(0)).params, [], ones([1, 5, 3]), { mode: "train" });
      },
      'gru: it draws at random and needs a key; apply the net with { key, mode: "train" }',
    ],
    [
      () => {
        const net = pipe(sequences, gru(4));
        return net.apply(net.init(key(0)).params, [], any(cast(ones([1, 5, 3]), "f64")), evaluate);
      },
      "gru: inputs are f64 and parameters f32; cast one of them",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
