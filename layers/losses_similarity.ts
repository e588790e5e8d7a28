/** Cosine similarity, and losses of how near vectors are to each other. */
import {
  add,
  type Broadcast,
  type BroadcastOk,
  clamp,
  div,
  type DType,
  DTypeError,
  equal,
  type FloatDType,
  maximum,
  minimum,
  mul,
  norm,
  type Reduce,
  type Shape,
  ShapeError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "../mod.ts";
import { type MarginOptions, requireMargin } from "./losses_margin.ts";
import {
  type Lines,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireElements,
  requireFloats,
  requireLike,
  requireSigns,
} from "./losses.ts";
import { requireNumber } from "./operands.ts";

/** Options of `cosineSimilarity`. */
export interface CosineOptions<A extends number> {
  /** The axis of the vectors; the last if left out. */
  readonly axis?: A;
  /** What shorter lengths are raised to, so that the zero vector is similar to none; 1e-8 if left out. */
  readonly epsilon?: number;
}

/**
 * Cosine of the angle between vectors, x·y / (max(‖x‖, ε)·max(‖y‖, ε)). PyTorch: `CosineSimilarity`.
 *
 * @param first Floats, vectors along one axis. @param second Floats of the same dtype, in a shape that broadcasts with it.
 * @param options `axis`, the last if left out; `epsilon`: ε, 1e-8 if left out.
 * @returns The broadcast shape without the axis; between −1 and 1.
 * @throws {ShapeError} If the shapes do not broadcast, or the axis is out of range.
 * @throws {DTypeError} If they are not floats of one dtype. @throws {ArgumentError} If ε is not above 0.
 *
 * @example Half a right angle
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cosineSimilarity } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cosineSimilarity(tensor([2, 0]), tensor([3, 3])).item(), Math.SQRT1_2, 1e-6);
 * ```
 */
export function cosineSimilarity<
  A extends Shape,
  B extends Shape,
  D extends FloatDType,
  const X extends number = -1,
>(
  first: Tensor<A, D>,
  second: Tensor<B, NoInfer<D>> & BroadcastOk<"cosineSimilarity", A, B>,
  options: CosineOptions<X> = {},
): Tensor<Reduce<Broadcast<A, B>, X>, D> {
  const op = "cosineSimilarity", x = requireFloats(op, "vectors", first), y = requireFloats(op, "vectors", second);
  if (x.dtype !== y.dtype) throw new DTypeError(`${op}: vectors of ${x.dtype} and of ${y.dtype}; cast one of them`);
  const shapes = [x, y].map((v) => `[${v.shape.join(", ")}]`), rank = Math.max(x.shape.length, y.shape.length);
  if (Array.from({ length: rank }, (_, i) => [x, y].map((v) => v.shape.at(-1 - i) ?? 1)).some(clash)) {
    throw new ShapeError(
      `${op}: shapes ${shapes.join(" and ")} do not broadcast; reshape them, with 1 where they repeat`,
    );
  }
  const epsilon = requireNumber(op, "epsilon", options.epsilon ?? 1e-8, (e) => e > 0, "above 0");
  const axis: number = options.axis ?? -1;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: axis ${axis} is out of range for shapes ${shapes.join(" and ")}`);
  }
  // Counted from the end, it is the same axis in both, however many axes stand in front.
  const back = axis < 0 ? axis : axis - rank;
  const cosines = sum(mul(unit(x, back, epsilon), unit(y, back, epsilon)), { axis: back });
  return cosines as unknown as Tensor<Reduce<Broadcast<A, B>, X>, D>;
}

const clash = ([a, b]: readonly number[]): boolean => a !== b && a !== 1 && b !== 1;

/** Vectors of length 1; those shorter than ε are divided by it. */
export function unit(x: Tensor, axis: number, epsilon: number): Tensor {
  return div(x, maximum(norm(x, { axis, keepDims: true }), epsilon)) as Tensor;
}

/** Vectors `[...L, features]` of one shape. */
function requireVectors(
  op: string,
  names: readonly [string, string],
  a: unknown,
  b: unknown,
): readonly [Tensor, Tensor] {
  const x = requireFloats(op, names[0], a), y = requireLike(op, names, x, b);
  if (x.shape.length === 0) throw new ShapeError(`${op}: ${names[0]} need an axis of features, got a scalar`);
  return [x, y];
}

/** Targets `[...L]` for vectors `[...L, features]`, in their dtype. */
function requireTargets(op: string, x: Tensor, given: unknown): Tensor {
  const lines = sum(x, { axis: -1 });
  return requireLike(op, ["pairs", "targets"], lines, given);
}

/**
 * Cosine embedding loss: 1 − cos of the angle for the target 1, max(0, cos − margin) for −1. PyTorch:
 * `CosineEmbeddingLoss`.
 *
 * @param first Floats, `[...L, features]`. @param second Floats of the same shape.
 * @param targets 1 for alike or −1 for unlike, `[...L]`.
 * @param options `margin`, 0 if left out; `reduction`: `"mean"` over all pairs if left out.
 * @returns A scalar, or `[...L]` for `"none"`.
 * @throws {ShapeError} If the shapes do not fit. @throws {DTypeError} If the vectors are not floats.
 * @throws {ArgumentError} If a target is neither −1 nor 1, or the margin is not from −1 to 1.
 *
 * @example Opposite, but should be alike
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cosineEmbedding } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(cosineEmbedding(tensor([[1, 0]]), tensor([[-2, 0]]), tensor([1])).item(), 2, 1e-6);
 * ```
 */
export function cosineEmbedding<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  first: Tensor<S, D>,
  second: Tensor<NoInfer<S>, DType>,
  targets: Tensor<Shape, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<Lines<S>, R>, D> {
  const op = "cosineEmbedding", [x, y] = requireVectors(op, ["first vectors", "second vectors"], first, second);
  const within = (m: number) => m >= -1 && m <= 1;
  const margin = requireNumber(op, "margin", options.margin ?? 0, within, "from -1 to 1");
  const t = requireTargets(op, x, targets), total = (v: Tensor): Tensor => sum(v, { axis: -1 });
  requireSigns(op, t);
  // 1e-12 keeps the cosine, and its derivatives, of the zero vector finite.
  const squares = mul(add(total(square(x)), 1e-12), add(total(square(y)), 1e-12));
  const cosine = div(total(mul(x, y)), sqrt(squares));
  return reduceLosses(op, where(equal(t, 1), sub(1, cosine), clamp(sub(cosine, margin), { min: 0 })), options);
}

/** Options of `tripletMargin`. */
export interface TripletOptions<R extends Reduction> extends MarginOptions<R> {
  /** The norm of the distances, 1 or more; 2 if left out. */
  readonly p?: number;
  /** Added to each difference, so that the distance of equals has a derivative; 1e-6 if left out. */
  readonly epsilon?: number;
  /** Whether the negative counts from the positive where that is nearer to it than the anchor; false if left out. */
  readonly swap?: boolean;
}

/**
 * Triplet loss, max(0, d(anchor, positive) − d(anchor, negative) + margin): like should be nearer than unlike. PyTorch:
 * `TripletMarginLoss`.
 *
 * @param anchor Floats, `[...L, features]`. @param positive Something like it. @param negative Something unlike it.
 * @param options `margin`, 1 if left out; `p`: the norm, 2 if left out; `epsilon`; `swap`; `reduction`: `"mean"` over all
 *   triplets if left out.
 * @returns A scalar, or `[...L]` for `"none"`.
 * @throws {ShapeError} If the shapes differ. @throws {DTypeError} If the vectors are not floats.
 * @throws {ArgumentError} If `p` is below 1, ε is negative, or the margin is not finite.
 * @see Schroff et al., FaceNet, 2015, https://arxiv.org/abs/1503.03832
 * @see Balntas et al., Learning local feature descriptors with triplets, 2016, https://doi.org/10.5244/C.30.119 (swap)
 *
 * @example The negative is one nearer
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { tripletMargin } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = tripletMargin(tensor([[0, 0]]), tensor([[0, 3]]), tensor([[2, 0]]));
 * assertAlmostEquals(loss.item(), 2, 1e-5);
 * ```
 */
export function tripletMargin<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  anchor: Tensor<S, D>,
  positive: Tensor<NoInfer<S>, DType>,
  negative: Tensor<NoInfer<S>, DType>,
  options: TripletOptions<R> = {},
): Tensor<Reduced<Lines<S>, R>, D> {
  const op = "tripletMargin", [a, yes] = requireVectors(op, ["anchors", "positives"], anchor, positive);
  const no = requireLike(op, ["anchors", "negatives"], a, negative), margin = requireMargin(op, options.margin ?? 1);
  const p = options.p === Infinity ? Infinity : requireNumber(op, "p", options.p ?? 2, (n) => n >= 1, "1 or more");
  const epsilon = requireNumber(op, "epsilon", options.epsilon ?? 1e-6, (e) => e >= 0, "0 or more");
  const distance = (x: Tensor, y: Tensor): Tensor => norm(add(sub(x, y), epsilon), { axis: -1, ord: p });
  const far = options.swap === true ? minimum(distance(a, no), distance(yes, no)) : distance(a, no);
  return reduceLosses(op, clamp(add(sub(distance(a, yes), far), margin), { min: 0 }), options);
}

/**
 * Contrastive loss of pairs with the Euclidean distance d: ½·d² for alike, ½·max(0, margin − d)² for unlike.
 *
 * @param first Floats, `[...L, features]`. @param second Floats of the same shape.
 * @param targets Whether they are alike, 1 or 0, `[...L]`.
 * @param options `margin`, 1 if left out; `reduction`: `"mean"` over all pairs if left out.
 * @returns A scalar, or `[...L]` for `"none"`.
 * @throws {ShapeError} If the shapes do not fit. @throws {DTypeError} If the vectors are not floats.
 * @throws {ArgumentError} If a target is neither 0 nor 1, or the margin is not finite.
 * @see Hadsell, Chopra & LeCun, Dimensionality reduction by learning an invariant mapping, 2006, https://doi.org/10.1109/CVPR.2006.100
 *
 * @example Alike at distance 2, unlike at distance ½
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { contrastive } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = contrastive(tensor([[0], [0]]), tensor([[2], [0.5]]), tensor([true, false]), { reduction: "none" });
 * assertEquals(loss.toArray(), [2, 0.125]);
 * ```
 */
export function contrastive<S extends Shape, D extends FloatDType, const R extends Reduction = "mean">(
  first: Tensor<S, D>,
  second: Tensor<NoInfer<S>, DType>,
  targets: Tensor<Shape, DType>,
  options: MarginOptions<R> = {},
): Tensor<Reduced<Lines<S>, R>, D> {
  const op = "contrastive", [x, y] = requireVectors(op, ["first vectors", "second vectors"], first, second);
  const margin = requireMargin(op, options.margin ?? 1), t = requireTargets(op, x, targets), e = sub(x, y);
  requireElements(t, (v) => v === 0 || v === 1, (v) => `${op}: targets are 1 for alike or 0 for unlike, not ${v}`);
  const near = square(clamp(sub(margin, norm(e, { axis: -1 })), { min: 0 }));
  const losses = add(mul(t, sum(square(e), { axis: -1 })), mul(sub(1, t), near));
  return reduceLosses(op, mul(losses, 0.5), options);
}
