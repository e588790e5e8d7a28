/** Recurrent layers' weights as PyTorch keeps them, and as they are here. */
import {
  add,
  ArgumentError,
  concat,
  type DType,
  type FloatDType,
  type Shape,
  splitAxis,
  swapAxes,
  type Tensor,
  zeros,
} from "../mod.ts";
import type { Gru } from "./gru.ts";
import type { Lstm } from "./lstm.ts";
import type { Rnn } from "./rnn.ts";

/** Weights by PyTorch's names, such as `weight_ih_l0`, as in the state of an `nn.LSTM`; others are passed over. */
export type TorchWeights = Readonly<Record<string, Tensor<Shape, DType>>>;

/** Which of the layers in a state. */
export interface TorchLayerOptions {
  /** The number of the layer; 0 if left out. */
  readonly layer?: number;
  /** The one that goes backward. */
  readonly reverse?: boolean;
}

interface Both {
  readonly wx: Tensor;
  readonly wh: Tensor;
  readonly bx: Tensor;
  readonly bh: Tensor;
}

/** Weights transposed, and biases; zeros where the layer has none. */
function layerOf(op: string, weights: TorchWeights, { layer = 0, reverse = false }: TorchLayerOptions): Both {
  const suffix = `l${layer}${reverse ? "_reverse" : ""}`;
  const needed = (name: string): Tensor => {
    const w = weights[`${name}_${suffix}`];
    if (w !== undefined) return swapAxes(w, 0, 1) as unknown as Tensor;
    throw new ArgumentError(
      `${op}: there is no ${name}_${suffix} among ${Object.keys(weights).join(", ") || "no weights"}`,
    );
  };
  const wx = needed("weight_ih"), wh = needed("weight_hh");
  const bias = (name: string) =>
    (weights[`${name}_${suffix}`] ?? zeros([wx.shape[1]!], { dtype: wx.dtype })) as unknown as Tensor;
  return { wx, wh, bx: bias("bias_ih"), bh: bias("bias_hh") };
}

/**
 * PyTorch's `nn.RNN` as parameters of `rnnWith`: weights transposed, the two biases added.
 *
 * @param weights `weight_ih_l0 [units, inputs]`, `weight_hh_l0 [units, units]` and, if there are any, `bias_ih_l0` and
 *   `bias_hh_l0 [units]`. @param options `layer`, `reverse`: which, if there are several.
 * @returns Parameters; differentiable in the weights.
 * @throws {ArgumentError} If a weight is missing.
 *
 * @example A weight, transposed
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rnnFromTorch } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = rnnFromTorch({ weight_ih_l0: tensor([[1, 2]]), weight_hh_l0: tensor([[3]]) });
 * assertEquals([p.wx.toArray(), p.b.toArray()], [[[1], [2]], [0]]);
 * ```
 */
export function rnnFromTorch<D extends FloatDType = "f32">(
  weights: TorchWeights,
  options: TorchLayerOptions = {},
): Rnn<number, number, D> {
  const { wx, wh, bx, bh } = layerOf("rnnFromTorch", weights, options);
  return { wx, wh, b: add(bx, bh) } as unknown as Rnn<number, number, D>;
}

/**
 * PyTorch's `nn.LSTM` as parameters of `lstmWith`: weights transposed, the two biases added, gates in the same order.
 *
 * @param weights `weight_ih_l0 [4·units, inputs]`, `weight_hh_l0 [4·units, units]` and, if there are any, `bias_ih_l0` and
 *   `bias_hh_l0 [4·units]`. @param options `layer`, `reverse`: which, if there are several.
 * @returns Parameters; differentiable in the weights.
 * @throws {ArgumentError} If a weight is missing.
 *
 * @example Sizes
 * ```ts
 * import { zeros } from "@adjoint/adjoint";
 * import { lstmFromTorch } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = lstmFromTorch({ weight_ih_l0: zeros([8, 3]), weight_hh_l0: zeros([8, 2]) });
 * assertEquals([p.wx.shape, p.wh.shape, p.b.shape], [[3, 8], [2, 8], [8]]);
 * ```
 */
export function lstmFromTorch<D extends FloatDType = "f32">(
  weights: TorchWeights,
  options: TorchLayerOptions = {},
): Lstm<number, number, D> {
  const { wx, wh, bx, bh } = layerOf("lstmFromTorch", weights, options);
  return { wx, wh, b: add(bx, bh) } as unknown as Lstm<number, number, D>;
}

/**
 * PyTorch's `nn.GRU` as parameters of `gruWith`: weights transposed, gates in the same order; the two biases are added
 * but for the new state's, which are kept apart.
 *
 * @param weights `weight_ih_l0 [3·units, inputs]`, `weight_hh_l0 [3·units, units]` and, if there are any, `bias_ih_l0` and
 *   `bias_hh_l0 [3·units]`. @param options `layer`, `reverse`: which, if there are several.
 * @returns Parameters; differentiable in the weights.
 * @throws {ArgumentError} If a weight is missing.
 *
 * @example Sizes
 * ```ts
 * import { zeros } from "@adjoint/adjoint";
 * import { gruFromTorch } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = gruFromTorch({ weight_ih_l0: zeros([6, 3]), weight_hh_l0: zeros([6, 2]) });
 * assertEquals([p.wx.shape, p.b.shape, p.bh.shape], [[3, 6], [6], [2]]);
 * ```
 */
export function gruFromTorch<D extends FloatDType = "f32">(
  weights: TorchWeights,
  options: TorchLayerOptions = {},
): Gru<number, number, D> {
  const { wx, wh, bx, bh } = layerOf("gruFromTorch", weights, options);
  const [xr, xz, xn] = splitAxis(bx, 3) as readonly [Tensor, Tensor, Tensor];
  const [hr, hz, hn] = splitAxis(bh, 3) as readonly [Tensor, Tensor, Tensor];
  return { wx, wh, b: concat([add(xr, hr) as Tensor, add(xz, hz) as Tensor, xn]), bh: hn } as unknown as Gru<
    number,
    number,
    D
  >;
}
