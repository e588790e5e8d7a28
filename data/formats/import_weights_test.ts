/** Weights from PyTorch and Flax: nets that then compute what PyTorch computed, and what does not fit. */
import {
  ArgumentError,
  type DType,
  key,
  normal,
  ones,
  type Shape,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../../mod.ts";
import {
  act,
  batchNorm,
  conv,
  convTransposed,
  dense,
  embedding,
  flatten,
  gru,
  gruFromTorch,
  input,
  layerNorm,
  lstm,
  lstmFromTorch,
  relu,
  rnnFromTorch,
  transformerDecoderInit,
  transformerDecoderWith,
  transformerEncoderInit,
  transformerEncoderWith,
} from "../../layers/mod.ts";
import golden from "../../tests/golden/tensor_files.json" with { type: "json" };
import { type Either, type FormatError, orThrow } from "../errors.ts";
import { decodeSafetensors } from "./safetensors.ts";
import { type MappedWeights, mapWeights, showWeightReport, type WeightRule } from "./import_weights.ts";
import { treeToTensors } from "./named_leaves.ts";
import { fromFlax } from "./weights_from_flax.ts";
import { fromTorch } from "./weights_from_torch.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const { image, sequence, up, blocks } = golden.networks;
const fileOf = (text: string) =>
  orThrow(decodeSafetensors(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))).tensors;

/** Whether a net gives what PyTorch gave, both in f32: a few hundred roundings of numbers about 1. */
function assertOutput(
  y: Tensor<Shape, DType>,
  expected: { readonly shape: readonly number[]; readonly data: readonly number[] },
) {
  assertEquals([...y.shape], expected.shape);
  y.dataSync().forEach((v, i) => assert(Math.abs(v - expected.data[i]!) < 2e-6, `${v} for ${expected.data[i]}`));
}

const imageNet = pipe(input([4, 5, 2]), conv(3, 3), batchNorm(), act(relu), flatten(), dense(4));
const imageRules = [
  ...fromTorch.conv("0", "params.0"),
  ...fromTorch.batchNorm("1", "params.1", "state.0"),
  ...fromTorch.dense("4", "params.2", { flattened: [3, 4, 5] }),
];

Deno.test("mapWeights() gives a convolutional net of PyTorch its weights, and it computes the same", () => {
  const { params: { params, state }, report } = orThrow(
    mapWeights(imageNet.init(key(0)), fileOf(image.file), imageRules),
  );
  assertEquals(showWeightReport(report), "every leaf has its tensor");
  const x = tensor(new Float32Array(image.x.data), { shape: [2, 4, 5, 2] });
  assertOutput(imageNet.apply(params, state, x, { mode: "eval" })[0], image.y);
  assertEquals(state[0].count.toArray(), 3);
});

Deno.test("mapWeights() gives a recurrent net of PyTorch its weights, and it computes the same", () => {
  const net = pipe(
    input([6], { dtype: "i32" }),
    embedding(7, 3),
    layerNorm(),
    lstm(4),
    gru(4),
    dense(2, { bias: false }),
  );
  const { params } = orThrow(mapWeights(net.init(key(0)).params, fileOf(sequence.file), [
    ...fromTorch.embedding("embed", "0"),
    ...fromTorch.layerNorm("norm", "1"),
    ...fromTorch.lstm("rnn", "2"),
    ...fromTorch.gru("gru", "3"),
    ...fromTorch.dense("head", "4"),
  ]));
  const x = tensor(new Int32Array(sequence.x.data), { shape: [3, 6] });
  assertOutput(net.apply(params, [], x, { mode: "eval" })[0], sequence.y);
});

Deno.test("mapWeights() gives a transposed convolution of PyTorch in groups its weights, and it computes the same", () => {
  const options = { stride: 2, padding: 1, outputPadding: 1, groups: 2 };
  const net = pipe(input([3, 2, 4]), convTransposed(3, 6, options));
  const rules = fromTorch.convTransposed("", "0", { groups: 2 });
  const { params } = orThrow(mapWeights(net.init(key(0)).params, fileOf(up.file), rules));
  const x = tensor(new Float32Array(up.x.data), { shape: [2, 3, 2, 4] });
  assertOutput(net.apply(params, [], x, { mode: "eval" })[0], up.y);
});

