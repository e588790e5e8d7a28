/** Attention in several heads and transformers: what sees what, dropout, and nets of them. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  AdjointError,
  cast,
  concat,
  expandDims,
  grad,
  jit,
  key,
  mul,
  normal,
  ones,
  type Shape,
  slice,
  square,
  sum,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../mod.ts";
import type { Value } from "../core/tensor.ts";
import { arrayIn, assertNear, largest, roundoff64 } from "../tests/laws/compare.ts";
import {
  crossAttention,
  crossAttentionInit,
  crossAttentionWeights,
  crossAttentionWith,
  feedForward,
  feedForwardInit,
  feedForwardWith,
  input,
  inputs,
  multiHeadAttention,
  type ParamsOf,
  selfAttentionInit,
  selfAttentionWeights,
  selfAttentionWith,
  spec,
  transformer,
  transformerDecoder,
  transformerDecoderInit,
  transformerDecoderWith,
  transformerEncoder,
  transformerEncoderInit,
  transformerEncoderWith,
  type TransformerOptions,
} from "./mod.ts";

const wide = <P>(params: P): P => tree.map((l) => cast(l as Tensor, "f64"), params);
const f64 = (seed: number, shape: Shape): Tensor => wide(normal(key(seed), shape)) as Tensor;
const bool = (rows: unknown): never => tensor(rows as boolean[][]) as never;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).dataSync());
const evaluate = { mode: "eval" } as const;

/** A function of f64 sequences, whatever its types say. */
type Run = (x: Tensor, ...rest: unknown[]) => Tensor;
// An element of two blocks of width 8 is a sum of at most 4 · (8 + 8 + 8 + 32) products with 4 normalisations and
// softmaxes of some 20 steps between: 300 roundings, on either side.
const near = (y: unknown, want: unknown, what: string) =>
  assertNear(arrayIn(y as Value), arrayIn(want as Value), 2 * 300 * roundoff64 * largest([want as Value]), what);

const options: readonly TransformerOptions[] = [
  { heads: 2 },
  { heads: 4, normFirst: true, activation: "swiglu", rotary: true, keyValueHeads: 2, norm: "rms" },
  { heads: 2, headSize: 6, bias: false, activation: (x) => mul(x, 2) as typeof x, finalNorm: true, feedForward: 5 },
];
const encoderOf = (o: TransformerOptions) =>
  transformerEncoderWith(wide(transformerEncoderInit(key(0), 8, 2, o)), o) as unknown as Run;
const decoderOf = (o: TransformerOptions) =>
  transformerDecoderWith(wide(transformerDecoderInit(key(0), 8, 6, 2, o)), o) as unknown as Run;

for (const o of options) {
  const named = JSON.stringify(o);

  Deno.test(`causality: a later token changes no earlier output, ${named}`, () => {
    const x = f64(1, [2, 6, 8]), late = f64(2, [2, 2, 8]), memory = f64(3, [2, 5, 6]);
    const before = (y: Tensor) => slice(y, [0, 0], [2, 4]) as Tensor;
    const other = concat([before(x), late], { axis: 1 }) as Tensor;
    for (const f of [encoderOf({ ...o, causal: true }), (x: Tensor) => decoderOf(o)(x, memory)]) {
      assertEquals(numbers(before(f(other))), numbers(before(f(x))));
      const slope = numbers(grad((x: Tensor) => sum(square(before(f(x)))) as never)(x));
      // Rows of tokens 4 and 5, in both sequences.
      assert(slope.every((v, i) => i % 48 < 32 ? v !== 0 : v === 0));
    }
  });

  Deno.test(`without causality every token counts, ${named}`, () => {
    const x = f64(1, [1, 4, 8]), memory = f64(3, [1, 5, 6]);
    for (const f of [encoderOf(o), (x: Tensor) => decoderOf({ ...o, causal: false })(x, memory)]) {
      const slope = numbers(grad((x: Tensor) => sum(square(slice(f(x), [0, 0], [1, 1]))) as never)(x));
      assert(slope.every((v) => v !== 0));
    }
  });

  Deno.test(`padding: what a mask hides is as if it were not there, ${named}`, () => {
    const x = f64(1, [6, 8]), memory = f64(2, [5, 6]), short = (x: Tensor, n: number) => slice(x, [0], [n]) as Tensor;
    const mask = bool([[true, true, true, true, false, false]]), memoryMask = bool([[true, true, true, false, false]]);
    near(short(encoderOf(o)(x, { mask }), 4), encoderOf(o)(short(x, 4)), "encoder");
    const full = decoderOf({ ...o, causal: false });
    near(short(full(x, memory, { mask, memoryMask }), 4), full(short(x, 4), short(memory, 3)), "decoder");
    near(decoderOf(o)(x, memory, { memoryMask }), decoderOf(o)(x, short(memory, 3)), "decoder, memory");
  });

  Deno.test(`compiled and one by one are alike, with gradients, ${named}`, () => {
    const memory = f64(2, [2, 5, 6]), weights = f64(3, [2, 4, 8]);
    const f = (x: Tensor) => sum(mul(decoderOf(o)(x, memory), weights)) as Tensor<readonly []>;
    near(jit(grad(f))(f64(1, [2, 4, 8])), grad(f)(f64(1, [2, 4, 8])), "gradient");
  });
}

