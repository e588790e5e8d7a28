/** Where the weights of Flax's layers go; they lie there as they do here. */
import { type DType, type Shape, type Tensor, zeros } from "../../mod.ts";
import type { WeightRule } from "./import_weights.ts";
import { under } from "./weights_from_torch.ts";

/** Options of `fromFlax`. */
export interface FlaxOptions {
  /** What stands between the parts of a name in the file, `"."` if left out; `"/"` in many. */
  readonly separator?: string;
}

/** Rules for the layers of Flax: `from` and `to` are where their weights stand, there and here. */
export interface FlaxRules {
  /** `nn.Dense`: kernels `[inputs, outputs]`. */
  readonly dense: (from: string, to: string, options?: FlaxOptions) => readonly WeightRule[];
  /** `nn.Conv`: kernels `[…window, C / groups, O]`. */
  readonly conv: (from: string, to: string, options?: FlaxOptions) => readonly WeightRule[];
  /** `nn.BatchNorm`: parameters and running statistics, each `from` there `to` here. */
  readonly batchNorm: (
    params: { readonly from: string; readonly to: string },
    state: { readonly from: string; readonly to: string },
    options?: FlaxOptions,
  ) => readonly WeightRule[];
  /** `nn.LayerNorm` and `nn.GroupNorm`; Flax adds 1e-6 to the variance if it is not told. */
  readonly layerNorm: (from: string, to: string, options?: FlaxOptions) => readonly WeightRule[];
  /** `nn.Embed`. */
  readonly embedding: (from: string, to: string, options?: FlaxOptions) => readonly WeightRule[];
}

const kernel = (from: string, to: string, { separator }: FlaxOptions = {}): readonly WeightRule[] => [
  { from: under(from, "kernel", separator), to: under(to, "w") },
  { from: under(from, "bias", separator), to: under(to, "b") },
];

// Flax does not count batches; only a cumulative mean asks for their number.
const noBatches = (): Tensor<Shape, DType> => zeros([], { dtype: "i32" });

/**
 * Rules of `mapWeights` for layers of Flax, whose trees were saved under names with dots, to be put one after another.
 *
 * @see https://flax.readthedocs.io
 *
 * @example A dense layer
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tensor } from "@adjoint/adjoint";
 * import { fromFlax, mapWeights, orThrow } from "@adjoint/adjoint/data";
 * import { dense, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), dense(1));
 * const file = { "params/Dense_0/kernel": tensor([[1], [2]]), "params/Dense_0/bias": tensor([3]) };
 * const rules = fromFlax.dense("params/Dense_0", "0", { separator: "/" });
 * const { params } = orThrow(mapWeights(net.init(key(0)).params, file, rules));
 * assertEquals(params[0].w.toArray(), [[1], [2]]);
 * ```
 */
export const fromFlax: FlaxRules = {
  dense: kernel,
  conv: kernel,
  batchNorm: (params, state, options = {}) => [
    ...fromFlax.layerNorm(params.from, params.to, options),
    { from: under(state.from, "mean", options.separator), to: under(state.to, "mean") },
    { from: under(state.from, "var", options.separator), to: under(state.to, "variance") },
    { from: under(state.from, "mean", options.separator), to: under(state.to, "count"), transform: noBatches },
  ],
  layerNorm: (from, to, { separator } = {}) => [
    { from: under(from, "scale", separator), to: under(to, "scale") },
    { from: under(from, "bias", separator), to: under(to, "bias") },
  ],
  embedding: (from, to, { separator } = {}) => [{ from: under(from, "embedding", separator), to: under(to, "w") }],
};
