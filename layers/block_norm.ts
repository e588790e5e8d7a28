/** Normalisation inside blocks of a transformer. */
import { mul, ones, type Tensor, zeros } from "../mod.ts";
import { layerNormWith, rmsNormWith } from "./layer_norm.ts";

/** Parameters of a block's normalisation. */
export interface BlockNorm<D extends number> {
  /** What each normalised feature is multiplied by. */
  readonly scale: Tensor<readonly [D]>;
  /** What is added to it; left out without biases. */
  readonly bias?: Tensor<readonly [D]>;
}

export type NormKind = "layer" | "rms";

export function blockNormInit<D extends number>(width: D, kind: NormKind, bias: boolean): BlockNorm<D> {
  const scale = ones([width]) as unknown as Tensor<readonly [D]>;
  return kind === "layer" && bias ? { scale, bias: zeros([width]) as unknown as Tensor<readonly [D]> } : { scale };
}

export function blockNorm({ scale, bias }: BlockNorm<number>, kind: NormKind, epsilon: number, x: Tensor): Tensor {
  if (kind === "rms") return rmsNormWith({ scale }, { epsilon })(x);
  if (bias !== undefined) return layerNormWith({ scale, bias }, { epsilon })(x);
  return mul(layerNormWith(null, { epsilon })(x), scale) as Tensor;
}