Deno.test("selfAttentionWith(): causal, a window, a bool mask and an additive one come to the same", () => {
  const p = wide(selfAttentionInit(key(0), 8, 2)), x = f64(1, [4, 8]) as never;
  const seen = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], hide = (s: number) => s === 1 ? 0 : -Infinity;
  const want = selfAttentionWith(p, 2)(x, { mask: bool(seen.map((r) => r.map((s) => s === 1))) });
  const additive = cast(tensor(seen.map((r) => r.map(hide))), "f64") as never,
    causal = { causal: true, window: 2 } as const;
  near(selfAttentionWith(p, 2)(x, { mask: additive }), want, "additive");
  near(selfAttentionWith(p, 2, causal)(x), want, "window");
  const wider = seen.map((r, i) => r.map((s, j) => s === 1 || j > i ? 0 : -Infinity));
  const both = { mask: cast(tensor(wider), "f64") as never };
  near(selfAttentionWith(p, 2, { causal: true })(x, both), want, "causal and additive");
  const weights = numbers(selfAttentionWeights(p, 2, causal)(x));
  assert(weights.every((w, i) => (seen.flat()[i % 16] === 0) === (w === 0)));
  const nothing = numbers(selfAttentionWith(p, 2)(x, { mask: bool([[false, false, false, false]]) }));
  assertEquals(nothing, nothing.map((_, i) => numbers(p.out.b)[i % 8]!));
});

Deno.test("heads that share keys and values are as heads with copies of them", () => {
  const p = wide(selfAttentionInit(key(0), 4, 4, { keyValueHeads: 2 })), x = f64(1, [3, 4]) as never;
  // Heads of size 1: four queries, two keys, two values; each of the latter is shared by two neighbours.
  const copied = (w: Tensor) => {
    const at = (i: number) =>
      slice(
        w,
        w.shape.map((_, a) => a === w.rank - 1 ? i : 0),
        w.shape.map((d, a) => a === w.rank - 1 ? i + 1 : d),
      ) as Tensor;
    return concat([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7].map(at), { axis: -1 }) as Tensor;
  };
  const full = { ...p, qkv: tree.map((l) => copied(l as Tensor), p.qkv) };
  near(selfAttentionWith(p, 4, { keyValueHeads: 2 })(x), selfAttentionWith(full, 4)(x), "shared");
});

Deno.test("crossAttentionWith() over the sequence itself is self-attention", () => {
  const p = wide(selfAttentionInit(key(0), 8, 2)), x = f64(1, [2, 5, 8]) as never;
  const cut = (from: number, to: number) => ({
    w: slice(p.qkv.w, [0, from], [8, to]),
    b: slice(p.qkv.b, [from], [to]),
  });
  const cross = { query: cut(0, 8), keyValue: cut(8, 24), out: p.out } as never;
  near(crossAttentionWith(cross, 2)(x, x), selfAttentionWith(p, 2)(x), "results");
  near(crossAttentionWeights(cross, 2)(x, x), selfAttentionWeights(p, 2)(x), "weights");
});

