/** Attention in several heads at once: what self-attention and cross-attention share. */
import {
  ArgumentError,
  expandDims,
  type Key,
  matmul,
  mul,
  reshape,
  type Shape,
  ShapeError,
  swapAxes,
  type Tensor,
} from "../mod.ts";
import type { Initializer } from "./initializers.ts";
import { linear, type LinearParams } from "./linear.ts";
import { dropoutWith } from "./dropout.ts";
import { requireCount, requireDropout } from "./operands.ts";
import { type Mask, softmaxUnder } from "./masked_softmax.ts";
import { requireRotary, type RotaryOptions } from "./rotary.ts";

/** Options of attention in several heads that its parameters depend on. */
export interface HeadSizes<B extends boolean = boolean> {
  /** Size of a head's queries, keys and values; the width over the number of heads if left out. */
  readonly headSize?: number;
  /** Number of heads of keys and values, each shared by as many heads of queries; all have their own if left out. */
  readonly keyValueHeads?: number;
  /** Whether projections have biases; `true` if left out. */
  readonly bias?: B;
  /** The weights of queries, keys and values; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The weights of the projection of what the heads give; as `weights` if left out. */
  readonly outputWeights?: Initializer;
}

/** Options of attention in several heads that do not change its parameters. */
export interface HeadOptions {
  /** Number of heads of keys and values, as the parameters were made with. */
  readonly keyValueHeads?: number;
  /** What inner products are multiplied by; 1/√headSize if left out. */
  readonly scale?: number;
  /** Probability with which a weight is dropped in training; 0 if left out. */
  readonly dropout?: number;
}

/** Options of self-attention that do not change its parameters. */
export interface SelfAttentionOptions extends HeadOptions {
  /** Whether no position sees a later one. */
  readonly causal?: boolean;
  /** With `causal`, how many positions one sees, its own among them; all before it if left out. */
  readonly window?: number;
  /** Whether queries and keys are turned by their positions, and how. */
  readonly rotary?: boolean | RotaryOptions;
}

/** What changes from call to call of attention in several heads. */
export interface HeadCall {
  /** Which keys a query sees: bool or additive, the same for all heads; it broadcasts to `[...L, M, T]`. */
  readonly mask?: Mask;
  /** A key for dropout, used here only; nothing is dropped without. */
  readonly key?: Key;
}

/** Throws unless heads divide the width and one another. Gives the size of a head. */
export function sizeOfHead(op: string, width: number, heads: number, options: HeadSizes): number {
  requireHeads(op, heads, options.keyValueHeads);
  if (options.headSize !== undefined) {
    requireCount(op, "headSize", options.headSize, 1);
    return options.headSize;
  }
  if (width % heads !== 0) {
    throw new ArgumentError(
      `${op}: a width of ${width} does not divide among ${heads} heads; choose another number, or give headSize`,
    );
  }
  return width / heads;
}

/** Throws unless each head of keys and values serves a whole number of heads of queries. */
export function requireHeads(op: string, heads: number, keyValueHeads: number = heads): void {
  requireCount(op, "heads", heads, 1);
  requireCount(op, "keyValueHeads", keyValueHeads, 1);
  if (heads % keyValueHeads !== 0) {
    throw new ArgumentError(
      `${op}: ${heads} heads do not divide among ${keyValueHeads} heads of keys and values; keyValueHeads divides heads`,
    );
  }
}

/** Throws unless options are in range. */
export function requireOptions(op: string, heads: number, options: SelfAttentionOptions): void {
  const { dropout = 0, window, rotary, causal } = options;
  requireHeads(op, heads, options.keyValueHeads);
  requireDropout(op, dropout);
  if (window !== undefined) requireCount(op, "window", window, 1);
  if (window !== undefined && causal !== true) {
    throw new ArgumentError(`${op}: a window looks back, and needs causal: true`);
  }
  if (typeof rotary === "object") requireRotary(op, rotary);
}

/** Throws unless the last axis is `width` long and there is one of positions before it. */
export function requireSequence(op: string, what: string, x: Shape, width: number): void {
  if (x.length < 2 || x.at(-1) !== width) {
    throw new ShapeError(`${op}: ${what} [${x.join(", ")}] does not fit the weights; want [..., T, ${width}]`);
  }
}

/** From `[...L, T, heads · size]` to `[...L, heads, T, size]`. */
export function headsApart(op: string, x: Tensor, heads: number): Tensor {
  const size = x.shape.at(-1)! / heads;
  if (!Number.isInteger(size)) {
    throw new ArgumentError(
      `${op}: parameters for ${
        x.shape.at(-1)
      } numbers do not divide among ${heads} heads; give the number that they were made with`,
    );
  }
  return swapAxes(reshape(x, [...x.shape.slice(0, -1), heads, size]) as Tensor, -2, -3) as Tensor;
}

/** From `[...L, heads, T, size]` to `[...L, T, heads · size]`. */
export function headsTogether(x: Tensor): Tensor {
  const [heads, length, size] = x.shape.slice(-3) as [number, number, number];
  return reshape(swapAxes(x, -2, -3) as Tensor, [...x.shape.slice(0, -3), length, heads * size]) as Tensor;
}

/** x·w + b along the last axis, or x·w. */
export const affine = (p: LinearParams<number, number, boolean>, x: Tensor): Tensor => linear(p)(x as never) as Tensor;

/** A mask for each sequence as one for each of its heads. */
const forHeads = (mask: Mask | undefined): Mask | undefined =>
  mask === undefined || mask.rank < 3 ? mask : expandDims(mask, -3) as Mask;

/** Weights of each head: from `[...L, H, M, D]` and `[...L, G, T, D]`, where G divides H, to `[...L, H, M, T]`. */
export function headWeights(op: string, q: Tensor, k: Tensor, options: HeadOptions, mask: Mask | undefined): Tensor {
  const scale = options.scale ?? 1 / Math.sqrt(Math.max(1, q.shape.at(-1)!));
  const scores = shared(q, swapAxes(k, -1, -2) as Tensor);
  return softmaxUnder(op, mul(scores, scale) as Tensor, forHeads(mask));
}

/** Mixtures of values by weights of heads, some of them dropped: `[...L, H, M, E]`. */
export function mixHeads(weights: Tensor, v: Tensor, { dropout = 0 }: HeadOptions, key: Key | undefined): Tensor {
  return shared(key === undefined ? weights : dropoutWith(key, dropout)(weights), v);
}

/** Products of `[..., H, M, A]` and `[..., G, A, B]`: rows of the heads that share an operand stand in one matrix. */
function shared(x: Tensor, y: Tensor): Tensor {
  const [heads, rows, inner] = x.shape.slice(-3) as [number, number, number], groups = y.shape.at(-3)!;
  if (heads === groups) return matmul(x, y) as Tensor;
  const before = x.shape.slice(0, -3), together = [...before, groups, heads / groups * rows, inner];
  return reshape(matmul(reshape(x, together) as Tensor, y) as Tensor, [
    ...before,
    heads,
    rows,
    y.shape.at(-1)!,
  ]) as Tensor;
}
