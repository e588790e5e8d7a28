/** Attention and transformers that are given a sequence piece by piece give what they give for the whole. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  AdjointError,
  cast,
  jit,
  key,
  normal,
  reshape,
  scan,
  type Shape,
  slice,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../mod.ts";
import type { Value } from "../core/tensor.ts";
import { arrayIn, assertNear, largest, roundoff64 } from "../tests/laws/compare.ts";
import {
  attentionCache,
  decoderMemory,
  paddingMask,
  type SelfAttention,
  selfAttentionInit,
  type SelfAttentionOptions,
  selfAttentionStep,
  selfAttentionWith,
  transformerCache,
  type TransformerDecoder,
  transformerDecoderInit,
  transformerDecoderStep,
  transformerDecoderWith,
  type TransformerEncoder,
  transformerEncoderInit,
  transformerEncoderStep,
  transformerEncoderWith,
  type TransformerOptions,
} from "./mod.ts";

/** A step of whatever is kept. */
type Step = (cache: unknown, x: Tensor) => readonly [unknown, Tensor];

const wide = <P>(params: P): P => tree.map((l) => cast(l as Tensor, "f64"), params);
const f64 = (seed: number, shape: Shape): Tensor => wide(normal(key(seed), shape)) as Tensor;
const rows = (x: Tensor, from: number, to: number): Tensor =>
  slice(
    x,
    x.shape.map((_, i) => i === x.rank - 2 ? from : 0),
    x.shape.map((d, i) => i === x.rank - 2 ? to : d),
  ) as Tensor;

// An element of two blocks of width 8 is a sum of at most 4 · (8 + 8 + 8 + 32) products with 4 normalisations and
// softmaxes of some 20 steps between: 300 roundings, on either side.
const near = (y: unknown, want: unknown, what: string) =>
  assertNear(arrayIn(y as Value), arrayIn(want as Value), 2 * 300 * roundoff64 * largest([want as Value]), what);

/** Runs a step over pieces of these lengths and holds each piece to the same rows of the whole. */
function inPieces(step: Step, start: unknown, x: Tensor, whole: Tensor, lengths: readonly number[]): void {
  let cache = start, from = 0;
  for (const n of lengths) {
    const [next, y] = step(cache, rows(x, from, from + n));
    near(y, rows(whole, from, from + n), `positions ${from} to ${from + n} of pieces ${lengths}`);
    [cache, from] = [next, from + n];
  }
  assertEquals(from, x.shape.at(-2));
}

const pieces = [[1, 1, 1, 1, 1, 1, 1], [7], [3, 1, 3], [2, 5], [1, 0, 6], [6, 1]];
const variants: readonly (readonly [string, SelfAttentionOptions])[] = [
  ["plain", {}],
  ["with rotary positions", { rotary: true }],
  ["with rotary positions of halves", { rotary: { base: 100, pairs: "halves" } }],
  ["with shared keys and values", { keyValueHeads: 1 }],
  ["with a scale", { scale: 0.3 }],
];

for (const [what, options] of variants) {
  Deno.test(`selfAttentionStep(), ${what}, gives what causal attention gives, whatever the pieces`, () => {
    const p: SelfAttention<8> = wide(selfAttentionInit(key(0), 8, 2, options)), x = f64(1, [2, 7, 8]);
    const { keyValueHeads = 2 } = options, step = selfAttentionStep(p, 2, options) as unknown as Step;
    // With room for less than all it is attention with a window, and a narrower window holds all the same.
    for (const [room, window] of [[7, undefined], [9, undefined], [3, undefined], [1, undefined], [5, 2]] as const) {
      const seen = window ?? room,
        how = window === undefined ? step : selfAttentionStep(p, 2, {
          ...options,
          causal: true,
          window,
        }) as unknown as Step;
      const whole = selfAttentionWith(p, 2, { ...options, causal: true, window: seen })(x as never) as Tensor;
      const start = attentionCache(p, 2, room, { leading: [2], keyValueHeads });
      for (const lengths of pieces) inPieces(how, start, x, whole, lengths);
    }
  });
}