Deno.test("feedForwardWith() treats each position by itself, as written out", () => {
  const p = wide(feedForwardInit(key(0), 4, { size: 3, activation: "swiglu" })), x = f64(1, [5, 4]);
  const w = p.up.w.toArray() as number[][], v = p.down.w.toArray() as number[][], row = numbers(x).slice(8, 12);
  const h = Array.from({ length: 6 }, (_, j) => row.reduce((a, c, i) => a + c * w[i]![j]!, 0));
  // Of the six hidden numbers three are values and three their gates.
  const silu = (a: number) => a / (1 + Math.exp(-a)), hidden = [0, 1, 2].map((j) => h[j]! * silu(h[j + 3]!));
  const want = v[0]!.map((_, k) => hidden.reduce((a, g, j) => a + g * v[j]![k]!, 0));
  const y = numbers(feedForwardWith(p, { activation: "swiglu" })(x as never));
  // 4 and 3 products of numbers below 4, and an exponential.
  want.forEach((u, k) => assertAlmostEquals(y[8 + k]!, u, 40 * 16 * roundoff64));
  assertEquals(feedForwardInit(key(0), 6, { activation: "swiglu" }).up.w.shape, [6, 32] as never);
});

Deno.test("dropout: in training drawn by the key, in evaluation none, and nothing without a key", () => {
  const net = pipe(input([5, 8]), transformerEncoder(2, { heads: 2, dropout: 0.5 })), { params } = net.init(key(0));
  const x = normal(key(1), [2, 5, 8]),
    run = (context: Parameters<typeof net.apply>[3]) => numbers(net.apply(params, [], x, context)[0]);
  const drawn = run({ mode: "train", key: key(3) });
  assertEquals(run({ mode: "train", key: key(3) }), drawn);
  assert(drawn.some((v, i) => v !== run({ mode: "train", key: key(4) })[i]) && drawn.every(Number.isFinite));
  assertEquals(run({ mode: "eval", key: key(3) }), run(evaluate));
  // Monte Carlo dropout: in evaluation what is drawn in training.
  assertEquals(run({ mode: "eval", noise: true, key: key(3) }), drawn);
  assertEquals(run({ mode: "train", noise: false }), run(evaluate));
  assert(drawn.some((v, i) => v !== run(evaluate)[i]));
  const free = pipe(input([5, 8]), transformerEncoder(2, { heads: 2, dropout: 0 }));
  assertEquals(numbers(free.apply(params, [], x, { mode: "train" })[0]), run(evaluate));
  assertThrows(
    () => net.apply(params, [], x, { mode: "train" }),
    AdjointError,
    'transformerEncoder: it draws at random and needs a key; apply the net with { key, mode: "train" }',
  );
});

Deno.test("nets of attention are the functions with their parameters", () => {
  const x = normal(key(1), [2, 5, 8]),
    memory = normal(key(2), [2, 4, 6]),
    mask = tensor([
      [true, true, true, false, false],
      [true, true, true, true, true],
    ]) as unknown as Tensor<readonly [2, 5], "bool">;
  const memoryMask = tensor([[true, false, true, true], [true, true, false, false]]) as unknown as Tensor<
    readonly [2, 4],
    "bool"
  >;
  const over = (m: unknown) => ({ mask: expandDims(m as Tensor, -2) as never });
  const own = inputs({ x: spec([5, 8]), mask: spec([5], "bool") });
  const two = inputs({ x: spec([5, 8]), memory: spec([4, 6]), mask: spec([5], "bool"), memoryMask: spec([4], "bool") });
  const batch = { x, mask }, both = { x, memory, mask, memoryMask }, o = { heads: 2, dropout: 0 };

  const self = pipe(own, multiHeadAttention(2)), p = self.init(key(0)).params[0];
  assertEquals(numbers(self.apply([p], [], batch, evaluate)[0]), numbers(selfAttentionWith(p, 2)(x, over(mask))));
  const look = pipe(two, crossAttention(2)), q = look.init(key(0)).params[0];
  assertEquals(
    numbers(look.apply([q], [], both, evaluate)[0]),
    numbers(crossAttentionWith(q, 2)(x, memory, over(memoryMask))),
  );
  const encoder = pipe(own, transformerEncoder(1, o)), e = encoder.init(key(0)).params[0];
  assertEquals(
    numbers(encoder.apply([e], [], batch, evaluate)[0]),
    numbers(transformerEncoderWith(e, o)(x, over(mask))),
  );
  const decoder = pipe(two, transformerDecoder(1, o)), d = decoder.init(key(0)).params[0];
  const seen = { ...over(mask), memoryMask: over(memoryMask).mask };
  assertEquals(
    numbers(decoder.apply([d], [], both, evaluate)[0]),
    numbers(transformerDecoderWith(d, o)(x, memory, seen)),
  );
  const part = pipe(input([5, 8]), feedForward({ activation: "gelu" })), f = part.init(key(0)).params[0];
  assertEquals(numbers(part.apply([f], [], x, evaluate)[0]), numbers(feedForwardWith(f, { activation: "gelu" })(x)));
});