Deno.test("mapWeights() gives an encoder and a decoder of PyTorch their weights, and they compute the same", () => {
  const options = { heads: 2, feedForward: 6, finalNorm: false };
  const like = {
    encoder: transformerEncoderInit(key(0), 4, 1, options),
    decoder: transformerDecoderInit(key(1), 4, 4, 1, options),
  };
  const { params: { encoder, decoder } } = orThrow(mapWeights(like, fileOf(blocks.file), [
    ...fromTorch.encoderBlock("encoder", "encoder.blocks.0"),
    ...fromTorch.decoderBlock("decoder", "decoder.blocks.0"),
  ]));
  const source = tensor(new Float32Array(blocks.x.data), { shape: [2, 5, 4] });
  const target = tensor(new Float32Array(blocks.target.data), { shape: [2, 3, 4] });
  const memory = transformerEncoderWith(encoder as never, options)(source as never);
  assertOutput(transformerDecoderWith(decoder as never, options)(target as never, memory as never), blocks.y);
});

Deno.test("fromTorch's recurrent layers agree with lstmFromTorch, gruFromTorch and rnnFromTorch, with biases and without", () => {
  const kinds = { rnn: [1, rnnFromTorch], lstm: [4, lstmFromTorch], gru: [3, gruFromTorch] } as const;
  for (const [kind, [gates, convert]] of Object.entries(kinds)) {
    for (const bias of [true, false]) {
      const suffix = "l1_reverse", draw = (i: number, ...shape: number[]) => normal(key(i), shape);
      const state: Record<string, Tensor<Shape, DType>> = {
        [`weight_ih_${suffix}`]: draw(1, 2 * gates, 3),
        [`weight_hh_${suffix}`]: draw(2, 2 * gates, 2),
        ...(bias ? { [`bias_ih_${suffix}`]: draw(3, 2 * gates), [`bias_hh_${suffix}`]: draw(4, 2 * gates) } : {}),
      };
      const wanted = convert(state, { layer: 1, reverse: true }) as unknown as Record<string, Tensor<Shape, DType>>;
      const rules = fromTorch[kind as keyof typeof kinds]("", "", { layer: 1, reverse: true, bias });
      const { params } = orThrow(mapWeights(tree.map((x) => ones(x.shape), wanted), state, rules));
      const plain = (p: unknown) => Object.entries(treeToTensors(p)).map(([n, x]) => [n, x.toArray()]);
      assertEquals(plain(params), plain(wanted));
    }
  }
});

Deno.test("fromFlax leaves kernels as they lie", () => {
  const draw = (i: number, ...shape: number[]) => normal(key(i), shape);
  const file = {
    "params/Conv_0/kernel": draw(1, 3, 3, 2, 3),
    "params/Conv_0/bias": draw(2, 3),
    "params/BatchNorm_0/scale": draw(3, 3),
    "params/BatchNorm_0/bias": draw(4, 3),
    "batch_stats/BatchNorm_0/mean": draw(5, 3),
    "batch_stats/BatchNorm_0/var": draw(6, 3),
    "params/Dense_0/kernel": draw(7, 60, 4),
    "params/Dense_0/bias": draw(8, 4),
  };
  const slash = { separator: "/" };
  const { params: { params, state } } = orThrow(mapWeights(imageNet.init(key(0)), file, [
    ...fromFlax.conv("params/Conv_0", "params.0", slash),
    ...fromFlax.batchNorm(
      { from: "params/BatchNorm_0", to: "params.1" },
      { from: "batch_stats/BatchNorm_0", to: "state.0" },
      slash,
    ),
    ...fromFlax.dense("params/Dense_0", "params.2", slash),
  ]));
  assertEquals(params[0].w.toArray(), file["params/Conv_0/kernel"].toArray() as never);
  assertEquals(params[2].w.toArray(), file["params/Dense_0/kernel"].toArray() as never);
  assertEquals(state[0].variance.toArray(), file["batch_stats/BatchNorm_0/var"].toArray() as never);
  assertEquals(state[0].count.toArray(), 0);
  const table = mapWeights({ w: zeros([2, 1]) }, { "e.embedding": ones([2, 1]) }, fromFlax.embedding("e", ""));
  assertEquals(orThrow(table).params.w.toArray(), [[1], [1]]);
});

const like = { a: { w: zeros([2, 1]), b: zeros([1]) }, n: zeros([], { dtype: "i32" }) };
const message = (result: Either<FormatError, unknown>) => result._tag === "Left" ? result.left.message : "no error";

