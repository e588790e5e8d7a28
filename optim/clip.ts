/** Gradients kept within bounds. */
import { add, ArgumentError, cast, div, type DType, minimum, mul, type Shape, type Tensor, tree } from "../mod.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Scales all gradients together so that their common 2-norm is at most `limit`; smaller ones are left as they are.
 *
 * @param limit The largest norm, above 0.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If the limit is not positive.
 * @see Pascanu et al., On the difficulty of training recurrent neural networks, 2013, https://arxiv.org/abs/1211.5063
 *
 * @example A gradient of length 5, cut to 1
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { clipByGlobalNorm } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const clip = clipByGlobalNorm(1), g = [tensor(3), tensor(4)];
 * assertAlmostEquals(clip.update(g, clip.init(g), g)[0][1]?.item() ?? 0, 0.8, 1e-6);
 * ```
 */
export function clipByGlobalNorm(limit: number): GradientTransformation {
  if (!(limit > 0)) throw new ArgumentError(`clipByGlobalNorm: the limit is positive, not ${limit}`);
  return {
    init: () => [],
    update: (gradients, state) => {
      const norm = tree.globalNorm(gradients) as Tensor<Shape, DType>;
      // min(1, limit / norm), where the tiny term makes a norm of 0 harmless.
      const factor = minimum(1, div(limit, add(norm, 1e-30) as Tensor<Shape, DType>) as Tensor<Shape, DType>);
      return [tree.map((g) => mul(g, cast(factor as Tensor<Shape, DType>, g.dtype)), gradients), state];
    },
  };
}