Deno.test("transformer() is its decoder over what its encoder gives, normalised last", () => {
  const tree = {
    source: spec([4, 6]),
    target: spec([5, 8]),
    sourceMask: spec([4], "bool"),
    targetMask: spec([5], "bool"),
  };
  const o = { heads: 2, dropout: 0 }, net = pipe(inputs(tree), transformer([1, 2], o)), [p] = net.init(key(0)).params;
  assertEquals([p.encoder.blocks.length, p.decoder.blocks.length, p.decoder.norm?.scale.shape], [1, 2, [8]]);
  const source = normal(key(1), [2, 4, 6]), target = normal(key(2), [2, 5, 8]);
  const sourceMask = tensor([[true, true, false, false], [true, true, true, false]]) as unknown as Tensor<
    readonly [2, 4],
    "bool"
  >;
  const targetMask = tensor([[true, true, true, true, true], [true, true, true, false, false]]) as unknown as Tensor<
    readonly [2, 5],
    "bool"
  >;
  const y = net.apply([p], [], { source, target, sourceMask, targetMask }, evaluate)[0],
    over = (m: unknown) => expandDims(m as Tensor, -2) as never;
  const memory = transformerEncoderWith(p.encoder, o)(source, { mask: over(sourceMask) });
  const want = transformerDecoderWith(p.decoder, o)(target, memory, {
    mask: over(targetMask),
    memoryMask: over(sourceMask),
  });
  assertEquals([y.shape, numbers(y)], [[2, 5, 8], numbers(want)] as never);
  assertEquals(p.encoder.norm!.bias!.shape, [6]);
  const plain = pipe(
    inputs({ source: spec([4, 8]), target: spec([5, 8]) }),
    transformer(1, { ...o, finalNorm: false }),
  );
  assertEquals("norm" in plain.init(key(0)).params[0].encoder, false);
  const loss = (p: ParamsOf<typeof plain>) =>
    sum(square(plain.apply(p, [], { source: ones([1, 4, 8]), target: ones([1, 5, 8]) }, evaluate)[0]));
  assert(grad(loss as never)(plain.init(key(0)).params) !== undefined);
});

