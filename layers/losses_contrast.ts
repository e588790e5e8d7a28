/** Contrastive losses of a whole batch: each example should know its partner among all others. */
import {
  add,
  concat,
  diagonal,
  div,
  type DType,
  eye,
  type FloatDType,
  logSumExp,
  matmul,
  mul,
  type Shape,
  ShapeError,
  sub,
  sum,
  swapAxes,
  type Tensor,
  where,
} from "../mod.ts";
import { unit } from "./losses_similarity.ts";
import { type LossOptions, type Reduced, reduceLosses, type Reduction, requireFloats, requireLike } from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of contrastive losses of a batch. */
export interface ContrastOptions<R extends Reduction> extends LossOptions<R> {
  /** What cosines are divided by before the softmax, above 0. */
  readonly temperature?: number;
}

/** Options of `infoNce`. */
export interface InfoNceOptions<R extends Reduction> extends ContrastOptions<R> {
  /** Whether keys look for their queries too, and both losses are averaged, as in CLIP; false if left out. */
  readonly symmetric?: boolean;
}

/** Two batches of vectors `[batch, features]` of length 1. */
function requireBatches(
  op: string,
  names: readonly [string, string],
  a: unknown,
  b: unknown,
): readonly [Tensor, Tensor] {
  const x = requireFloats(op, names[0], a);
  if (x.shape.length !== 2) {
    throw new ShapeError(`${op}: ${names[0]} are [batch, features], not [${x.shape.join(", ")}]; reshape or vmap`);
  }
  return [unit(x, -1, 1e-8), unit(requireLike(op, names, x, b), -1, 1e-8)];
}

function requireTemperature(op: string, t: number): number {
  return requireNumber(op, "temperature", t, (x) => x > 0, "above 0");
}

/**
 * InfoNCE: the cross entropy of finding each query's own key, which stands in the same row, among all keys of the batch,
 * by the softmax of cosine similarities divided by a temperature.
 *
 * @param queries Floats, `[batch, features]`. @param keys Floats of the same shape.
 * @param options `temperature`, 0.1 if left out; `symmetric`: also the other way around, as in CLIP; `reduction`: `"mean"`
 *   over the batch if left out.
 * @returns A scalar, or `[batch]` for `"none"`.
 * @throws {ShapeError} If the shapes differ or are not `[batch, features]`. @throws {DTypeError} If they are not floats.
 * @throws {ArgumentError} If the temperature is not above 0.
 * @see van den Oord et al., Contrastive predictive coding, 2018, https://arxiv.org/abs/1807.03748
 * @see Radford et al., CLIP, 2021, https://arxiv.org/abs/2103.00020 (symmetric)
 *
 * @example All keys alike: no better than chance
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { infoNce } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = infoNce(tensor([[1, 0], [0, 1]]), tensor([[1, 1], [1, 1]]));
 * assertAlmostEquals(loss.item(), Math.log(2), 1e-6);
 * ```
 */
export function infoNce<B extends number, F extends number, D extends FloatDType, const R extends Reduction = "mean">(
  queries: Tensor<readonly [B, F], D>,
  keys: Tensor<NoInfer<readonly [B, F]>, DType>,
  options: InfoNceOptions<R> = {},
): Tensor<Reduced<readonly [B], R>, D> {
  const op = "infoNce", [q, k] = requireBatches(op, ["queries", "keys"], queries, keys);
  const scores: Tensor = div(matmul(q, swapAxes(k, 0, 1)), requireTemperature(op, options.temperature ?? 0.1));
  const own = diagonal(scores) as Tensor, loss = (axis: number): Tensor => sub(logSumExp(scores, { axis }), own);
  return reduceLosses(op, options.symmetric === true ? mul(add(loss(1), loss(0)), 0.5) : loss(1), options);
}

/**
 * NT-Xent, the loss of SimCLR: each of 2·batch views looks for the other view of its example among all views but itself,
 * by the softmax of cosine similarities divided by a temperature.
 *
 * @param first One view of each example, floats, `[batch, features]`. @param second The other view, in the same order.
 * @param options `temperature`, 0.5 if left out; `reduction`: `"mean"` over all views if left out.
 * @returns A scalar, or `[2·batch]` for `"none"`: first views, then second.
 * @throws {ShapeError} If the shapes differ or are not `[batch, features]`. @throws {DTypeError} If they are not floats.
 * @throws {ArgumentError} If the temperature is not above 0.
 * @see Chen et al., SimCLR, 2020, https://arxiv.org/abs/2002.05709, eq. 1
 *
 * @example One example alone is found at once
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { ntXent } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(ntXent(tensor([[1, 2]]), tensor([[3, -1]])).item(), 0, 1e-6);
 * ```
 */
export function ntXent<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  first: Tensor<S, D>,
  second: Tensor<NoInfer<S>, DType>,
  options: ContrastOptions<R> = {},
): Tensor<Reduced<readonly [number], R>, D> {
  const op = "ntXent", [a, b] = requireBatches(op, ["first views", "second views"], first, second);
  const temperature = requireTemperature(op, options.temperature ?? 0.5), views = concat([a, b], { axis: 0 }) as Tensor;
  const scores = div(matmul(views, swapAxes(views, 0, 1)), temperature) as Tensor, n = views.shape[0]!;
  const others = logSumExp(where(eye(n, { dtype: "bool" }), -Infinity, scores), { axis: 1 }) as Tensor;
  const pair = div(sum(mul(a, b), { axis: -1 }), temperature) as Tensor;
  return reduceLosses(op, sub(others, concat([pair, pair], { axis: 0 })) as Tensor, options);
}
