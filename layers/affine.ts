/** What the normalizations share: a learned scale and bias, and the arithmetic of centring and scaling. */
import {
  add,
  ArgumentError,
  foldIn,
  type Key,
  mean,
  mul,
  rsqrt,
  type Shape,
  ShapeError,
  square,
  sub,
  type Tensor,
} from "../mod.ts";
import { type Initializer, onesInit, zerosInit } from "./initializers.ts";
import type { Nil } from "./net.ts";

/** A scale and a bias after a normalization. */
export interface Affine<S extends Shape = Shape> {
  /** What the normalized values are multiplied by. */
  readonly scale: Tensor<S>;
  /** What is added to them. */
  readonly bias: Tensor<S>;
}

/** How a scale and a bias start. */
export interface AffineOptions {
  /** The scale; ones if left out. Zeros in the last normalization of a residual block make it start as the identity. */
  readonly scale?: Initializer;
  /** The bias; zeros if left out. */
  readonly bias?: Initializer;
}

/**
 * A fresh scale and bias.
 *
 * @param key A key, for initializers that draw. @param shape Their shape: that of the normalized axes, or `[channels]`.
 * @param options `scale`, `bias`: initializers.
 * @returns Ones and zeros, if the options do not say otherwise.
 *
 * @example For eight channels
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { affineInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(affineInit(key(0), [8]).scale.shape, [8]);
 * ```
 */
export function affineInit<const S extends Shape>(key: Key, shape: S, options: AffineOptions = {}): Affine<S> {
  const { scale = onesInit, bias = zerosInit } = options;
  return { scale: scale(foldIn(key, 0), shape), bias: bias(foldIn(key, 1), shape) };
}

/** An entry, unless a flag says that there is none. */
export type EntryUnless<Flag extends boolean, E> = Flag extends false ? Nil : readonly [E];

/** `x` scaled and shifted; `null` leaves it as it is. */
export const affine = (x: Tensor, p: Affine | null): Tensor => p === null ? x : add(mul(x, p.scale), p.bias);

/** `x` with mean 0 and variance 1 over axes: the variance is the mean square of what is left after the mean is taken off. */
export function centred(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const d = sub(x, mean(x, { axis: axes, keepDims: true }));
  const spread = mean(square(d), { axis: axes, keepDims: true });
  return mul(d, rsqrt(add(spread, epsilon)));
}

/** The last `n` axes of a tensor, or an error. */
export function lastAxes(op: string, x: Tensor, n: number): number[] {
  requireAxes(op, n);
  const shape: Shape = x.shape;
  if (n <= shape.length) return Array.from({ length: n }, (_, i) => shape.length - n + i);
  throw new ShapeError(`${op}: [${shape.join(", ")}] has no ${n} axes to normalize over; give a tensor of more axes`);
}

/** Throws unless a number of axes is one. */
export function requireAxes(op: string, n: number): void {
  if (!Number.isInteger(n) || n < 1) {
    throw new ArgumentError(`${op}: the number of axes is whole and 1 or more, not ${n}`);
  }
}

/** The axes between those that lead and the last, the channels', or an error. */
export function spatialAxes(op: string, x: Tensor, n: number): number[] {
  const shape: Shape = x.shape;
  if (!Number.isInteger(n) || n < 0) {
    throw new ArgumentError(`${op}: spatial is the number of axes before the channels, whole and 0 or more, not ${n}`);
  }
  if (n < shape.length) return Array.from({ length: n }, (_, i) => shape.length - 1 - n + i);
  throw new ShapeError(
    `${op}: [${shape.join(", ")}] has no ${n} axes before its channels; give spatial: ${
      Math.max(0, shape.length - 1)
    } or a tensor of more axes`,
  );
}

/** Throws unless parameters of shape `p` are those of the last axes of `x`. */
export function requireFit(op: string, p: Shape, x: Shape): void {
  const last = x.slice(Math.max(0, x.length - p.length));
  if (p.length <= x.length && p.every((d, i) => d === last[i])) return;
  throw new ShapeError(
    `${op}: parameters of shape [${p.join(", ")}] do not fit the last axes of [${x.join(", ")}]; make them for [${
      last.join(", ")
    }]`,
  );
}

/** Throws unless `epsilon` is a number from 0 up. */
export function requireEpsilon(op: string, epsilon: number): void {
  if (!(epsilon >= 0 && epsilon < Infinity)) {
    throw new ArgumentError(`${op}: epsilon is a number from 0 up, not ${epsilon}`);
  }
}