Deno.test("sizes and options: what does not fit is said", () => {
  const any = (x: unknown) => x as never, p = selfAttentionInit(key(0), 8, 2), c = crossAttentionInit(key(0), 8, 6, 2);
  const x = zeros([3, 8]), at = (...s: number[]) => input(s) as never, o = { heads: 2 };
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => selfAttentionInit(key(0), 6, 4),
      "selfAttention: a width of 6 does not divide among 4 heads; choose another number, or give headSize",
    ],
    [
      () => selfAttentionInit(key(0), 8, 2, { headSize: 0 }),
      "selfAttention: headSize is a whole number, 1 or more, not 0",
    ],
    [
      () => crossAttentionInit(key(0), 8, 6, 4, { keyValueHeads: 3 }),
      "crossAttention: 4 heads do not divide among 3 heads of keys and values; keyValueHeads divides heads",
    ],
    [() => selfAttentionWith(p, 0), "selfAttention: heads is a whole number, 1 or more, not 0"],
    [() => selfAttentionWith(p, 2, { window: 3 }), "selfAttention: a window looks back, and needs causal: true"],
    [
      () => selfAttentionWith(p, 2, { causal: true, window: 0.5 }),
      "selfAttention: window is a whole number, 1 or more, not 0.5",
    ],
    [() => selfAttentionWith(p, 2, { dropout: 1 }), "selfAttention: dropout is a probability below 1, not 1"],
    [() => selfAttentionWith(p, 2, { rotary: { base: 0 } }), "selfAttention: base is a positive number, not 0"],
    [
      () => selfAttentionWith(p, 2)(any(zeros([3, 7]))),
      "selfAttention: a sequence [3, 7] does not fit the weights; want [..., T, 8]",
    ],
    [
      () => selfAttentionWith(p, 5)(x),
      "selfAttention: parameters for 24 numbers do not divide among 15 heads; give the number that they were made with",
    ],
    [
      () => selfAttentionWith(p, 2)(x, { mask: bool([true, false]) }),
      "selfAttention: a mask [2] does not broadcast to scores [2, 3, 3]; its last axes are queries and keys",
    ],
    [
      () => crossAttentionWith(c, 2)(x, any(zeros([4, 8]))),
      "crossAttention: a memory [4, 8] does not fit the weights; want [..., T, 6]",
    ],
    [
      () => crossAttentionWith(c, 2)(any(zeros([3, 6])), zeros([4, 6])),
      "crossAttention: a sequence [3, 6] does not fit the weights; want [..., T, 8]",
    ],
    [
      () => crossAttentionWith(c, 2)(x, any(zeros([2, 4, 6]))),
      "crossAttention: a sequence [3, 8] and a memory [2, 4, 6] differ before their last two axes; broadcast one of them",
    ],
    [() => feedForwardInit(key(0), 8, { size: 0 }), "feedForward: size is a whole number, 1 or more, not 0"],
    [
      () => feedForwardInit(key(0), 8, { activation: any("tanh") }),
      'feedForward: activation is "relu", "gelu" or "swiglu", not "tanh"',
    ],
    [
      () => feedForwardWith(feedForwardInit(key(0), 8), { dropout: -1 }),
      "feedForward: dropout is a probability below 1, not -1",
    ],
    [
      () => feedForwardWith(feedForwardInit(key(0), 8))(any(zeros([8]))),
      "feedForward: a sequence [8] does not fit the weights; want [..., T, 8]",
    ],
    [() => transformerEncoder(-1, o), "transformerEncoder: layers is a whole number, 0 or more, not -1"],
    [
      () => transformerEncoder(1, { heads: 2, norm: any("batch") }),
      'transformerEncoder: norm is "layer" or "rms", not "batch"',
    ],
    [
      () => transformerEncoder(1, { heads: 2, epsilon: -1 }),
      "transformerEncoder: epsilon is a number of 0 or more, not -1",
    ],
    [
      () => transformerDecoder(1, { heads: 2, feedForward: 0 }),
      "transformerDecoder: feedForward is a whole number, 1 or more, not 0",
    ],
    [() => transformer([1, 2.5], o), "transformer: layers is a whole number, 0 or more, not 2.5"],
    [
      () => multiHeadAttention(2)(at(8)),
      "multiHeadAttention: an example is a sequence of vectors, f32 [..., T, D], not f32 [8]",
    ],
    [
      () => multiHeadAttention(3)(at(5, 8)),
      "multiHeadAttention: a width of 8 does not divide among 3 heads; choose another number, or give headSize",
    ],
    [
      () => multiHeadAttention(2)(any(inputs({ x: spec([5, 8]), mask: spec([4], "bool") }))),
      "multiHeadAttention: mask is bool [5] or [5, 5], not bool [4]",
    ],
    [
      () => transformerEncoder(1, o)(any(inputs({ x: { y: spec([5, 8]) } }))),
      "transformerEncoder: x is a sequence of vectors, f32 [..., T, D], not a tree",
    ],
    [
      () => crossAttention(2)(any(inputs({ x: spec([5, 8]) }))),
      "crossAttention: memory is a sequence of vectors, f32 [..., T, D], not missing",
    ],
    [
      () => transformerDecoder(1, o)(any(inputs({ x: spec([5, 8]), memory: spec([2, 5, 8]) }))),
      "transformerDecoder: x [5, 8] and memory [2, 5, 8] differ before their last two axes",
    ],
    [
      () => transformerDecoder(1, o)(any(inputs({ x: spec([5, 8]), memory: spec([4, 8]), memoryMask: spec([4]) }))),
      "transformerDecoder: memoryMask is bool [4] or [5, 4], not f32 [4]",
    ],
    [
      () =>
        transformer(1, o)(
          any(inputs({ source: spec([4, 8]), target: spec([5, 8]), sourceMask: spec([5, 4], "bool") })),
        ),
      "transformer: sourceMask is bool [4], not [5, 4]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
