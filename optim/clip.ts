/** Gradients kept within bounds. */
import { cast, tree, type Value } from "../mod.ts";
import { add, div, maximum, minimum, mul, sqrt, square, sub, sum } from "./loose.ts";
import { requireNonNegative, requirePositive } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";
import { unitMeans, unitNorms } from "./units.ts";

/** A transformation of each tensor for itself. */
const each = (f: (g: Value, p: Value) => Value): GradientTransformation => ({
  init: () => [],
  update: (gradients, state, params) => [tree.map((g, p) => f(g, p!), gradients, params), state],
});

/** min(1, limit / norm): the tiny term makes a norm of 0 harmless. */
const shrink = (limit: Value | number, norm: Value): Value => minimum(div(limit, add(norm, 1e-30)), 1);

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
  requirePositive("clipByGlobalNorm", "the limit", limit);
  return {
    init: () => [],
    update: (gradients, state) => {
      if (tree.leaves(gradients).length === 0) return [gradients, state];
      const factor = shrink(limit, tree.globalNorm(gradients) as unknown as Value);
      return [tree.map((g) => mul(g, cast(factor, g.dtype)), gradients), state];
    },
  };
}

/**
 * Scales the gradient of each tensor for itself so that its 2-norm is at most `limit`.
 *
 * @param limit The largest norm, above 0.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If the limit is not positive.
 *
 * @example A long one and a short one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { clipByNorm } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const clip = clipByNorm(5), g = { a: tensor([6, 8]), b: tensor(1) };
 * const [{ a, b }] = clip.update(g, clip.init(g), g);
 * assertEquals([a.toArray(), b.item()], [[3, 4], 1]);
 * ```
 */
export function clipByNorm(limit: number): GradientTransformation {
  requirePositive("clipByNorm", "the limit", limit);
  return each((g) => mul(g, shrink(limit, sqrt(sum(square(g))))));
}

/**
 * Cuts every element of the gradients to [−limit, limit].
 *
 * @param limit The largest magnitude, above 0.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If the limit is not positive.
 *
 * @example Both ends
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { clipByValue } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const clip = clipByValue(1), g = tensor([-3, 0.5, 2]);
 * assertEquals(clip.update(g, clip.init(g), g)[0].toArray(), [-1, 0.5, 1]);
 * ```
 */
export function clipByValue(limit: number): GradientTransformation {
  requirePositive("clipByValue", "the limit", limit);
  return each((g) => minimum(maximum(g, -limit), limit));
}

/**
 * Adaptive gradient clipping: the gradient of each unit (the weights of one place of the last axis; a vector is one unit)
 * is at most `ratio` times as long as the unit's weights.
 *
 * @param ratio The largest ratio, 0.01 if left out, above 0. @param options `epsilon`: the least length of weights, 1e-3.
 * @returns A gradient transformation without state.
 * @throws {ArgumentError} If the ratio is not positive, or ε is negative.
 * @see Brock et al., High-performance large-scale image recognition without normalization, 2021, https://arxiv.org/abs/2102.06171
 *
 * @example Only the second column's gradient is too long
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { clipAdaptive } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const clip = clipAdaptive(0.5), w = tensor([[4, 4], [0, 0]]), g = tensor([[1, 8], [0, 0]]);
 * assertEquals(clip.update(g, clip.init(w), w)[0].toArray(), [[1, 2], [0, 0]]);
 * ```
 */
export function clipAdaptive(ratio = 0.01, options: { readonly epsilon?: number } = {}): GradientTransformation {
  const { epsilon = 1e-3 } = options;
  requirePositive("clipAdaptive", "the ratio", ratio);
  requireNonNegative("clipAdaptive", "epsilon", epsilon);
  return each((g, p) => mul(g, shrink(mul(maximum(unitNorms(p), epsilon), ratio), unitNorms(g))));
}

/**
 * Gradient centralisation: takes from the gradient of each unit (the weights of one place of the last axis) its mean.
 * Vectors and scalars are left as they are.
 *
 * @example Columns that sum to 0
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { centralize } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const g = tensor([[1, 0], [3, 2]]);
 * assertEquals(centralize.update(g, centralize.init(g), g)[0].toArray(), [[-1, -1], [1, 1]]);
 * ```
 * @see Yong et al., Gradient centralization, 2020, https://arxiv.org/abs/2004.01461
 */
export const centralize: GradientTransformation = each((g) => g.rank < 2 ? g : sub(g, unitMeans(g)));