Deno.test("mapWeights() reports what is missing, unexpected and misshaped, and keeps the rest where it is lenient", () => {
  const rules: WeightRule[] = [
    { from: /layers\.(\w)\.w/, to: "$1.w", transform: "transpose" },
    { from: "bias", to: "a.b" },
    { from: "more", to: "nowhere" },
  ];
  const file = { "layers.a.w": tensor([[1, 2]]), bias: tensor([1, 2]), more: tensor(1), extra: tensor(1) };
  const said =
    '1 missing: "n"; 1 unexpected: "extra"; 2 misshaped: "a.b" from "bias": it is [2] where [1] is expected, ' +
    '"nowhere" from "more": there is no leaf of that name';
  assertEquals(message(mapWeights(like, file, rules)), `mapWeights: ${said}`);
  const { params, report } = orThrow(mapWeights(like, file, rules, { lenient: true }));
  assertEquals([params.a.w.toArray(), params.a.b.toArray()], [[[1], [2]], [0]]);
  assertEquals(showWeightReport(report), said.replaceAll("; ", "\n"));
});

Deno.test("mapWeights() says why a tensor does not fit", () => {
  const why = (file: Record<string, Tensor<Shape, DType>>, rules: WeightRule[]) => {
    const { report } = orThrow(mapWeights(like, file, rules, { lenient: true })) as MappedWeights<unknown>;
    return report.misshaped[0]?.why;
  };
  const b = tensor([1]);
  assertEquals(
    why({ x: b, y: b }, [{ from: /x|y/, to: "a.b" }]),
    "several tensors go there; rules whose tensors are to be added say `add: true`",
  );
  assertEquals(why({ x: tensor(1) }, [{ from: "x", to: "n" }]), "it is f32 where i32 is expected");
  assertEquals(
    why({ x: b }, [...fromTorch.conv("", "a"), { from: "x", to: "a.w", transform: "transpose" }]),
    "it is [1] where [2, 1] is expected",
  );
  assertEquals(why({ weight: b }, [...fromTorch.conv("", "a")]), "a kernel has 3 axes or more, and this is [1]");
  assert(why({ weight: b }, [...fromTorch.dense("", "a", { flattened: [2, 3] })])?.startsWith("reshape: "));
});

Deno.test("mapWeights() adds, casts floats, and passes over what a rule sends to null", () => {
  const file = { x: tensor([1]), y: tensor([0.5], { dtype: "f64" }), skip: tensor(0), "a.w": tensor([[1], [2]]) };
  const { params } = orThrow(mapWeights({ a: like.a }, file, [
    { from: /x|y/, to: "a.b", add: true },
    { from: "skip", to: null },
    { from: /.*\.w/, to: ([name]) => name! },
  ]));
  assertEquals([params.a.b.toArray(), params.a.b.dtype, params.a.w.toArray()], [[1.5], "f32", [[1], [2]]]);
});

Deno.test("mapWeights() rejects rules that are none", () => {
  const thrown = (rule: unknown) =>
    assertThrows(() => mapWeights(like, {}, [rule as WeightRule]), ArgumentError).message;
  assertEquals(
    thrown({ from: "x" }),
    "mapWeights: rule 0 has no `to`; give the name of a leaf, a function, or null to pass tensors over",
  );
  assertEquals(thrown({ to: "x" }), "mapWeights: rule 0 has no `from`; give a name or a regular expression");
  assertEquals(
    thrown({ from: "x", to: "x", transform: "flip" }),
    'mapWeights: rule 0 has the transform "flip"; it is "transpose" or a function',
  );
  const none = () =>
    mapWeights({ b: zeros([1]) }, { b: zeros([1]) }, [{ from: "b", to: "b", transform: () => 3 as never }]);
  assertEquals(assertThrows(none, ArgumentError).message, "mapWeights: a transform gave 3; it gives a tensor");
});

Deno.test("mapWeights() by names as they are is treeFromTensors, whatever the names", () => {
  const names = fc.uniqueArray(fc.oneof(fc.constantFrom("__proto__", "$1", "0"), fc.string({ maxLength: 5 })), {
    maxLength: 5,
  })
    .map((keys) => keys.filter((k) => !k.includes(".")));
  fc.assert(fc.property(names, (keys) => {
    const tensors = Object.fromEntries(keys.map((k, i) => [k, tensor([i])]));
    const { params, report } = orThrow(mapWeights(tensors, tensors, [{ from: /[^]*/, to: ([name]) => name! }]));
    assertEquals(
      Object.entries(params).map(([k, x]) => [k, x.toArray()]),
      Object.entries(tensors).map(([k, x]) => [k, x.toArray()]),
    );
    assertEquals(showWeightReport(report), "every leaf has its tensor");
  }));
});
