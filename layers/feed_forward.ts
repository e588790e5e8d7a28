/** The feed-forward part of a transformer's block: two linear maps with an activation between, at each position. */
import { foldIn, type Key, relu, type Shape, type Tensor } from "../mod.ts";
import { swiglu } from "./activations_gated.ts";
import { gelu } from "./activations_smooth.ts";
import type { Pointwise } from "./basic.ts";
import { dropoutWith } from "./dropout.ts";
import { affine, requireSequence } from "./heads.ts";
import { glorotUniform, type Initializer } from "./initializers.ts";
import { linearInit, type LinearParams } from "./linear.ts";
import { grow, type Net } from "./net.ts";
import { requireChoice, requireCount, requireDropout } from "./operands.ts";
import { keyOf, sequenceOf, type SequenceSpec, type WidthOf } from "./sequence_specs.ts";

/** What stands between the two maps: a name, or a function that keeps the shape. */
export type FeedForwardActivation = "relu" | "gelu" | "swiglu" | Pointwise;

/** Parameters of a feed-forward part of width D, with biases or without. */
export interface FeedForward<D extends number, B extends boolean = true> {
  /** To the hidden units; for `swiglu` to twice as many, values beside gates. */
  readonly up: LinearParams<D, number, B>;
  /** Back to the width. */
  readonly down: LinearParams<number, D, B>;
}

/** How a feed-forward part starts. */
export interface FeedForwardSizes<B extends boolean = boolean> {
  /** Number of hidden units; four times the width if left out, and two thirds of that for `swiglu`, rounded down. */
  readonly size?: number;
  /** `"relu"` if left out. */
  readonly activation?: FeedForwardActivation;
  /** Whether the maps have biases; `true` if left out. */
  readonly bias?: B;
  /** Weights of the first map; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** Weights of the second; as `weights` if left out. */
  readonly outputWeights?: Initializer;
}

/** Options of a feed-forward part that do not change its parameters. */
export interface FeedForwardOptions {
  /** As the parameters were made for; `"relu"` if left out. */
  readonly activation?: FeedForwardActivation;
  /** Probability with which a hidden unit is dropped in training; 0 if left out. */
  readonly dropout?: number;
}

/**
 * Fresh parameters of a feed-forward part.
 *
 * @param key A key, used here only. @param width Size D of the vectors.
 * @param options `size`, `activation`, `bias`, `weights`, `outputWeights`.
 * @returns Maps to the hidden units, `[D, size]` (`[D, 2 · size]` for `swiglu`), and back, `[size, D]`.
 * @throws {ArgumentError} If the size is no whole number from 1, or the activation has no such name.
 *
 * @example Four times the width
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { feedForwardInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(feedForwardInit(key(0), 8).up.w.shape, [8, 32]);
 * ```
 */
export function feedForwardInit<const D extends number, const B extends boolean = true>(
  key: Key,
  width: D,
  options: FeedForwardSizes<B> = {},
): FeedForward<D, B> {
  const { activation = "relu", bias = true as B, weights = glorotUniform, outputWeights = weights } = options;
  requireActivation("feedForward", activation);
  const gated = activation === "swiglu", { size = gated ? Math.floor(8 * width / 3) : 4 * width } = options;
  requireCount("feedForward", "size", size, 1);
  return {
    up: linearInit(foldIn(key, 0), width, gated ? 2 * size : size, { weights, bias }),
    down: linearInit(foldIn(key, 1), size, width, { weights: outputWeights, bias }),
  };
}

/** What changes from call to call. */
export interface FeedForwardCall {
  /** A key for dropout, used here only; nothing is dropped without. */
  readonly key?: Key;
}

/**
 * The feed-forward part: a linear map, an activation, and a linear map back, at each position alike.
 *
 * @param p Parameters. @param options `activation`, `dropout` of hidden units.
 * @returns A function of `[...L, T, D]`, and of `key` for dropout, to its like.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If the vectors are not of size D.
 * @see Vaswani et al., Attention is all you need, 2017, section 3.3, https://arxiv.org/abs/1706.03762
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202, for `swiglu`
 *
 * @example Each position by itself
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { feedForwardInit, feedForwardWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(feedForwardWith(feedForwardInit(key(0), 8))(ones([2, 5, 8])).shape, [2, 5, 8]);
 * ```
 */
export function feedForwardWith<D extends number>(
  p: FeedForward<D, boolean>,
  options: FeedForwardOptions = {},
): <L extends Shape, T extends number>(
  x: Tensor<readonly [...L, T, D]>,
  call?: FeedForwardCall,
) => Tensor<readonly [...L, T, D]> {
  const { activation = "relu", dropout = 0 } = options;
  requireActivation("feedForward", activation);
  requireDropout("feedForward", dropout);
  const between = (typeof activation === "function" ? activation : named[activation]) as (x: Tensor) => Tensor;
  return ((x: Tensor, { key }: FeedForwardCall = {}) => {
    requireSequence("feedForward", "a sequence", x.shape, p.up.w.shape[0]);
    const hidden = between(affine(p.up, x));
    return affine(
      p.down as FeedForward<number>["down"],
      key === undefined ? hidden : dropoutWith(key, dropout)(hidden),
    );
  }) as never;
}

const named = { relu, gelu: (x: Tensor) => gelu(x), swiglu } as const;

/** Throws unless an activation is a function or has a name. */
export function requireActivation(op: string, activation: unknown): void {
  if (typeof activation !== "function") requireChoice(op, "activation", activation, Object.keys(named));
}

/**
 * The feed-forward part as a layer.
 *
 * @param options `size`, `activation`, `bias`, `dropout` of hidden units, which needs a key in training, `weights` and
 *   `outputWeights`: initializers.
 * @returns From a net of sequences `[...L, T, D]` to one of their like.
 * @throws {ArgumentError} If options are out of range. @throws {ShapeError} If examples are no sequences.
 * @see Vaswani et al., Attention is all you need, 2017, section 3.3, https://arxiv.org/abs/1706.03762
 *
 * @example With gelu
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { feedForward, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([10, 8]), feedForward({ size: 16, activation: "gelu" }));
 * assertEquals(net.init(key(0)).params[0].down.w.shape, [16, 8]);
 * ```
 */
export function feedForward<const B extends boolean = true>(
  options: FeedForwardSizes<B> & FeedForwardOptions = {},
): <I, O extends SequenceSpec, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<I, O, readonly [...P, FeedForward<WidthOf<O>, B>], S> {
  const op = "feedForward";
  requireDropout(op, options.dropout ?? 0);
  requireActivation(op, options.activation ?? "relu");
  return (net) => {
    const width = sequenceOf(op, net.output).shape.at(-1)!;
    return grow(net, {
      name: op,
      output: net.output,
      params: (key) => feedForwardInit(key, width, options),
      apply: (p, s, x, context) => {
        const key = keyOf(op, context, options.dropout);
        return [feedForwardWith(p as FeedForward<number, boolean>, options)(x as never, key), s];
      },
    });
  };
}
