/** What losses share: how they are reduced and weighted, and what they check of their arguments. */
import {
  ArgumentError,
  broadcastTo,
  cast,
  div,
  type DType,
  DTypeError,
  type FloatDType,
  mean,
  mul,
  type Shape,
  ShapeError,
  sum,
  Tensor,
  type TypedArray,
  type Value,
} from "../mod.ts";
import { requireChoice } from "./operands.ts";

/** One loss for each example, their mean, or their sum. */
export type Reduction = "none" | "mean" | "sum";

/** The shape of a reduced loss. */
export type Reduced<S extends Shape, R extends string> = R extends "none" ? S : readonly [];

/** The shape without its last axis: that of one number for each line of classes or features. */
export type Lines<S extends Shape> = S extends readonly [...infer L extends Shape, number] ? L : Shape;

/** Options of a loss. */
export interface LossOptions<R extends Reduction> {
  /** Whether one number for all examples is given, or one for each; `"mean"` if left out. */
  readonly reduction?: R;
}

/** Options of a loss whose elements count differently. */
export interface WeightedLossOptions<R extends Reduction> extends LossOptions<R> {
  /** What each element's loss is multiplied by, in a shape that broadcasts to theirs; the mean divides by the sum of them. */
  readonly weights?: Tensor<Shape, DType>;
}

const shown = (s: Shape): string => `[${s.join(", ")}]`;

/** Whether two shapes are the same. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** A tensor, or an error that says what was given instead. */
export function requireTensor(op: string, name: string, x: unknown): Value {
  if (x instanceof Tensor) return x as Value;
  const given = Array.isArray(x) ? "an array; wrap it: tensor([…])" : x === null ? "null" : typeof x;
  throw new ArgumentError(`${op}: expected a tensor as ${name}, got ${given}`);
}

/** What is predicted: floats, whose dtype the loss has too. */
export function requireFloats(op: string, name: string, x: unknown): Tensor {
  const t = requireTensor(op, name, x);
  if (t.dtype === "f32" || t.dtype === "f64") return t as Tensor;
  throw new DTypeError(`${op}: ${name} are floats, not ${t.dtype}; cast them to f32`);
}

/** A tensor of a shape that is already known, in the dtype of the predictions. */
export function requireLike(op: string, names: readonly [string, string], x: Tensor, y: unknown): Tensor {
  const t = requireTensor(op, names[1], y);
  if (!sameShape(x.shape, t.shape)) {
    throw new ShapeError(
      `${op}: ${names[0]} ${shown(x.shape)} and ${names[1]} ${shown(t.shape)} differ in shape; reshape one of them`,
    );
  }
  return cast(t, x.dtype as FloatDType) as unknown as Tensor;
}

/** Predictions and targets of one shape, both in the dtype of the predictions. */
export function requirePair(op: string, prediction: unknown, target: unknown): readonly [Tensor, Tensor] {
  const x = requireFloats(op, "predictions", prediction);
  return [x, requireLike(op, ["predictions", "targets"], x, target)];
}

/** A tensor that broadcasts to a shape, broadcast to it, in the dtype of `x`. */
export function requireBroadcast(op: string, name: string, x: Tensor, shape: Shape, y: unknown): Tensor {
  const t = requireTensor(op, name, y), skip = shape.length - t.shape.length;
  if (skip < 0 || t.shape.some((d, i) => d !== 1 && d !== shape[skip + i])) {
    throw new ShapeError(
      `${op}: ${name} ${shown(t.shape)} do not broadcast to ${shown(shape)}; reshape them, with 1 where they repeat`,
    );
  }
  return broadcastTo(cast(t, x.dtype as FloatDType) as Tensor, shape) as unknown as Tensor;
}

/**
 * The elements of a tensor if they can be read now. There are none yet while a program is traced, and a GPU's cannot be
 * waited for here; what is wrong with them then shows in the result.
 */
function elementsNow(x: Value): TypedArray | null {
  try {
    return x.dataSync();
  } catch {
    return null;
  }
}

/** Throws if an element, where elements can be read, is not as it must be. */
export function requireElements(x: Value, holds: (v: number) => boolean, message: (v: number) => string): void {
  const wrong = (elementsNow(x) as ArrayLike<number> & Iterable<number> | null) ?? [];
  for (const v of wrong) if (!holds(v)) throw new ArgumentError(message(v));
}

/** Throws if targets that mean two sides are anything but −1 and 1. */
export function requireSigns(op: string, t: Tensor): void {
  requireElements(
    t,
    (v) => v === 1 || v === -1,
    (v) => `${op}: targets are 1 or -1, not ${v}; from 0 and 1 make them with sub(mul(targets, 2), 1)`,
  );
}

/** The losses as they are, their mean or their sum. */
export function reduceLosses<S extends Shape, D extends DType, R extends Reduction = "mean">(
  op: string,
  losses: Tensor,
  options: LossOptions<R>,
): Tensor<Reduced<S, R>, D> {
  const how: Reduction = requireChoice(op, "reduction", options.reduction ?? "mean", ["none", "mean", "sum"]);
  const y = how === "none" ? losses : how === "sum" ? sum(losses) : mean(losses);
  return y as unknown as Tensor<Reduced<S, R>, D>;
}

/** The losses multiplied by weights, and reduced; their mean is divided by the sum of the weights. */
export function reduceWeighted<S extends Shape, D extends DType, R extends Reduction = "mean">(
  op: string,
  losses: Tensor,
  options: WeightedLossOptions<R>,
): Tensor<Reduced<S, R>, D> {
  if (options.weights === undefined) return reduceLosses(op, losses, options);
  const w = requireBroadcast(op, "weights", losses, losses.shape, options.weights);
  return reduceBy(op, mul(losses, w), w, options);
}

/** Losses that hold their weights already, and reduced; their mean is divided by the sum of the weights. */
export function reduceBy<S extends Shape, D extends DType, R extends Reduction = "mean">(
  op: string,
  weighted: Tensor,
  weights: Tensor,
  options: LossOptions<R>,
): Tensor<Reduced<S, R>, D> {
  if ((options.reduction ?? "mean") !== "mean") return reduceLosses(op, weighted, options);
  return div(sum(weighted), sum(weights)) as unknown as Tensor<Reduced<S, R>, D>;
}