Deno.test("selfAttentionStep() of pieces drawn at random gives what causal attention gives", () => {
  const p = wide(selfAttentionInit(key(0), 4, 2)),
    x = f64(1, [9, 4]),
    step = selfAttentionStep(p, 2) as unknown as Step;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      (l, room) => {
        const length = Math.min(9, l.reduce((a, b) => a + b, 0)), part = rows(x, 0, length);
        let left = length;
        const lengths = l.map((n) => {
          const own = Math.min(n, left);
          left -= own;
          return own;
        });
        const whole = selfAttentionWith(p, 2, { causal: true, window: room })(part as never) as Tensor;
        inPieces(step, attentionCache(p, 2, room), part, whole, lengths);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("selfAttentionStep() runs in jit() and scan(), one position after the other", () => {
  const p = wide(selfAttentionInit(key(0), 8, 2)), x = f64(1, [6, 8]), options = { rotary: true } as const;
  const step = selfAttentionStep(p, 2, options) as unknown as Step, start = attentionCache(p, 2, 4);
  const whole = selfAttentionWith(p, 2, { ...options, causal: true, window: 4 })(x as never) as Tensor;
  inPieces(jit(step), start, x, whole, [1, 1, 1, 1, 1, 1]);
  const one = (cache: unknown, row: unknown) => {
    const [next, y] = step(cache, reshape(row as Tensor, [1, 8]) as Tensor);
    return [next, reshape(y, [8])];
  };
  const run = (xs: Tensor) => scan(one as never, start, xs as never) as readonly [unknown, Tensor];
  near(run(x)[1], whole, "scan");
  near(jit(run)(x)[1], whole, "jit of scan");
});

const blocks: readonly TransformerOptions[] = [
  { heads: 2 },
  { heads: 2, normFirst: true, activation: "swiglu", rotary: true, keyValueHeads: 1, norm: "rms" },
  { heads: 2, bias: false, window: 3, causal: true, finalNorm: true },
];

for (const options of blocks) {
  Deno.test(`transformerEncoderStep() of ${JSON.stringify(options)} gives what the causal encoder gives`, () => {
    const p = wide(transformerEncoderInit(key(0), 8, 2, options)) as TransformerEncoder<8, boolean>,
      x = f64(1, [2, 7, 8]);
    const whole = transformerEncoderWith(p, { ...options, causal: true })(x as never) as Tensor;
    const step = transformerEncoderStep(p, options) as unknown as Step;
    const start = transformerCache(p, 7, { leading: [2], ...options });
    for (const lengths of [[1, 1, 1, 1, 1, 1, 1], [3, 1, 3]]) inPieces(step, start, x, whole, lengths);
  });

  Deno.test(`transformerDecoderStep() of ${JSON.stringify(options)} gives what the decoder gives`, () => {
    const p = wide(transformerDecoderInit(key(0), 8, 6, 2, options)) as TransformerDecoder<8, 6, boolean>;
    const x = f64(1, [2, 7, 8]), memory = f64(2, [2, 5, 6]), over = decoderMemory(p, options)(memory as never);
    const memoryMask = paddingMask(tensor([2, 5], { dtype: "i32" }), 5) as never;
    const whole = transformerDecoderWith(p, options)(x as never, memory as never, { memoryMask }) as Tensor;
    const given = transformerDecoderStep(p, options);
    const step: Step = (cache, x) => given(cache as never, x as never, over, { memoryMask }) as never;
    const start = transformerCache(p, 7, { leading: [2], ...options });
    for (const lengths of [[1, 1, 1, 1, 1, 1, 1], [3, 1, 3]]) inPieces(step, start, x, whole, lengths);
  });
}

Deno.test("transformerEncoderStep() looks back as far as a window, without being told that it is causal", () => {
  const options = { heads: 2, window: 2 },
    p = wide(transformerEncoderInit(key(0), 8, 1, { heads: 2 })),
    x = f64(1, [5, 8]);
  const whole = transformerEncoderWith(p, { ...options, causal: true })(x as never) as Tensor;
  const step = transformerEncoderStep(p, options) as unknown as Step;
  inPieces(step, transformerCache(p, 5, options), x, whole, [2, 1, 2]);
});

Deno.test("attentionCache() is of the parameters' dtype and of the sizes that are given", () => {
  const cache = attentionCache(wide(selfAttentionInit(key(0), 8, 4, { keyValueHeads: 2 })), 4, 3, {
    leading: [5],
    keyValueHeads: 2,
  });
  assertEquals([cache.keys.dtype as string, cache.length.dtype], ["f64", "i32"]);
  assertEquals([cache.keys.shape, cache.values.shape, cache.length.item()], [[5, 2, 3, 2], [5, 2, 3, 2], 0]);
});

Deno.test("caches say what does not fit", () => {
  const p = selfAttentionInit(key(0), 8, 2), x = zeros([3, 8]), options = { heads: 2 };
  const encoder = transformerEncoderInit(key(0), 8, 2, options),
    decoder = transformerDecoderInit(key(0), 8, 6, 2, options);
  const caches = transformerCache(encoder, 4, options), any = (x: unknown) => x as never;
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => attentionCache(p, 2, 0), "attentionCache: positions is a whole number, 1 or more, not 0"],
    [() => attentionCache(p, 1.5, 4), "attentionCache: heads is a whole number, 1 or more, not 1.5"],
    [
      () => attentionCache(p, 5, 4),
      "attentionCache: parameters for 24 numbers do not divide among 15 heads of queries, keys and values; give the numbers that they were made with",
    ],
    [
      () => attentionCache(p, 4, 4, { keyValueHeads: 3 }),
      "attentionCache: 4 heads do not divide among 3 heads of keys and values; keyValueHeads divides heads",
    ],
    [
      () => selfAttentionStep(p, 2)(attentionCache(p, 2, 4), any(zeros([3, 7]))),
      "selfAttentionStep: a sequence [3, 7] does not fit the weights; want [..., T, 8]",
    ],
    [
      () => selfAttentionStep(p, 2)(attentionCache(p, 2, 4), any(zeros([8]))),
      "selfAttentionStep: a sequence [8] does not fit the weights; want [..., T, 8]",
    ],
    [
      () => selfAttentionStep(p, 2)(attentionCache(p, 2, 4, { leading: [5] }), x),
      "selfAttentionStep: a cache of keys [5, 2, 4, 4] does not go with new keys [2, 3, 4]; make it with the sizes before the sequence's axes as `leading`",
    ],
    [() => selfAttentionStep(p, 2, { window: 0 }), "selfAttentionStep: window is a whole number, 1 or more, not 0"],
    [
      () => transformerEncoderStep(encoder, options)(caches.slice(1), x),
      "transformerEncoderStep: caches for 1 blocks, but there are 2; make them with transformerCache",
    ],
    [
      () => transformerDecoderStep(decoder, options)([], x, decoderMemory(decoder, options)(zeros([4, 6]))),
      "transformerDecoderStep: caches for 0 blocks, but there are 2; make them with transformerCache",
    ],
    [
      () => transformerDecoderStep(decoder, options)(caches, x, []),
      "transformerDecoderStep: keys and values for 0 blocks, but there are 2; make them with decoderMemory",
    ],
    [
      () => decoderMemory(decoder, options)(any(zeros([4, 8]))),
      "crossAttention: a memory [4, 8] does not fit the weights; want [..., T, 6]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
