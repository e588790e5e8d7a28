/** Attention in several heads and the transformer's blocks are PyTorch's, with their gradients. */
import { concat, expandDims, slice, swapAxes, type Tensor } from "../mod.ts";
import { casesOf, checkGoldenBoth, type Computation, type GoldenCase, readGolden } from "../tests/golden/read.ts";
import type { Value } from "../core/tensor.ts";
import {
  type BlockNorm,
  type CrossAttention,
  crossAttentionWeights,
  crossAttentionWith,
  type DecoderBlock,
  type EncoderBlock,
  type Mask,
  type SelfAttention,
  selfAttentionWeights,
  selfAttentionWith,
  transformerDecoderWith,
  transformerEncoderWith,
  type TransformerOptions,
} from "./mod.ts";

/** Inputs by their names in the file. */
type Given = Readonly<Record<string, Tensor>>;
type Masked = { readonly mask?: Mask };

/** Weights `[out, in]` and perhaps biases, or rows of them, as a linear map here has them. */
function linearOf(w: Tensor, b: Tensor | undefined, from = 0, to = w.shape[0]!): never {
  const rows = (x: Tensor) => slice(x, [from], [to]) as Tensor;
  return { w: swapAxes(rows(w), 0, 1), ...b === undefined ? {} : { b: rows(b) } } as never;
}

const outOf = (p: Given, at: string): never => linearOf(p[`${at}out_proj.weight`]!, p[`${at}out_proj.bias`]);

const selfOf = (p: Given, at = ""): SelfAttention<number, boolean> => ({
  qkv: linearOf(p[`${at}in_proj_weight`]!, p[`${at}in_proj_bias`]),
  out: outOf(p, at),
});

function crossOf(p: Given, at = ""): CrossAttention<number, number, boolean> {
  const b = p[`${at}in_proj_bias`]!, size = b.shape[0]! / 3, together = p[`${at}in_proj_weight`];
  const weights = (name: "q" | "k" | "v", i: number) =>
    together === undefined ? p[`${name}_proj_weight`]! : slice(together, [i * size], [(i + 1) * size]) as Tensor;
  const bias = (from: number, to: number) => slice(b, [from * size], [to * size]) as Tensor;
  return {
    query: linearOf(weights("q", 0), bias(0, 1)),
    keyValue: linearOf(concat([weights("k", 1), weights("v", 2)]) as Tensor, bias(1, 3)),
    out: outOf(p, at),
  };
}

const normOf = (p: Given, i: number): BlockNorm<number> =>
  ({ scale: p[`norm${i}.weight`], bias: p[`norm${i}.bias`] }) as never;

const blockOf = (p: Given, forward: 2 | 3): EncoderBlock<number, boolean> => ({
  attention: selfOf(p, "self_attn."),
  attentionNorm: normOf(p, 1),
  feedForward: {
    up: linearOf(p["linear1.weight"]!, p["linear1.bias"]),
    down: linearOf(p["linear2.weight"]!, p["linear2.bias"]),
  },
  feedForwardNorm: normOf(p, forward),
});

const decoderBlockOf = (p: Given): DecoderBlock<number, number, boolean> => ({
  ...blockOf(p, 3),
  cross: crossOf(p, "multihead_attn."),
  crossNorm: normOf(p, 2),
});

const optionsOf = ({ attrs }: GoldenCase): TransformerOptions => ({
  heads: attrs["heads"] as number,
  activation: attrs["activation"] as "relu" | "gelu",
  normFirst: attrs["norm_first"] as boolean,
  dropout: 0,
  finalNorm: false,
});

/** A mask of keys, `[batch, keys]`, lacks the axis of queries. */
const forEach = (mask: Tensor): Mask => expandDims(mask, -2) as unknown as Mask;

function attended(c: GoldenCase, p: Given): readonly unknown[] {
  const heads = c.attrs["heads"] as number, mask = p["mask"], x = p["x"] as never, memory = p["memory"] as never;
  const call: Masked = mask === undefined ? {} : { mask: c.attrs["mask"] === "keys" ? forEach(mask) : mask as Mask };
  if (memory === undefined) {
    return [selfAttentionWith(selfOf(p), heads)(x, call), selfAttentionWeights(selfOf(p), heads)(x, call)];
  }
  return [
    crossAttentionWith(crossOf(p), heads)(x, memory, call),
    crossAttentionWeights(crossOf(p), heads)(x, memory, call),
  ];
}

const computations: Readonly<Record<string, (c: GoldenCase, p: Given) => readonly unknown[]>> = {
  multi_head: attended,
  encoder: (c, p) => [
    transformerEncoderWith({ blocks: [blockOf(p, 2)] }, optionsOf(c))(p["x"] as never, { mask: forEach(p["mask"]!) }),
  ],
  decoder: (c, p) => [
    transformerDecoderWith({ blocks: [decoderBlockOf(p)] }, optionsOf(c))(p["x"] as never, p["memory"] as never, {
      memoryMask: forEach(p["mask"]!),
    }),
  ],
};

// Steps of rounding on the way to an element. Attention: projections of at most 6 terms and a bias, twice; scores of 2
// terms and their scale; 4 of a softmax and its exponential; a mixture of 4: 28. A feed-forward part: 4 and 6 terms, two
// biases, an activation of 4: 16. A part's sum and its normalisation, two means of 4 among it: 16. As many again for a
// gradient, and both sides round.
const [attention, forward, normalisation] = [28, 16, 16];
const roundings: Readonly<Record<string, number>> = {
  multi_head: 2 * 2 * attention,
  encoder: 2 * 2 * (attention + forward + 2 * normalisation),
  decoder: 2 * 2 * (2 * attention + forward + 3 * normalisation),
};

for (const [name, compute] of Object.entries(computations)) {
  for (const c of casesOf(readGolden("transformer"), name)) {
    const names = Object.keys(c.inputs);
    const f: Computation = (...inputs) =>
      compute(c, Object.fromEntries(names.map((n, i) => [n, inputs[i] as Tensor]))) as readonly Value[];
    Deno.test(`${name} ${JSON.stringify(c.attrs)}, ${names.length} inputs, is PyTorch's, with its gradients`, () =>
      checkGoldenBoth(c, f, roundings[name]!));
  }
}
