/** Normalisation inside blocks of a transformer. */
import { add, mean, mul, ones, rsqrt, type Shape, square, sub, type Tensor, zeros } from "../mod.ts";

/** Parameters of a block's normalisation. */
export interface BlockNorm<D extends number> {
  /** What each normalised feature is multiplied by. */
  readonly scale: Tensor<readonly [D]>;
  /** What is added to it; left out without biases. */
  readonly shift?: Tensor<readonly [D]>;
}

export type NormKind = "layer" | "rms";

export function blockNormInit<D extends number>(width: D, kind: NormKind, bias: boolean): BlockNorm<D> {
  const scale = ones([width]) as unknown as Tensor<readonly [D]>;
  return kind === "layer" && bias ? { scale, shift: zeros([width]) as unknown as Tensor<readonly [D]> } : { scale };
}

export function blockNorm(p: BlockNorm<number>, kind: NormKind, epsilon: number, x: Tensor): Tensor {
  const last = { axis: -1, keepDims: true } as const;
  const d = kind === "layer" ? sub(x, mean(x, last) as Tensor) as Tensor : x;
  const y = mul(
    mul(d, rsqrt(add(mean(square(d) as Tensor, last) as Tensor, epsilon) as Tensor) as Tensor) as Tensor,
    p.scale as Tensor<Shape>,
  ) as Tensor;
  return p.shift === undefined ? y : add(y, p.shift as Tensor<Shape>) as Tensor;
}
